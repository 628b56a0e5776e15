import assert from 'assert/strict';
import { test } from 'node:test';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import { aws, configOf } from './running-aws';
import { clientConfig } from '../client-config';

/** Rules of CloudWatch, seen to hold. */

const arn = (name: string) => `arn:aws:cloudwatch:us-east-1:000000000000:alarm:${name}`;
const READ = 'cloudwatch:DescribeAlarms';

/** Reads alarms as our function does. */
const statesOf = async (client: cloudwatch.CloudWatchClient, AlarmTypes: cloudwatch.AlarmType[], ...AlarmNames: string[]) => {
  const { MetricAlarms = [], CompositeAlarms = [] } = await client.send(new cloudwatch.DescribeAlarmsCommand({ AlarmNames, AlarmTypes }));
  return Object.fromEntries([...MetricAlarms, ...CompositeAlarms].map(({ AlarmArn, StateValue }) => [AlarmArn, StateValue]));
};

void test('a role reads the alarms that it may read, and composite ones only where it may read all', async () => {
  const owner = new cloudwatch.CloudWatchClient(clientConfig(aws));
  for (const AlarmName of ['errors', 'latency']) {
    await owner.send(new cloudwatch.PutMetricAlarmCommand({
      AlarmName,
      Namespace: 'Shop',
      MetricName: AlarmName,
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'ignore',
    }));
  }
  await owner.send(new cloudwatch.PutCompositeAlarmCommand({ AlarmName: 'any', AlarmRule: 'ALARM(errors) OR ALARM(latency)' }));
  await owner.send(new cloudwatch.SetAlarmStateCommand({ AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'a test' }));

  const few = new cloudwatch.CloudWatchClient(await configOf('reads-errors', { Action: READ, Resource: arn('errors') }));
  assert.deepEqual(await statesOf(few, ['MetricAlarm'], 'errors'), { [arn('errors')]: 'ALARM' });
  const denied = { name: /^AccessDenied/, message: /not authorized to perform: cloudwatch:DescribeAlarms on resource/ };
  await assert.rejects(statesOf(few, ['MetricAlarm'], 'errors', 'latency'), denied);
  await assert.rejects(statesOf(few, ['CompositeAlarm', 'MetricAlarm'], 'errors'), denied);

  const all = new cloudwatch.CloudWatchClient(await configOf('reads-alarms', { Action: READ, Resource: '*' }));
  assert.deepEqual(Object.keys(await statesOf(all, ['CompositeAlarm', 'MetricAlarm'], 'errors', 'any', 'gone')).sort(), [arn('any'), arn('errors')]);

  await owner.send(new cloudwatch.SetAlarmStateCommand({ AlarmName: 'errors', StateValue: 'OK', StateReason: 'a test' }));
  assert.deepEqual(await statesOf(few, ['MetricAlarm'], 'errors'), { [arn('errors')]: 'OK' });
});
