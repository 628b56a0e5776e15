import * as k8s from '@kubernetes/client-node';
import { Remaining } from '../../workflow/port';

const PAGE = 500;

interface Page {
  readonly items: readonly { metadata?: k8s.V1ObjectMeta }[];
  // Typed lists of the client say `_continue`, untyped ones are as the API sends them.
  readonly metadata?: { readonly _continue?: string; readonly continue?: string };
}

/** Machines, and nodes that carry Karpenter's label, with the ones that are being deleted marked. */
export async function karpenterRemaining(config: k8s.KubeConfig, ownerKey: string): Promise<readonly Remaining[]> {
  const objects = config.makeApiClient(k8s.CustomObjectsApi);
  const core = config.makeApiClient(k8s.CoreV1Api);
  const machines = await everyPage(_continue =>
    objects.listClusterCustomObject({ group: 'karpenter.sh', version: 'v1alpha5', plural: 'machines', limit: PAGE, _continue }) as Promise<Page>,
  ).catch(ifAbsent);
  const nodes = await everyPage(_continue => core.listNode({ labelSelector: ownerKey, limit: PAGE, _continue }));
  return [...machines.map(m => named('machine', m)), ...nodes.map(n => named('node', n))];
}

async function everyPage(list: (token?: string) => Promise<Page>): Promise<{ metadata?: k8s.V1ObjectMeta }[]> {
  const items = [];
  let token: string | undefined;
  do {
    const page = await list(token);
    items.push(...page.items);
    token = page.metadata?._continue ?? page.metadata?.continue;
  } while (token);
  return items;
}

function named(kind: string, object: { metadata?: k8s.V1ObjectMeta }): Remaining {
  return { name: `${kind}/${object.metadata?.name}`, leaving: object.metadata?.deletionTimestamp !== undefined };
}

/** Without its definition there can be no Machine. */
function ifAbsent(error: unknown): never[] {
  if (error instanceof k8s.ApiException && error.code === 404) {
    return [];
  }
  throw error;
}
