import * as fc from 'fast-check';
import { NodeClassFacts, PoolFacts } from '../../../src/karpenter/api/karpenter-api';
import { misfit, offersOf, Surroundings } from '../../../src/karpenter/api/pool-offer';
import { requirementsOf, unmetKey } from '../../../src/karpenter/api/requirements';
import { V0_API } from '../../../src/karpenter/v0/api';
import { V1_API } from '../../../src/karpenter/v1/api';
import { Expression, Taint, tolerates, Toleration } from '../../../src/kubernetes/scheduling';
import { Placement, isIn, nodeClass, placement, pool, TYPES } from '../../preflight/workloads/stage';

const SURROUNDINGS: Surroundings = { nodeClasses: [nodeClass()], zones: { default: ['us-east-1a', 'us-east-1b'] }, types: TYPES };
const supplies = (...pools: Partial<PoolFacts>[]) => offersOf(pools.map(pool), SURROUNDINGS, V0_API);
const selects = (nodeSelector: Record<string, string>): Placement => ({ nodeSelector });
const requires = (...terms: Expression[][]): Placement => ({ terms });
const TYPE = 'node.kubernetes.io/instance-type';

const CASES: Array<[title: string, placement: Placement, provisioner: Partial<PoolFacts>, misfit: RegExp | undefined]> = [
  ['any node', {}, {}, undefined],
  ['the label of a node group', selects({ 'eks.amazonaws.com/nodegroup': 'apps' }), {}, /^needs eks\.amazonaws\.com\/nodegroup in apps$/],
  ['the capacity type of node groups', selects({ 'eks.amazonaws.com/capacityType': 'SPOT' }), {}, /capacityType in SPOT/],
  ['a label that no Provisioner gives', selects({ team: 'a' }), {}, /^needs team in a$/],
  ['a label that the Provisioner gives', selects({ team: 'a' }), { labels: { team: 'a' } }, undefined],
  ['another value than the Provisioner gives', selects({ team: 'a' }), { labels: { team: 'b' } }, /^needs team in a \(Provisioner default: team in b\)$/],
  ['a label that the Provisioner requires of its nodes', selects({ team: 'a' }), { requirements: [isIn('team', 'a', 'b')] }, undefined],
  ['the absence of a label of node groups', requires([{ key: 'eks.amazonaws.com/nodegroup', operator: 'DoesNotExist', values: [] }]), {}, undefined],
  ['another node group than one', requires([{ key: 'eks.amazonaws.com/nodegroup', operator: 'NotIn', values: ['apps'] }]), {}, undefined],
  ['the absence of what every node of the Provisioner has', requires([{ key: 'team', operator: 'DoesNotExist', values: [] }]), { labels: { team: 'a' } }, /needs team absent/],
  ['one of two terms that the Provisioner serves', requires([isIn('team', 'a')], [isIn('kubernetes.io/arch', 'amd64')]), {}, undefined],
  ['none of two terms', requires([isIn('team', 'a')], [isIn('kubernetes.io/arch', 'arm64')]), {}, /needs team in a/],

  ['a hostname', selects({ 'kubernetes.io/hostname': 'ip-10-0-1-7' }), {}, /^needs kubernetes\.io\/hostname in ip-10-0-1-7$/],
  ['a hostname in an affinity', requires([isIn('kubernetes.io/hostname', 'ip-10-0-1-7')]), {}, /for which Karpenter makes no node/],
  ['a node by name', { requires: { selector: {}, terms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }] }] } }, {}, /matchFields/],
  ['a wish for a label that Karpenter refuses', { wishes: ['node-role.kubernetes.io/worker'] }, {}, /node-role\.kubernetes\.io\/worker in its node affinity/],
  ['a wish for a label of one\'s own', { wishes: ['team', 'topology.kubernetes.io/zone', 'node.kubernetes.io/instance-type'] }, {}, undefined],
  ['no node of Karpenter\'s', requires([{ key: 'karpenter.sh/provisioner-name', operator: 'DoesNotExist', values: [] }]), {}, /provisioner-name absent/],

  ['a zone with a subnet', selects({ 'topology.kubernetes.io/zone': 'us-east-1b' }), {}, undefined],
  ['a zone without a subnet', selects({ 'topology.kubernetes.io/zone': 'us-east-1c' }), {}, /zone in us-east-1c \(Provisioner default: topology\.kubernetes\.io\/zone in us-east-1a, us-east-1b\)/],
  ['a zone by its old name', selects({ 'failure-domain.beta.kubernetes.io/zone': 'us-east-1c' }), {}, /zone in us-east-1c/],
  ['a zone that the Provisioner leaves out', selects({ 'topology.kubernetes.io/zone': 'us-east-1b' }), { requirements: [isIn('topology.kubernetes.io/zone', 'us-east-1a')] }, /zone in us-east-1b/],

  ['another architecture', selects({ 'kubernetes.io/arch': 'arm64' }), {}, /arch in arm64/],
  ['another architecture by its old name', selects({ 'beta.kubernetes.io/arch': 'arm64' }), {}, /kubernetes\.io\/arch in arm64/],
  ['an architecture that the Provisioner has too', selects({ 'kubernetes.io/arch': 'arm64' }), { requirements: [isIn('kubernetes.io/arch', 'amd64', 'arm64')] }, undefined],
  ['Windows', selects({ 'kubernetes.io/os': 'windows' }), {}, /os in windows/],

  ['an instance type of the Provisioner\'s categories', selects({ [TYPE]: 'm5.large' }), {}, undefined],
  ['an instance type by its old name', selects({ 'beta.kubernetes.io/instance-type': 'm5.large' }), {}, undefined],
  ['an instance type of another category', selects({ [TYPE]: 't3.large' }), {}, /instance-type in t3\.large, which Provisioner default does not make/],
  ['an instance type of an old generation', selects({ [TYPE]: 'm2.large' }), {}, /m2\.large/],
  ['an instance type of another architecture', selects({ [TYPE]: 'm6gd.large' }), {}, /m6gd\.large/],
  ['one of several instance types', requires([isIn(TYPE, 't3.large', 'c5.large')]), {}, undefined],
  ['an instance type beside the listed ones', selects({ [TYPE]: 'm5.large' }), { requirements: [isIn(TYPE, 'm5.xlarge')] }, /in m5\.large \(Provisioner default: .* in m5\.xlarge\)/],

  ['a GPU', { requests: { 'nvidia.com/gpu': 1 } }, {}, /^requests nvidia\.com\/gpu, of which Karpenter knows none on nodes of Provisioner default$/],
  ['a GPU that the Provisioner allows', { requests: { 'nvidia.com/gpu': 1 } }, { requirements: [isIn('karpenter.k8s.aws/instance-family', 'g5')] }, undefined],
  ['a GPU beside the families of the Provisioner', { requests: { 'nvidia.com/gpu': 1 } }, { requirements: [isIn('karpenter.k8s.aws/instance-family', 'm5')] }, /gpu, of which/],
  ['more GPUs than a type has', { requests: { 'nvidia.com/gpu': 16 } }, { requirements: [] }, /^requests 16 of nvidia\.com\/gpu, and nodes of Provisioner default have 8 at most$/],
  ['more GPUs than a type of its family has', { requests: { 'nvidia.com/gpu': 2 }, ...selects({ 'karpenter.k8s.aws/instance-family': 'g5' }) }, { requirements: [] }, /have 1 at most/],
  ['a device that nothing is known about', { requests: { 'smarter-devices/fuse': 1 } }, {}, /^requests smarter-devices\/fuse, of which Karpenter knows none/],
  ['an interface for a pod', { requests: { 'vpc.amazonaws.com/pod-eni': 1 } }, {}, /pod-eni, of which Karpenter knows none/],
  ['huge pages', { requests: { 'hugepages-2Mi': 2 ** 21 } }, {}, /hugepages-2Mi, of which Karpenter knows none/],
  ['more cores than the largest type has', { requests: { cpu: 97 } }, {}, /^requests 97 of cpu, and nodes of Provisioner default have 96 at most$/],
  ['more cores than the largest allowed type has', { requests: { cpu: 8 } }, { requirements: [isIn(TYPE, 'm5.xlarge')] }, /have 4 at most/],
  ['more memory than the largest type has', { requests: { memory: 2 ** 40 } }, {}, /^requests 1048576Mi of memory, and nodes of Provisioner default have 786432Mi at most$/],
  ['a type\'s amounts that no type has together', { requests: { 'cpu': 8, 'aws.amazon.com/neuron': 1 } }, { requirements: [isIn(TYPE, 'm5.xlarge', 'inf2.xlarge', 'r5.24xlarge')] },
    /^requests 8 of cpu and 1 of aws\.amazon\.com\/neuron, which no instance type of Provisioner default has together$/],
  ['more disk than nodes have', { requests: { 'ephemeral-storage': 1e11 } }, {}, /^requests 95367Mi of ephemeral-storage, and nodes of Provisioner default have 20480Mi at most$/],
  ['less disk than nodes have', { requests: { 'ephemeral-storage': 1e10 } }, {}, undefined],

  ['what it has from an arm64 node', { implied: { 'kubernetes.io/arch': 'arm64', 'kubernetes.io/os': 'linux' } }, {},
    /^runs on nodes with kubernetes\.io\/arch=arm64 today, and Provisioner default makes nodes with kubernetes\.io\/arch in amd64$/],
  ['what it has from an amd64 node', { implied: { 'kubernetes.io/arch': 'amd64', 'kubernetes.io/os': 'linux' } }, {}, undefined],
  ['what it has from a Windows node', { implied: { 'kubernetes.io/os': 'windows' } }, {}, /os=windows today/],
  ['Windows, where only the image is for it', selects({ 'kubernetes.io/os': 'windows' }), { requirements: [], nodeClass: 'default' }, /os in windows \(Provisioner default: kubernetes\.io\/os in linux\)/],

  ['a volume in a zone with a subnet', { volumes: [[{ matchExpressions: [isIn('topology.ebs.csi.aws.com/zone', 'us-east-1b')] }]] }, {}, undefined],
  ['a volume in a zone without', { volumes: [[{ matchExpressions: [isIn('topology.ebs.csi.aws.com/zone', 'us-east-1c')] }]] }, {}, /zone in us-east-1c/],
  ['two volumes in two zones', { volumes: ['us-east-1a', 'us-east-1b'].map(zone => [{ matchExpressions: [isIn('topology.kubernetes.io/zone', zone)] }]) }, {}, /topology/],
  ['a volume of one node', { volumes: [[{ matchExpressions: [isIn('openebs.io/nodename', 'ip-10-0-1-7')] }]] }, {}, /^needs openebs\.io\/nodename in ip-10-0-1-7$/],

  ['no taint, where the Provisioner has one', {}, { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] }, /^Provisioner default has the taint gpu=yes:NoSchedule$/],
  ['a taint that is only a preference', {}, { taints: [{ key: 'gpu', effect: 'PreferNoSchedule' }] }, undefined],
  ['a taint that it tolerates', { tolerations: [{ key: 'gpu', operator: 'Exists' }] }, { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] }, undefined],
];

test.each(CASES)('a pod that needs %s', (_, demands, offers, expected) => {
  const found = misfit(placement(demands), supplies(offers), V0_API);
  if (expected) {
    expect(found).toMatch(expected);
  } else {
    expect(found).toBeUndefined();
  }
});

test.each<[string, Partial<NodeClassFacts>, Partial<Surroundings>, Placement, RegExp | undefined]>([
  ['a disk of unknown size holds anything', { diskGib: undefined }, {}, { requests: { 'ephemeral-storage': 1e12 } }, undefined],
  ['a bigger disk holds more', { diskGib: 100 }, {}, { requests: { 'ephemeral-storage': 1e11 } }, undefined],
  ['Windows images make Windows nodes', { amiFamily: 'Windows2022' }, {}, { implied: { 'kubernetes.io/os': 'linux' } }, /os=linux today/],
  ['a setting gives nodes interfaces for pods', {}, { uncounted: ['vpc.amazonaws.com/pod-eni'] }, { requests: { 'vpc.amazonaws.com/pod-eni': 1 } }, undefined],
  ['a setting lets the cluster say of any resource', {}, { uncounted: ['*'] }, { requests: { 'smarter-devices/fuse': 1 } }, undefined],
  ['without instance types only what all nodes have is compared', {}, { types: undefined }, { requests: { 'nvidia.com/gpu': 1, 'cpu': 1000 } }, undefined],
  ['without instance types the disk is compared', {}, { types: undefined }, { requests: { 'ephemeral-storage': 1e11 } }, /of ephemeral-storage/],
])('%s', (_title, template, surroundings, demand, expected) => {
  const offers = offersOf([pool({ requirements: [] })], { ...SURROUNDINGS, nodeClasses: [nodeClass(template)], ...surroundings }, V0_API);
  const found = misfit(placement(demand), offers, V0_API);
  if (expected) {
    expect(found).toMatch(expected);
  } else {
    expect(found).toBeUndefined();
  }
});

test.each<[string, boolean]>([['vpc.amazonaws.com/efa', true], ['aws.amazon.com/neuroncore', true], ['vpc.amazonaws.com/pod-eni', true], ['smarter-devices/fuse', false]])(
  'Karpenter 1 knows %s before it launches: %s', (resource, known) => {
    const requests = { [resource]: 1 };
    const everything = pool({ requirements: [] });
    expect(misfit(placement({ requests }), offersOf([everything], SURROUNDINGS, V1_API), V1_API) === undefined).toBe(known);
    expect(misfit(placement({ requests }), offersOf([everything], SURROUNDINGS, V0_API), V0_API)).toBeDefined();
  },
);

test('one of several Provisioners is enough, and where none is the reasons of all are given', () => {
  const demand = placement(selects({ team: 'a' }));
  expect(misfit(demand, supplies({}, { name: 'a', labels: { team: 'a' } }), V0_API)).toBeUndefined();
  expect(misfit(demand, supplies({ name: 'b', labels: { team: 'b' } }, { name: 'c', labels: { team: 'c' } }), V0_API))
    .toBe('needs team in a (Provisioner b: team in b); needs team in a (Provisioner c: team in c)');
});

test.each<[Toleration, Taint, boolean]>([
  [{ operator: 'Exists' }, { key: 'a', effect: 'NoExecute' }, true],
  [{ key: 'a' }, { key: 'a', effect: 'NoSchedule' }, true],
  [{ key: 'a', value: 'b' }, { key: 'a', value: 'b', effect: 'NoSchedule' }, true],
  [{ key: 'a', value: 'c' }, { key: 'a', value: 'b', effect: 'NoSchedule' }, false],
  [{ key: 'b', operator: 'Exists' }, { key: 'a', effect: 'NoSchedule' }, false],
  [{ key: 'a', operator: 'Exists', effect: 'NoExecute' }, { key: 'a', effect: 'NoSchedule' }, false],
])('%j tolerates %j: %s', (toleration, taint, expected) => {
  expect(tolerates([toleration], taint)).toBe(expected);
});

describe('requirements', () => {
  const value = fc.constantFrom('1', '2', '3', '4');
  const expressions = fc.array(fc.oneof(
    fc.record({ key: fc.constant('l'), operator: fc.constantFrom('In', 'NotIn'), values: fc.uniqueArray(value, { minLength: 1 }) }),
    fc.record({ key: fc.constant('l'), operator: fc.constantFrom('Gt', 'Lt'), values: value.map(one => [one]) }),
    fc.record({ key: fc.constant('l'), operator: fc.constantFrom('Exists', 'DoesNotExist'), values: fc.constant<string[]>([]) }),
  ), { maxLength: 4 });

  /** As the scheduler reads an expression on a node that has the label. */
  const holds = ({ operator, values }: Expression, label: string): boolean => ({
    In: values.includes(label),
    NotIn: !values.includes(label),
    Exists: true,
    DoesNotExist: false,
    Gt: Number(label) > Number(values[0]),
    Lt: Number(label) < Number(values[0]),
  })[operator]!;

  test('a node with the label is refused exactly when the scheduler would refuse it', () => {
    fc.assert(fc.property(expressions, value, (demands, label) => {
      const refused = unmetKey(requirementsOf([isIn('l', label)]), requirementsOf(demands), V0_API) !== undefined;
      expect(refused).toBe(!demands.every(demand => holds(demand, label)));
    }));
  });

  test('the order of expressions does not matter', () => {
    const offer = requirementsOf([isIn('l', '1', '2', '3')]);
    fc.assert(fc.property(expressions, demands =>
      unmetKey(offer, requirementsOf(demands), V0_API) === unmetKey(offer, requirementsOf([...demands].reverse()), V0_API)));
  });
});
