import type * as k8s from '@kubernetes/client-node';
import { PLACEHOLDER_PRIORITY_CLASS, PLACEHOLDER_WORKLOAD_LABEL, placeholderName } from './names';
import { AsSent } from '../../../kubernetes/as-sent.kubernetes';
import { PLACEHOLDER_LABEL } from '../../../kubernetes/placeholder-label';
import { claimsOf, isApart, requestsOf, requirementsOf } from '../../../kubernetes/pod-needs.kubernetes';
import { Requirement, Term } from '../../../kubernetes/scheduling';
import { HOSTNAME_LABEL, NODEGROUP_LABEL } from '../../../kubernetes/views';

/** Nobody is there any more to take a placeholder away that is as old as this. */
const LONGEST_SECONDS = 3600;
const NOBODY = 65_534;

/** Where Karpenter's nodes are, which come from no node group. */
const NOT_IN_NODEGROUPS: Requirement = { key: NODEGROUP_LABEL, operator: 'DoesNotExist' };

/**
 * A pod that asks of its node what another one asks, on a node of Karpenter's, and does nothing there.
 *
 * @param volumes the nodes that reach a volume, by `<namespace>/<name>` of its claim
 */
export function placeholderFor(
  pod: AsSent<k8s.V1Pod>, namespace: string, image: string, volumes: ReadonlyMap<string, readonly Term[]>,
): k8s.V1Pod {
  const { metadata, spec } = pod;
  const { uid, name, ownerReferences } = metadata!;
  const workload = ownerReferences?.find(({ controller }) => controller)?.uid ?? uid!;
  const selector = { matchLabels: { [PLACEHOLDER_WORKLOAD_LABEL]: workload } };
  const reached = claimsOf(name!, spec).map(claim => volumes.get(`${metadata!.namespace}/${claim}`) ?? []).filter(terms => terms.length > 0);
  const terms = [...reached, requirementsOf(spec)?.terms ?? []];
  return {
    metadata: {
      name: placeholderName(uid!),
      namespace,
      labels: { [PLACEHOLDER_LABEL]: uid!, [PLACEHOLDER_WORKLOAD_LABEL]: workload },
    },
    spec: {
      priorityClassName: PLACEHOLDER_PRIORITY_CLASS,
      terminationGracePeriodSeconds: 0,
      activeDeadlineSeconds: LONGEST_SECONDS,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      nodeSelector: spec?.nodeSelector,
      tolerations: spec?.tolerations,
      affinity: {
        nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: allOf(terms) } },
        podAntiAffinity: isApart(spec)
          ? { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: HOSTNAME_LABEL, labelSelector: selector }] } : undefined,
      },
      topologySpreadConstraints: spec?.topologySpreadConstraints?.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule')
        .map(({ topologyKey, maxSkew, whenUnsatisfiable }) => ({ topologyKey, maxSkew, whenUnsatisfiable, labelSelector: selector })),
      securityContext: { runAsNonRoot: true, runAsUser: NOBODY, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [{
        name: 'room',
        image,
        resources: resourcesOf(requestsOf(spec)),
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      }],
    },
  };
}

/** Terms of which one has to hold, from lists of which of each one has to. */
function allOf(lists: ReadonlyArray<readonly Term[]>): k8s.V1NodeSelectorTerm[] {
  const start: Term[] = [{ matchExpressions: [NOT_IN_NODEGROUPS] }];
  const terms = lists.filter(list => list.length > 0)
    .reduce<readonly Term[]>((all, list) => all.flatMap(one => list.map(other => both(one, other))), start);
  return terms.map(({ matchExpressions, matchFields }) => ({ matchExpressions: copy(matchExpressions), matchFields: copy(matchFields) }));
}

function both(one: Term, other: Term): Term {
  return {
    matchExpressions: [...one.matchExpressions ?? [], ...other.matchExpressions ?? []],
    matchFields: [...one.matchFields ?? [], ...other.matchFields ?? []],
  };
}

function copy(requirements: readonly Requirement[] = []): k8s.V1NodeSelectorRequirement[] | undefined {
  return requirements.length > 0 ? requirements.map(({ values, ...rest }) => ({ ...rest, ...values ? { values: [...values] } : {} })) : undefined;
}

/** What is counted in pieces, and huge pages, must be limited to what is requested. */
function resourcesOf(requests: Readonly<Record<string, number>>): k8s.V1ResourceRequirements {
  const amounts = Object.fromEntries(Object.entries(requests).map(([name, amount]) => [name, name === 'cpu' ? `${Math.ceil(amount * 1000)}m` : String(Math.ceil(amount))]));
  const limits = Object.entries(amounts).filter(([name]) => name.includes('/') || name.startsWith('hugepages-'));
  return { requests: amounts, ...limits.length > 0 ? { limits: Object.fromEntries(limits) } : {} };
}
