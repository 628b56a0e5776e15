import { KubectlV27Layer } from '@aws-cdk/lambda-layer-kubectl-v27';
import { NestedStack, Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as eksv2 from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { importCluster, testStack } from './stack';
import { ownerOf } from '../../src/cluster/owner';
import { KarpenterMigration } from '../../src/karpenter-migration';
import { NodeAccess } from '../../src/node-access/node-access';

const migrate = (stack: Stack, cluster: unknown, props: object = {}, id = 'Migration') =>
  new KarpenterMigration(stack, id, { cluster: cluster as eks.ICluster, ...props });

test('a cluster of aws-eks-v2, which JavaScript lets pass, is refused with what to give instead', () => {
  const stack = testStack();
  const cluster = eksv2.Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'prod' });
  expect(() => migrate(stack, cluster)).toThrow('the cluster "Test/Cluster" is not of aws-cdk-lib/aws-eks, as one of aws-cdk-lib/aws-eks-v2 is not: import it once more');
});

test.each([['nothing', undefined, 'not set'], ['null', null, 'null'], ['a name', 'prod', '"prod"']])('%s is no cluster, and the error says so', (_, cluster, said) => {
  expect(() => migrate(testStack(), cluster)).toThrow(`\`cluster\` is ${said}: set eks.Cluster.fromClusterAttributes(...) or another eks.ICluster`);
});

test('a second migration of a cluster in a stack is refused, under whatever id and import', () => {
  const stack = testStack();
  migrate(stack, importCluster(stack), {}, 'One');
  expect(() => migrate(stack, importCluster(stack, {}, 'Again'), {}, 'Two')).toThrow('"Test/Two" and "Test/One" migrate the same cluster (prod), which takes one migration at a time');
  expect(() => migrate(stack, importCluster(stack, { clusterName: 'other' }, 'Other'), {}, 'Three')).not.toThrow();
});

test.each([
  ['API', NodeAccess.awsAuth(), 'the cluster\'s authentication mode is API: it ignores the aws-auth ConfigMap'],
  ['CONFIG_MAP', NodeAccess.accessEntry(), 'the cluster\'s authentication mode is CONFIG_MAP: it takes no access entries'],
] as const)('the mode %s of a cluster that is made in the app is compared with the node access at synthesis', (mode, nodeAccess, complaint) => {
  const stack = testStack();
  const cluster = new eks.Cluster(stack, 'Made', {
    version: eks.KubernetesVersion.V1_27,
    kubectlLayer: new KubectlV27Layer(stack, 'Kubectl'),
    defaultCapacity: 0,
    authenticationMode: eks.AuthenticationMode[mode],
    mastersRole: new iam.Role(stack, 'Masters', { assumedBy: new iam.AccountRootPrincipal() }),
  });
  expect(() => migrate(stack, cluster, { nodeAccess })).toThrow(complaint);
});

test('the owner of a migration in a nested stack is named by the outermost one, whose name stays', () => {
  const stack = testStack();
  const inner = new NestedStack(new NestedStack(stack, 'Outer'), 'Inner');
  expect(ownerOf(inner)).toBe('Test/Outer/Inner');
  expect(ownerOf(stack)).toBe('Test');
});
