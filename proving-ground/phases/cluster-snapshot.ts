import { Kube, KubeObject } from '../machine/kube';

/** All objects of a cluster, by kind, namespace and name. */
export type ClusterSnapshot = ReadonlyMap<string, string>;

/** Kinds that live and die by themselves, whatever anybody does. */
const VOLATILE = new Set(['Event', 'Lease', 'Endpoints', 'EndpointSlice', 'ReplicaSet', 'ControllerRevision', 'Pod', 'ComponentStatus']);

/** What may stay after a removal, by name: the definitions and their release, and nothing else. */
const EXEMPT = [
  /^CustomResourceDefinition \/(provisioners\.karpenter\.sh|machines\.karpenter\.sh|awsnodetemplates\.karpenter\.k8s\.aws)$/,
  /^Secret kube-system\/sh\.helm\.release\.v1\.karpenter-crd\.v\d+$/,
  // What the API server itself serves for a definition, and rolls the definitions up in.
  /^APIService \/v1alpha[15]\.karpenter\.(sh|k8s\.aws)$/,
];

/** Reads every listable object of the API server, with the fields that somebody wrote. */
export async function clusterSnapshot(kube: Kube): Promise<ClusterSnapshot> {
  const snapshot = new Map<string, string>();
  for (const { path, kind } of await listableKinds(kube)) {
    for (const object of VOLATILE.has(kind) ? [] : await kube.list(path)) {
      snapshot.set(`${kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`, JSON.stringify(normalized(object)));
    }
  }
  return snapshot;
}

/** The differences, as sentences; empty if both are equal. */
export function clusterDifferences(before: ClusterSnapshot, after: ClusterSnapshot): string[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])].filter(key => !EXEMPT.some(pattern => pattern.test(key))).sort();
  return keys.flatMap((key) => {
    const [old, now] = [before.get(key), after.get(key)];
    if (old === now) {
      return [];
    }
    return [old === undefined ? `${key} is new` : now === undefined ? `${key} is gone` : `${key} changed from ${old} to ${now}`];
  });
}

async function listableKinds(kube: Kube): Promise<{ path: string; kind: string }[]> {
  const groups = (await kube.get('/apis')).groups.map((group: KubeObject) => `/apis/${group.preferredVersion.groupVersion}`);
  const kinds: { path: string; kind: string }[] = [];
  for (const base of ['/api/v1', ...groups]) {
    for (const resource of (await kube.get(base)).resources) {
      if (resource.verbs.includes('list') && !resource.name.includes('/')) {
        kinds.push({ path: `${base}/${resource.name}`, kind: resource.kind });
      }
    }
  }
  return kinds;
}

/** Without what the API server and the controllers keep for themselves. */
function normalized(object: KubeObject): KubeObject {
  const { metadata, status: _status, ...rest } = object;
  const { uid: _uid, resourceVersion: _version, generation: _generation, creationTimestamp: _created, managedFields: _fields, ...kept } = metadata;
  if (object.kind === 'Node' || object.spec?.containers) {
    return { metadata: { labels: kept.labels }, spec: { taints: rest.spec?.taints } };
  }
  return sorted({ ...rest, metadata: kept });
}

function sorted(value: KubeObject): KubeObject {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  return value && typeof value === 'object'
    ? Object.fromEntries(Object.keys(value).sort().map(key => [key, sorted(value[key])]))
    : value;
}
