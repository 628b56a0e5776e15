import { MigrationStage } from '../words/migration-stage';

export type StepName = 'critical-workloads' | 'cluster-autoscaler' | 'scale-down' | 'removal';
export type Direction = 'apply' | 'revert';

/** One step in one direction, by the name that the state has in the console. */
export interface Leg { readonly name: string; readonly step: StepName; readonly direction: Direction }

const leg = (name: string, step: StepName, direction: Direction): Leg => ({ name, step, direction });

const PIN = leg('Pin critical workloads', 'critical-workloads', 'apply');
const STOP_AUTOSCALER = leg('Stop the Cluster Autoscaler', 'cluster-autoscaler', 'apply');
const DRAIN = leg('Drain node groups', 'scale-down', 'apply');
const RESTORE_NODEGROUPS = leg('Restore node groups', 'scale-down', 'revert');
const RESTORE_AUTOSCALER = leg('Restore the Cluster Autoscaler', 'cluster-autoscaler', 'revert');
const UNPIN = leg('Unpin critical workloads', 'critical-workloads', 'revert');
const REMOVE = leg('Drain the nodes of Karpenter', 'removal', 'apply');
const RELAUNCH = leg('Let Karpenter launch again', 'removal', 'revert');

/** Every leg that a run may go. */
export const LEGS: readonly Leg[] = [PIN, STOP_AUTOSCALER, DRAIN, RESTORE_NODEGROUPS, RESTORE_AUTOSCALER, UNPIN, REMOVE, RELAUNCH];

/** The way to a stage, from wherever: what must not be applied there is reverted, right to left, then the rest applied, left to right. */
const WAYS: Readonly<Record<MigrationStage, readonly Leg[]>> = {
  [MigrationStage.INSTALL]: [RELAUNCH, RESTORE_NODEGROUPS, RESTORE_AUTOSCALER, UNPIN],
  [MigrationStage.CUT_OVER]: [RELAUNCH, RESTORE_NODEGROUPS, PIN, STOP_AUTOSCALER],
  [MigrationStage.SCALE_DOWN]: [RELAUNCH, PIN, STOP_AUTOSCALER, DRAIN],
  [MigrationStage.REMOVED]: [RESTORE_NODEGROUPS, RESTORE_AUTOSCALER, UNPIN, REMOVE],
};

export function firstLeg(stage: MigrationStage): Leg {
  return WAYS[stage][0];
}

/** The leg after one that is done; undefined where the stage is reached. */
export function nextLeg(stage: MigrationStage, doneLeg: Leg): Leg | undefined {
  return WAYS[stage][WAYS[stage].indexOf(doneLeg) + 1];
}

export function legOf(name: string): Leg {
  const found = LEGS.find(one => one.name === name);
  if (!found) {
    throw new Error(`no part of a migration is called "${name}", there are ${LEGS.map(one => one.name).join(', ')}`);
  }
  return found;
}

/** How far a stage takes things away from what was there: a run to a higher one drains, a run to a lower one restores. */
export function isRaised(from: MigrationStage, to: MigrationStage): boolean {
  const order = [MigrationStage.INSTALL, MigrationStage.CUT_OVER, MigrationStage.SCALE_DOWN];
  return order.indexOf(to) > order.indexOf(from);
}
