import { Match, Template } from 'aws-cdk-lib/assertions';
import { MigrationStage } from '../../src/workflow/migration-stage';
import { MigrationStageResource } from '../../src/workflow/migration-stage-resource';
import { importCluster, KUBECTL_ROLE, testStack } from '../karpenter-migration/stack';

function template(stage: MigrationStage, revision?: string): Template {
  const stack = testStack();
  new MigrationStageResource(stack, 'Stage', { cluster: importCluster(stack), stage, owner: 'Test/Migration', ownerKey: 'karpenter.sh/provisioner-name', revision });
  return Template.fromStack(stack);
}

test.each(Object.values(MigrationStage))('the stage %s reaches the AWS function, with all that it asks for', (stage) => {
  template(stage).hasResourceProperties('Custom::KarpenterMigrationStage', {
    ServiceToken: { 'Fn::GetAtt': [Match.stringLikeRegexp('^KarpenterMigrationAwsProviderframeworkonEvent'), 'Arn'] },
    ServiceTimeout: '3600',
    ClusterName: 'prod',
    KubectlRoleArn: KUBECTL_ROLE,
    KubernetesFunctionArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('KarpenterMigrationKubernetesFunction'), 'Arn'] },
    Stage: stage,
    Owner: 'Test/Migration',
    OwnerKey: 'karpenter.sh/provisioner-name',
    Revision: Match.absent(),
  });
});

test('a revision makes the stage look again', () => {
  template(MigrationStage.REMOVED, '2').hasResourceProperties('Custom::KarpenterMigrationStage', { Revision: '2' });
});

test('the function may write one thing only: delete launch templates of this cluster\'s Karpenter', () => {
  const [policy] = Object.values(template(MigrationStage.INSTALL).findResources('AWS::IAM::Policy', {
    Properties: { Roles: [{ Ref: Match.stringLikeRegexp('^KarpenterMigrationAwsFunctionServiceRole') }] },
  }));
  const statements: any[] = policy.Properties.PolicyDocument.Statement;
  expect(statements.flatMap(({ Action }) => Action).sort()).toEqual([
    'cloudformation:DescribeStacks', 'ec2:DeleteLaunchTemplate', 'ec2:DescribeInstances', 'ec2:DescribeLaunchTemplates', 'lambda:InvokeFunction',
  ]);
  const only = (action: string) => statements.find(({ Action }) => [Action].flat().includes(action));
  expect(only('ec2:DeleteLaunchTemplate').Condition).toEqual({ StringEquals: { 'aws:ResourceTag/karpenter.k8s.aws/cluster': 'prod' } });
  expect(only('cloudformation:DescribeStacks').Resource).toEqual({ Ref: 'AWS::StackId' });
  expect(JSON.stringify(only('lambda:InvokeFunction').Resource)).toContain('KarpenterMigrationKubernetesFunction');
});
