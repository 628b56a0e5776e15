import { FleetObjects, NodeClassView, PoolView } from '../../karpenter/api/fleet';
import { OWNER_ANNOTATION } from '../../kubernetes/object-reference';
import { WorkflowConfiguration } from '../contract';

/** What a migration says of its pools and node classes. */
export type Known = Pick<WorkflowConfiguration, 'Pools' | 'NodeClasses'>;

/** Whether a migration made a pool that is not in its configuration any more, or has another name there. */
export function isFormer({ name, annotations }: Pick<PoolView, 'name' | 'annotations'>, { Pools }: Pick<Known, 'Pools'>): boolean {
  return !Pools.includes(name) && annotations[OWNER_ANNOTATION] !== undefined;
}

/** The pools that are, or are not, former ones, each with what it has. */
export function partOf(objects: FleetObjects, former: boolean, known: Pick<Known, 'Pools'>): FleetObjects {
  const names = objects.pools.filter(pool => isFormer(pool, known)).map(({ name }) => name);
  const isIts = (pool: string) => names.includes(pool) === former;
  return {
    pools: objects.pools.filter(({ name }) => isIts(name)),
    claims: objects.claims.filter(({ pool }) => isIts(pool)),
    nodes: objects.nodes.filter(({ pool }) => isIts(pool)),
  };
}

/** The node classes that a migration made, does not know any more, and that no pool needs. */
export function formerNodeClasses(nodeClasses: readonly NodeClassView[], { NodeClasses }: Pick<Known, 'NodeClasses'>): NodeClassView[] {
  const isOurs = ({ annotations }: NodeClassView) => annotations[OWNER_ANNOTATION] !== undefined;
  return nodeClasses.filter(one => !NodeClasses.includes(one.name) && isOurs(one) && one.pools.length === 0);
}
