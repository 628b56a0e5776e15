import { estimate, HOURS_OF_A_MONTH, MoneyQuestion } from '../../../src/cli/money/estimate';
import { pricesFor } from '../../../src/cli/money/prices';
import { NodegroupDetails } from '../../../src/cli/pools/contract';
import { GenerationName } from '../../../src/cli/pools/proposal';
import { propose } from '../../../src/cli/pools/propose';
import { Resources } from '../../../src/kubernetes/pod-needs';
import { PodView } from '../../../src/kubernetes/views';
import { facts, INSTANCE_TYPES, nodegroup } from '../pools/facts';

const GIB = 2 ** 30;
let pods = 0;

function pod(requests: Resources, changes: Partial<PodView> = {}): PodView {
  const name = `pod-${pods++}`;
  return { namespace: 'apps', name, uid: name, phase: 'Running', node: 'node-1', ready: true, created: 0, requests, controller: { kind: 'ReplicaSet', name: 'web', uid: 'web' }, ...changes };
}

function some(many: number, requests: Resources, changes: Partial<PodView> = {}): PodView[] {
  return Array.from({ length: many }, () => pod(requests, changes));
}

function question(changes: Partial<MoneyQuestion> = {}, groups: readonly NodegroupDetails[] = [nodegroup()], generation: GenerationName = 'v1'): MoneyQuestion {
  const read = facts(...groups);
  return {
    region: 'us-east-1', facts: read, proposal: propose(read, generation), pods: [], today: [{ type: 'm5.large', capacityType: 'ON_DEMAND', count: 10 }], ...changes,
  };
}

const price = (type: string) => pricesFor('us-east-1').priceOf(type)!;
const planned = (given: MoneyQuestion) => estimate(given).planned.items.map(({ type, count }) => [type, count]);

test('today is what the list says, for a month', () => {
  const { today, prices } = estimate(question());
  expect(today.monthly).toBeCloseTo(10 * 0.096 * 730);
  expect(today.items).toEqual([{ type: 'm5.large', count: 10, spot: false, hourly: 0.096, monthly: today.monthly }]);
  expect(prices).toMatchObject({ region: 'us-east-1', pricesOf: 'us-east-1', date: expect.stringMatching(/^20\d\d-\d\d-\d\d$/), currency: 'USD' });
});

test.each<GenerationName>(['v0', 'v1'])('with Karpenter %s pods are packed on the cheapest types, and the difference is negative where that costs less', (generation) => {
  const given = question({ pods: some(10, { cpu: 0.5, memory: GIB }) }, [nodegroup()], generation);
  const { planned: { items, monthly }, difference } = estimate(given);
  // Three fit on two vCPUs, seven on four: of the cheapest type that the pool allows.
  expect(items.every(({ pool }) => pool === 'apps')).toBe(true);
  expect(monthly).toBeLessThanOrEqual(4 * price('m5.large') * HOURS_OF_A_MONTH + 1e-9);
  expect(monthly).toBeGreaterThanOrEqual(3 * price('m5a.large') * HOURS_OF_A_MONTH - 1e-9);
  expect(difference).toBeCloseTo(monthly - 10 * price('m5.large') * HOURS_OF_A_MONTH);
  expect(difference).toBeLessThan(0);
});

test('only types that the pool allows are planned', () => {
  const types = new Set(estimate(question({ pods: some(40, { cpu: 1, memory: 3 * GIB }) })).planned.items.map(({ type }) => type));
  expect([...types].filter(type => !['m5.large', 'm5.xlarge', 'm5a.large', 'm5d.large', 'm7i.large'].includes(type))).toEqual([]);
});

test('no pods need no nodes', () => {
  expect(estimate(question()).planned).toEqual({ monthly: 0, items: [] });
});

test('pods of DaemonSets take room on each node and need none of their own', () => {
  const daemon = { controller: { kind: 'DaemonSet', name: 'agent', uid: 'agent' } };
  const apps = some(8, { cpu: 0.9, memory: GIB });
  const without = estimate(question({ pods: apps })).planned.monthly;
  expect(estimate(question({ pods: [...apps, ...some(10, { cpu: 0.5, memory: GIB }, daemon)] })).planned.monthly).toBeGreaterThan(without);
  expect(estimate(question({ pods: some(10, { cpu: 0.5, memory: GIB }, daemon) })).planned.items).toEqual([]);
});

test('a DaemonSet that does not tolerate the taints of a pool takes no room there', () => {
  const tainted = [nodegroup({ taints: [{ key: 'a', effect: 'NoSchedule' }] })];
  const apps = some(8, { cpu: 0.9, memory: GIB }, { tolerations: [{ operator: 'Exists' }] });
  const daemons = some(3, { cpu: 0.5, memory: GIB }, { controller: { kind: 'DaemonSet', name: 'agent', uid: 'agent' } });
  expect(planned(question({ pods: [...apps, ...daemons] }, tainted))).toEqual(planned(question({ pods: apps }, tainted)));
});

test('pods that must be apart have a node each', () => {
  const items = estimate(question({ pods: some(3, { cpu: 0.1, memory: GIB / 10 }, { apart: true }) })).planned.items;
  expect(items.reduce((sum, { count }) => sum + count, 0)).toBe(3);
});

test('each pod goes to a pool that takes it, and what fits none is said', () => {
  const groups = [nodegroup({ name: 'plain' }), nodegroup({ name: 'gpu', instanceTypes: ['g5.xlarge'], taints: [{ key: 'gpu', effect: 'NoSchedule' }], capacityType: 'SPOT' })];
  const gpu = pod({ 'cpu': 1, 'memory': GIB, 'nvidia.com/gpu': 1 }, { tolerations: [{ key: 'gpu', operator: 'Exists' }] });
  const { planned: { items }, lines, assumptions } = estimate(question({ pods: [gpu, pod({ cpu: 1, memory: GIB }), pod({ cpu: 500, memory: GIB }, { name: 'huge' })] }, groups));
  expect(items.map(({ pool, type, count, spot }) => [pool, type, count, spot]))
    .toEqual([['gpu', 'g5.xlarge', 1, true], ['plain', expect.stringMatching(/^m/), 1, false]]);
  expect(lines).toEqual(['not in the planned sum, because they fit no pool: 1 pod (apps/huge)']);
  expect(assumptions.join()).toContain('Spot has no list price');
});

test('requests for disks and for what plugins add do not keep a pod from its node', () => {
  expect(planned(question({ pods: [pod({ 'cpu': 1, 'memory': GIB, 'ephemeral-storage': GIB })] }))).toHaveLength(1);
});

test('finished and static pods need no node', () => {
  expect(planned(question({ pods: [pod({ cpu: 1 }, { phase: 'Succeeded' }), pod({ cpu: 1 }, { mirror: true })] }))).toEqual([]);
});

test('nodes that stay cost as today', () => {
  const { planned: { monthly }, assumptions } = estimate(question({ staying: [{ type: 'm5.large', capacityType: 'ON_DEMAND', count: 2 }] }));
  expect(monthly).toBeCloseTo(2 * 0.096 * 730);
  expect(assumptions).toContain('nodes that stay in the node groups are planned as they are today');
});

test('a type without a price is a line and no part of the sum', () => {
  const { today, lines } = estimate(question({ today: [{ type: 'x99.large', capacityType: 'SPOT', count: 3 }] }));
  expect(today.monthly).toBe(0);
  expect(lines).toEqual(['no price of x99.large is in the list: its instances are not in the sums']);
});

test.each([
  ['eu-west-1', 'us-east-1', 'USD'], ['cn-northwest-1', 'cn-north-1', 'CNY'], ['us-gov-west-1', 'us-gov-west-1', 'USD'], ['mars-1', 'us-east-1', 'USD'],
])('the prices of %s are those of %s', (region, pricesOf, currency) => {
  const { prices, lines } = estimate(question({ region }));
  expect(prices).toMatchObject({ region, pricesOf, currency });
  expect(lines.some(line => line.startsWith(`no prices of ${region} are in the list: those of ${pricesOf}`))).toBe(region !== pricesOf);
});

test('without instance types nothing is planned, which is said', () => {
  const given = question({ pods: [pod({ cpu: 1 })] });
  expect(estimate({ ...given, facts: { ...given.facts, instanceTypes: [] } }).lines).toContain('instance types could not be read, so nothing could be planned');
});

test('every type of the tables has a price, so that these tests compare something', () => {
  expect(INSTANCE_TYPES.filter(({ name }) => pricesFor('us-east-1').priceOf(name) === undefined)).toEqual([]);
});
