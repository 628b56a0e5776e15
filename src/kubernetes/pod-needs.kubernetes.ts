import type * as k8s from '@kubernetes/client-node';
import { NodeRequirements, PodNeeds, Resources, Spread } from './pod-needs';
import { quantity } from './quantity';
import { Requirement, Term } from './scheduling';
import { HOSTNAME_LABEL, ZONE_LABEL } from './views';

/** Volumes from before CSI say by labels where they are, in which "__" parts the zones. */
const VOLUME_LABELS = [ZONE_LABEL, 'failure-domain.beta.kubernetes.io/zone'];

/** A spec as the API sends it and as its typed client gives it: these differ in times, which are deep inside of volumes. */
export type PodSpec = Omit<k8s.V1PodSpec, 'volumes'> & {
  readonly volumes?: ReadonlyArray<Pick<k8s.V1Volume, 'name' | 'persistentVolumeClaim'> & { readonly ephemeral?: object }>;
};

/** What the scheduler counts: all containers together, or the hungriest start-up phase; sidecars count in both. What is none is left out. */
export function requestsOf(spec: PodSpec | undefined): Resources {
  const containers = [...spec?.containers ?? [], ...spec?.initContainers ?? []];
  const names = new Set(['cpu', 'memory', ...containers.flatMap(({ resources }) => [...Object.keys(resources?.requests ?? {}), ...Object.keys(resources?.limits ?? {})])]);
  return nonZero([...names].map(name => [name, rounded(requestOf(spec, name))]));
}

/** Amounts as the API has them; what is none is left out. */
export function resourcesOf(amounts: Readonly<Record<string, string>> = {}): Resources {
  return nonZero(Object.entries(amounts).map(([name, amount]) => [name, quantity(amount)]));
}

/** What a node must be like for a pod or the pods of a template, whatever room it has. */
export function placementOf(spec: PodSpec | undefined, volumes: ReadonlyArray<readonly Term[]> = []): Omit<PodNeeds, 'requests'> {
  const spread = spreadOf(spec);
  return {
    requires: requirementsOf(spec),
    tolerations: spec?.tolerations?.map(({ key, operator, value, effect }) => ({ key, operator, value, effect })),
    volumes: volumes.length > 0 ? volumes : undefined,
    apart: isApart(spec) || undefined,
    spread: spread.length > 0 ? spread : undefined,
  };
}

export function requirementsOf(spec: PodSpec | undefined): NodeRequirements | undefined {
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms.length > 0 || spec?.nodeSelector ? { selector: spec?.nodeSelector ?? {}, terms: terms.map(termOf) } : undefined;
}

export function isApart(spec: PodSpec | undefined): boolean {
  return spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.some(term => term.topologyKey === HOSTNAME_LABEL) ?? false;
}

/** The claims of a pod, those of its ephemeral volumes too. */
export function claimsOf(pod: string, spec: PodSpec | undefined): string[] {
  return (spec?.volumes ?? []).flatMap(volume => volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral ? `${pod}-${volume.name}` : []));
}

/** The nodes that reach a volume, as terms of which one has to hold; none where any node does. */
export function volumeTerms({ metadata, spec }: k8s.V1PersistentVolume): Term[] {
  const terms = (spec?.nodeAffinity?.required?.nodeSelectorTerms ?? []).map(termOf);
  const labels = VOLUME_LABELS.flatMap((key): Requirement[] => {
    const value = metadata?.labels?.[key];
    return value === undefined ? [] : [{ key, operator: 'In', values: value.split('__') }];
  });
  return terms.length > 0 || labels.length === 0 ? terms : [{ matchExpressions: labels }];
}

function requestOf(spec: PodSpec | undefined, resource: string): number {
  // The API server fills in a pod's requests from its limits, but not those of a template.
  const of = ({ resources }: k8s.V1Container) => quantity(resources?.requests?.[resource] ?? resources?.limits?.[resource] ?? '0');
  let sidecars = 0;
  let startup = 0;
  for (const container of spec?.initContainers ?? []) {
    const isSidecar = container.restartPolicy === 'Always';
    sidecars += isSidecar ? of(container) : 0;
    startup = Math.max(startup, isSidecar ? sidecars : sidecars + of(container));
  }
  const running = (spec?.containers ?? []).reduce((sum, container) => sum + of(container), sidecars);
  return Math.max(running, startup) + quantity(spec?.overhead?.[resource] ?? '0');
}

function spreadOf(spec: PodSpec | undefined): Spread[] {
  return (spec?.topologySpreadConstraints ?? [])
    .filter(({ topologyKey, whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule' && [ZONE_LABEL, HOSTNAME_LABEL].includes(topologyKey))
    .map(({ topologyKey: key, maxSkew }) => ({ key, maxSkew }));
}

function termOf({ matchExpressions, matchFields }: k8s.V1NodeSelectorTerm): Term {
  const plain = (list: readonly k8s.V1NodeSelectorRequirement[]) => list.map(({ key, operator, values }) => ({ key, operator, values }));
  return { ...matchExpressions && { matchExpressions: plain(matchExpressions) }, ...matchFields && { matchFields: plain(matchFields) } };
}

function nonZero(amounts: ReadonlyArray<readonly [name: string, amount: number]>): Resources {
  return Object.fromEntries(amounts.filter(([, amount]) => amount !== 0));
}

/** Thousandths of a core; whatever is counted in bytes or pieces is whole. */
function rounded(amount: number): number {
  return Math.round(amount * 1000) / 1000;
}
