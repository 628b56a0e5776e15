import { KubectlV27Layer } from '@aws-cdk/lambda-layer-kubectl-v27';
import { Stack, Stage } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { KarpenterMigration } from '../../src/karpenter-migration';
import { AwsAuthRoleMapping } from '../../src/node-access/aws-auth-role-mapping';
import { NodeAccess } from '../../src/node-access/node-access';
import { MigrationStage } from '../../src/words/migration-stage';
import { before, ENVIRONMENT, idsBelow, only, Rendered, rendered, testApp, testStack } from '../karpenter-migration/stack';

const NODES = { username: 'system:node:{{EC2PrivateDNSName}}', groups: ['system:bootstrappers', 'system:nodes'] };

/** A cluster that is made in the app; its node group makes CDK render aws-auth. */
function madeCluster(stack: Stack, props: Partial<eks.ClusterProps> = {}): eks.Cluster {
  return new eks.Cluster(stack, 'Cluster', { version: eks.KubernetesVersion.V1_27, kubectlLayer: new KubectlV27Layer(stack, 'Kubectl'), defaultCapacity: 2, ...props });
}

/** The entries of CDK's list, by the ARN with each reference as `<logical id>`. */
function listed(template: Rendered): Record<string, { username: string; groups: string[] }> {
  const [id] = idsBelow(template, 'ClusterAwsAuthmanifest');
  const flat = (value: any): string => typeof value === 'string' ? value
    : value['Fn::Join'] ? value['Fn::Join'][1].map(flat).join('')
      : value.Ref ? `<${value.Ref}>` : `<${value['Fn::GetAtt'].join('.')}>`;
  const [{ data }] = JSON.parse(flat(template.Resources[id].Properties.Manifest));
  return Object.fromEntries(JSON.parse(data.mapRoles).map(({ rolearn, ...mapping }: any) => [rolearn, mapping]));
}

const ownRole = (template: Rendered) => {
  const [id] = idsBelow(template, 'MigrationNodeRole').filter(each => template.Resources[each].Type === 'AWS::IAM::Role');
  return `arn:<AWS::Partition>:iam::111111111111:role/<${id}>`;
};

function migrated(nodeAccess?: NodeAccess, clusterProps?: Partial<eks.ClusterProps>, stage?: MigrationStage): Rendered {
  const stack = testStack();
  new KarpenterMigration(stack, 'Migration', { cluster: madeCluster(stack, clusterProps), nodeAccess, stage });
  return rendered(stack);
}

const { CONFIG_MAP, API_AND_CONFIG_MAP } = eks.AuthenticationMode;
const masters = (stack: Stack) => new iam.Role(stack, 'Masters', { assumedBy: new iam.AccountRootPrincipal() });

test.each([
  ['by default', undefined, undefined],
  ['by aws-auth', NodeAccess.awsAuth(), CONFIG_MAP],
  ['by aws-auth where entries would do too', NodeAccess.awsAuth(), API_AND_CONFIG_MAP],
  ['by either, so that a change of the mode takes nothing away', NodeAccess.auto(), API_AND_CONFIG_MAP],
])('%s, nodes get in by an entry of CDK\'s own list, and by none that it would take away', (_, nodeAccess, authenticationMode) => {
  const stack = testStack();
  const cluster = madeCluster(stack, authenticationMode && { authenticationMode, mastersRole: masters(stack) });
  new KarpenterMigration(stack, 'Migration', { cluster, nodeAccess });
  const template = rendered(stack);

  expect(listed(template)[ownRole(template)]).toEqual(NODES);
  expect(Object.keys(listed(template)).length).toBeGreaterThan(1);
  expect(only(template, 'Custom::KarpenterNodeAccess').Properties.Kind).toBe('access-entry');
  expect(only(template, 'Custom::KarpenterPreflight').Properties.ListsNodeRole).toBe(true);
});

test('the list is there before Karpenter, and does not come after itself', () => {
  const template = migrated();
  const [manifest] = idsBelow(template, 'ClusterAwsAuthmanifest');
  expect([...before(template, idsBelow(template, 'MigrationKarpenterChart')[0])]).toContain(manifest);
  expect([...before(template, manifest)]).not.toContain(manifest);
});

test('at REMOVED the entry stays: the nodes that are drained need it', () => {
  const template = migrated(undefined, undefined, MigrationStage.REMOVED);
  expect(listed(template)[ownRole(template)]).toEqual(NODES);
});

test('Windows nodes have their group', () => {
  const template = migrated(NodeAccess.auto({ windows: true }));
  expect(listed(template)[ownRole(template)].groups).toEqual([...NODES.groups, 'eks:kube-proxy-windows']);
});

test('an access entry, or what is done elsewhere, adds nothing to the list', () => {
  const stack = testStack();
  const cluster = madeCluster(stack, { authenticationMode: API_AND_CONFIG_MAP, mastersRole: masters(stack) });
  new KarpenterMigration(stack, 'Migration', { cluster, nodeAccess: NodeAccess.accessEntry() });
  const entered = rendered(stack);
  expect(listed(entered)).not.toHaveProperty([ownRole(entered)]);
  // The mode may be new in this deployment.
  expect(only(entered, 'Custom::KarpenterAccessEntry').Properties.Revision).toBe('INSTALL API_AND_CONFIG_MAP');
  const unmanaged = migrated(NodeAccess.unmanaged());
  expect(listed(unmanaged)).not.toHaveProperty([ownRole(unmanaged)]);
});

test('a list that nothing uses is not begun: it would take away what EKS has put in', () => {
  const template = migrated(undefined, { defaultCapacity: 0 });
  expect(idsBelow(template, 'ClusterAwsAuthmanifest')).toEqual([]);
  expect(only(template, 'Custom::KarpenterNodeAccess').Properties.Kind).toBe('auto');
  expect(only(template, 'Custom::KarpenterPreflight').Properties).not.toHaveProperty('ListsNodeRole');
});

test('a list that is used later in the app counts', () => {
  const stack = testStack();
  const cluster = madeCluster(stack, { defaultCapacity: 0 });
  new AwsAuthRoleMapping(stack, 'Mapping', { cluster, role: iam.Role.fromRoleArn(stack, 'Nodes', 'arn:aws:iam::111111111111:role/team/nodes') });
  cluster.addNodegroupCapacity('Later');
  const template = rendered(stack);
  // The authenticator knows roles without their path.
  expect(listed(template)['arn:<AWS::Partition>:iam::111111111111:role/nodes']).toEqual(NODES);
  expect(only(template, 'Custom::KarpenterNodeAccess').Properties.Kind).toBe('access-entry');
});

describe('a cluster of another stack', () => {
  const scene = (nodeRole?: (clusterStack: Stack) => iam.IRole) => {
    const app = new Stage(testApp(), 'Prod', { env: ENVIRONMENT });
    const clusterStack = new Stack(app, 'Clusters');
    const stack = new Stack(app, 'Test');
    const cluster = madeCluster(clusterStack);
    new KarpenterMigration(stack, 'Migration', { cluster, nodeRole: nodeRole?.(clusterStack) });
    return { clusters: rendered(clusterStack), migration: rendered(stack) };
  };

  test('lists a role of its own stack', () => {
    const { clusters, migration } = scene(stack => new iam.Role(stack, 'Nodes', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') }));
    const [id] = idsBelow(clusters, 'Nodes').filter(each => clusters.Resources[each].Type === 'AWS::IAM::Role');
    expect(listed(clusters)[`arn:<AWS::Partition>:iam::111111111111:role/<${id}>`]).toEqual(NODES);
    expect(only(migration, 'Custom::KarpenterNodeAccess').Properties.Kind).toBe('access-entry');
  });

  test('cannot list what is made in a stack that needs it: the preflight then finds whose aws-auth it is', () => {
    const { clusters, migration } = scene();
    expect(Object.keys(listed(clusters)).filter(arn => /Migration/.test(arn))).toEqual([]);
    expect(only(migration, 'Custom::KarpenterNodeAccess').Properties.Kind).toBe('auto');
    expect(only(migration, 'Custom::KarpenterPreflight').Properties).not.toHaveProperty('ListsNodeRole');
  });
});

test('a migration that waits for all of its cluster is told for what it can wait', () => {
  const stack = testStack();
  const cluster = madeCluster(stack);
  new KarpenterMigration(stack, 'Migration', { cluster }).node.addDependency(cluster);
  expect(() => rendered(stack)).toThrow('"Test/Migration" depends on all of the cluster "Test/Cluster", and so on its aws-auth, which names the role "Test/Migration/NodeRole" '
    + 'and comes after it: let it depend on the node groups of the cluster instead');
});
