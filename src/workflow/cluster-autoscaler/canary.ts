import { Canary, NodeState, PodEvent } from './port';
import { ClaimView, Condition } from '../../karpenter/api/fleet';
import { KarpenterApi } from '../../karpenter/api/karpenter-api';
import { Taint } from '../../kubernetes/scheduling';
import { WellKnownLabel } from '../../provisioning/well-known-label';

export const CANARY_NAME = 'cdk-karpenter-migration-canary';
export const CANARY_LABEL = 'app.kubernetes.io/name';
/** What a canary was made with: one that was made otherwise proves nothing about now. */
export const CANARY_SETTINGS = 'cdk-karpenter-migration/canary';
/** On the priority class of canaries: the node that was launched for one, where there is no Deployment that remembers it by being at zero. */
export const PROOF_RECORD = 'cdk-karpenter-migration/proven';
/** A label that all pods of DaemonSets have, and no others. */
const OF_DAEMON_SET = 'pod-template-generation';

/** An old, empty node takes one canary, and then the next one needs another; with this many such nodes something is odd. */
const MAXIMUM = 10;
/** A canary that is Ready for longer belongs to a run that did not go on. */
const STALE_MILLISECONDS = 15 * 60_000;
const WORDS = 300;

export interface CanaryPurpose {
  readonly namespace: string;
  readonly image: string;
  readonly ownerLabel: string;
  readonly pool: string;
  /** Of the pool. Its startup taints are not tolerated: what removes them must work, too. */
  readonly taints: readonly Taint[];
}

/** What a canary needs of the pool: a node of Linux, little of everything, and to be let in. */
export function canaryDemand({ taints }: Pick<CanaryPurpose, 'taints'>) {
  return {
    requests: { cpu: 0.01, memory: 16 * 2 ** 20 },
    implied: { [WellKnownLabel.OS]: 'linux' },
    tolerations: taints.map(({ key, effect }) => ({ key, effect, operator: 'Exists' })),
  };
}

/** A pod that only a node of the pool takes on which nothing runs but DaemonSets, admitted also where Pod Security is restricted. */
export function canaryPod(name: string, purpose: CanaryPurpose) {
  const resources = { cpu: '10m', memory: '16Mi' };
  const { tolerations } = canaryDemand(purpose);
  return {
    metadata: {
      name,
      namespace: purpose.namespace,
      labels: { [CANARY_LABEL]: CANARY_NAME, 'app.kubernetes.io/managed-by': 'cdk-karpenter-migration' },
      annotations: { [CANARY_SETTINGS]: settingsOf(purpose) },
    },
    spec: {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: purpose.ownerLabel, operator: 'In', values: [purpose.pool] }] }],
          },
        },
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{
            topologyKey: 'kubernetes.io/hostname',
            labelSelector: { matchExpressions: [{ key: OF_DAEMON_SET, operator: 'DoesNotExist' }] },
            namespaceSelector: {},
          }],
        },
      },
      tolerations,
      // Without preemption: otherwise pods of a lower priority would be deleted to make an old node empty.
      priorityClassName: CANARY_NAME,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 1,
      securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [{
        name: 'canary',
        image: purpose.image,
        resources: { requests: resources, limits: resources },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      }],
    },
  };
}

export function settingsOf({ image, ownerLabel, pool, taints }: CanaryPurpose): string {
  return JSON.stringify({ image, ownerLabel, pool, taints: taints.map(({ key, effect }) => `${key}:${effect}`) });
}

export type Judgement =
  | { readonly kind: 'leftovers'; readonly canaries: readonly Canary[] }
  | { readonly kind: 'create'; readonly name: string }
  | { readonly kind: 'wait'; readonly canary: Canary }
  | { readonly kind: 'exhausted' }
  | { readonly kind: 'proven'; readonly canary: Canary; readonly node: string };

/** What the canaries that are there say about Karpenter. Only a node that is younger than its canary proves anything. */
export function judge(canaries: readonly Canary[], nodes: readonly NodeState[], settings: string, now: Date): Judgement {
  const living = canaries.filter(({ terminating }) => !terminating);
  const nodeOf = ({ node }: Canary) => nodes.find(({ name }) => name === node);
  const leftovers = living.filter(canary => canary.settings !== settings || canary.finished || (canary.node && !nodeOf(canary))
    || (canary.readySince && now.getTime() - Date.parse(canary.readySince) > STALE_MILLISECONDS));
  if (leftovers.length > 0) {
    return { kind: 'leftovers', canaries: leftovers };
  }
  const onNewNode = living.filter(canary => isYounger(nodeOf(canary), canary));
  const proof = onNewNode.find(({ readySince }) => readySince);
  if (proof) {
    return { kind: 'proven', canary: proof, node: proof.node! };
  }
  const awaited = onNewNode[0] ?? living.find(({ node }) => !node);
  if (awaited) {
    return { kind: 'wait', canary: awaited };
  }
  // Those that found an old node keep it occupied.
  return living.length < MAXIMUM ? { kind: 'create', name: unusedName(canaries) } : { kind: 'exhausted' };
}

function unusedName(canaries: readonly Canary[]): string {
  const used = canaries.map(({ name }) => name);
  const names = [CANARY_NAME, ...Array.from(used, (_, index) => `${CANARY_NAME}-${index + 2}`)];
  return names.find(name => !used.includes(name))!;
}

/** The claims that Karpenter has launched for a canary: the one that it runs on, or those that it was nominated to. */
export function launchedFor(canary: Canary, claims: readonly ClaimView[], events: readonly PodEvent[], api: KarpenterApi): ClaimView[] {
  const nominated = events.flatMap(({ message }) => api.claimNamedBy(message) ?? []);
  return claims
    .filter(claim => isClaimYounger(claim, canary))
    .filter(({ name, nodeName }) => canary.node ? nodeName === canary.node : nominated.includes(name));
}

function isYounger(one: { readonly createdAt: string } | undefined, other: { readonly createdAt: string }): boolean {
  return one !== undefined && Date.parse(one.createdAt) > Date.parse(other.createdAt);
}

function isClaimYounger({ created }: ClaimView, canary: Canary): boolean {
  return created > Date.parse(canary.createdAt);
}

/** Why a canary is not Ready, in the words of all who have something to say. */
export function reasons(canary: Canary, claims: readonly ClaimView[], events: readonly PodEvent[], api: KarpenterApi): string[] {
  const ofClaims = claims.filter(claim => isClaimYounger(claim, canary) && claim.leaving === undefined).flatMap(claim => missingOf(claim, api));
  const ofEvents = events
    .filter(({ reason }) => reason !== 'Nominated' && reason !== 'Scheduled')
    .map(({ from, reason, message }) => `${from}: ${reason}: ${message}`);
  return [...new Set([...[...canary.problems, ...ofEvents.slice(-3)].map(short), ...ofClaims.slice(-3)])];
}

/**
 * What a claim lacks on its way to a node. Where the generation knows what the lack of a condition means, only the first one is told, because the
 * others wait for it.
 */
function missingOf({ name, unmet = [] }: ClaimView, { kinds, conditions }: KarpenterApi): string[] {
  const { missing } = conditions;
  const steps = ['launched', 'registered', 'initialized'] as const;
  const [first] = missing ? steps.flatMap(step => unmet.filter(({ type }) => type === conditions[step]).map(condition => ({ condition, step }))) : [];
  const told = first ? [`${saidOf(first.condition)}; ${missing![first.step]}`] : unmet.map(saidOf);
  return told.map(one => `${kinds.claim.singular} ${name}: ${one}`);
}

function saidOf({ type, status, reason, message }: Condition): string {
  return short([type, 'is', status, reason].filter(Boolean).join(' ') + (message ? `: ${message}` : ''));
}

function short(text: string): string {
  return text.length > WORDS ? `${text.slice(0, WORDS)}…` : text;
}
