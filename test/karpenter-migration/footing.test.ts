import { CfnResource, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { before, Given, idsBelow, importCluster, manifest, migrate, only, Rendered, rendered, testStack } from './stack';
import { InterruptionQueue } from '../../src/interruption/interruption-queue';
import { KarpenterRelease } from '../../src/karpenter/karpenter-release';
import { KarpenterMigration } from '../../src/karpenter-migration';
import { AWSNodeTemplate } from '../../src/provisioning/v0/aws-node-template';
import { EC2NodeClass } from '../../src/provisioning/v1/ec2-node-class';
import { SecurityGroupTerm, SubnetTerm } from '../../src/provisioning/v1/selector-terms';
import { MigrationStage } from '../../src/words/migration-stage';

const SSM = new iam.PolicyStatement({ actions: ['ssm:GetParameter'], resources: ['*'] });
const EC2 = new iam.ServicePrincipal('ec2.amazonaws.com');

const policyOf = ({ Resources }: Rendered, path: string) => {
  const found = idsBelow({ Resources, Outputs: {} }, path).map(id => [Resources[id].DeletionPolicy, Resources[id].UpdateReplacePolicy].join());
  expect(found).not.toEqual([]);
  return [...new Set(found)].join(' and ');
};

/** Everything of a user's own that nodes stand on, below `Own…`. */
function migrateWithOwn(props: ReturnType<Given> = {}): { stack: Stack; migration: KarpenterMigration; template: () => Rendered } {
  const { stack, migration } = migrate((scope) => {
    const role = (id: string) => new iam.Role(scope, id, { assumedBy: EC2 });
    const nodeRole = role('OwnNodes');
    return {
      nodeRole,
      instanceProfile: new iam.InstanceProfile(scope, 'OwnProfile', { role: nodeRole }),
      controllerRole: role('OwnController'),
      interruptionQueue: InterruptionQueue.existing(new sqs.Queue(scope, 'OwnQueue')),
      ...props,
    };
  });
  return { stack, migration, template: () => rendered(stack) };
}

describe('a policy that is added to a role later', () => {
  const { stack, migration } = migrate();
  (migration.nodeRole as iam.Role).addToPrincipalPolicy(SSM);
  new iam.Policy(stack, 'Attached', { roles: [migration.nodeRole], statements: [SSM] });
  new iam.ManagedPolicy(stack, 'Managed', { roles: [migration.controllerRole], statements: [SSM] });
  new iam.Policy(stack, 'Elsewhere', { roles: [new iam.Role(stack, 'Other', { assumedBy: EC2 })], statements: [SSM] });
  const template = rendered(stack);

  test.each(['MigrationNodeRoleDefaultPolicy', 'Attached', 'Managed'])('is kept with it: %s', (path) => {
    expect(policyOf(template, path)).toBe('RetainExceptOnCreate,Retain');
  });

  test('is there before the chart', () => {
    expect([...before(template, idsBelow(template, 'MigrationKarpenterChart')[0])]).toEqual(expect.arrayContaining(idsBelow(template, 'MigrationNodeRoleDefaultPolicy')));
  });

  test('of somebody else is none of ours', () => {
    expect(policyOf(template, 'Elsewhere')).toBe(',');
  });
});

describe('what users made for Karpenter in the same stack', () => {
  const { template: render } = migrateWithOwn();
  const template = render();

  test.each(['OwnNodes', 'OwnProfile', 'OwnController', 'OwnQueue'])('is kept as what the migration makes: %s', (path) => {
    expect(policyOf(template, path)).toBe('RetainExceptOnCreate,Retain');
  });

  test('goes with the stack after the removal, as they said', () => {
    const removed = migrateWithOwn({ stage: MigrationStage.REMOVED }).template();
    expect(policyOf(removed, 'OwnNodes')).toBe(',');
    expect(policyOf(removed, 'OwnQueue')).toBe('Delete,Delete');
  });

  test('is kept in any case where they said so', () => {
    const { stack, template: own } = migrateWithOwn();
    (stack.node.findChild('OwnNodes').node.defaultChild as CfnResource).applyRemovalPolicy(RemovalPolicy.RETAIN);
    expect(policyOf(own(), 'OwnNodes')).toBe('Retain,Retain');
  });

  test('includes the OIDC provider, without which the controller has no credentials', () => {
    const { stack } = migrate(scope => ({
      cluster: importCluster(scope, { openIdConnectProvider: new iam.OpenIdConnectProvider(scope, 'OwnOidc', { url: 'https://oidc.eks.us-east-1.amazonaws.com/id/ABC' }) }),
    }));
    expect(policyOf(rendered(stack), 'OwnOidc')).toBe('RetainExceptOnCreate,Retain');
  });
});

describe('a node template of the user\'s own', () => {
  const own = (props: ReturnType<Given> = {}) => {
    const stack = testStack();
    const cluster = importCluster(stack);
    const template = new AWSNodeTemplate(stack, 'OwnTemplate', { cluster, name: 'own', subnetSelector: { a: 'b' }, securityGroupSelector: { a: 'b' } });
    const migration = new KarpenterMigration(stack, 'Migration', {
      cluster, release: KarpenterRelease.v0({ provisioner: { nodeTemplate: template } }), ...props,
    });
    migration.addProvisioner('Gpu', { name: 'gpu', nodeTemplate: template });
    return rendered(stack);
  };
  const template = own();
  const [id] = idsBelow(template, 'OwnTemplate');

  test('comes after the chart is ready and before the stage', () => {
    expect([...before(template, id)]).toEqual(expect.arrayContaining(idsBelow(template, 'MigrationKarpenterReady')));
    const stage = Object.keys(template.Resources).find(each => template.Resources[each].Type === 'Custom::KarpenterMigrationStage')!;
    expect(before(template, stage)).toContain(id);
  });

  test('is kept until the removal', () => {
    expect(policyOf(template, 'OwnTemplate')).toBe('RetainExceptOnCreate,Retain');
    expect(policyOf(own({ stage: MigrationStage.REMOVED }), 'OwnTemplate')).toBe('Delete,Delete');
  });

  test('is one of the objects that must not be there before, and says whose it is', () => {
    expect(only(template, 'Custom::KarpenterPreflight').Properties.Objects).toEqual([
      'provisioners.v1alpha5.karpenter.sh/default', 'provisioners.v1alpha5.karpenter.sh/gpu', 'awsnodetemplates.v1alpha1.karpenter.k8s.aws/own',
    ]);
    expect(manifest(template, 'OwnTemplate').metadata).toEqual({ name: 'own', annotations: { 'cdk-karpenter-migration/owner': 'Test/Migration' } });
  });

  test('of another stack is left to that stack', () => {
    const stack = testStack();
    const elsewhere = new Stack(stack.node.root as Stack, 'Elsewhere', { env: { account: '111111111111', region: 'us-east-1' } });
    const foreign = new AWSNodeTemplate(elsewhere, 'OwnTemplate', {
      cluster: importCluster(elsewhere), name: 'own', subnetSelector: { a: 'b' }, securityGroupSelector: { a: 'b' },
    });
    new KarpenterMigration(stack, 'Migration', { cluster: importCluster(stack), release: KarpenterRelease.v0({ provisioner: { nodeTemplate: foreign } }) });
    expect(only(rendered(stack), 'Custom::KarpenterPreflight').Properties.Objects).toEqual(['provisioners.v1alpha5.karpenter.sh/default']);
  });
});

test('a node class of the user\'s own is guarded, waited for, ordered, kept and checked like one of the migration', () => {
  const stack = testStack();
  const cluster: eks.ICluster = importCluster(stack);
  const nodeRole = iam.Role.fromRoleArn(stack, 'Nodes', 'arn:aws:iam::111111111111:role/nodes');
  const made = new KarpenterMigration(stack, 'Migration', {
    cluster,
    nodeRole,
    release: KarpenterRelease.v1(),
  });
  const nodeClass = new EC2NodeClass(stack, 'OwnClass', { cluster, name: 'own', role: nodeRole, ...selectedByTag() });
  made.addNodePool('Gpu', { name: 'gpu', nodeClass });
  const template = rendered(stack);
  const [object] = idsBelow(template, 'OwnClassManifest');
  expect(idsBelow(template, 'OwnClass').map(id => template.Resources[id].Type).sort())
    .toEqual(['Custom::AWSCDK-EKS-KubernetesResource', 'Custom::KarpenterObjectGuard', 'Custom::KarpenterObjectReady']);
  expect(policyOf(template, 'OwnClass')).toBe('RetainExceptOnCreate,Retain');
  expect([...before(template, object)]).toEqual(expect.arrayContaining([...idsBelow(template, 'MigrationKarpenterReady'), ...idsBelow(template, 'OwnClassGuard')]));
  expect(only(template, 'Custom::KarpenterPreflight').Properties.Objects).toContain('ec2nodeclasses.v1.karpenter.k8s.aws/own');
});

function selectedByTag() {
  const tags = { 'karpenter.sh/discovery': 'prod' };
  return { subnetSelectorTerms: [SubnetTerm.tags(tags)], securityGroupSelectorTerms: [SecurityGroupTerm.tags(tags)] };
}
