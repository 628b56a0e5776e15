import { OWNER_ANNOTATION } from '../../kubernetes/object-reference';

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

/** A namespace as it was read, with what proves that nobody has changed it since. */
export interface FoundNamespace {
  readonly annotations: Readonly<Record<string, string>>;
  readonly terminating: boolean;
  readonly version: string;
}

/** An object in a namespace that nothing else owns. */
export interface Inhabitant {
  readonly kind: string;
  readonly name: string;
  /** The type of a secret; other kinds have none. */
  readonly type?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Namespaces of one cluster. All writes answer false if somebody else was quicker. */
export interface NamespacePort {
  read(name: string): Promise<FoundNamespace | undefined>;
  /** Workloads, services, volume claims, service accounts, secrets and ConfigMaps, without those that another object owns. */
  inhabitants(name: string): Promise<Inhabitant[]>;
  create(name: string, annotations: Readonly<Record<string, string>>): Promise<boolean>;
  annotate(name: string, annotations: Readonly<Record<string, string>>, version: string): Promise<boolean>;
  discard(name: string, version: string): Promise<boolean>;
}
