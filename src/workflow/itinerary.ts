import { StepName, STEPS } from './steps';
import { MigrationStage } from '../words/migration-stage';

export type Direction = 'apply' | 'revert';

/** One step in one direction, by the name that the state has in the console. */
export interface Leg { readonly name: string; readonly step: StepName; readonly direction: Direction }

const APPLY = STEPS.map((step): Leg => ({ name: step.apply, step: step.name, direction: 'apply' }));
const REVERT = STEPS.map((step): Leg => ({ name: step.revert, step: step.name, direction: 'revert' }));

function isApplied({ step }: Leg, at: MigrationStage): boolean {
  const { stages }: { readonly stages: readonly MigrationStage[] } = STEPS.find(({ name }) => name === step)!;
  return stages.includes(at);
}

const applied = (stage: MigrationStage) => APPLY.filter(leg => isApplied(leg, stage));
const reverted = (stage: MigrationStage) => REVERT.filter(leg => !isApplied(leg, stage)).reverse();
const undone = (stage: MigrationStage) => REVERT.filter(leg => isApplied(leg, stage)).reverse();

/** Every leg that a run may go: to the end of the migration and back, then to its removal and back. */
export const LEGS: readonly Leg[] = [MigrationStage.SCALE_DOWN, MigrationStage.REMOVED].flatMap(stage => [...applied(stage), ...undone(stage)]);

/** The way to a stage, from wherever: what must not be applied there is reverted, right to left, then the rest applied, left to right. */
function wayTo(stage: MigrationStage): readonly Leg[] {
  return [...reverted(stage), ...applied(stage)];
}

export function firstLeg(stage: MigrationStage): Leg {
  return wayTo(stage)[0];
}

/** The leg after one that is done; undefined where the stage is reached. */
export function nextLeg(stage: MigrationStage, doneLeg: Leg): Leg | undefined {
  return wayTo(stage)[wayTo(stage).indexOf(doneLeg) + 1];
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
