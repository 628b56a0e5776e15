import { Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { configuration, OWNER } from './fakes';
import { MigrationStage } from '../../src/words/migration-stage';
import { WorkflowConfiguration } from '../../src/workflow/contract';
import { EVENT_SOURCE } from '../../src/workflow/events/contract';
import { MigrationStageResource } from '../../src/workflow/migration-stage-resource';
import { RESTORING_MARK, SIZES_RECORD, SIZES_SET, SUSPENDED_RECORD, TARGET_RECORD, UPDATE_RECORD } from '../../src/workflow/records';
import { isAllowed } from '../iam/evaluate';
import { importCluster, KUBECTL_ROLE, testStack } from '../karpenter-migration/stack';

function template(stage: MigrationStage, revision?: string, more: Partial<WorkflowConfiguration> = {}): Template {
  const stack = testStack();
  new MigrationStageResource(stack, 'Stage', {
    cluster: importCluster(stack), stage, configuration: { ...configuration, ...more }, waitForRun: Duration.minutes(50), launchTemplateTag: 'karpenter.k8s.aws/cluster', revision,
  });
  return Template.fromStack(stack);
}

test.each(Object.values(MigrationStage))('the stage %s reaches the AWS function, with all that it asks for', (stage) => {
  template(stage).hasResourceProperties('Custom::KarpenterMigrationStage', {
    ServiceToken: { 'Fn::GetAtt': [Match.stringLikeRegexp('^KarpenterMigrationAwsFunction'), 'Arn'] },
    ClusterName: 'prod',
    KubectlRoleArn: KUBECTL_ROLE,
    KubernetesFunctionArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^KarpenterMigrationKubernetes.*Function'), 'Arn'] },
    Stage: stage,
    Owner: OWNER,
    Api: 'karpenter.sh/v1alpha5',
    Revision: Match.absent(),
  });
});

test('a revision makes the stage look again', () => {
  template(MigrationStage.REMOVED, '2').hasResourceProperties('Custom::KarpenterMigrationStage', { Revision: '2' });
});

/** What the AWS function may do, of all its policies. */
function statements(more: Partial<WorkflowConfiguration> = {}): any[] {
  const made = template(MigrationStage.INSTALL, undefined, more);
  const policies = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap(type => Object.values(made.findResources(type, {
    Properties: { Roles: [{ Ref: Match.stringLikeRegexp('^KarpenterMigrationAwsRole') }] },
  })));
  return policies.flatMap(policy => policy.Properties.PolicyDocument.Statement);
}

test('the function may write what the steps move, and each write is bound to the cluster or to its own tags', () => {
  const writes = statements().flatMap(({ Action, Condition, Resource }) => [Action].flat()
    .filter((action: string) => !/:(Describe|List|Get)/.test(action)).map((action: string) => [action, { Condition, Resource }] as const));
  expect(writes.map(([action]) => action).sort()).toEqual([
    'autoscaling:ResumeProcesses', 'autoscaling:SuspendProcesses', 'autoscaling:TerminateInstanceInAutoScalingGroup', 'ec2:DeleteLaunchTemplate',
    'eks:TagResource', 'eks:UntagResource', 'eks:UpdateAddon', 'eks:UpdateNodegroupConfig', 'events:PutEvents', 'lambda:InvokeFunction',
    'states:StartExecution', 'states:StartExecution', 'states:StopExecution',
  ]);
  const of = Object.fromEntries(writes);
  for (const action of ['autoscaling:ResumeProcesses', 'autoscaling:SuspendProcesses', 'autoscaling:TerminateInstanceInAutoScalingGroup']) {
    expect(of[action].Condition).toEqual({ StringEquals: { 'aws:ResourceTag/eks:cluster-name': 'prod' } });
  }
  for (const action of ['eks:TagResource', 'eks:UntagResource']) {
    expect(of[action].Condition).toEqual({ 'ForAllValues:StringEquals': { 'aws:TagKeys': [SIZES_RECORD, SIZES_SET, UPDATE_RECORD, TARGET_RECORD, SUSPENDED_RECORD, RESTORING_MARK] } });
  }
  for (const [action, kind] of [['eks:UpdateNodegroupConfig', 'nodegroup'], ['eks:TagResource', 'nodegroup'], ['eks:UpdateAddon', 'addon']]) {
    expect(JSON.stringify(of[action].Resource)).toContain(`:${kind}/prod/*`);
  }
  expect(of['ec2:DeleteLaunchTemplate'].Condition).toEqual({ StringEquals: { 'aws:ResourceTag/karpenter.k8s.aws/cluster': 'prod' } });
  expect(JSON.stringify(of['lambda:InvokeFunction'].Resource)).toMatch(/"KarpenterMigrationKubernetes\w*Function/);
  const started = writes.filter(([action]) => action === 'states:StartExecution').map(([, { Resource }]) => Resource.Ref);
  expect(started.sort()).toEqual([expect.stringMatching(/^KarpenterMigrationAwsWaiterStateMachine/), expect.stringMatching(/^StageWorkflowStateMachine/)]);
});

test('the function asks CloudFormation about its own stack only', () => {
  expect(statements().find(({ Action }) => [Action].flat().includes('cloudformation:DescribeStacks')).Resource).toEqual({ Ref: 'AWS::StackId' });
});

describe('the right to send events', () => {
  const BUS = 'arn:aws:events:us-east-1:111111111111:event-bus/default';
  const document = () => ({ Version: '2012-10-17', Statement: statements().filter(({ Action }) => [Action].flat().includes('events:PutEvents')) });
  const put = (resource: string, ...sources: string[]) =>
    isAllowed(document(), { action: 'events:PutEvents', resource, context: { 'events:source': sources } });

  test('is for ours on the default bus', async () => {
    await expect(put(BUS, EVENT_SOURCE)).resolves.toBe(true);
    await expect(put(BUS, EVENT_SOURCE, EVENT_SOURCE)).resolves.toBe(true);
  });

  test.each([
    ['those of others', BUS, ['aws.ec2']],
    ['those of others among ours', BUS, [EVENT_SOURCE, 'my.app']],
    ['another bus', BUS.replace('default', 'orders'), [EVENT_SOURCE]],
    ['another region', BUS.replace('us-east-1', 'eu-west-1'), [EVENT_SOURCE]],
  ])('is not for %s', async (_, resource, sources) => {
    await expect(put(resource, ...sources)).resolves.toBe(false);
  });
});

describe('the right to read alarms', () => {
  const arn = (name: string) => `arn:aws:cloudwatch:us-east-1:111111111111:alarm:${name}`;
  const paused = (AlarmTypes: ('CompositeAlarm' | 'MetricAlarm')[]) => ({ ScaleDown: { ...configuration.ScaleDown, PauseWhile: { AlarmArns: [arn('errors'), arn('latency')], AlarmTypes } } });
  const ofAlarms = (more: Partial<WorkflowConfiguration>) => statements(more).filter(({ Action }) => [Action].flat().includes('cloudwatch:DescribeAlarms'));
  const may = (more: Partial<WorkflowConfiguration>, name: string) =>
    isAllowed({ Version: '2012-10-17', Statement: ofAlarms(more) }, { action: 'cloudwatch:DescribeAlarms', resource: arn(name) });

  test('is not there where none is named', () => {
    expect(ofAlarms({})).toEqual([]);
  });

  test('is for the alarms that are named', async () => {
    const more = paused(['MetricAlarm']);
    await expect(Promise.all(['errors', 'latency', 'errors-of-others', 'salaries'].map(name => may(more, name)))).resolves.toEqual([true, true, false, false]);
  });

  test('is for all alarms where one may be a composite one, of which CloudWatch tells nobody else', async () => {
    const more = paused(['CompositeAlarm', 'MetricAlarm']);
    expect(ofAlarms(more).map(({ Resource }) => Resource)).toEqual(['*']);
    await expect(may(more, 'any')).resolves.toBe(true);
  });
});
