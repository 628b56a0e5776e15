import { leftBeside, misfit, refusal, uncordoned } from '../../kubernetes/node-offer';
import { PodNeeds, Resources, Spread } from '../../kubernetes/pod-needs';
import { NodeView, podsByNode, PodView } from '../../kubernetes/views';
import { podsOf } from '../draining/pod-index';
import { isAlive } from '../draining/pods';
import { CORDON_RECORD } from '../records';

/** Whether only a node of a node group can take a pod: by a label that EKS gives to no other, or because it keeps off Karpenter's nodes. */
export function isPinned({ requires }: Pick<PodNeeds, 'requires'>, ownerKey: string): boolean {
  if (!requires) {
    return false;
  }
  const ofNodegroups = (key: string) => key.startsWith('eks.amazonaws.com/');
  const { selector, terms } = requires;
  return Object.keys(selector).some(ofNodegroups) || terms.length > 0 && terms.every(({ matchExpressions = [] }) => matchExpressions.some(
    ({ key, operator }) => ofNodegroups(key) && (operator === 'In' || operator === 'Exists') || key === ownerKey && operator === 'DoesNotExist',
  ));
}

function isSibling(one: PodView, other: PodView): boolean {
  return one.controller !== undefined && one.controller.uid === other.controller?.uid;
}

/** A node without our cordon, which goes before pods come. */
export function asWeLeaveIt(node: NodeView): NodeView {
  return node.annotations[CORDON_RECORD] === undefined ? node : uncordoned(node);
}

/** One for each list, which does not change any more: several parts of a call look at it. */
const PLACES = new WeakMap<readonly PodView[], ReadonlyMap<string, readonly PodView[]>>();

function placesOf(pods: readonly PodView[]): ReadonlyMap<string, readonly PodView[]> {
  const places = PLACES.get(pods) ?? podsByNode(pods);
  PLACES.set(pods, places);
  return places;
}

/** The nodes of a cluster and what runs there, looked up instead of searched. */
export class Occupancy {
  private readonly byNode: ReadonlyMap<string, readonly PodView[]>;
  private readonly nodes: ReadonlyMap<string, NodeView>;

  public constructor(nodes: readonly NodeView[], private readonly pods: readonly PodView[]) {
    this.nodes = new Map(nodes.map(node => [node.name, node]));
    this.byNode = placesOf(pods);
  }

  /** Those that take room on a node. */
  public on({ name }: NodeView): readonly PodView[] {
    return this.byNode.get(name) ?? [];
  }

  /** What a node has left beside some of its pods. */
  public left(node: NodeView, counted: (pod: PodView) => boolean = () => true): Resources {
    return leftBeside(node, this.on(node).filter(counted));
  }

  /** Whether a pod would find a place on a node right now. */
  public fits(node: NodeView, pod: PodView): boolean {
    return !node.leaving && misfit(node, this.left(node), pod) === undefined && !this.isCrowded(node, pod);
  }

  /** Whether others of its kind keep a pod off a node. */
  public isCrowded(node: NodeView, pod: PodView): boolean {
    return pod.apart && this.on(node).some(other => isSibling(other, pod)) || (pod.spread ?? []).some(spread => this.isUneven(node, pod, spread));
  }

  /** As the scheduler counts: on all nodes that the pod may select, cordoned ones too. */
  private isUneven(node: NodeView, pod: PodView, { key, maxSkew }: Spread): boolean {
    const counts = new Map<string, number>();
    for (const { name, labels } of this.nodes.values()) {
      if (labels[key] !== undefined && refusal({ name, labels, taints: [] }, { requires: pod.requires }) === undefined) {
        counts.set(labels[key], 0);
      }
    }
    for (const other of podsOf(pod.controller?.uid ?? '', this.pods).filter(isAlive)) {
      const domain = this.nodes.get(other.node ?? '')?.labels[key];
      if (other.uid !== pod.uid && domain !== undefined && counts.has(domain)) {
        counts.set(domain, counts.get(domain)! + 1);
      }
    }
    const here = counts.get(node.labels[key] ?? '');
    return here === undefined || here + 1 - Math.min(...counts.values()) > maxSkew;
  }
}
