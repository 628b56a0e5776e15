import { InstanceTypeDetails, LaunchTemplateDetails, NodegroupDetails, PoolFacts } from '../../../src/cli/pools/contract';

/** An instance type by its name, vCPUs and gibibytes. */
export function instanceType(name: string, cpu: number, gibibytes: number, changes: Partial<InstanceTypeDetails> = {}): InstanceTypeDetails {
  return {
    name, arch: 'amd64', resources: { cpu, memory: gibibytes * 2 ** 30 }, accelerated: false, bareMetal: false, localNvme: false, pods: 29, ...changes,
  };
}

export const INSTANCE_TYPES: readonly InstanceTypeDetails[] = [
  instanceType('t3.medium', 2, 4),
  instanceType('m5.large', 2, 8),
  instanceType('m5.xlarge', 4, 16),
  instanceType('m5a.large', 2, 8),
  instanceType('m5d.large', 2, 8, { localNvme: true }),
  instanceType('m7i.large', 2, 8),
  instanceType('m7i-flex.large', 2, 8),
  instanceType('m4.large', 2, 8),
  instanceType('c6i.xlarge', 4, 8),
  instanceType('c7i-flex.xlarge', 4, 8),
  instanceType('r5.2xlarge', 8, 64),
  instanceType('i4i.large', 2, 16, { localNvme: true }),
  instanceType('m6g.large', 2, 8, { arch: 'arm64' }),
  instanceType('m5.metal', 96, 384, { bareMetal: true }),
  instanceType('g5.xlarge', 4, 16, { accelerated: true, gpu: 'A10G', resources: { 'cpu': 4, 'memory': 16 * 2 ** 30, 'nvidia.com/gpu': 1 } }),
];

export const SUBNETS = [{ id: 'subnet-a', zone: 'us-east-1a' }, { id: 'subnet-b', zone: 'us-east-1b' }];

/** A node group as EKS makes it where nothing is said. */
export function nodegroup(changes: Partial<NodegroupDetails> = {}): NodegroupDetails {
  return {
    name: 'apps',
    instanceTypes: ['m5.large'],
    capacityType: 'ON_DEMAND',
    amiType: 'AL2023_x86_64_STANDARD',
    diskSize: changes.launchTemplate ? undefined : 20,
    labels: {},
    taints: [],
    subnets: SUBNETS,
    sizes: { min: 1, max: 10, desired: 4 },
    ...changes,
  };
}

export function launchTemplate(changes: Partial<LaunchTemplateDetails> = {}): LaunchTemplateDetails {
  return { id: 'lt-1', version: '3', blockDevices: [], securityGroupIds: [], tags: { instance: {}, volume: {} }, others: [], ...changes };
}

export function withUserData(text: string, changes: Partial<NodegroupDetails> = {}): NodegroupDetails {
  return nodegroup({ launchTemplate: launchTemplate({ userData: { text } }), ...changes });
}

export function facts(...nodegroups: readonly NodegroupDetails[]): PoolFacts {
  return { clusterName: 'prod', nodegroups, instanceTypes: INSTANCE_TYPES, clusterSecurityGroupId: 'sg-cluster', unread: [] };
}
