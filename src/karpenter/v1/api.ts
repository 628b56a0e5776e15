import { voluntaryDisruption } from './disruption';
import { nodeClassFacts } from './node-class-facts';
import { Taint } from '../../kubernetes/scheduling';
import { FORMERLY_FREE, FORMERLY_RESTRICTED, isOlder, KUBERNETES_DOMAINS_SINCE, LABELS_SINCE } from '../../provisioning/v1/label-history';
import { Amounts, ApiObject, ClaimConditions, KarpenterApi, LabelRules, PoolFacts } from '../api/karpenter-api';

interface NodeClassReference { readonly group?: string; readonly name?: string }

interface NodePoolSpec {
  readonly template?: {
    readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
    readonly spec?: {
      readonly nodeClassRef?: NodeClassReference;
      readonly requirements?: ReadonlyArray<{ readonly key: string; readonly operator: string; readonly values?: readonly string[] }>;
      readonly taints?: readonly Taint[];
      readonly startupTaints?: readonly Taint[];
    };
  };
  readonly limits?: Amounts;
  readonly replicas?: number;
}

const GROUP = 'karpenter.sh';
const VERSION = 'v1';
const AWS_GROUP = 'karpenter.k8s.aws';
const OWNER_LABEL = `${GROUP}/nodepool`;
/** EKS Auto Mode has the same label on its nodes, and a tag like this one on its launch templates. */
const CLUSTER_TAG = 'eks:eks-cluster-name';

/** Of the well-known labels those that are about instances, without their prefix. */
const INSTANCE_LABELS = [
  'hypervisor', 'encryption-in-transit-supported', 'category', 'capability-flex', 'family', 'generation', 'size', 'local-nvme', 'cpu', 'cpu-manufacturer',
  'cpu-sustained-clock-speed-mhz', 'memory', 'ebs-bandwidth', 'network-bandwidth', 'gpu-name', 'gpu-manufacturer', 'gpu-count', 'gpu-memory',
  'accelerator-name', 'accelerator-manufacturer', 'accelerator-count', 'tenancy',
];

const LABELS: LabelRules = {
  wellKnown: [
    'topology.kubernetes.io/zone',
    'topology.kubernetes.io/region',
    'topology.k8s.aws/zone-id',
    'node.kubernetes.io/instance-type',
    'node.kubernetes.io/windows-build',
    'kubernetes.io/os',
    'kubernetes.io/arch',
    `${GROUP}/capacity-type`,
    ...INSTANCE_LABELS.map(name => `${AWS_GROUP}/instance-${name}`),
    ...['id', 'type', 'interruptible'].map(name => `${AWS_GROUP}/capacity-reservation-${name}`),
    ...['id', 'partition'].map(name => `${AWS_GROUP}/placement-group-${name}`),
    `${AWS_GROUP}/ec2nodeclass`,
  ],
  restrictedDomains: [GROUP, AWS_GROUP],
  freeDomains: [],
};

const CONDITIONS: ClaimConditions = {
  launched: 'Launched',
  registered: 'Registered',
  initialized: 'Initialized',
  missing: {
    launched: 'EC2 gave no instance: see the limits of the NodePool, the quotas of the account, the capacity of its zones and types, the image, and what the controller role may do',
    registered: 'the instance does not join the cluster: see the access entry or the aws-auth mapping of the node role, the security groups and subnets, the image and the user data',
    initialized: 'the node has joined and is not ready for pods: see its startup taints and who takes them away, the resources that it should have, and the CNI\'s pod',
  },
};

/** Before 1.9 a pod's affinity to other labels of kubernetes.io and k8s.io got no node, and some labels came later. */
function labelsOf(version: string): LabelRules {
  const { wellKnown, restrictedDomains } = LABELS;
  return {
    ...LABELS,
    wellKnown: wellKnown.filter(label => !isOlder(version, LABELS_SINCE[label] ?? version)),
    ...isOlder(version, KUBERNETES_DOMAINS_SINCE)
      ? { restrictedDomains: [...restrictedDomains, ...FORMERLY_RESTRICTED], freeSuffixes: FORMERLY_FREE } : {},
  };
}

/** NodePools, NodeClaims and EC2NodeClasses: Karpenter 1.x, with the labels of the newest. */
export const V1_API: KarpenterApi = {
  name: `${GROUP}/${VERSION}`,
  words: {
    pool: 'NodePool',
    pools: 'NodePools',
    nodeClass: 'EC2NodeClass',
    plainNodeClass: 'node class',
    claim: 'NodeClaim',
    claims: 'NodeClaims',
    nodeClassFields: '`userData`, `blockDeviceMappings`, `amiFamily`, `amiSelectorTerms`',
  },
  kinds: {
    pool: { group: GROUP, version: VERSION, plural: 'nodepools', singular: 'nodepool' },
    nodeClass: { group: AWS_GROUP, version: 'v1', plural: 'ec2nodeclasses', singular: 'ec2nodeclass' },
    claim: { group: GROUP, version: VERSION, plural: 'nodeclaims', singular: 'nodeclaim' },
  },
  ownerLabel: OWNER_LABEL,
  // A node that is none of Auto Mode's carries no compute type, or another one.
  nodeSelector: {
    matchExpressions: [{ key: OWNER_LABEL, operator: 'Exists' }, { key: 'eks.amazonaws.com/compute-type', operator: 'NotIn', values: ['auto'] }],
  },
  // Durations since 1.12; a pod that asks for one stays with an older Karpenter, too.
  keepAnnotation: { key: `${GROUP}/do-not-disrupt`, value: 'true', orDuration: true },
  launchTemplateTag: CLUSTER_TAG,
  instanceTags: clusterName => [{ key: OWNER_LABEL }, { key: CLUSTER_TAG, value: clusterName }],
  launchTemplateTags: clusterName => [{ key: CLUSTER_TAG, value: clusterName }, { key: OWNER_LABEL }],
  conditions: CONDITIONS,
  labels: LABELS,
  ofVersion: version => ({ ...V1_API, labels: labelsOf(version) }),
  resources: {
    ofTypes: ['nvidia.com/gpu', 'amd.com/gpu', 'aws.amazon.com/neuron', 'aws.amazon.com/neuroncore', 'habana.ai/gaudi', 'vpc.amazonaws.com/efa'],
    // Interfaces for pods, and addresses of Windows nodes.
    uncounted: ['vpc.amazonaws.com/pod-eni', 'vpc.amazonaws.com/PrivateIPv4Address'],
  },
  // Nothing is written into a NodePool: without a requirement Spot comes first, because it costs less.
  defaultCapacityTypes: ['spot', 'on-demand'],
  voluntaryDisruption,

  isOfKarpenter: object => nodeClassOf(object)?.group === AWS_GROUP,
  poolFacts,
  nodeClassFacts: nodeClasses => nodeClasses.map(nodeClassFacts),
  providerIdOf: ({ status }) => (status as { readonly providerID?: string } | undefined)?.providerID || undefined,
  claimNamedBy: message => /\bnodeclaim\/([a-z0-9.-]+)/.exec(message)?.[1],
  limitedBy: pool => specOf(pool).replicas === undefined ? 'cpu' : 'nodes',
  amountsOf: limits => limits === null ? undefined : limits as Amounts,
  limitsWith: (_limits, amounts) => amounts,
};

function poolFacts(pool: ApiObject): PoolFacts {
  const { template, limits, replicas } = specOf(pool);
  const { requirements, taints, startupTaints } = template?.spec ?? {};
  return {
    name: pool.metadata.name,
    requirements: (requirements ?? []).map(({ key, operator, values }) => ({ key, operator, values: values ?? [] })),
    labels: template?.metadata?.labels ?? {},
    taints: (taints ?? []).map(plainTaint),
    ...startupTaints && { startupTaints: startupTaints.map(plainTaint) },
    limits: texts(limits),
    used: texts((pool.status as { readonly resources?: Amounts } | undefined)?.resources),
    nodeClass: nodeClassOf(pool)?.name ?? '',
    ...replicas === undefined ? {} : { replicas },
  };
}

function plainTaint({ key, value, effect }: Taint): Taint {
  return { key, value, effect };
}

function specOf({ spec }: ApiObject): NodePoolSpec {
  return (spec ?? {}) as NodePoolSpec;
}

/** A pool has the reference in its template, a claim in its spec. */
function nodeClassOf(object: ApiObject): NodeClassReference | undefined {
  return specOf(object).template?.spec?.nodeClassRef ?? (object.spec as { readonly nodeClassRef?: NodeClassReference } | undefined)?.nodeClassRef;
}

function texts(resources: Amounts = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(resources).map(([name, value]) => [name, String(value)]));
}
