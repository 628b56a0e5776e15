import * as fc from 'fast-check';
import { contradiction, deadTerm, labelKeys, NodeFacts } from '../../../src/kubernetes/placement';
import { describeTerm, matches, matchesTerm, tolerates, Affinity, Requirement, Term, termsOf } from '../../../src/kubernetes/scheduling';
import { nodegroupRequirement, Pin, pinned, same, unpinned } from '../../../src/workflow/critical-workloads/affinity';
import { isPinned, planPin, unsatisfiable } from '../../../src/workflow/critical-workloads/plan';
import { isFought, mark } from '../../../src/workflow/critical-workloads/record';

const GROUP = 'eks.amazonaws.com/nodegroup';
const OURS = nodegroupRequirement(GROUP, ['apps', 'system']);
const LINUX: Requirement = { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] };
const ARM: Requirement = { key: 'kubernetes.io/arch', operator: 'In', values: ['arm64'] };
const AMD: Requirement = { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] };
const required = (...nodeSelectorTerms: Term[]): Affinity =>
  ({ nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } });
const expressions = (...matchExpressions: Requirement[]): Term => ({ matchExpressions });

describe('the requirement', () => {
  test('names the node groups that were named, and any otherwise', () => {
    expect(OURS).toEqual({ key: GROUP, operator: 'In', values: ['apps', 'system'] });
    expect(nodegroupRequirement(GROUP)).toEqual({ key: GROUP, operator: 'Exists' });
  });
});

describe('pinning', () => {
  const other = { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: 'z', matchLabelKeys: ['h'] } }] } };
  const preferred = { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: expressions(ARM) }] };

  test.each<[string, Affinity | null, Affinity]>([
    ['makes one term where there is no affinity', null, required(expressions(OURS))],
    ['makes one term beside other affinities', other, { ...other, ...required(expressions(OURS)) }],
    ['keeps preferences',
      { nodeAffinity: preferred },
      { nodeAffinity: { ...preferred, requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [expressions(OURS)] } } }],
    ['goes into every term, because terms are ORed', required(expressions(LINUX, AMD), expressions(ARM)), required(expressions(LINUX, AMD, OURS), expressions(ARM, OURS))],
    ['goes beside fields',
      required({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }),
      required({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }], matchExpressions: [OURS] })],
    ['leaves a term alone that has it, in whatever order', required(expressions({ ...OURS, values: ['system', 'apps'] }), expressions(ARM)),
      required(expressions({ ...OURS, values: ['system', 'apps'] }), expressions(ARM, OURS))],
  ])('%s', (_, before, after) => expect(pinned(before, OURS)).toEqual(after));

  test('plans nothing where the owner has pinned it', () => {
    expect(planPin(required(expressions(LINUX, OURS)), {}, OURS)).toEqual({ kind: 'pinned' });
  });

  test('refuses an empty term, which matches nothing and would be widened', () => {
    expect(planPin(required(expressions(LINUX), {}), {}, OURS)).toMatchObject({ kind: 'refuse' });
  });

  test('with other node groups replaces what it put in before and keeps the first original', () => {
    const before = nodegroupRequirement(GROUP, ['apps']);
    const pin: Pin = { original: required(expressions(LINUX)), pinned: required(expressions(LINUX, before)), requirement: before };
    expect(planPin(pin.pinned, { affinity: { ...pin, ...mark('us', undefined, 0) } }, OURS)).toEqual({
      kind: 'pin', pin: { original: pin.original, pinned: required(expressions(LINUX, OURS)), requirement: OURS },
    });
  });
});

describe('unpinning', () => {
  const pin = (original: Affinity | null): Pin => ({ original, pinned: pinned(original, OURS), requirement: OURS });

  test.each<[string, Affinity | null, Affinity | null, Affinity | null]>([
    ['gives back no affinity at all', null, pinned(null, OURS), null],
    ['gives back an empty one', {}, pinned({}, OURS), {}],
    ['changes nothing that is restored already', required(expressions(LINUX)), required(expressions(LINUX)), required(expressions(LINUX))],
    ['keeps an affinity that the owner took away', required(expressions(LINUX)), null, null],
    ['keeps a term that the owner added, without ours', required(expressions(LINUX)),
      required(expressions(LINUX, OURS), expressions(ARM, OURS)), required(expressions(LINUX), expressions(ARM))],
    ['keeps what the owner added and drops the term and the keys that we made', null,
      { ...pinned(null, OURS), podAffinity: { a: 1 } }, { podAffinity: { a: 1 } }],
    ['keeps a preference that the owner added', null,
      { nodeAffinity: { ...pinned(null, OURS).nodeAffinity, preferredDuringSchedulingIgnoredDuringExecution: [1] } },
      { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [1] } }],
    ['keeps the same requirement where the owner had it before', required(expressions(OURS), expressions(LINUX)),
      required(expressions(OURS), expressions(LINUX, OURS), expressions(ARM)), required(expressions(OURS), expressions(LINUX), expressions(ARM))],
    ['drops no key of the owner', { nodeAffinity: {} }, { ...pinned({ nodeAffinity: {} }, OURS), podAffinity: {} }, { nodeAffinity: {}, podAffinity: {} }],
  ])('%s', (_, original, live, expected) => expect(unpinned(live, pin(original))).toEqual(expected));
});

describe('for any affinity', () => {
  const requirement: fc.Arbitrary<Requirement> = fc.oneof(
    fc.record({ key: fc.constantFrom('a', 'b', GROUP), operator: fc.constantFrom('In', 'NotIn'), values: fc.array(fc.constantFrom('1', '2', 'apps', 'system'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ key: fc.constantFrom('a', 'b', GROUP), operator: fc.constantFrom('Exists', 'DoesNotExist') }),
  );
  const term: fc.Arbitrary<Term> = fc.record({ matchExpressions: fc.array(requirement, { minLength: 1, maxLength: 3 }) });
  const terms = fc.record({ nodeSelectorTerms: fc.array(term, { minLength: 1, maxLength: 3 }) });
  const nodeAffinity = fc.record(
    { requiredDuringSchedulingIgnoredDuringExecution: terms, preferredDuringSchedulingIgnoredDuringExecution: fc.constant([1]) },
    { requiredKeys: [] },
  );
  const affinity = fc.option(fc.record({ nodeAffinity, podAffinity: fc.constant({ x: 1 }) }, { requiredKeys: [] })) as fc.Arbitrary<Affinity | null>;
  const ours = fc.constantFrom(OURS, nodegroupRequirement(GROUP));
  const node = fc.record({ name: fc.constant('n'), labels: fc.dictionary(fc.constantFrom('a', 'b', GROUP), fc.constantFrom('1', '2', 'apps', 'system')) });

  test('unpinning takes back exactly what pinning did, and doing either twice changes nothing', () => {
    fc.assert(fc.property(affinity, ours, (original, by) => {
      const once = pinned(original, by);
      const pin: Pin = { original, pinned: once, requirement: by };
      expect(pinned(once, by)).toEqual(once);
      expect(unpinned(once, pin)).toEqual(original);
      expect(unpinned(original, pin)).toEqual(same(original, once) ? once : original);
    }));
  });

  test('a pinned pod fits the nodes that it fitted before, as far as they are of the node groups', () => {
    const fits = (by: Affinity | null, on: Pick<NodeFacts, 'name' | 'labels'>) => termsOf(by).length === 0 || termsOf(by).some(one => matchesTerm(one, on));
    fc.assert(fc.property(affinity, ours, node, (original, by, on) => {
      expect(fits(pinned(original, by), on)).toBe(fits(original, on) && matches(by, on.labels[by.key]));
    }));
  });

  test('after any change of the owner nothing of ours is left, and a second unpinning changes nothing', () => {
    fc.assert(fc.property(affinity, affinity, ours, (original, changed, by) => {
      const pin: Pin = { original, pinned: pinned(original, by), requirement: by };
      const back = unpinned(changed, pin);
      expect(unpinned(back, pin)).toEqual(same(back, pin.pinned) ? original : back);
      expect(isPinned(back, pin) && !same(back, pin.pinned)).toBe(false);
    }));
  });
});

describe('a requirement', () => {
  test.each<[string, string[] | undefined, string | undefined, boolean]>([
    ['In', ['a', 'b'], 'b', true], ['In', ['a'], 'b', false], ['In', ['a'], undefined, false],
    ['NotIn', ['a'], 'b', true], ['NotIn', ['a'], 'a', false], ['NotIn', ['a'], undefined, true],
    ['Exists', undefined, '', true], ['Exists', undefined, undefined, false],
    ['DoesNotExist', undefined, undefined, true], ['DoesNotExist', undefined, '', false],
    ['Gt', ['3'], '4', true], ['Gt', ['3'], '3', false], ['Gt', ['3'], 'x', false], ['Gt', ['3'], undefined, false],
    ['Lt', ['3'], '2', true], ['Lt', ['3'], '3', false], ['Lt', ['3'], undefined, false],
    ['Like', ['a'], 'a', false],
  ])('%s %j with the value %j: %s', (operator, values, value, expected) => expect(matches({ key: 'k', operator, values }, value)).toBe(expected));

  test('on a field is about the name of the node', () => {
    const term: Term = { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] };
    expect(matchesTerm(term, { name: 'n1', labels: {} })).toBe(true);
    expect(matchesTerm(term, { name: 'n2', labels: {} })).toBe(false);
    expect(matchesTerm({ matchFields: [{ key: 'metadata.uid', operator: 'In', values: ['n1'] }] }, { name: 'n1', labels: {} })).toBe(false);
    expect(matchesTerm({}, { name: 'n1', labels: {} })).toBe(false);
  });
});

describe('contradictions', () => {
  const on = (operator: string, ...values: string[]): Requirement => ({ key: 'k', operator, ...values.length ? { values } : {} });
  test.each<[boolean, Requirement[], Record<string, string>]>([
    [true, [on('In', 'a'), on('In', 'b')], {}],
    [false, [on('In', 'a', 'b'), on('In', 'b', 'c')], {}],
    [true, [on('In', 'a'), on('NotIn', 'a')], {}],
    [true, [on('Exists'), on('DoesNotExist')], {}],
    [true, [on('In', 'a'), on('DoesNotExist')], {}],
    [false, [on('NotIn', 'a'), on('DoesNotExist')], {}],
    [true, [on('Gt', '3'), on('Lt', '4')], {}],
    [false, [on('Gt', '3'), on('Lt', '5')], {}],
    [true, [on('Gt', '3'), on('Lt', '5'), on('NotIn', '4')], {}],
    [true, [on('Gt', '3'), on('In', '2')], {}],
    [false, [on('Gt', '3')], {}],
    [false, [on('Lt', '3'), on('NotIn', '2')], {}],
    [true, [on('In', 'a')], { k: 'b' }],
    [false, [on('In', 'a')], { k: 'a' }],
    [false, [], {}],
  ])('%s for %j with the node selector %j', (expected, terms, nodeSelector) => {
    expect(contradiction({ affinity: required(expressions(...terms)), nodeSelector, tolerations: [] }) !== undefined).toBe(expected);
  });
});

describe('nodes', () => {
  const node = (over: Partial<NodeFacts> = {}): NodeFacts => ({
    name: 'n1', labels: { [GROUP]: 'apps', 'kubernetes.io/os': 'linux' }, taints: [], ready: true, unschedulable: false, ...over,
  });
  const placement = { affinity: required(expressions(LINUX, OURS)), nodeSelector: {}, tolerations: [] };
  const taint = { key: 'dedicated', value: 'x', effect: 'NoSchedule' };

  test.each<[string, NodeFacts[], object, boolean]>([
    ['a fitting one is enough', [node({ ready: false }), node()], {}, true],
    ['none at all is not', [], {}, false],
    ['one that is not Ready is not', [node({ ready: false })], {}, false],
    ['one that is cordoned is not', [node({ unschedulable: true })], {}, false],
    ['one with other labels is not', [node({ labels: { [GROUP]: 'apps', 'kubernetes.io/os': 'windows' } })], {}, false],
    ['one that the node selector leaves out is not', [node()], { nodeSelector: { disk: 'ssd' } }, false],
    ['one with a taint is not', [node({ taints: [taint] })], {}, false],
    ['one with a tolerated taint is', [node({ taints: [taint] })], { tolerations: [{ key: 'dedicated', operator: 'Exists' }] }, true],
    ['one that would rather not is', [node({ taints: [{ ...taint, effect: 'PreferNoSchedule' }] })], {}, true],
  ])('%s', (_, nodes, over, expected) => expect(deadTerm({ ...placement, ...over }, nodes) === undefined).toBe(expected));

  test('every term needs one', () => {
    const both = { ...placement, affinity: required(expressions(LINUX, OURS), expressions(ARM, OURS)) };
    expect(unsatisfiable(both, [node()])).toBe('none of the 1 nodes of the host node groups is Ready, tolerated and satisfies its node selector and the term '
      + 'kubernetes.io/arch In [arm64] and eks.amazonaws.com/nodegroup In [apps, system]');
  });

  test('a contradiction is told without looking at nodes', () => {
    expect(unsatisfiable({ ...placement, affinity: required(expressions({ ...OURS, values: ['gpu'] }, OURS)) }, []))
      .toMatch('no node can ever satisfy its node selector and the term eks.amazonaws.com/nodegroup In [gpu] and eks.amazonaws.com/nodegroup In [apps, system]');
  });

  test('are asked for the labels that matter', () => {
    expect(labelKeys({ affinity: required(expressions(LINUX, OURS), expressions(ARM)), nodeSelector: { disk: 'ssd' }, tolerations: [] }))
      .toEqual(['disk', GROUP, 'kubernetes.io/arch', 'kubernetes.io/os']);
    expect(describeTerm(expressions({ key: 'a', operator: 'Exists' }))).toBe('a Exists');
  });

  test.each<[object, boolean]>([
    [{ operator: 'Exists' }, true],
    [{ key: 'dedicated', operator: 'Exists' }, true],
    [{ key: 'dedicated', value: 'x' }, true],
    [{ key: 'dedicated', operator: 'Equal', value: 'x', effect: 'NoSchedule' }, true],
    [{ key: 'dedicated', operator: 'Equal', value: 'y' }, false],
    [{ key: 'dedicated', operator: 'Exists', effect: 'NoExecute' }, false],
    [{ key: 'other', operator: 'Exists' }, false],
    [{ key: 'dedicated' }, false],
  ])('the toleration %j: %s', (toleration, expected) => expect(tolerates([toleration], taint)).toBe(expected));
});

describe('a pin that somebody takes off', () => {
  test('is put back once, then it would be a fight for an hour', () => {
    const first = mark('us', undefined, 0);
    const second = mark('us', first, 60_000);
    expect([first.attempt, second.attempt, mark('us', second, 2 * 3600_000).attempt]).toEqual([1, 2, 1]);
    expect([isFought(undefined, 0), isFought(first, 0)]).toEqual([false, false]);
    expect([isFought(second, 120_000), isFought(second, 2 * 3600_000)]).toEqual([true, false]);
  });
});
