import * as fc from 'fast-check';
import { PoolView } from '../../../src/karpenter/api/fleet';
import { Limits } from '../../../src/karpenter/api/karpenter-api';
import { V0_API } from '../../../src/karpenter/v0/api';
import { LaunchLimits } from '../../../src/workflow/emptying/limits';
import { LIMITS_RECORD, NODES_GONE_MARK } from '../../../src/workflow/records';
import { changed, poolView } from '../removal/fakes';

const launches = new LaunchLimits(V0_API);

const LIMITS: ReadonlyArray<[string, Limits | null]> = [
  ['none', null],
  ['an empty object', {}],
  ['no resources', { resources: {} }],
  ['cpu', { resources: { cpu: '1k' } }],
  ['cpu as a number', { resources: { cpu: 100 } }],
  ['memory alone', { resources: { memory: '1Ti' } }],
  ['several', { resources: { 'cpu': '100', 'memory': '1Ti', 'nvidia.com/gpu': 4 } }],
  ['zero of the owner\'s own', { resources: { cpu: '0', memory: '1Ti' } }],
];

function stopped(before: PoolView): PoolView {
  return changed(before, launches.stop(before)!);
}

describe.each(LIMITS)('limits: %s', (_name, limits) => {
  const before = poolView('default', { limits });

  test('are replaced by cpu zero and nothing else', () => {
    expect(stopped(before).limits).toEqual({ resources: { cpu: '0' } });
  });

  test('are recorded exactly, and not again', () => {
    expect(JSON.parse(stopped(before).annotations[LIMITS_RECORD])).toEqual(limits);
    expect(launches.stop(stopped(before))).toBeUndefined();
  });

  test('come back exactly, with the record gone', () => {
    const { change, theirs } = launches.restore(stopped(before))!;
    expect(changed(stopped(before), change)).toEqual(before);
    expect(theirs).toBe(false);
  });

  test('come back by the command that is printed', () => {
    const [, patch] = /--type merge -p '(.*)'$/.exec(launches.undoOf(before, launches.stop(before)!))!;
    const { metadata: { annotations }, spec } = JSON.parse(patch);
    expect(changed(stopped(before), { name: 'default', version: '1', limits: spec.limits, annotations })).toEqual(before);
  });
});

test.each<[string, Limits | null, Limits | null, Limits | null]>([
  ['another cpu decides about all', { resources: { cpu: '100', memory: '1Ti' } }, { resources: { cpu: '500' } }, { resources: { cpu: '500' } }],
  ['limits that were removed stay removed', { resources: { cpu: '100' } }, null, null],
  ['a cpu that was removed decides about all', { resources: { cpu: '100' } }, { resources: { memory: '2Ti' } }, { resources: { memory: '2Ti' } }],
  ['what was added beside our cpu stays', { resources: { cpu: '100', memory: '1Ti' } }, { resources: { cpu: '0', memory: '2Ti' } }, { resources: { cpu: '100', memory: '2Ti' } }],
  ['what was added where nothing was stays', null, { resources: { cpu: '0', memory: '2Ti' } }, { resources: { memory: '2Ti' } }],
  ['zero counts in every notation', { resources: { cpu: '100' } }, { resources: { cpu: '0m' } }, { resources: { cpu: '100' } }],
])('changes of the owner: %s', (_name, recorded, live, expected) => {
  expect(launches.former(recorded, live)).toEqual(expected);
});

test('limits that let karpenter launch again are stopped again, and are what is restored later', () => {
  const applied = { ...stopped(poolView('default', { limits: { resources: { cpu: '100', memory: '1Ti' } } })), limits: { resources: { cpu: '500' } } };
  const again = stopped(applied);
  expect(again.limits).toEqual({ resources: { cpu: '0' } });
  expect(changed(again, launches.restore(again)!.change).limits).toEqual({ resources: { cpu: '500' } });
});

test('limits that the owner set in the meantime stay and are not written', () => {
  const theirs = { ...stopped(poolView('default')), limits: { resources: { cpu: '500' } } };
  const restoration = launches.restore(theirs)!;
  expect(restoration.theirs).toBe(true);
  expect(restoration.change).toEqual({ name: 'default', version: '1', annotations: { [LIMITS_RECORD]: null } });
});

test('without a record nothing is restored', () => {
  expect(launches.restore(poolView('default', { limits: { resources: { cpu: '0' } } }))).toBeUndefined();
});

test('a mark alone goes without a change of limits', () => {
  const marked = poolView('default', { limits: { resources: { cpu: '0' } }, annotations: { [NODES_GONE_MARK]: 'x' } });
  expect(launches.restore(marked)).toMatchObject({ change: { annotations: { [NODES_GONE_MARK]: null } }, theirs: false });
  expect(launches.restore(marked)!.change).not.toHaveProperty('limits');
});

test.each(['not json', '7', '"text"'])('a record that cannot be read is refused with what to do: %s', text => {
  const spoiled = poolView('default', { annotations: { [LIMITS_RECORD]: text } });
  expect(() => launches.stop(spoiled)).toThrow(/limits of Provisioner default .* cannot be read: set its limits yourself and remove the annotation/);
});

const anyLimits = fc.option(fc.record({
  resources: fc.dictionary(fc.constantFrom('cpu', 'memory', 'nvidia.com/gpu', 'pods'), fc.constantFrom('0', '1', '500m', '1Ti', 7)),
}, { requiredKeys: [] }) as fc.Arbitrary<Limits>);

test('restore undoes stop, whatever the limits were', () => {
  fc.assert(fc.property(anyLimits, limits => {
    const before = poolView('default', { limits });
    expect(changed(stopped(before), launches.restore(stopped(before))!.change)).toEqual(before);
  }));
});

test('stop always stops, and restore leaves no record, whatever the owner does in between', () => {
  fc.assert(fc.property(anyLimits, anyLimits, (limits, theirs) => {
    const between = { ...stopped(poolView('default', { limits })), limits: theirs };
    const change = launches.stop(between);
    expect(launches.isStopped((change ? changed(between, change) : between).limits)).toBe(true);
    expect(changed(between, launches.restore(between)!.change).annotations).toEqual({});
  }));
});
