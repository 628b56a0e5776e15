import { KubeObject } from '../../proving-ground/cluster/kube';

const NODEGROUP = 'eks.amazonaws.com/nodegroup';
const ZONE = 'topology.kubernetes.io/zone';

/**
 * The nodes that a careful person drains who keeps one of each group, in this order: Karpenter's own nodes stay where they can, and zones
 * take turns, so that Auto Scaling never finds a group lopsided and ends a node of its own choice.
 */
export function nodesToDrain(nodes: readonly KubeObject[], karpentersNodes: readonly string[]): string[] {
  return [...byLabel(nodes, NODEGROUP).values()].flatMap((group) => {
    const kept = group.find(({ metadata }) => karpentersNodes.includes(metadata.name)) ?? group[0];
    const left = [...group];
    const drained: KubeObject[] = [];
    while (left.length > 1) {
      // Of the fullest zone, and of the zone of the one that stays only if another is not fuller.
      const zones = [...byLabel(left, ZONE).values()].sort((a, b) => b.length - a.length || Number(a.includes(kept)) - Number(b.includes(kept)));
      const next = zones[0].find(node => node !== kept)!;
      left.splice(left.indexOf(next), 1);
      drained.push(next);
    }
    return drained;
  }).map(({ metadata }) => metadata.name);
}

function byLabel(nodes: readonly KubeObject[], label: string): Map<string, KubeObject[]> {
  const found = new Map<string, KubeObject[]>();
  for (const node of nodes.filter(({ metadata }) => metadata.labels[label] !== undefined)) {
    const value = node.metadata.labels[label];
    found.set(value, [...(found.get(value) ?? []), node]);
  }
  return found;
}
