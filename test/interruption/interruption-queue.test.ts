import { App, Aspects, CfnParameter, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { InterruptionQueue } from '../../src/interruption/interruption-queue';
import { KarpenterInterruptionQueue } from '../../src/interruption/karpenter-interruption-queue';
import { KarpenterRelease } from '../../src/karpenter/karpenter-release';

const testStack = () => new Stack(new App(), 'Test', { env: { account: '111111111111', region: 'us-east-1' } });

function made(release?: KarpenterRelease) {
  const stack = testStack();
  const construct = new KarpenterInterruptionQueue(stack, 'Interruptions', { release });
  return { stack, construct, template: Template.fromStack(stack) };
}

const ALL_VERSIONS = [
  'AWS Health Event',
  'EC2 Spot Instance Interruption Warning',
  'EC2 Instance Rebalance Recommendation',
  'EC2 Instance State-change Notification',
];

test('the queue is encrypted by SQS, forgets after 300 seconds, and has a generated name', () => {
  made().template.hasResourceProperties('AWS::SQS::Queue', {
    SqsManagedSseEnabled: true, MessageRetentionPeriod: 300, QueueName: Match.absent(), KmsMasterKeyId: Match.absent(),
  });
});

test.each([
  ['0.29', KarpenterRelease.v0(), ALL_VERSIONS],
  ['1.9', KarpenterRelease.v1({ version: '1.9.2' }), ALL_VERSIONS],
  ['1.10', KarpenterRelease.v1({ version: '1.10.0' }), [...ALL_VERSIONS, 'EC2 Capacity Reservation Instance Interruption Warning']],
  ['the default of v1', KarpenterRelease.v1(), [...ALL_VERSIONS, 'EC2 Capacity Reservation Instance Interruption Warning']],
])('Karpenter %s is told of what it listens to', (_, release, expected) => {
  const { template } = made(release);
  const [{ Properties }] = Object.values(template.findResources('AWS::Events::Rule'));
  expect(Properties.EventPattern).toEqual({ 'source': ['aws.health', 'aws.ec2'], 'detail-type': expected });
  const [queue] = Object.keys(template.findResources('AWS::SQS::Queue'));
  template.allResourcesProperties('AWS::Events::Rule', {
    Targets: [{ Id: 'KarpenterInterruptionQueueTarget', Arn: { 'Fn::GetAtt': [queue, 'Arn'] } }],
  });
});

test('only its own rule may send, and nobody without TLS', () => {
  const { template } = made();
  const [{ Properties }] = Object.values(template.findResources('AWS::SQS::QueuePolicy'));
  const [rule, ...others] = Object.keys(template.findResources('AWS::Events::Rule'));
  const [queue] = Object.keys(template.findResources('AWS::SQS::Queue'));
  const Resource = { 'Fn::GetAtt': [queue, 'Arn'] };
  expect(Properties.PolicyDocument.Statement).toEqual([
    {
      Sid: 'AllowRules',
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource,
      Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [rule, 'Arn'] } } },
    },
    {
      Sid: 'DenyHTTP', Effect: 'Deny', Principal: { AWS: '*' }, Action: 'sqs:*', Resource, Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ]);
  expect(others).toEqual([]);
});

test('cdk-nag has nothing to say that is not answered beside it', () => {
  const { stack } = made(KarpenterRelease.v1());
  Aspects.of(stack).add(new AwsSolutionsChecks());
  expect(Annotations.fromStack(stack).findError('*', Match.stringLikeRegexp('AwsSolutions')).map(({ id, entry }) => `${id} ${entry.data}`)).toEqual([]);
});

describe('the choice', () => {
  test('makes a queue, as the part that is usable alone', () => {
    const stack = testStack();
    const bound = InterruptionQueue.managed()._bind(stack, KarpenterRelease.v1())!;
    expect(bound.construct).toBeInstanceOf(KarpenterInterruptionQueue);
    expect(bound.isOurs).toBe(true);
    Template.fromStack(stack).resourceCountIs('AWS::Events::Rule', 1);
  });

  test('uses one of the user\'s own as it is', () => {
    const stack = testStack();
    const queue = new sqs.Queue(stack, 'Mine', { enforceSSL: true });
    const before = JSON.stringify(Template.fromStack(stack).toJSON());
    const bound = InterruptionQueue.existing(queue)._bind(stack, KarpenterRelease.v1())!;
    expect([bound.queue, bound.isOurs]).toEqual([queue, false]);
    expect(JSON.stringify(Template.fromStack(stack).toJSON())).toBe(before);
  });

  test.each([
    ['arn:aws:sqs:eu-west-1:111111111111:mine', 'in account 111111111111, region eu-west-1, and Karpenter looks for it in its own, 111111111111, us-east-1'],
    ['arn:aws:sqs:us-east-1:222222222222:mine', 'in account 222222222222, region us-east-1, and Karpenter looks for it in its own, 111111111111, us-east-1'],
  ])('refuses %s, which Karpenter would not find', (arn, reason) => {
    const stack = testStack();
    expect(() => InterruptionQueue.existing(sqs.Queue.fromQueueArn(stack, 'Mine', arn))._bind(stack, KarpenterRelease.v1())).toThrow(reason);
  });

  test('takes a queue whose ARN is known only in the deployment', () => {
    const stack = testStack();
    const queue = sqs.Queue.fromQueueArn(stack, 'Mine', new CfnParameter(stack, 'Arn').valueAsString);
    expect(InterruptionQueue.existing(queue)._bind(stack, KarpenterRelease.v1())?.queue).toBe(queue);
  });

  test('can be none', () => {
    expect(InterruptionQueue.none()._bind(testStack(), KarpenterRelease.v1())).toBeUndefined();
  });
});
