import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchAlarms } from '../../../../src/workflow/draining/gate/alarms.aws';

const alarm = (name: string, StateValue: string) => ({ AlarmArn: `arn:aws:cloudwatch:us-east-1:111111111111:alarm:${name}`, AlarmName: name, StateValue });

/** Pages of which the first has a metric alarm and the second a composite one. */
class FakeCloudWatch extends CloudWatchClient {
  public readonly asked: unknown[] = [];

  public constructor() {
    super({ region: 'us-east-1' });
  }

  public send = async (command: any): Promise<any> => {
    if (!(command instanceof DescribeAlarmsCommand)) {
      throw new Error('nothing else is asked for');
    }
    this.asked.push(command.input);
    return command.input.NextToken ? { CompositeAlarms: [alarm('any', 'OK')] } : { MetricAlarms: [alarm('errors', 'ALARM')], NextToken: '2' };
  };
}

test('alarms of both kinds are read by their names, whatever the number of pages', async () => {
  const client = new FakeCloudWatch();
  expect(await new CloudWatchAlarms(client).alarms(['errors', 'any'], ['CompositeAlarm', 'MetricAlarm'])).toEqual([
    { arn: 'arn:aws:cloudwatch:us-east-1:111111111111:alarm:errors', state: 'ALARM' }, { arn: 'arn:aws:cloudwatch:us-east-1:111111111111:alarm:any', state: 'OK' },
  ]);
  // Without types CloudWatch leaves composite alarms out.
  const question = { AlarmNames: ['errors', 'any'], AlarmTypes: ['CompositeAlarm', 'MetricAlarm'], MaxRecords: 100 };
  expect(client.asked).toMatchObject([question, { ...question, NextToken: '2' }]);
});
