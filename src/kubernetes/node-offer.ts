import { lacking, minus, PodNeeds, Resources, takenBy } from './pod-needs';
import { describeTerm, matchesTerm, Taint, Term, tolerates, UNSCHEDULABLE } from './scheduling';

/** What a node offers pods. */
export interface NodeOffer {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly ready: boolean;
  readonly unschedulable: boolean;
  /** For all of its pods together. */
  readonly allocatable: Resources;
}

/** What a pod may do without being asked how much it requests. */
type Place = Pick<NodeOffer, 'name' | 'labels' | 'taints'>;

/** Why a node does not take a pod now, undefined where it does. Who else of its kind is there is not asked. */
export function misfit(node: NodeOffer, left: Resources, needs: PodNeeds): string | undefined {
  if (!node.ready) {
    return 'not Ready';
  }
  if (node.unschedulable) {
    return 'unschedulable';
  }
  return refusal(node, needs) ?? shortOf(left, needs);
}

/** Why a node takes a pod never, however empty it is. */
export function refusal(node: Place, needs: Pick<PodNeeds, 'requires' | 'tolerations' | 'volumes'>): string | undefined {
  const { requires, tolerations = [], volumes = [] } = needs;
  const taint = node.taints.find(one => !tolerates(tolerations, one));
  if (taint) {
    return `taint ${taintText(taint)}`;
  }
  const selected = Object.entries(requires?.selector ?? {}).find(([key, value]) => node.labels[key] !== value);
  if (selected) {
    return `no label ${selected.join('=')}`;
  }
  if (!matchesOne(requires?.terms ?? [], node)) {
    return `not ${requires!.terms.map(describeTerm).join(' or ')}`;
  }
  const volume = volumes.find(terms => !matchesOne(terms, node));
  return volume && `a volume wants ${volume.map(describeTerm).join(' or ')}`;
}

/** Which resource is not left for a pod. */
export function shortOf(left: Resources, needs: Pick<PodNeeds, 'requests'>): string | undefined {
  const resource = lacking(left, takenBy(needs));
  return resource && `no ${resource} left`;
}

/** What a node has left beside pods. */
export function leftBeside({ allocatable }: Pick<NodeOffer, 'allocatable'>, pods: ReadonlyArray<Pick<PodNeeds, 'requests'>>): Resources {
  return pods.reduce((left, pod) => minus(left, takenBy(pod)), allocatable);
}

/** A node as it is when its cordon has been taken back. */
export function uncordoned<N extends NodeOffer>(node: N): N {
  return { ...node, unschedulable: false, taints: node.taints.filter(({ key }) => key !== UNSCHEDULABLE.key) };
}

export function taintText({ key, value, effect }: Taint): string {
  return `${key}${value ? `=${value}` : ''}:${effect}`;
}

/** No terms are no requirement. */
function matchesOne(terms: readonly Term[], node: Place): boolean {
  return terms.length === 0 || terms.some(term => matchesTerm(term, node));
}
