import { leftBeside, misfit, NodeOffer, uncordoned } from '../../src/kubernetes/node-offer';
import { PodNeeds } from '../../src/kubernetes/pod-needs';

const ZONE = 'topology.kubernetes.io/zone';
const node = (changes: Partial<NodeOffer> = {}): NodeOffer => ({
  name: 'n',
  labels: { [ZONE]: 'a', team: 'a' },
  taints: [],
  ready: true,
  unschedulable: false,
  allocatable: { 'cpu': 2, 'memory': 2 ** 30, 'pods': 10, 'nvidia.com/gpu': 1 },
  ...changes,
});
const isIn = (key: string, ...values: string[]) => ({ matchExpressions: [{ key, operator: 'In', values }] });
const GPU = { key: 'gpu', value: 'yes', effect: 'NoSchedule' };

test.each<[string, Partial<PodNeeds>, Partial<NodeOffer>, string | undefined]>([
  ['nothing', {}, {}, undefined],
  ['all that there is', { requests: { 'cpu': 2, 'memory': 2 ** 30, 'nvidia.com/gpu': 1 } }, {}, undefined],
  ['more cores', { requests: { cpu: 2.1 } }, {}, 'no cpu left'],
  ['more devices', { requests: { 'nvidia.com/gpu': 2 } }, {}, 'no nvidia.com/gpu left'],
  ['a resource that nobody knows', { requests: { 'smarter-devices/fuse': 1 } }, {}, 'no smarter-devices/fuse left'],
  ['a place among the pods', {}, { allocatable: { cpu: 2, pods: 0 } }, 'no pods left'],
  ['a label of another value', { requires: { selector: { team: 'b' }, terms: [] } }, {}, 'no label team=b'],
  ['one of two terms', { requires: { selector: {}, terms: [isIn('team', 'b'), isIn('team', 'a')] } }, {}, undefined],
  ['none of two terms', { requires: { selector: {}, terms: [isIn('team', 'b'), isIn('team', 'c')] } }, {}, 'not team In [b] or team In [c]'],
  ['a volume in its zone', { volumes: [[isIn(ZONE, 'a', 'b')]] }, {}, undefined],
  ['a volume with a second term in its zone', { volumes: [[isIn(ZONE, 'b'), isIn(ZONE, 'a')]] }, {}, undefined],
  ['a volume in another zone', { volumes: [[isIn(ZONE, 'a')], [isIn(ZONE, 'c')]] }, {}, `a volume wants ${ZONE} In [c]`],
  ['a volume of a node', { volumes: [[isIn('openebs.io/nodename', 'n')]] }, {}, 'a volume wants openebs.io/nodename In [n]'],
  ['no taint', {}, { taints: [GPU] }, 'taint gpu=yes:NoSchedule'],
  ['no taint, where one is tolerated', { tolerations: [{ key: 'gpu', operator: 'Exists' }] }, { taints: [GPU] }, undefined],
  ['a node that is Ready', {}, { ready: false }, 'not Ready'],
  ['a node that is open', {}, { unschedulable: true }, 'unschedulable'],
])('a pod that needs %s', (_title, needs, offer, expected) => {
  const one = node(offer);
  expect(misfit(one, one.allocatable, { requests: {}, ...needs })).toBe(expected);
});

test('what is left is what no pod has, in cores that do not add up exactly, too', () => {
  const pods = Array.from({ length: 10 }, () => ({ requests: { cpu: 0.1 } }));
  const left = leftBeside(node(), pods);
  expect(left).toMatchObject({ memory: 2 ** 30, pods: 0 });
  expect(misfit(node(), { ...left, pods: 1 }, { requests: { cpu: 1 } })).toBeUndefined();
});

test('a cordon is a taint, too', () => {
  const cordoned = node({ unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }, GPU] });
  expect(uncordoned(cordoned)).toEqual(node({ taints: [GPU] }));
});
