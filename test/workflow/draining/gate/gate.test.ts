import { Weekday } from '../../../../src/words/weekday';
import { WorkflowConfiguration } from '../../../../src/workflow/contract';
import { AlarmView, AlarmsPort, gateOf } from '../../../../src/workflow/draining/gate/gate';
import { SCALE_DOWN } from '../../fakes';

const arn = (name: string) => `arn:aws:cloudwatch:us-east-1:111111111111:alarm:${name}`;
const alarms = (...names: string[]) => ({ AlarmArns: names.map(arn), AlarmTypes: ['MetricAlarm'] as const });
const NIGHT = { Days: Object.values(Weekday), Start: '22:00', Minutes: 60, TimeZone: 'UTC' };
const NOON = Date.parse('2026-11-27T12:00:00Z');

class FakeCloudWatch implements AlarmsPort {
  public readonly asked: (readonly string[])[] = [];

  public constructor(private readonly states: Readonly<Record<string, AlarmView['state']>>) {}

  public async alarms(names: readonly string[], types: readonly string[]): Promise<AlarmView[]> {
    this.asked.push([...names, ...types]);
    return names.filter(name => this.states[name]).map(name => ({ arn: arn(name), state: this.states[name] }));
  }
}

const ask = (given: Partial<WorkflowConfiguration['ScaleDown']>, cloudwatch = new FakeCloudWatch({}), now = NOON, anytime = false) =>
  gateOf({ ScaleDown: { ...SCALE_DOWN, ...given } }, anytime, cloudwatch, () => now)();

test('who names neither alarms nor windows waits for nothing, and asks nobody', async () => {
  const cloudwatch = new FakeCloudWatch({});
  expect(await ask({}, cloudwatch)).toBeUndefined();
  expect(cloudwatch.asked).toEqual([]);
});

test('outside of all windows it is said which opens next, and no alarm is read', async () => {
  const cloudwatch = new FakeCloudWatch({ errors: 'ALARM' });
  expect(await ask({ PauseWhile: alarms('errors'), MaintenanceWindows: [NIGHT] }, cloudwatch)).toEqual({
    kind: 'blocked',
    by: 'OutsideMaintenanceWindows',
    says: 'outside of all maintenance windows, the next one opens at 2026-11-27T22:00:00.000Z',
    waitSeconds: 36_000,
  });
  expect(cloudwatch.asked).toEqual([]);
});

test('alarms are read by their names within a window, all in one question', async () => {
  const cloudwatch = new FakeCloudWatch({ 'errors': 'OK', 'shop: latency': 'OK' });
  expect(await ask({ PauseWhile: alarms('errors', 'shop: latency', 'errors'), MaintenanceWindows: [NIGHT] }, cloudwatch, NOON + 10.5 * 3_600_000)).toBeUndefined();
  expect(cloudwatch.asked).toEqual([['errors', 'shop: latency', 'MetricAlarm']]);
});

test('one alarm that rings is enough, and only those that ring are named', async () => {
  expect(await ask({ PauseWhile: alarms('errors', 'latency', 'gone') }, new FakeCloudWatch({ errors: 'OK', latency: 'ALARM' })))
    .toEqual({ kind: 'blocked', by: 'AlarmRings', says: 'alarm latency is in ALARM: no other node is drained before it is over' });
});

test('an alarm without enough data does not ring', async () => {
  expect(await ask({ PauseWhile: alarms('errors') }, new FakeCloudWatch({ errors: 'INSUFFICIENT_DATA' }))).toBeUndefined();
});

test('an alarm that there is none of is for somebody to mend', async () => {
  expect(await ask({ PauseWhile: alarms('errors', 'gone') }, new FakeCloudWatch({ errors: 'OK' }))).toEqual({
    kind: 'blocked',
    by: 'AlarmMissing',
    says: 'there is no alarm arn:aws:cloudwatch:us-east-1:111111111111:alarm:gone: make it again, or take it out of `scaleDown.pauseWhile`',
  });
});

test('an alarm of the same name in another region is another one', async () => {
  const there = { AlarmArns: [arn('errors').replace('us-east-1', 'eu-west-1')], AlarmTypes: ['MetricAlarm'] as const };
  expect(await ask({ PauseWhile: there }, new FakeCloudWatch({ errors: 'OK' }))).toMatchObject({ by: 'AlarmMissing' });
});

test('who must not wait is not asked to', async () => {
  const cloudwatch = new FakeCloudWatch({ errors: 'ALARM' });
  expect(await ask({ PauseWhile: alarms('errors'), MaintenanceWindows: [NIGHT] }, cloudwatch, NOON, true)).toBeUndefined();
  expect(cloudwatch.asked).toEqual([]);
});
