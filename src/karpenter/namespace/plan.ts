import { FoundNamespace, Inhabitant } from './port';

/** Present on namespaces that we made; who answers for it, whoever that was last. */
export const OWNER_ANNOTATION = 'cdk-karpenter-migration/owner';

export type ApplyStep = 'none' | 'create' | 'take over' | 'wait';

/** A namespace that somebody else made is used as it is. */
export function planApply(found: FoundNamespace | undefined, owner: string): ApplyStep {
  if (!found) {
    return 'create';
  }
  if (found.terminating) {
    return 'wait';
  }
  const recorded = found.annotations[OWNER_ANNOTATION];
  return recorded === undefined || recorded === owner ? 'none' : 'take over';
}

export type RemoveStep =
  | { readonly kind: 'none' | 'discard' | 'wait' }
  | { readonly kind: 'keep'; readonly because: string };

/** Goes only if we answer for it and nothing of others is inside. */
export function planRemove(found: FoundNamespace | undefined, inhabitants: readonly Inhabitant[], release: string, owner: string): RemoveStep {
  if (!found) {
    return { kind: 'none' };
  }
  if (found.annotations[OWNER_ANNOTATION] !== owner) {
    return { kind: 'keep', because: found.annotations[OWNER_ANNOTATION] ? 'another stack has taken it over' : 'it was there before' };
  }
  if (found.terminating) {
    return { kind: 'wait' };
  }
  const foreign = inhabitants.filter(inhabitant => !belongsToRelease(inhabitant, release) && !comesWithNamespace(inhabitant));
  return foreign.length > 0
    ? { kind: 'keep', because: `it contains ${foreign.map(({ kind, name }) => `${kind} ${name}`).join(', ')}` }
    : { kind: 'discard' };
}

function belongsToRelease({ kind, type, labels, annotations }: Inhabitant, release: string): boolean {
  const installed = annotations['meta.helm.sh/release-name'] === release;
  const record = kind === 'Secret' && type === 'helm.sh/release.v1' && labels.name === release;
  return installed || record;
}

/** What Kubernetes puts into every namespace. */
function comesWithNamespace({ kind, name, type, annotations }: Inhabitant): boolean {
  switch (kind) {
    case 'ConfigMap': return name === 'kube-root-ca.crt';
    case 'ServiceAccount': return name === 'default';
    case 'Secret': return type === 'kubernetes.io/service-account-token' && annotations['kubernetes.io/service-account.name'] === 'default';
    default: return false;
  }
}
