import { InstanceTypeFacts } from '../../../src/karpenter/api/instance-types';
import { NodeClassFacts, PoolFacts } from '../../../src/karpenter/api/karpenter-api';
import { NodeDemand } from '../../../src/karpenter/api/pool-offer';
import { Expression, Term } from '../../../src/kubernetes/scheduling';
import {
  BudgetFacts, NodegroupShape, StageFacts, WorkloadFacts,
} from '../../../src/preflight/workloads/facts';
import { StageQuestion } from '../../../src/preflight/workloads/question';
import { StagePod } from '../../../src/preflight/workloads/views';
import { MigrationStage } from '../../../src/words/migration-stage';
import { PreflightCheck } from '../../../src/words/preflight-check';
import { subnet } from '../facts';

/** The checks of the stages beyond INSTALL, among those of the preflight. */
export const STAGE_CHECKS: readonly PreflightCheck[] = [
  PreflightCheck.KUBERNETES_RIGHTS, PreflightCheck.POOLS, PreflightCheck.DISRUPTION_BUDGETS, PreflightCheck.BLOCKING_BUDGETS,
  PreflightCheck.BARE_PODS, PreflightCheck.KEPT_PODS, PreflightCheck.CORDON_TOLERATIONS, PreflightCheck.PLACEMENT, PreflightCheck.VOLUME_ZONES,
  PreflightCheck.LOCAL_VOLUMES,
  PreflightCheck.SCRATCH_DATA, PreflightCheck.NODE_FEATURES, PreflightCheck.NODE_POLICIES, PreflightCheck.SPOT_NODEGROUPS, PreflightCheck.POOL_LIMITS,
  PreflightCheck.VCPU_QUOTA, PreflightCheck.FLEET_ADDRESSES,
];

/** A cluster in whose way nothing stands; every test changes what it is about. */
export function question(changes: Partial<StageQuestion> = {}): StageQuestion {
  return {
    clusterName: 'prod',
    kubectlRoleArn: 'role',
    stage: MigrationStage.SCALE_DOWN,
    namespace: 'karpenter',
    api: 'karpenter.sh/v1alpha5',
    criticalWorkloads: [{ Kind: 'Deployment', Namespace: 'kube-system', Name: 'coredns', Optional: true }],
    clusterAutoscaler: { Kind: 'discovered' },
    targets: [],
    ...changes,
  };
}

/** What a pod needs, in fewer words. */
export interface Placement extends Partial<NodeDemand> {
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly terms?: ReadonlyArray<readonly Expression[]>;
}

export function placement({ nodeSelector, terms, ...changes }: Placement = {}): NodeDemand {
  const requires = { selector: nodeSelector ?? {}, terms: (terms ?? []).map(matchExpressions => ({ matchExpressions })) };
  return { requests: {}, ...nodeSelector || terms ? { requires } : {}, ...changes };
}

export const inZones = (...values: string[]): Term[] => [{ matchExpressions: [isIn('topology.kubernetes.io/zone', ...values)] }];

const type = (name: string, cpu: number, gibibytes: number, more: Record<string, number> = {}, arch = 'amd64'): InstanceTypeFacts =>
  ({ name, arch, resources: { cpu, memory: gibibytes * 2 ** 30, ...more } });

/** A small region. */
export const TYPES: readonly InstanceTypeFacts[] = [
  type('c5.large', 2, 4), type('m5.large', 2, 8), type('m5.xlarge', 4, 16), type('r5.24xlarge', 96, 768), type('m2.xlarge', 2, 17), type('t3.large', 2, 8),
  type('m6gd.large', 2, 8, {}, 'arm64'), type('g5.xlarge', 4, 16, { 'nvidia.com/gpu': 1 }), type('p4d.24xlarge', 96, 1152, { 'nvidia.com/gpu': 8, 'vpc.amazonaws.com/efa': 4 }),
  type('inf2.xlarge', 4, 16, { 'aws.amazon.com/neuron': 1, 'aws.amazon.com/neuroncore': 2 }),
];

export const isIn = (key: string, ...values: string[]): Expression => ({ key, operator: 'In', values });

export function workload(name: string, changes: Partial<WorkloadFacts> = {}): WorkloadFacts {
  return {
    kind: 'Deployment',
    namespace: 'shop',
    name,
    stays: false,
    pods: 2,
    elsewhere: false,
    nodegroups: ['apps'],
    placements: [0],
    budgets: [`shop/${name}`],
    unprotected: 0,
    coveredTwice: [],
    doNotEvict: [],
    notSafeToEvict: [],
    localClaims: [],
    scratch: [],
    volumes: [],
    ...changes,
  };
}

export function budget(name: string, changes: Partial<BudgetFacts> = {}): BudgetFacts {
  return { name: `shop/${name}`, maxUnavailable: 1, expected: 2, ...changes };
}

/** The guide's, with what Karpenter's webhook adds. */
export function pool(changes: Partial<PoolFacts> = {}): PoolFacts {
  return {
    name: 'default',
    requirements: [
      isIn('karpenter.k8s.aws/instance-category', 'c', 'm', 'r'),
      { key: 'karpenter.k8s.aws/instance-generation', operator: 'Gt', values: ['2'] },
      isIn('kubernetes.io/os', 'linux'),
      isIn('kubernetes.io/arch', 'amd64'),
      isIn('karpenter.sh/capacity-type', 'on-demand'),
    ],
    labels: {},
    taints: [],
    limits: {},
    used: {},
    nodeClass: 'default',
    ...changes,
  };
}

export function nodeClass(changes: Partial<NodeClassFacts> = {}): NodeClassFacts {
  return { name: 'default', subnets: [[{ name: 'tag:karpenter.sh/discovery', values: ['prod'] }]], amiFamily: 'AL2', ownAmi: false, userData: false, diskGib: 20, ...changes };
}

export function shape(name: string, changes: Partial<NodegroupShape> = {}): NodegroupShape {
  return { name, desired: 3, capacityType: 'ON_DEMAND', amiType: 'AL2_x86_64', ownAmi: false, userData: false, diskGib: 20, labels: {}, taints: [], role: 'nodes', ...changes };
}

export function stageFacts(changes: Partial<StageFacts> = {}): StageFacts {
  return {
    placements: [placement()],
    workloads: [workload('cart')],
    budgets: [budget('cart')],
    loads: [
      { name: 'node-1', nodegroup: 'apps', addresses: 2, cpu: 1, memory: 2 ** 30 },
      { name: 'node-2', nodegroup: 'apps', addresses: 3, cpu: 2, memory: 2 ** 31 },
    ],
    karpenter: { nodes: 0, cpu: 0, memory: 0 },
    pools: [pool()],
    nodeClasses: [nodeClass()],
    podsUseSubnets: true,
    denied: [],
    nodegroups: [shape('apps'), shape('system')],
    types: TYPES,
    subnets: { default: [subnet('subnet-a'), subnet('subnet-b', { zone: 'us-east-1b' })] },
    vcpus: { quota: 100, running: 20 },
    nodegroupPolicies: { nodes: ['AmazonEKSWorkerNodePolicy', 'orders'] },
    karpenterPolicies: [['orders']],
    ...changes,
  };
}

export function pod(name: string, changes: Partial<StagePod> = {}): StagePod {
  return {
    name,
    namespace: 'shop',
    node: 'node-1',
    phase: 'Running',
    labels: {},
    requests: { cpu: 0.5, memory: 2 ** 30 },
    mirror: false,
    leaving: false,
    hostNetwork: false,
    doNotEvict: false,
    notSafeToEvict: false,
    demand: placement(),
    claims: [],
    scratch: [],
    ...changes,
  };
}
