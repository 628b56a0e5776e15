import { Finding, finding } from './findings';
import { GenerationName } from './proposal';
import { canonicalKey, isRestrictedInAffinity, LabelKnowledge } from '../../karpenter/api/requirements';
import { V0_API } from '../../karpenter/v0/api';
import { V1_API } from '../../karpenter/v1/api';
import { taintText } from '../../kubernetes/node-offer';
import { Taint } from '../../kubernetes/scheduling';
import { NODEGROUP_LABEL } from '../../kubernetes/views';

/** The labels and taints of a node group, sorted out. */
export interface Marks {
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly startupTaints: readonly Taint[];
  readonly findings: readonly Finding[];
}

/** Whom a taint waits for; whoever it is takes it away again. */
const REMOVED_BY: ReadonlyArray<readonly [key: RegExp, by: string]> = [
  [/^node\.cilium\.io\/agent-not-ready$/, 'Cilium'],
  [/^(ebs|efs|fsx|s3)\.csi\.aws\.com\/agent-not-ready$/, 'the CSI driver'],
  [/^cni\.istio\.io\/not-ready$/, 'Istio\'s CNI'],
  [/^node\.cloudprovider\.kubernetes\.io\/uninitialized$/, 'the cloud controller'],
  [/^nidhogg\.uswitch\.com\//, 'nidhogg'],
];

const APIS: Readonly<Record<GenerationName, LabelKnowledge>> = { v0: V0_API, v1: V1_API };
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const OF_EKS = /^(.*\.)?eks\.amazonaws\.com\//;

const PART = '([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)';
const KEY = new RegExp(`^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?${PART}$`);
const VALUE = new RegExp(`^${PART}?$`);

/** Labels that workloads may select by and that only nodes of node groups have. */
export function ofNodegroups(poolName: string, generation: GenerationName): Finding {
  const { ownerLabel } = APIS[generation];
  return finding('labels eks.amazonaws.com/*', `Karpenter's nodes have none of them, so pods that select by ${NODEGROUP_LABEL} stay on the node group or find no node: `
    + `let them select by ${ownerLabel}=${poolName} or by a label of their own, and by karpenter.sh/capacity-type instead of eks.amazonaws.com/capacityType`);
}

/** What of labels and taints goes into a pool; all that does not is a finding. */
export function marksOf(labels: Readonly<Record<string, string>>, taints: readonly Taint[], generation: GenerationName): Marks {
  const findings: Finding[] = [];
  const kept = Object.entries(labels).filter(([key, value]) => {
    const objection = objectionToLabel(key, value, APIS[generation]);
    if (objection !== undefined) {
      findings.push(finding(`label ${key}=${value}`, objection));
    }
    return objection === undefined;
  });
  const good: Taint[] = [];
  for (const taint of taints) {
    const objection = objectionToTaint(taint, good);
    if (objection === undefined) {
      good.push(taint);
    } else if (!good.some(one => taintText(one) === taintText(taint))) {
      findings.push(finding(`taint ${taintText(taint)}`, objection));
    }
  }
  return {
    labels: Object.fromEntries(kept.sort(([one], [other]) => one < other ? -1 : 1)),
    taints: good.filter(taint => removerOf(taint) === undefined),
    startupTaints: good.filter(taint => removerOf(taint) !== undefined),
    findings,
  };
}

/** Who takes a taint away, for people; undefined for one that stays. */
export function removerOf({ key }: Taint): string | undefined {
  return REMOVED_BY.find(([pattern]) => pattern.test(key))?.[1];
}

function objectionToLabel(key: string, value: string, api: LabelKnowledge): string | undefined {
  const canonical = canonicalKey(key);
  if (OF_EKS.test(key)) {
    return 'EKS sets it on nodes of node groups only: let workloads select by another label';
  }
  if (!KEY.test(key) || !VALUE.test(value)) {
    return 'Kubernetes takes no such label: give it another name or value, and let workloads select by that';
  }
  if (canonical === api.ownerLabel || api.labels.wellKnown.includes(canonical) || canonical === 'kubernetes.io/hostname') {
    return 'Karpenter or the kubelet sets it as the node really is: make it a requirement of the pool if nodes must have this value';
  }
  const isOfKubelet = /^(.*\.)?(kubernetes|k8s)\.io$/.test(key.split('/')[0]) && !/^(.*\.)?(node|node-restriction)\.kubernetes\.io$|^kops\.k8s\.io$/.test(key.split('/')[0]);
  if (isRestrictedInAffinity(key, api) || (isOfKubelet && key.includes('/'))) {
    return 'its domain is kept for Kubernetes and Karpenter: give nodes a label of a domain of your own, and let workloads select by that';
  }
  return undefined;
}

function objectionToTaint(taint: Taint, others: readonly Taint[]): string | undefined {
  if (!KEY.test(taint.key) || !VALUE.test(taint.value ?? '') || !EFFECTS.includes(taint.effect)) {
    return 'Kubernetes takes no such taint: write it anew in `taints`, with one of the effects NoSchedule, PreferNoSchedule and NoExecute';
  }
  if (taint.key.startsWith('karpenter.sh/') || taint.key === 'node.kubernetes.io/unschedulable') {
    return 'Karpenter and Kubernetes set it themselves where they need it: leave it out';
  }
  const same = others.find(({ key, effect }) => key === taint.key && effect === taint.effect);
  return same && `the node group has ${taintText(same)} as well, and a pool takes a key with each effect once: decide which one it is`;
}
