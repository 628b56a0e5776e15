import assert from 'assert/strict';
import { test } from 'node:test';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { configOf, aws, stack } from './running-aws';
import { queryJson, signedAs } from '../gateway/query';

/** Rules of EventBridge and CloudWatch for whoever tells of itself. */

const ask = (service: string, target: string, body: object) =>
  queryJson(aws.endpoint, signedAs(aws.env.AWS_ACCESS_KEY_ID, 'us-east-1', service), target, body);
const BUS = 'arn:aws:events:us-east-1:000000000000:event-bus/default';
const entry = (Source: string, DetailType: string, more: object = {}) => ({ Source, DetailType, Detail: '{"clusterName":"prod"}', ...more });

void test('a role sends events of the sources that it may, all of a request or none, and to the bus that it may', async () => {
  const client = new EventBridgeClient(await configOf('teller', {
    Action: 'events:PutEvents', Resource: BUS, Condition: { 'ForAllValues:StringEquals': { 'events:source': 'ours' } },
  }));
  const put = (...Entries: object[]) => client.send(new PutEventsCommand({ Entries: Entries as any }));
  assert.equal((await put(entry('ours', 'Paused'), entry('ours', 'Resumed'))).FailedEntryCount, 0);
  await assert.rejects(put(entry('theirs', 'Paused')), { name: 'AccessDeniedException' });
  await assert.rejects(put(entry('ours', 'Paused'), entry('theirs', 'Paused')), { name: 'AccessDeniedException' });
  await assert.rejects(put(entry('ours', 'Paused', { EventBusName: 'orders' })), { name: 'AccessDeniedException' });
});

void test('an event whose detail is no object of JSON is not taken, and others of its request are', async () => {
  const client = new EventBridgeClient(await configOf('careless', { Action: 'events:PutEvents', Resource: BUS }));
  const { FailedEntryCount, Entries } = await client.send(new PutEventsCommand({
    Entries: [entry('ours', 'Paused'), entry('ours', 'Paused', { Detail: 'paused' }), entry('ours', 'Paused', { Detail: '["paused"]' }), entry('ours', 'Resumed')],
  }));
  assert.equal(FailedEntryCount, 2);
  assert.deepEqual(Entries!.map(({ EventId, ErrorCode }) => ErrorCode ?? typeof EventId), ['string', 'MalformedDetail', 'MalformedDetail', 'string']);
});

void test('events reach a queue in their order by a rule of a stack, with alarms and a dashboard beside it, and all of it goes with the stack', async () => {
  const watching = async () => [
    (await ask('monitoring', 'GraniteServiceVersion20100801.DescribeAlarms', {})).MetricAlarms.filter(({ Namespace }: any) => Namespace === 'Telling').length,
    (await ask('monitoring', 'GraniteServiceVersion20100801.ListDashboards', {})).DashboardEntries.length,
    (await ask('events', 'AWSEvents.ListRules', { NamePrefix: 'telling' })).Rules.length,
  ];
  const queue = { 'Fn::GetAtt': ['Queue', 'Arn'] };
  assert.equal(await stack('CreateStack', 'telling', {
    Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'telling' } },
    Policy: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [{ Ref: 'Queue' }],
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [{
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: queue,
            Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': ['Rule', 'Arn'] } } },
          }],
        },
      },
    },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        Name: 'telling',
        State: 'ENABLED',
        EventPattern: { source: ['telling'], detail: { clusterName: ['prod'] } },
        Targets: [{ Id: 'Target0', Arn: queue }],
      },
    },
    Alarm: {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        Namespace: 'Telling',
        MetricName: 'PausedSeconds',
        Period: 300,
        Statistic: 'Maximum',
        Threshold: 900,
        EvaluationPeriods: 2,
        DatapointsToAlarm: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        TreatMissingData: 'notBreaching',
        Dimensions: [{ Name: 'ClusterName', Value: 'prod' }],
      },
    },
    Dashboard: { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardName: 'telling', DashboardBody: '{"widgets":[]}' } },
  }), 'CREATE_COMPLETE');
  assert.deepEqual(await watching(), [1, 1, 1]);
  const client = new EventBridgeClient(await configOf('told', { Action: 'events:PutEvents', Resource: BUS }));
  const types = ['StageStarted', 'Paused', 'Resumed', 'BatchDone', 'StageReached'];
  await client.send(new PutEventsCommand({ Entries: types.slice(0, 3).map(type => entry('telling', type)) }));
  await client.send(new PutEventsCommand({ Entries: [entry('telling', 'Paused', { Detail: '{"clusterName":"staging"}' }), entry('others', 'Paused')] }));
  await client.send(new PutEventsCommand({ Entries: types.slice(3).map(type => entry('telling', type)) }));
  const { QueueUrl } = await ask('sqs', 'AmazonSQS.GetQueueUrl', { QueueName: 'telling' });
  const { Messages } = await ask('sqs', 'AmazonSQS.ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
  assert.deepEqual(Messages.map(({ Body }: any) => JSON.parse(Body)['detail-type']), types);
  assert.equal(await stack('DeleteStack', 'telling'), 'DELETE_COMPLETE');
  assert.deepEqual(await watching(), [0, 0, 0]);
});
