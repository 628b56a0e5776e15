import { ScaleDownPorts, ScaleDownStepConfiguration } from './context';
import { Fleet, goers } from './fleet';
import { isMoving } from './moves';
import { stopScaleDown } from './stop';
import { Targets } from './targets';
import { NodeView, PodView } from '../../kubernetes/views';
import { isInBatch } from '../draining/drain';
import { Gate } from '../draining/gate/gate';
import { isAwaited } from '../pause-reason';
import { CLEAR_RECORD } from '../records';
import { Progress } from '../step';

/** What one call looks at. */
export interface Scene {
  readonly ports: ScaleDownPorts;
  readonly configuration: ScaleDownStepConfiguration;
  readonly force: boolean;
  readonly now: number;
  readonly fleets: readonly Fleet[];
  readonly demand: Targets['demand'];
  readonly nodes: readonly NodeView[];
  readonly pods: readonly PodView[];
  /** Asked once in a call at most. */
  readonly mayBegin: Gate;
}

/** The gate, asked once. */
export function once(gate: Gate): Gate {
  let answer: ReturnType<Gate> | undefined;
  return () => answer ??= gate();
}

/**
 * Where no node is in hand and none may be begun, all is left as a stop leaves it: it may take days, and whatever lets the alarm ring may need the room on
 * the nodes that go.
 */
export async function waitToBegin(scene: Scene): Promise<Progress | undefined> {
  const leaving = goers(scene.fleets);
  if (leaving.length === 0 || leaving.some(isInBatch) || isOnTheMove(scene)) {
    return undefined;
  }
  const reason = await scene.mayBegin();
  if (reason?.kind === 'blocked' && isAwaited(reason.by)) {
    await stopScaleDown(scene.ports, scene.configuration);
  }
  return reason && { ...reason, counts: { nodesLeft: leaving.length } };
}

/** Whether a pod moves to a node that stays, or room is made for one there. */
export function isOnTheMove(scene: Scene): boolean {
  return hasRoomMade(scene) || scene.nodes.some(node => isMoving(node, scene.pods));
}

/** Whether room is made for a pod on a node that stays: it is for that pod, which therefore goes on. */
export function hasRoomMade({ nodes }: Scene): boolean {
  return nodes.some(node => node.annotations[CLEAR_RECORD] !== undefined);
}
