import { AutoscalerDeployment, DeploymentReference, TaintedNode, TimedTaint } from './port';
import { AutoscalerReference } from '../contract';
import { PauseReason } from '../pause-reason';
import { blocked, Progress } from '../step';

/** The Deployment's name in the autoscaler's own examples and in most charts. */
const USUAL_NAME = 'cluster-autoscaler';

/** Labels of the autoscaler's own examples, of its chart (old and new), and of the add-ons derived from them. */
const USUAL_LABELS: Readonly<Record<string, readonly string[]>> = {
  'app.kubernetes.io/name': ['cluster-autoscaler', 'aws-cluster-autoscaler'],
  'app': ['cluster-autoscaler', 'aws-cluster-autoscaler'],
  'k8s-app': ['cluster-autoscaler'],
  'k8s-addon': ['cluster-autoscaler.addons.k8s.io'],
};

/** What the autoscaler puts on nodes that it is about to end, or thinks of ending. */
export const LEFTOVER_TAINTS: readonly string[] = ['ToBeDeletedByClusterAutoscaler', 'DeletionCandidateOfClusterAutoscaler'];
const BEING_DELETED = LEFTOVER_TAINTS[0];

/** What stands at the Deployment while it is at zero because of us. */
export interface ReplicasRecord {
  readonly replicas: number;
  readonly owner: string;
  /** When it was scaled to zero, or seen back. */
  readonly at: string;
  /** Its pods, its scaling and its taints are known to be gone. */
  readonly settled?: boolean;
}

export type Finding =
  | { readonly kind: 'found'; readonly deployments: readonly AutoscalerDeployment[] }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unclear'; readonly says: string };

const REMEDY = 'set `cutOver.clusterAutoscaler` to ClusterAutoscaler.deployment(namespace, name), to ClusterAutoscaler.deployments([…]) if each of several serves some'
  + ' of the node groups, or to ClusterAutoscaler.none() if the cluster has none';

/** Whether a Deployment may be the Cluster Autoscaler's, by what it is called. */
export function looksLikeAutoscaler(name: string, labels: Readonly<Record<string, string>>): boolean {
  return name === USUAL_NAME || Object.entries(USUAL_LABELS).some(([key, values]) => values.includes(labels[key]));
}

/** The Deployments that the step is about. One that carries a record is of them, whatever the configuration says now. */
export function findAutoscaler(candidates: readonly AutoscalerDeployment[], reference: AutoscalerReference): Finding {
  const recorded = candidates.filter(each => each.record !== undefined);
  const strangers = recorded.filter(each => !matches(each, reference));
  if (reference.Kind !== 'several' && recorded.length === 1) {
    return { kind: 'found', deployments: recorded };
  }
  if (reference.Kind === 'several' ? strangers.length > 0 : recorded.length > 1) {
    return { kind: 'unclear', says: `${names(recorded)} all carry a record of replicas: remove the annotation from those that are copies` };
  }
  if (reference.Kind === 'absent') {
    return { kind: 'absent' };
  }
  const matching = candidates.filter(each => matches(each, reference));
  const missing = namedBy(reference).filter(one => !matching.some(each => isSame(each, one)));
  if (missing.length === 0 && (reference.Kind === 'several' || matching.length === 1)) {
    return { kind: 'found', deployments: matching };
  }
  return {
    kind: 'unclear',
    says: missing.length > 0
      ? `there is no Deployment ${missing.map(fullName).join(', ')}, which was named as the Cluster Autoscaler's: ${REMEDY}`
      : matching.length === 0
        ? `no Deployment is named ${USUAL_NAME} or has a label of its usual charts: ${REMEDY}`
        : `${matching.length} Deployments look like the Cluster Autoscaler's (${names(matching)}): ${REMEDY}`,
  };
}

/** Deployments that could scale node groups now: those that the step is about, and any that has come since. */
export function awake(candidates: readonly AutoscalerDeployment[], reference: AutoscalerReference): AutoscalerDeployment | undefined {
  return candidates.find(each => each.replicas > 0 && (each.record !== undefined || matches(each, reference)));
}

export function namedBy(reference: AutoscalerReference): DeploymentReference[] {
  const named = reference.Kind === 'several' ? reference.Deployments : reference.Kind === 'named' ? [reference] : [];
  return named.map(({ Namespace: namespace, Name: name }) => ({ namespace, name }));
}

/** Whether a Deployment is of those that are named, or found. */
export function matches(deployment: Pick<AutoscalerDeployment, 'namespace' | 'name' | 'labels'>, reference: AutoscalerReference): boolean {
  return reference.Kind === 'discovered'
    ? looksLikeAutoscaler(deployment.name, deployment.labels)
    : namedBy(reference).some(one => isSame(deployment, one));
}

function isSame(one: DeploymentReference, other: DeploymentReference): boolean {
  return one.namespace === other.namespace && one.name === other.name;
}

/** @throws when it is none of ours */
export function parseRecord(deployment: AutoscalerDeployment): ReplicasRecord | undefined {
  if (deployment.record === undefined) {
    return undefined;
  }
  const record = parsed(deployment.record);
  if (!Number.isInteger(record?.replicas) || record!.replicas < 0 || Number.isNaN(Date.parse(record!.at))) {
    throw new Error(`the record of replicas of Deployment ${fullName(deployment)} is ${JSON.stringify(deployment.record)}, which cannot be read:`
      + ' write {"replicas":2,"at":"2024-05-01T10:00:00Z"} with the number that it had, or scale it yourself and remove the annotation');
  }
  return record;
}

function parsed(text: string): ReplicasRecord | undefined {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}

/** What the way back has to do with a Deployment that carries a record. */
export type Restoration =
  /** Put the recorded replicas back. */
  | 'restore'
  /** They are back and not all available yet. */
  | 'wait'
  /** They are back, or were zero all the time. */
  | 'restored'
  /** Somebody set a number of their own. */
  | 'theirs';

export function planRestoration(deployment: AutoscalerDeployment, record: ReplicasRecord): Restoration {
  if (deployment.replicas === record.replicas) {
    return deployment.observed && deployment.available >= record.replicas ? 'restored' : 'wait';
  }
  return deployment.replicas === 0 ? 'restore' : 'theirs';
}

export interface TaintRemoval {
  readonly node: string;
  readonly version: string;
  readonly taints: readonly TimedTaint[];
  /** The autoscaler has cordoned the node together with the taint. */
  readonly uncordon: boolean;
}

/** Takes the autoscaler's taints from the nodes of the migration and leaves all others. */
export function planTaintRemovals(nodes: readonly TaintedNode[], nodegroups: readonly string[] | undefined, cordons: boolean): TaintRemoval[] {
  return nodes
    .filter(node => nodegroups?.includes(node.nodegroup) ?? true)
    .map(({ name, version, taints }) => ({
      node: name,
      version,
      taints: taints.filter(({ key }) => !LEFTOVER_TAINTS.includes(key)),
      uncordon: cordons && taints.some(({ key }) => key === BEING_DELETED),
    }));
}

export function fullName({ namespace, name }: DeploymentReference): string {
  return `${namespace}/${name}`;
}

function names(deployments: readonly AutoscalerDeployment[]): string {
  return deployments.map(fullName).join(', ');
}

export function isBack(deployment: AutoscalerDeployment): Progress {
  const { namespace, name, replicas, replicasManager } = deployment;
  return blocked(PauseReason.AUTOSCALER_IS_BACK, `the Cluster Autoscaler's Deployment ${fullName(deployment)} has ${replicas} ${replicas === 1 ? 'replica' : 'replicas'} again,`
    + ` set by ${replicasManager ?? 'a field manager that nobody recorded'}: let it have 0 there, or kubectl -n ${namespace} scale deployment ${name} --replicas=0`);
}
