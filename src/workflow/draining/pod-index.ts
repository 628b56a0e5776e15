import { PodView } from '../../kubernetes/views';
import { grouped } from '../../words/grouped';

interface PodIndex { readonly onNode: ReadonlyMap<string, readonly PodView[]>; readonly ofController: ReadonlyMap<string, readonly PodView[]> }

/** One for each list: it is asked for every node and every controller of a cluster. */
const indexes = new WeakMap<readonly PodView[], PodIndex>();

/** The pods on a node, of a list that does not change any more. */
export function podsOn(node: string, pods: readonly PodView[]): readonly PodView[] {
  return indexOf(pods).onNode.get(node) ?? [];
}

/** The pods of a controller, of a list that does not change any more. */
export function podsOf(controller: string, pods: readonly PodView[]): readonly PodView[] {
  return indexOf(pods).ofController.get(controller) ?? [];
}

function indexOf(pods: readonly PodView[]): PodIndex {
  const index = indexes.get(pods) ?? {
    onNode: grouped(pods.filter(({ node }) => node !== undefined), ({ node }) => node!),
    ofController: grouped(pods.filter(({ controller }) => controller !== undefined), ({ controller }) => controller!.uid),
  };
  indexes.set(pods, index);
  return index;
}
