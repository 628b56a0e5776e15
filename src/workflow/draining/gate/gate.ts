import { opening } from './windows';
import { some } from '../../../words/short-list';
import { AlarmType, ScaleDownConfiguration, WorkflowConfiguration } from '../../contract';
import { PauseReason } from '../../pause-reason';
import { blocked, Progress } from '../../step';

/** An alarm as CloudWatch has it. */
export interface AlarmView {
  readonly arn: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
}

/** What the gate needs of CloudWatch. */
export interface AlarmsPort {
  /** Those of the alarms that there are, by their names; at most a hundred. */
  alarms(names: readonly string[], types: readonly AlarmType[]): Promise<readonly AlarmView[]>;
}

/** Asked right before nodes are begun, whichever they are: what has to be waited for first; undefined where nothing has. */
export type Gate = () => Promise<Progress | undefined>;

/**
 * What the user wants to be waited for before a node is begun. Nodes in hand go on, because a node that is half empty helps nobody.
 *
 * @param anytime for whoever must not wait
 */
export function gateOf({ ScaleDown }: Pick<WorkflowConfiguration, 'ScaleDown'>, anytime: boolean, port: AlarmsPort, now: () => number = Date.now): Gate {
  return async () => anytime ? undefined : mayBegin(ScaleDown, port, now());
}

/** Windows are looked at first: outside of them it does not matter what alarms say. */
async function mayBegin(
  { PauseWhile, MaintenanceWindows = [] }: Pick<ScaleDownConfiguration, 'PauseWhile' | 'MaintenanceWindows'>, port: AlarmsPort, now: number,
): Promise<Progress | undefined> {
  const opens = opening(MaintenanceWindows, now);
  if (opens !== undefined) {
    return blocked(PauseReason.OUTSIDE_MAINTENANCE_WINDOWS, `outside of all maintenance windows, the next one opens at ${new Date(opens).toISOString()}`, {
      waitSeconds: Math.ceil((opens - now) / 1000),
    });
  }
  return PauseWhile && judge(PauseWhile.AlarmArns, await port.alarms([...new Set(PauseWhile.AlarmArns.map(nameOf))], PauseWhile.AlarmTypes));
}

/** An alarm that rings says more than one that is missing. One without enough data has nothing to say: many have none as long as nothing happens. */
function judge(arns: readonly string[], alarms: readonly AlarmView[]): Progress | undefined {
  const ringing = arns.filter(arn => alarms.some(alarm => alarm.arn === arn && alarm.state === 'ALARM'));
  if (ringing.length > 0) {
    return blocked(PauseReason.ALARM_RINGS, `alarm ${some(ringing.map(nameOf))} is in ALARM: no other node is drained before it is over`);
  }
  const missing = arns.filter(arn => !alarms.some(alarm => alarm.arn === arn));
  return missing.length === 0 ? undefined
    : blocked(PauseReason.ALARM_MISSING, `there is no alarm ${some(missing)}: make it again, or take it out of \`scaleDown.pauseWhile\``);
}

/** A name may have colons. */
function nameOf(arn: string): string {
  return arn.split(':').slice(6).join(':');
}
