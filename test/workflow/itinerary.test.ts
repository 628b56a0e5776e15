import { MigrationStage } from '../../src/words/migration-stage';
import { firstLeg, isRaised, Leg, LEGS, legOf, nextLeg } from '../../src/workflow/itinerary';

function way(stage: MigrationStage): string[] {
  const legs: Leg[] = [];
  for (let leg: Leg | undefined = firstLeg(stage); leg; leg = nextLeg(stage, leg)) {
    legs.push(leg);
  }
  return legs.map(({ step, direction }) => `${direction} ${step}`);
}

test.each([
  [MigrationStage.INSTALL, ['revert removal', 'revert scale-down', 'revert cluster-autoscaler', 'revert critical-workloads', 'apply former-pools']],
  [MigrationStage.CUT_OVER, ['revert removal', 'revert scale-down', 'apply critical-workloads', 'apply cluster-autoscaler', 'apply former-pools']],
  [MigrationStage.SCALE_DOWN, ['revert removal', 'apply critical-workloads', 'apply cluster-autoscaler', 'apply scale-down', 'apply former-pools']],
  [MigrationStage.REMOVED, ['revert former-pools', 'revert scale-down', 'revert cluster-autoscaler', 'revert critical-workloads', 'apply removal']],
])('the way to %s is the same from everywhere', (stage, legs) => {
  expect(way(stage)).toEqual(legs);
});

test('every stage decides about every step, so that none is left half-way', () => {
  const steps = [...new Set(LEGS.map(({ step }) => step))].sort();
  for (const stage of Object.values(MigrationStage)) {
    expect(way(stage).map(leg => leg.split(' ')[1]).sort()).toEqual(steps);
  }
});

test('what is reverted comes before what is applied, and reverts go right to left', () => {
  const order = ['critical-workloads', 'cluster-autoscaler', 'scale-down', 'former-pools', 'removal'];
  for (const stage of Object.values(MigrationStage)) {
    const positions = way(stage).map(leg => [leg.startsWith('revert'), order.indexOf(leg.split(' ')[1])] as const);
    const reverts = positions.filter(([isRevert]) => isRevert).map(([, position]) => position);
    const applies = positions.filter(([isRevert]) => !isRevert).map(([, position]) => position);
    expect(positions.map(([isRevert]) => isRevert)).toEqual([...reverts.map(() => true), ...applies.map(() => false)]);
    expect(reverts).toEqual([...reverts].sort((a, b) => b - a));
    expect(applies).toEqual([...applies].sort((a, b) => a - b));
  }
});

test('names are what the console shows, short enough for a state', () => {
  for (const leg of LEGS) {
    expect(leg.name.length).toBeLessThanOrEqual(80);
    expect(legOf(leg.name)).toBe(leg);
  }
});

test('an unknown name is refused with those that there are', () => {
  expect(() => legOf('Drain everything')).toThrow('no part of a migration is called "Drain everything", there are Pin critical workloads');
});

test.each([
  ['INSTALL', 'SCALE_DOWN', true], ['CUT_OVER', 'SCALE_DOWN', true], ['INSTALL', 'INSTALL', false], ['SCALE_DOWN', 'CUT_OVER', false],
  ['SCALE_DOWN', 'REMOVED', false],
])('from %s to %s is raised: %s', (from, to, raised) => {
  expect(isRaised(from as MigrationStage, to as MigrationStage)).toBe(raised);
});
