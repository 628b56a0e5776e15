import { Departing, FleetPort, NodeClassView } from '../../karpenter/api/fleet';
import { KarpenterApi } from '../../karpenter/api/karpenter-api';
import { some } from '../../words/short-list';
import { PauseReason } from '../pause-reason';
import { Progress, waiting, working } from '../step';

/** Karpenter ends the instance profile and the launch templates of a node class before it lets it go. */
const ENDING_MINUTES = 20;
const LOOK_SECONDS = 5;

/** Deletes the node classes that a migration has left behind; undefined where there is none. */
export async function removeNodeClasses(
  fleet: Pick<FleetPort, 'remove'>, { words }: KarpenterApi, former: readonly NodeClassView[],
): Promise<Progress | undefined> {
  const staying = former.filter(({ leaving }) => leaving === undefined);
  if (staying.length > 0) {
    await fleet.remove(staying.map(({ name, uid }): Departing => ({ kind: 'nodeClass', name, uid })));
    return working(`deleted ${words.nodeClass} ${some(staying.map(({ name }) => name))}: no ${words.pool} needs it`, 1);
  }
  return former.length > 0
    ? waiting(`waits for the end of ${words.nodeClass} ${some(former.map(({ name }) => name))}`, LOOK_SECONDS, {
      by: PauseReason.CONTROLLER_NOT_WORKING, minutes: ENDING_MINUTES,
    })
    : undefined;
}
