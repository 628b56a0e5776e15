import { Aspects } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { importCluster, testStack } from './stack';
import { ControllerPolicy } from '../../src/iam/controller-policy';
import { ControllerRole } from '../../src/iam/controller-role';
import { NodeInstanceProfile, NodeRole } from '../../src/iam/node-role';
import { KarpenterRelease } from '../../src/karpenter/karpenter-release';

const QUEUE = 'arn:aws:sqs:us-east-1:111111111111:interruptions';

function findings(make: (stack: ReturnType<typeof testStack>) => void): string[] {
  const stack = testStack();
  make(stack);
  Aspects.of(stack).add(new AwsSolutionsChecks());
  return Annotations.fromStack(stack).findError('*', Match.stringLikeRegexp('AwsSolutions')).map(({ id, entry }) => `${id} ${entry.data}`);
}

test('cdk-nag has nothing to say about the roles that is not answered next to them', () => {
  expect(findings(stack => {
    const nodeRole = new NodeRole(stack, 'Nodes');
    new NodeInstanceProfile(stack, 'Profile', { role: nodeRole });
    new ControllerRole(stack, 'Controller', { cluster: importCluster(stack), nodeRole });
    new ControllerRole(stack, 'Managed', {
      cluster: importCluster(stack, { id: 'Third' }), nodeRole, release: KarpenterRelease.v1(), interruptionQueue: sqs.Queue.fromQueueArn(stack, 'Queue', QUEUE),
    });
    new ControllerRole(stack, 'Guide', { cluster: importCluster(stack, { id: 'Other' }), nodeRole, policy: ControllerPolicy.guide() });
  })).toEqual([]);
});

test('cdk-nag looks', () => {
  expect(findings(stack => {
    new iam.Role(stack, 'Role', {
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'), managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonEKS_CNI_Policy')],
    });
  })).toEqual([expect.stringContaining('AwsSolutions-IAM4')]);
});
