import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { AlarmsPort, AlarmView } from './gate';
import { CLIENT_OPTIONS } from '../../../custom-resources/client-options';
import { AlarmType } from '../../contract';

/** The most that a call answers with. */
const PAGE = 100;

/** CloudWatch; it only reads. */
export class CloudWatchAlarms implements AlarmsPort {
  public constructor(private readonly client = new CloudWatchClient(CLIENT_OPTIONS)) {}

  public async alarms(names: readonly string[], types: readonly AlarmType[]): Promise<readonly AlarmView[]> {
    const found: AlarmView[] = [];
    for await (const page of paginateDescribeAlarms({ client: this.client }, { AlarmNames: [...names], AlarmTypes: [...types], MaxRecords: PAGE })) {
      const all = [...page.MetricAlarms ?? [], ...page.CompositeAlarms ?? []];
      found.push(...all.map(({ AlarmArn, StateValue }) => ({ arn: AlarmArn!, state: StateValue! })));
    }
    return found;
  }
}
