import { Duration, Lazy, Size } from 'aws-cdk-lib';
import { EvictionThreshold } from '../../../src/provisioning/eviction';
import { Requirement } from '../../../src/provisioning/requirement';
import { Taint } from '../../../src/provisioning/taint';
import { Deprovisioning } from '../../../src/provisioning/v0/deprovisioning';
import { ContainerRuntime } from '../../../src/provisioning/v0/kubelet-configuration';
import { Provisioner } from '../../../src/provisioning/v0/provisioner';
import { ProvisionerOptions } from '../../../src/provisioning/v0/provisioner-options';
import { WellKnownLabel } from '../../../src/provisioning/well-known-label';
import { importedCluster, manifestsOf, provisionerManifest, schemaErrors } from '../fixtures';

function specOf(options: ProvisionerOptions): any {
  const manifest = provisionerManifest(options);
  expect(schemaErrors('Provisioner', manifest)).toEqual([]);
  return manifest.spec;
}

test('every field of the API is rendered as the schema has it', () => {
  const manifest = provisionerManifest({
    name: 'batch',
    nodeTemplateName: 'batch-nodes',
    requirements: [
      Requirement.isIn(WellKnownLabel.CAPACITY_TYPE, ['spot', 'on-demand']),
      Requirement.isNotIn(WellKnownLabel.INSTANCE_SIZE, ['nano', 'micro']),
      Requirement.exists('example.com/team'),
      Requirement.doesNotExist(WellKnownLabel.INSTANCE_GPU_NAME),
      Requirement.greaterThan(WellKnownLabel.INSTANCE_CPU, 3),
      Requirement.lessThan(WellKnownLabel.INSTANCE_CPU, 33),
    ],
    labels: { 'example.com/purpose': 'batch', 'empty': '' },
    annotations: { 'example.com/note': 'any text, at all' },
    taints: [Taint.noSchedule('example.com/batch', 'true'), Taint.preferNoSchedule('busy')],
    startupTaints: [Taint.noExecute('example.com/agent', 'absent')],
    kubeletConfiguration: {
      clusterDns: ['10.100.0.10', 'fd00::a'],
      containerRuntime: ContainerRuntime.CONTAINERD,
      maxPods: 20,
      podsPerCore: 2,
      systemReserved: { cpu: 0.1, memory: Size.mebibytes(100), ephemeralStorage: Size.gibibytes(1), pid: 100 },
      kubeReserved: { cpu: 2, memory: Size.gibibytes(1.5) },
      evictionHard: {
        memoryAvailable: EvictionThreshold.percentage(5),
        nodefsAvailable: EvictionThreshold.size(Size.gibibytes(1)),
        nodefsInodesFree: EvictionThreshold.percentage(2.5),
        imagefsAvailable: EvictionThreshold.percentage(10),
        imagefsInodesFree: EvictionThreshold.count(1000),
        pidAvailable: EvictionThreshold.count(500),
      },
      evictionSoft: {
        memoryAvailable: { threshold: EvictionThreshold.size(Size.mebibytes(500)), gracePeriod: Duration.seconds(90) },
        pidAvailable: { threshold: EvictionThreshold.percentage(7), gracePeriod: Duration.minutes(2) },
      },
      evictionMaxPodGracePeriod: Duration.minutes(1),
      imageGcHighThresholdPercent: 75,
      imageGcLowThresholdPercent: 70,
      cpuCfsQuota: false,
    },
    deprovisioning: Deprovisioning.whenEmpty(Duration.seconds(30)),
    expireAfter: Duration.days(30),
    limits: { cpu: 1000, memory: Size.gibibytes(4000), ephemeralStorage: Size.tebibytes(1), pods: 500, extendedResources: { 'nvidia.com/gpu': 2 } },
    weight: 10,
  });

  expect(manifest).toEqual({
    apiVersion: 'karpenter.sh/v1alpha5',
    kind: 'Provisioner',
    metadata: { name: 'batch' },
    spec: {
      providerRef: { name: 'batch-nodes' },
      requirements: [
        { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot', 'on-demand'] },
        { key: 'karpenter.k8s.aws/instance-size', operator: 'NotIn', values: ['nano', 'micro'] },
        { key: 'example.com/team', operator: 'Exists' },
        { key: 'karpenter.k8s.aws/instance-gpu-name', operator: 'DoesNotExist' },
        { key: 'karpenter.k8s.aws/instance-cpu', operator: 'Gt', values: ['3'] },
        { key: 'karpenter.k8s.aws/instance-cpu', operator: 'Lt', values: ['33'] },
      ],
      labels: { 'example.com/purpose': 'batch', 'empty': '' },
      annotations: { 'example.com/note': 'any text, at all' },
      taints: [{ key: 'example.com/batch', value: 'true', effect: 'NoSchedule' }, { key: 'busy', effect: 'PreferNoSchedule' }],
      startupTaints: [{ key: 'example.com/agent', value: 'absent', effect: 'NoExecute' }],
      kubeletConfiguration: {
        clusterDNS: ['10.100.0.10', 'fd00::a'],
        containerRuntime: 'containerd',
        maxPods: 20,
        podsPerCore: 2,
        systemReserved: { 'cpu': '100m', 'memory': '100Mi', 'ephemeral-storage': '1Gi', 'pid': '100' },
        kubeReserved: { cpu: '2', memory: '1536Mi' },
        evictionHard: {
          'memory.available': '5%',
          'nodefs.available': '1Gi',
          'nodefs.inodesFree': '2.5%',
          'imagefs.available': '10%',
          'imagefs.inodesFree': '1000',
          'pid.available': '500',
        },
        evictionSoft: { 'memory.available': '500Mi', 'pid.available': '7%' },
        evictionSoftGracePeriod: { 'memory.available': '90s', 'pid.available': '120s' },
        evictionMaxPodGracePeriod: 60,
        imageGCHighThresholdPercent: 75,
        imageGCLowThresholdPercent: 70,
        cpuCFSQuota: false,
      },
      ttlSecondsAfterEmpty: 30,
      ttlSecondsUntilExpired: 2592000,
      limits: { resources: { 'cpu': '1000', 'memory': '4000Gi', 'ephemeral-storage': '1024Gi', 'pods': '500', 'nvidia.com/gpu': '2' } },
      weight: 10,
    },
  });
  expect(schemaErrors('Provisioner', manifest)).toEqual([]);
});

test('consolidation is on without a time for empty nodes', () => {
  const spec = specOf({ deprovisioning: Deprovisioning.consolidation() });

  expect(spec.consolidation).toEqual({ enabled: true });
  expect(spec).not.toHaveProperty('ttlSecondsAfterEmpty');
});

test('a time for empty nodes is set without consolidation, and may be none', () => {
  const spec = specOf({ deprovisioning: Deprovisioning.whenEmpty(Duration.seconds(0)) });

  expect(spec.ttlSecondsAfterEmpty).toBe(0);
  expect(spec).not.toHaveProperty('consolidation');
});

/** What Karpenter learned from 1.0 on. */
const LATER_LABELS: string[] = [
  'topology.k8s.aws/zone-id',
  'karpenter.k8s.aws/instance-cpu-manufacturer',
  'karpenter.k8s.aws/instance-cpu-sustained-clock-speed-mhz',
  'karpenter.k8s.aws/instance-ebs-bandwidth',
  'karpenter.k8s.aws/instance-capability-flex',
  'karpenter.k8s.aws/instance-tenancy',
  'karpenter.k8s.aws/capacity-reservation-id',
  'karpenter.k8s.aws/capacity-reservation-type',
  'karpenter.k8s.aws/capacity-reservation-interruptible',
  'karpenter.k8s.aws/placement-group-id',
  'karpenter.k8s.aws/placement-group-partition',
];

/** Values of labels that do not contradict what is known of them, and the default requirements. */
const VALUES_OF_NODES: Record<string, string> = {
  [WellKnownLabel.OS]: 'windows',
  [WellKnownLabel.ARCH]: 'arm64',
  [WellKnownLabel.CAPACITY_TYPE]: 'spot',
  [WellKnownLabel.INSTANCE_CATEGORY]: 'm',
  [WellKnownLabel.INSTANCE_GENERATION]: '3',
};

test.each(Object.entries(WellKnownLabel).filter(([, key]) => !LATER_LABELS.includes(key)))('the well-known label %s can be required and given', (_, key) => {
  expect(specOf({ requirements: [Requirement.exists(key)] }).requirements).toEqual([{ key, operator: 'Exists' }]);
  const value = VALUES_OF_NODES[key] ?? 'x';
  expect(specOf({ labels: { [key]: value } }).labels).toEqual({ [key]: value });
});

test.each(LATER_LABELS)('the label "%s" of later versions can be neither required nor given', (key) => {
  expect(Object.values(WellKnownLabel)).toContain(key);
  expect(() => specOf({ requirements: [Requirement.exists(key)] })).toThrow(`requirement key "${key}" is known to Karpenter 1.0 and later only`);
  expect(() => specOf({ labels: { [key]: 'x' } })).toThrow(`label key "${key}" is known to Karpenter 1.0 and later only`);
});

test.each([
  [Requirement.atLeast('a', 1), '`Requirement.atLeast`'],
  [Requirement.atMost('a', 1), '`Requirement.atMost`'],
  [Requirement.exists('a').withMinValues(2), '`Requirement.withMinValues`'],
])('what a requirement can say only to later versions is refused: %#', (requirement, method) => {
  expect(() => specOf({ requirements: [requirement] })).toThrow(`requirement on "a" uses ${method}, which Karpenter before 1.0 does not know`);
});

test.each([
  'team', 'example.com/team', 'node.kubernetes.io/pool', 'kops.k8s.io/group', 'kubernetes.io.example.com/team', 'Team_1.x', 'x'.repeat(63),
])('the label key "%s" of the user\'s own can be required and given', (key) => {
  expect(specOf({ requirements: [Requirement.exists(key)], labels: { [key]: 'x' } }).labels).toEqual({ [key]: 'x' });
});

test.each([
  ['failure-domain.beta.kubernetes.io/zone', 'x'], ['failure-domain.beta.kubernetes.io/region', 'x'],
  ['beta.kubernetes.io/arch', 'arm64'], ['beta.kubernetes.io/os', 'windows'], ['beta.kubernetes.io/instance-type', 'x'],
])('the old key "%s" can be required, as Karpenter translates it there, and not given as a label', (key, value) => {
  expect(specOf({ requirements: [Requirement.isIn(key, [value])] }).requirements[0].key).toBe(key);
  expect(() => specOf({ labels: { [key]: value } })).toThrow(`label key "${key}" is restricted`);
});

test('one key can have different effects, and different keys the same', () => {
  const spec = specOf({
    taints: [Taint.noSchedule('a'), Taint.noExecute('a'), Taint.noSchedule('b')],
    startupTaints: [Taint.preferNoSchedule('a'), Taint.noSchedule('c')],
  });

  expect(spec.taints).toHaveLength(3);
  expect(spec.startupTaints).toHaveLength(2);
});

test.each([
  [{ cpu: 0 }, { cpu: '0' }],
  [{ cpu: 0.29 }, { cpu: '290m' }],
  [{ cpu: 1.5 }, { cpu: '1500m' }],
  [{ memory: Size.kibibytes(1) }, { memory: '1Ki' }],
  [{ memory: Size.bytes(1000) }, { memory: '1000' }],
  [{ memory: Size.mebibytes(1024) }, { memory: '1Gi' }],
  [{ memory: Size.gibibytes(0) }, { memory: '0Gi' }],
])('the limits %j are written as %j', (limits, expected) => {
  expect(specOf({ limits }).limits).toEqual({ resources: expected });
});

test('a single threshold of image collection is allowed on the right side of the kubelet\'s other one', () => {
  expect(specOf({ kubeletConfiguration: { imageGcHighThresholdPercent: 81 } }).kubeletConfiguration).toEqual({ imageGCHighThresholdPercent: 81 });
  expect(specOf({ kubeletConfiguration: { imageGcLowThresholdPercent: 84 } }).kubeletConfiguration).toEqual({ imageGCLowThresholdPercent: 84 });
});

const lateText = (text: string) => Lazy.string({ produce: () => text });
const lateNumber = (number: number) => Lazy.number({ produce: () => number });

test('values that are known only later are not judged, and survive', () => {
  const { stack, cluster } = importedCluster();
  new Provisioner(stack, 'Provisioner', {
    cluster,
    requirements: [
      Requirement.isIn(lateText('example.com/late'), [lateText('late value')]),
      Requirement.greaterThan(WellKnownLabel.INSTANCE_CPU, lateNumber(7)),
      Requirement.isIn(WellKnownLabel.ZONE, Lazy.list({ produce: () => ['a', 'b'] })),
    ],
    taints: [Taint.noSchedule(lateText('late'), lateText('later'))],
    weight: lateNumber(50),
    expireAfter: Duration.seconds(lateNumber(3600)),
  });

  expect(manifestsOf(stack).Provisioner.spec).toMatchObject({
    requirements: [
      { key: 'example.com/late', operator: 'In', values: ['late value'] },
      { operator: 'Gt', values: ['7'] },
      { operator: 'In', values: ['a', 'b'] },
    ],
    taints: [{ key: 'late', value: 'later', effect: 'NoSchedule' }],
    weight: 50,
    ttlSecondsUntilExpired: 3600,
  });
});
