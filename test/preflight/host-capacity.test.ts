import { host } from './facts';
import { NodeOffer } from '../../src/kubernetes/node-offer';
import { quantity } from '../../src/kubernetes/quantity';
import { canHost, hosts, LabelledPod, mostRoom, spreadOverZones } from '../../src/preflight/host-capacity';
import { bundled } from '../kubernetes/fake-api-server';

const { requestsOf } = bundled('kubernetes/pod-needs.kubernetes');

function node(changes: Partial<NodeOffer> = {}): NodeOffer {
  return {
    name: 'node',
    labels: { 'eks.amazonaws.com/nodegroup': 'system', 'kubernetes.io/os': 'linux' },
    ready: true,
    unschedulable: false,
    taints: [],
    allocatable: { cpu: 1.93, memory: 2 ** 32, pods: 29 },
    ...changes,
  };
}

function pod(changes: Partial<LabelledPod> = {}): LabelledPod {
  return { node: 'node', phase: 'Running', namespace: 'default', labels: {}, requests: { cpu: 0.1, memory: 2 ** 28 }, ...changes };
}

const karpenter = { 'app.kubernetes.io/name': 'karpenter' };
const free = (pods: LabelledPod[]) => {
  const [{ freeCpu, freeMemory, freePods }] = hosts([node()], pods, 'karpenter');
  return [freeCpu, freeMemory / 2 ** 20, freePods];
};

test.each<[string, LabelledPod[], number[]]>([
  ['no pod', [], [1.93, 4096, 29]],
  ['one pod', [pod()], [1.83, 3840, 28]],
  ['a pod that requests nothing', [pod({ requests: {} })], [1.93, 4096, 28]],
  ['a pod on another node', [pod({ node: 'other' })], [1.93, 4096, 29]],
  ['a pod on no node', [pod({ node: undefined, phase: 'Pending' })], [1.93, 4096, 29]],
  ['a pod that is starting', [pod({ phase: 'Pending' })], [1.83, 3840, 28]],
  ['a pod that succeeded', [pod({ phase: 'Succeeded' })], [1.93, 4096, 29]],
  ['a pod that failed', [pod({ phase: 'Failed' })], [1.93, 4096, 29]],
  ['a replica of our own Karpenter', [pod({ namespace: 'karpenter', labels: karpenter, requests: { cpu: 1, memory: 2 ** 30 } })], [1.93, 4096, 29]],
  ['a Karpenter in another namespace', [pod({ namespace: 'other', labels: karpenter, requests: { cpu: 1, memory: 2 ** 30 } })], [0.93, 3072, 28]],
])('%s leaves %s -> %s cpus, Mi and pods', (_title, pods, expected) => {
  expect(free(pods)).toEqual(expected);
});

const requests = (cpu: string, restartPolicy?: string) => ({ name: 'c', restartPolicy, resources: { requests: { cpu } } });

test.each<[string, object, number]>([
  ['one container', {}, 0.1],
  ['two containers', { containers: [requests('100m'), requests('0.2')] }, 0.3],
  ['no request', { containers: [{ name: 'c' }, { name: 'd', resources: {} }] }, 0],
  ['overhead', { overhead: { cpu: '50m' } }, 0.15],
  ['a hungrier init container', { initContainers: [requests('1')] }, 1],
  ['a smaller init container', { initContainers: [requests('50m')] }, 0.1],
  ['a sidecar, which stays', { initContainers: [requests('500m', 'Always')] }, 0.6],
  ['an init container beside a sidecar', { initContainers: [requests('500m', 'Always'), requests('1')] }, 1.5],
])('a pod with %s asks for what the scheduler counts', (_title, changes, expected) => {
  expect(requestsOf({ containers: [requests('100m')], ...changes }).cpu ?? 0).toBeCloseTo(expected, 6);
});

test('a pod that is not specified asks for nothing', () => {
  expect(requestsOf(undefined)).toEqual({});
});

const taint = (key: string, effect: string, value?: string) => ({ taints: [{ key, effect, value }] });

test.each<[string, Partial<NodeOffer>, string | undefined]>([
  ['a healthy node', {}, undefined],
  ['a cordoned node', { unschedulable: true, ...taint('node.kubernetes.io/unschedulable', 'NoSchedule') }, 'unschedulable'],
  ['a node that is not Ready', { ready: false }, 'not Ready'],
  ['a Windows node', { labels: { 'eks.amazonaws.com/nodegroup': 'w', 'kubernetes.io/os': 'windows' } }, 'runs windows'],
  ['a taint with a value', taint('team', 'NoSchedule', 'a'), 'taint team=a:NoSchedule'],
  ['a taint that evicts', taint('team', 'NoExecute'), 'taint team:NoExecute'],
  ['a taint that only advises', taint('team', 'PreferNoSchedule'), undefined],
  ['the taint that the chart tolerates', taint('CriticalAddonsOnly', 'NoSchedule', 'true'), undefined],
])('%s has obstacle %s -> %s', (_title, changes, expected) => {
  expect(hosts([node(changes)], [], 'karpenter')[0].obstacle).toBe(expected);
});

test('what the values of the chart tolerate takes the place of what the chart does', () => {
  const obstacles = (key: string) => hosts([node(taint(key, 'NoSchedule'))], [], 'karpenter', [{ key: 'team', operator: 'Exists' }])[0].obstacle;
  expect([obstacles('team'), obstacles('CriticalAddonsOnly')]).toEqual([undefined, 'taint CriticalAddonsOnly:NoSchedule']);
});

const zone = { 'topology.kubernetes.io/zone': 'us-east-1a' };

test.each<[string, Record<string, string>, string | undefined]>([
  ['linux', { 'kubernetes.io/os': 'linux', ...zone }, 'us-east-1a'],
  ['no operating system', zone, 'us-east-1a'],
  ['windows', { 'kubernetes.io/os': 'windows', ...zone }, undefined],
  ['no zone', { 'kubernetes.io/os': 'linux' }, undefined],
])('the zone of a node with %s counts as the scheduler counts it', (_title, labels, expected) => {
  expect(hosts([node({ labels: { 'eks.amazonaws.com/nodegroup': 'system', ...labels } })], [], 'karpenter')[0].zone).toBe(expected);
});

/** Hosts by zone: how many there are, and how many of them can take a replica. */
const zones = (of: Record<string, [all: number, able: number]>) => {
  const all = Object.entries(of).flatMap(([name, [count, able]]) => Array.from({ length: count }, (_, index) =>
    host(`${name}-${index}`, { zone: name, ...index < able ? {} : { obstacle: 'not Ready' } })));
  return spreadOverZones(all, all.filter(({ obstacle }) => obstacle === undefined));
};

test.each<[string, Record<string, [number, number]>, number]>([
  ['one zone', { a: [3, 3] }, 3],
  ['two zones with room', { a: [1, 1], b: [1, 1] }, 2],
  ['two zones, one of them full', { a: [5, 5], b: [1, 0] }, 1],
  ['three zones, one of them full', { a: [5, 5], b: [1, 1], c: [1, 0] }, 2],
  ['three zones with room', { a: [5, 5], b: [1, 1], c: [1, 1] }, 4],
  ['nothing', {}, 0],
])('over %s so many replicas spread: %j -> %d', (_title, of, expected) => {
  expect(zones(of)).toBe(expected);
});

test('a zone is known even where another one has all the biggest nodes', () => {
  const many = Array.from({ length: 20 }, (_, index) => host(`big-${index}`, { zone: 'a', freeCpu: 96 }));
  const kept = mostRoom([...many, ...['b', 'b', 'b'].map((name, index) => host(`small-${index}`, { zone: name, freeCpu: 0 }))], { cpu: 1, memory: 2 ** 30 }, 2);
  expect(kept.map(({ zone: its }) => its)).toEqual([...Array(10).fill('a'), 'b', 'b']);
});

test('nodes of no node group host nothing of ours', () => {
  expect(hosts([node({ labels: {} })], [], 'karpenter')).toEqual([]);
});

test.each([
  [{}, true],
  [{ freeCpu: 0.99 }, false],
  [{ freeMemory: 2 ** 30 - 1 }, false],
  [{ freePods: 0 }, false],
  [{ obstacle: 'not Ready' }, false],
])('a node with %j can host a replica: %s', (changes, expected) => {
  expect(canHost(host('node', changes), { cpu: 1, memory: 2 ** 30 })).toBe(expected);
});

test('of thousands of nodes those with the most room of each group are kept, and fit into one answer', () => {
  const need = { cpu: 1, memory: 2 ** 30 };
  const all = Array.from({ length: 60 * 200 }, (_, index) => host(`ip-10-0-0-${index}.eu-central-1.compute.internal`, {
    nodegroup: `${index % 60}`.padStart(63, 'n'),
    // Plenty of one resource, none of the other: such nodes must not crowd out the two that have both.
    freeCpu: index < 120 ? 1 : 96,
    freeMemory: index < 120 ? 2 ** 30 : 2 ** 20,
  }));
  const kept = mostRoom(all, need, 2);
  expect(kept.filter(one => canHost(one, need))).toHaveLength(120);
  expect(kept).toHaveLength(600);
  expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThan(250_000);
});

test('a node that can host comes before a bigger one that cannot', () => {
  const bigger = Array.from({ length: 10 }, (_, index) => host(`big-${index}`, { freeCpu: 96, freeMemory: 2 ** 40, obstacle: 'unschedulable' }));
  expect(mostRoom([...bigger, host('small')], { cpu: 1, memory: 2 ** 30 }, 2)[0].name).toBe('small');
});

test('more nodes are kept where more replicas ask for them', () => {
  const many = Array.from({ length: 20 }, (_, index) => host(`node-${index}`));
  expect(mostRoom(many, { cpu: 1, memory: 2 ** 30 }, 15)).toHaveLength(15);
});

test.each([
  ['1', 1], ['500m', 0.5], ['1Gi', 2 ** 30], ['1.5Ki', 1536], ['100M', 1e8], ['1e3', 1000], ['1E', 1e18], ['2E2', 200], ['0', 0], ['.5', 0.5], ['128974848000m', 128974848],
])('quantity %s is %d', (text, expected) => {
  expect(quantity(text)).toBeCloseTo(expected, 6);
});

test.each(['', 'a', '1Zi', '1 Gi', '--1', '1gi'])('"%s" is no quantity', (text) => {
  expect(() => quantity(text)).toThrow(`"${text}" is not a Kubernetes quantity`);
});
