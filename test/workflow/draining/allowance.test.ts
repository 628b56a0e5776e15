import fc from 'fast-check';
import { MINUTE, NOW, pod } from './views';
import { ControllerView, PodView } from '../../../src/kubernetes/views';
import { allowanceOf, DisruptionLimits } from '../../../src/workflow/draining/allowance';
import { manyOf } from '../../../src/workflow/draining/amount';

const QUARTER: DisruptionLimits = { all: { Percentage: 25 }, some: [] };
const names = (pods: readonly PodView[]) => pods.map(({ name }) => name);
const web = (wanted: number, owner?: ControllerView['owner']): ControllerView[] => [{ uid: 'rs-web', wanted, owner }];
const many = (size: number, on = 'n', more: Partial<PodView> = {}) => Array.from({ length: size }, (_, index) => pod(`${on}${index}`, on, more));
const allowed = (pods: readonly PodView[], others: readonly PodView[], controllers: readonly ControllerView[], limits = QUARTER) =>
  allowanceOf(pods, { pods: [...pods, ...others], controllers }, limits, NOW);

test.each<[object, number, number]>([
  [{ Count: 3 }, 100, 3], [{ Count: 3 }, 1, 3],
  [{ Percentage: 10 }, 100, 10], [{ Percentage: 10 }, 19, 1], [{ Percentage: 10 }, 1, 1], [{ Percentage: 100 }, 7, 7],
])('%j of %i are %i', (amount, all, expected) => {
  expect(manyOf(amount as { Count: number }, all)).toBe(expected);
});

describe('a workload without a PodDisruptionBudget', () => {
  test('loses a quarter of its pods at a time', () => {
    expect(names(allowed(many(8), [], web(8)).allowed)).toEqual(['n0', 'n1']);
  });

  test('loses one at a time if it has fewer than eight, and its last one too', () => {
    expect(names(allowed(many(3), [], web(3)).allowed)).toEqual(['n0']);
    expect(names(allowed(many(1), [], web(1)).allowed)).toEqual(['n0']);
  });

  test('waits for new pods that are on their way', () => {
    const coming = pod('coming', 'k', { ready: false, created: NOW - 4 * MINUTE });
    expect(allowed(many(7), [coming], web(8))).toMatchObject({ allowed: [{ name: 'n0' }] });
    expect(allowed(many(6), [coming, { ...coming, uid: '2' }], web(8))).toMatchObject({ allowed: [] });
    expect(allowed(many(6), [coming, { ...coming, uid: '2' }], web(8)).withheld.map(({ says, isStuck }) => [says, isStuck])[0]).toEqual(['more of ReplicaSet default/web', false]);
  });

  test('is in the way where too many of its pods are not Ready for long, by name and number', () => {
    const broken = many(2, 'k', { ready: false });
    const { allowed: goes, withheld } = allowed(many(6), broken, web(8, { kind: 'Deployment', name: 'web', uid: 'web' }));
    expect(goes).toEqual([]);
    expect(withheld[0]).toMatchObject({
      isStuck: true,
      says: 'pod default/n0 on n is not evicted: Deployment default/web lacks 2 of 8 Ready pods, and 2 may be missing: see why they are not Ready, or allow more by scaleDown.workloadLimits',
    });
  });

  test('loses its pods that are not Ready whatever it lacks: these are missing already', () => {
    const pods = [pod('a', 'n', { ready: false }), pod('b', 'n', { ready: false }), pod('c', 'n')];
    expect(names(allowed(pods, [], web(3)).allowed)).toEqual(['a', 'b']);
  });

  test('counts what it wants where its controller says so, and what it has where nobody knows', () => {
    const cloneSet = { controller: { kind: 'CloneSet', name: 'web', uid: 'clone' } };
    expect(allowed(many(4, 'n', cloneSet), many(4, 'k', cloneSet), []).allowed).toHaveLength(2);
    expect(allowed(many(4, 'n', cloneSet), many(4, 'k', { ...cloneSet, leaving: NOW + 1000, ready: false }), []).allowed).toHaveLength(0);
    // A rollout that has more than are wanted lacks nothing.
    expect(allowed(many(4), many(6, 'k'), web(8)).allowed).toHaveLength(4);
  });

  test('has a limit of its own where the user says so', () => {
    const some = [{ Kind: 'Deployment', Namespace: 'default', Name: 'web', Limit: { Count: 4 } }] as const;
    const owner = { kind: 'Deployment', name: 'web', uid: 'web' };
    expect(allowed(many(8), [], web(8, owner), { ...QUARTER, some }).allowed).toHaveLength(4);
    expect(allowed(many(8, 'n', { namespace: 'else' }), [], web(8, owner), { ...QUARTER, some }).allowed).toHaveLength(2);
    expect(allowed(many(8), [], web(8), { ...QUARTER, some }).allowed).toHaveLength(2);
  });
});

describe('a PodDisruptionBudget', () => {
  const under = (allows: number, name = 'web') => ({ budget: { name, allows } });

  test.each([[0, 1], [1, 1], [3, 3]])('that allows %i is asked for %i, whatever the limit says', (allows, asked) => {
    expect(allowed(many(6, 'n', under(allows)), [], web(6)).allowed).toHaveLength(asked);
  });

  test.each<[string, Partial<PodView>]>([
    ['is just coming', { ready: false, created: NOW - 1000 }], ['is just ending', { leaving: NOW + 1000 }],
  ])('that allows nothing is not asked as long as one of its pods %s', (_name, changes) => {
    const { allowed: asked, withheld } = allowed(many(2, 'n', under(0)), many(1, 'k', { ...under(0), ...changes }), web(3));
    expect(asked).toEqual([]);
    expect(withheld.map(({ says, isStuck }) => [says, isStuck])).toEqual([0, 1].map(() => ['more of what PodDisruptionBudget default/web covers', false]));
  });

  test('that allows something is asked for it meanwhile', () => {
    expect(allowed(many(2, 'n', under(1)), many(1, 'k', { ...under(1), ready: false, created: NOW - 1000 }), web(3)).allowed).toHaveLength(1);
  });

  test('is asked for every pod that is not Ready, because it may not count those', () => {
    const pods = many(3, 'n', { ...under(0), ready: false });
    expect(allowed([...pods, ...many(3, 'm', under(0))], [], web(6)).allowed).toHaveLength(4);
  });

  test('of another namespace is another one', () => {
    const pods = [...many(2, 'n', under(1)), ...many(2, 'm', { ...under(1), namespace: 'else' })];
    expect(names(allowed(pods, [], web(4)).allowed)).toEqual(['n0', 'm0']);
  });

  test('lets another pod be asked in the place of one that is kept for a reason of its own, and each once', () => {
    const pods = many(3, 'n', under(1));
    const allowance = allowed(pods, [], web(3));
    expect(names(allowance.insteadOf([pods[0]], new Set([pods[0]])))).toEqual(['n1']);
    expect(names(allowance.insteadOf([pods[1]], new Set([pods[0], pods[1]])))).toEqual(['n2']);
    expect(allowance.insteadOf([], new Set())).toEqual([]);
  });
});

const anyPods = fc.array(fc.record({ workload: fc.nat(3), ready: fc.boolean(), leaving: fc.boolean(), here: fc.boolean() }), { maxLength: 40 });

test('whatever runs where, no workload falls below its limit by what is allowed', () => fc.assert(fc.property(anyPods, fc.integer({ min: 1, max: 100 }), (
  specs, Percentage,
) => {
  const pods = specs.map(({ workload, ready, leaving, here }, index) => pod(`p${index}`, here ? 'n' : 'k', {
    ready: ready && !leaving, leaving: leaving ? NOW + 1000 : undefined, controller: { kind: 'ReplicaSet', name: `w${workload}`, uid: `w${workload}` },
  }));
  const of = (uid: string) => pods.filter(({ controller }) => controller!.uid === uid);
  const readyOf = (uid: string, without: readonly PodView[]) => of(uid).filter(one => one.ready && !without.includes(one)).length;
  const controllers = ['w0', 'w1', 'w2', 'w3'].map(uid => ({ uid, wanted: of(uid).filter(({ leaving }) => leaving === undefined).length }));
  const asked = pods.filter(({ node, leaving }) => node === 'n' && leaving === undefined);
  const goes = allowanceOf(asked, { pods, controllers }, { all: { Percentage }, some: [] }, NOW).allowed;
  for (const { uid, wanted: all } of controllers) {
    expect(readyOf(uid, goes)).toBeGreaterThanOrEqual(Math.min(readyOf(uid, []), all - manyOf({ Percentage }, all)));
  }
})));
