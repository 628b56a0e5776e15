import { ApiObject, Budget } from '../../../src/karpenter/api/karpenter-api';
import { V1_API } from '../../../src/karpenter/v1/api';
import { voluntaryDisruption as disruption } from '../../../src/karpenter/v1/disruption';
import { maximumItems, schemaErrors } from '../../provisioning/schemas';
import { nodePoolManifest } from '../../provisioning/v1/fixtures';
import { patched } from '../../provisioning/v1/manifest-row';

const OURS: Budget = { nodes: '0', reasons: ['Underutilized', 'Drifted'] };
/** As the definition of Karpenter 1.14.3 has it. */
const MOST = maximumItems('NodePool', 'disruption.budgets');
const many = (count: number): Budget[] => Array.from({ length: count }, (_, index) => ({ nodes: String(index + 1) }));
const pool = (spec?: object): ApiObject => ({ metadata: { name: 'default' }, spec }) as ApiObject;

test.each<[string, object | undefined, readonly Budget[] | null]>([
  ['none', undefined, null],
  ['none beside another rule', { disruption: { consolidateAfter: '1m' } }, null],
  ['an empty list', { disruption: { budgets: [] } }, []],
  ['the default', { disruption: { budgets: [{ nodes: '10%' }] } }, [{ nodes: '10%' }]],
])('the budgets of a NodePool: %s', (_name, spec, budgets) => {
  expect(disruption.budgetsOf(pool(spec))).toEqual(budgets);
});

test.each<[string, readonly Budget[] | null, boolean]>([
  ['no budgets', null, false],
  ['an empty list', [], false],
  ['ours', [OURS], true],
  ['ours among others', [{ nodes: '10%' }, OURS], true],
  ['none at all', [{ nodes: '0' }], true],
  ['zero percent', [{ nodes: '0%' }], true],
  ['one reason each', [{ nodes: '0', reasons: ['Drifted'] }, { nodes: '0', reasons: ['Underutilized', 'Empty'] }], true],
  ['one reason alone', [{ nodes: '0', reasons: ['Drifted'] }], false],
  ['empty nodes alone', [{ nodes: '0', reasons: ['Empty'] }], false],
  ['at some times only', [{ nodes: '0', schedule: '0 9 * * 1-5', duration: '8h' }], false],
  ['some nodes', [{ nodes: '10' }], false],
])('nothing is moved of its own accord with %s: %s', (_name, budgets, held) => {
  expect(disruption.isHeld(budgets)).toBe(held);
});

test.each<[string, readonly Budget[] | null]>([
  ['none', null], ['an empty list', []], ['the default', [{ nodes: '10%' }]], ['as many as there may be', many(MOST)], ['ours already', [OURS, { nodes: '10%' }]],
])('a hold is added once, bounds empty nodes as before and keeps within the API: %s', (_name, budgets) => {
  const held = disruption.held(budgets);
  expect(disruption.isHeld(held)).toBe(true);
  expect(held.filter(budget => JSON.stringify(budget) === JSON.stringify(OURS))).toHaveLength(1);
  expect(held.length).toBeLessThanOrEqual(MOST);
  expect(disruption.held(held)).toEqual(held);
});

test('as many budgets are held as the API takes, and one more is refused by it', () => {
  expect(disruption.held(many(MOST + 5))).toHaveLength(MOST);
  expect(disruption.held(many(MOST - 1))).toEqual([OURS, ...many(MOST - 1)]);
  expect(schemaErrors('NodePool', patchedPool(disruption.specWith(many(MOST + 1))))).toEqual([`/spec/disruption/budgets must NOT have more than ${MOST} items`]);
});

test('where a budget has to make room, it is one that says nothing beside ours', () => {
  const idle: Budget = { nodes: '5', reasons: ['Drifted'] };
  const others: Budget[] = [...many(MOST - 2), { nodes: '0', reasons: ['Empty'] }];
  expect(disruption.held([idle, ...others])).toEqual([OURS, ...others]);
});

test('what is not ours stays, also what is nearly ours', () => {
  const theirs: Budget[] = [{ nodes: '10%' }, { ...OURS, schedule: '@daily', duration: '1h' }, { nodes: '0', reasons: ['Drifted'] }];
  expect(disruption.released(disruption.held(theirs))).toEqual(theirs);
});

test('budgets are written where a NodePool has them', () => {
  expect(disruption.specWith([OURS])).toEqual({ disruption: { budgets: [OURS] } });
  expect(disruption.specWith(null)).toEqual({ disruption: { budgets: null } });
});

/** A NodePool as we make it, with a patch of its spec upon it. */
const patchedPool = (patch: object) => {
  const manifest = nodePoolManifest({});
  return { ...manifest, spec: patched(manifest.spec, patch) };
};

test.each<[string, readonly Budget[] | null]>([
  ['none', null], ['an empty list', []], ['the default', [{ nodes: '10%' }]], ['as many as there may be', many(MOST)],
])('the API takes what is written over budgets: %s', (_name, budgets) => {
  const written = disruption.held(budgets);
  expect(schemaErrors('NodePool', patchedPool(disruption.specWith(written)))).toEqual([]);
  expect(schemaErrors('NodePool', patchedPool(disruption.specWith(budgets)))).toEqual([]);
});

test.each([{}, { replicas: 2 }])('the API takes the limits that stop the launches of a NodePool with %j', (spec) => {
  const limits = V1_API.limitsWith(null, { [V1_API.limitedBy(pool(spec))]: '0' });
  expect(schemaErrors('NodePool', patchedPool({ ...spec, limits }))).toEqual([]);
});
