import { StageQuestion } from './question';
import { SubnetFacts } from '../../cluster/survey-port';
import { InstanceTypeFacts } from '../../karpenter/api/instance-types';
import { NodeClassFacts, NodeIdentity, PoolFacts, SubnetTerm } from '../../karpenter/api/karpenter-api';
import { NodeDemand } from '../../karpenter/api/pool-offer';
import { Taint, Term } from '../../kubernetes/scheduling';

/** A workload with pods on the nodes of the migration's node groups, or with a template that could come to need them. */
export interface WorkloadFacts {
  /** `Pod` for one that nothing would make again. */
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Karpenter itself and what is pinned: it moves among the nodes that stay. */
  readonly stays: boolean;
  /** Running pods on the migration's nodes. */
  readonly pods: number;
  /** Whether all of its pods run on other nodes. */
  readonly elsewhere: boolean;
  /** Where its pods run. */
  readonly nodegroups: readonly string[];
  /** Indexes of what its pods need, without their volumes. */
  readonly placements: readonly number[];
  /** Index of what its template needs. */
  readonly template?: number;
  /** `<namespace>/<name>` of the PodDisruptionBudgets over its pods. */
  readonly budgets: readonly string[];
  /** Pods over which there is no PodDisruptionBudget. */
  readonly unprotected: number;
  /** Pods over which there are several, which the Eviction API refuses. */
  readonly coveredTwice: readonly string[];
  /** Pods that carry the annotation by which they stay. */
  readonly doNotEvict: readonly string[];
  /** Pods that carry the Cluster Autoscaler's `safe-to-evict: "false"`. */
  readonly notSafeToEvict: readonly string[];
  /** Claims whose volume is the disk of a node. */
  readonly localClaims: readonly string[];
  /** What pods write on their node and lose with it. */
  readonly scratch: readonly string[];
  /** Claims by the nodes that reach their volumes, where not every node does. */
  readonly volumes: ReadonlyArray<{ readonly terms: readonly Term[]; readonly claims: readonly string[] }>;
}

export interface BudgetFacts {
  /** `<namespace>/<name>` */
  readonly name: string;
  readonly minAvailable?: string | number;
  readonly maxUnavailable?: string | number;
  /** How many pods it expects. */
  readonly expected: number;
  /** Why Kubernetes cannot count its pods, and so allows nothing. */
  readonly problem?: string;
}

/** What the pods that would have to move from one node request. */
export interface NodeLoad {
  readonly name: string;
  readonly nodegroup: string;
  /** Pods with an address of their own. */
  readonly addresses: number;
  readonly cpu: number;
  readonly memory: number;
}

/** What the Kubernetes API says before what runs is moved. Compact: it travels as a function's answer, which has at most 6 MB. */
export interface KubernetesStageFacts {
  /** What pods need; equal ones are said once. */
  readonly placements: readonly NodeDemand[];
  readonly workloads: readonly WorkloadFacts[];
  readonly budgets: readonly BudgetFacts[];
  readonly loads: readonly NodeLoad[];
  /** What Karpenter's own nodes have free. */
  readonly karpenter: { readonly nodes: number; readonly cpu: number; readonly memory: number };
  /** Those that are not being deleted. */
  readonly pools: readonly PoolFacts[];
  readonly nodeClasses: readonly NodeClassFacts[];
  /** That of node classes which name no identity. */
  readonly defaultInstanceProfile?: string;
  /** Whether pods take addresses of their node's subnet. */
  readonly podsUseSubnets: boolean;
  /** What our identity may not do, as `create pods/eviction`. */
  readonly denied: readonly string[];
}

/** The node classes that a pool refers to. */
export function usedNodeClasses({ pools, nodeClasses }: Pick<KubernetesStageFacts, 'pools' | 'nodeClasses'>): NodeClassFacts[] {
  return nodeClasses.filter(({ name }) => pools.some(pool => pool.nodeClass === name));
}

/** What is known about the nodes that a node group makes. */
export interface NodegroupShape {
  readonly name: string;
  readonly desired: number;
  readonly capacityType: string;
  readonly amiType: string;
  /** Whether its launch template brings an image of its own. */
  readonly ownAmi: boolean;
  readonly userData: boolean;
  /** Gibibytes of the biggest volume; undefined where the image decides. */
  readonly diskGib?: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** The name of the role of its nodes. */
  readonly role: string;
}

/** What a role is allowed by, in words: names of managed policies, and of those that stand in the role itself. */
export type RolePolicies = readonly string[];

/** On-demand vCPUs of the standard families in the account's region. */
export interface VcpuFacts {
  readonly quota: number;
  readonly running: number;
}

/** All that the checks of a stage look at. */
export interface StageFacts extends KubernetesStageFacts {
  readonly nodegroups: readonly NodegroupShape[];
  /** By the name of the node class that selects them. */
  readonly subnets: Readonly<Record<string, readonly SubnetFacts[]>>;
  /** The instance types of the region. */
  readonly types?: readonly InstanceTypeFacts[];
  /** Why they are not known. */
  readonly typesProblem?: string;
  /** Of the roles of node groups, by their names. */
  readonly nodegroupPolicies?: Readonly<Record<string, RolePolicies>>;
  /** Of the roles of nodes that Karpenter makes. */
  readonly karpenterPolicies?: readonly RolePolicies[];
  /** Why policies are not known. */
  readonly policiesProblem?: string;
  readonly vcpus?: VcpuFacts;
  /** Why the quota is not known. */
  readonly vcpuProblem?: string;
}

/** Reads what a stage asks the Kubernetes API; changes nothing. */
export interface StageKubernetesReader {
  readStageFacts(question: StageQuestion): Promise<KubernetesStageFacts>;
}

/** Reads what a stage asks AWS; changes nothing. */
export interface StageAwsReader {
  /** Those that are not in deletion, all if undefined; names of none are left out. */
  readShapes(clusterName: string, nodegroups?: readonly string[]): Promise<NodegroupShape[]>;
  /** Each one once, however many terms select it. */
  selectSubnets(terms: readonly SubnetTerm[]): Promise<SubnetFacts[]>;
  readVcpus(): Promise<VcpuFacts>;
  /** The policies of a role, or of the role in an instance profile; none where there is no such role. */
  readPolicies(identity: NodeIdentity): Promise<RolePolicies>;
  /** Those that Karpenter chooses from: it leaves out what cannot run its images. */
  readInstanceTypes(): Promise<readonly InstanceTypeFacts[]>;
}

export interface StagePorts {
  readonly kubernetes: StageKubernetesReader;
  readonly aws: StageAwsReader;
}
