import { PLACEHOLDER_LABEL } from '../../src/kubernetes/placeholder-label';
import { KubeObject } from '../cluster/kube';

/** Whose pods count together: what people would name when they speak of a workload. */
export interface PodView {
  readonly key: string;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** For example `Deployment/frontend`; the pod itself if nobody controls it. */
  readonly controller: string;
  readonly node?: string;
  readonly phase: string;
  readonly ready: boolean;
  readonly deleting: boolean;
  readonly evicted: boolean;
  /** Why the scheduler finds no node. */
  readonly unschedulable?: string;
}

export interface BudgetView {
  readonly key: string;
  readonly uid: string;
  readonly namespace: string;
  readonly selects: (labels: Readonly<Record<string, string>>) => boolean;
  /** Undefined as long as the controller has not looked at this generation. */
  readonly desiredHealthy?: number;
}

export type Home = 'nodegroup' | 'karpenter' | 'elsewhere';

export interface NodeView {
  readonly name: string;
  readonly home: Home;
  /** Name of the node group, or of Karpenter's pool. */
  readonly of: string;
}

export function podView(pod: KubeObject): PodView {
  const { metadata, spec, status } = pod;
  const conditions: KubeObject[] = status?.conditions ?? [];
  const has = (type: string, value: string, reason?: string) =>
    conditions.find(c => c.type === type && c.status === value && (reason === undefined || c.reason === reason));
  return {
    key: `${metadata.namespace}/${metadata.name}`,
    uid: metadata.uid,
    namespace: metadata.namespace,
    name: metadata.name,
    labels: metadata.labels ?? {},
    controller: controllerOf(metadata),
    node: spec.nodeName,
    phase: status?.phase ?? 'Pending',
    ready: has('Ready', 'True') !== undefined,
    deleting: metadata.deletionTimestamp !== undefined,
    evicted: has('DisruptionTarget', 'True', 'EvictionByEvictionAPI') !== undefined,
    unschedulable: has('PodScheduled', 'False', 'Unschedulable')?.message,
  };
}

/** DaemonSet and mirror pods come and go with their nodes, what is finished runs nowhere, and what keeps room for others is nobody's workload. */
export function moves(pod: PodView): boolean {
  return !/^(DaemonSet|Node)\//.test(pod.controller) && pod.labels[PLACEHOLDER_LABEL] === undefined && !['Succeeded', 'Failed'].includes(pod.phase);
}

export function budgetView(budget: KubeObject): BudgetView {
  const { metadata, spec, status } = budget;
  return {
    key: `${metadata.namespace}/${metadata.name}`,
    uid: metadata.uid,
    namespace: metadata.namespace,
    selects: selector(spec.selector ?? {}),
    desiredHealthy: status?.observedGeneration === metadata.generation ? status.desiredHealthy : undefined,
  };
}

/** @param ownerLabel the label by which a node is Karpenter's */
export function nodeView(node: KubeObject, ownerLabel: string): NodeView {
  const labels: Record<string, string> = node.metadata.labels ?? {};
  const nodegroup = labels['eks.amazonaws.com/nodegroup'];
  const pool = labels[ownerLabel];
  const home = nodegroup ? 'nodegroup' : pool ? 'karpenter' : 'elsewhere';
  return { name: node.metadata.name, home, of: nodegroup ?? pool ?? '' };
}

/** ReplicaSets are their Deployment's: their names end with the hash of the template. */
function controllerOf(metadata: KubeObject): string {
  const owner = (metadata.ownerReferences ?? []).find((reference: KubeObject) => reference.controller);
  const hash = metadata.labels?.['pod-template-hash'];
  if (!owner) {
    return `Pod/${metadata.name}`;
  }
  return owner.kind === 'ReplicaSet' && hash ? `Deployment/${owner.name.slice(0, -hash.length - 1)}` : `${owner.kind}/${owner.name}`;
}

function selector(spec: KubeObject): (labels: Readonly<Record<string, string>>) => boolean {
  const exact = Object.entries(spec.matchLabels ?? {});
  const expressions: KubeObject[] = spec.matchExpressions ?? [];
  return labels => exact.every(([key, value]) => labels[key] === value) && expressions.every(({ key, operator, values }) => {
    switch (operator) {
      case 'In': return values.includes(labels[key]);
      case 'NotIn': return !values.includes(labels[key]);
      case 'Exists': return key in labels;
      default: return !(key in labels);
    }
  });
}
