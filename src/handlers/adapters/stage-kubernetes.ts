import * as k8s from '@kubernetes/client-node';
import { every, PAGE, unlessAbsent } from './kubernetes-api';
import { Remaining } from '../../workflow/port';

interface Named { readonly metadata?: k8s.V1ObjectMeta }

/** Machines, and nodes that carry Karpenter's label, with the ones that are being deleted marked. */
export async function karpenterRemaining(config: k8s.KubeConfig, ownerKey: string): Promise<readonly Remaining[]> {
  const objects = config.makeApiClient(k8s.CustomObjectsApi);
  const core = config.makeApiClient(k8s.CoreV1Api);
  // Without its definition there can be no Machine.
  const machines = await unlessAbsent(() => every<Named>(_continue =>
    objects.listClusterCustomObject({ group: 'karpenter.sh', version: 'v1alpha5', plural: 'machines', limit: PAGE, _continue }))) ?? [];
  const nodes = await every<Named>(_continue => core.listNode({ labelSelector: ownerKey, limit: PAGE, _continue }));
  return [...machines.map(machine => named('machine', machine)), ...nodes.map(node => named('node', node))];
}

function named(kind: string, { metadata }: Named): Remaining {
  return { name: `${kind}/${metadata?.name}`, leaving: metadata?.deletionTimestamp !== undefined };
}
