import { Kube, KubeObject } from '../cluster/kube';

/** All objects of a cluster, by kind, namespace and name. */
export type ClusterSnapshot = ReadonlyMap<string, string>;

/** Kinds that live and die by themselves, whatever anybody does. A CSINode is its node's. */
const VOLATILE = new Set(['Event', 'Endpoints', 'EndpointSlice', 'ReplicaSet', 'ControllerRevision', 'Pod', 'ComponentStatus', 'CSINode']);

/** The leases of nodes, which come and go with them. */
const NODE_LEASES = 'kube-node-lease';

const NODEGROUP = 'eks.amazonaws.com/nodegroup';
const ZONE = 'topology.kubernetes.io/zone';
/** What a node of a node group does not share with the others of its group and zone. */
const OWN_LABELS = ['kubernetes.io/hostname'];
const OWN_ANNOTATIONS = ['csi.volume.kubernetes.io/nodeid'];
/** What controllers count in the annotations of what they control. */
const COUNTERS = ['deployment.kubernetes.io/revision', 'deprecated.daemonset.template.generation'];

/** Reads every listable object of the API server, with the fields that somebody wrote. */
export async function clusterSnapshot(kube: Kube): Promise<ClusterSnapshot> {
  const entries = new Map<string, string[]>();
  for (const { path, kind } of await listableKinds(kube)) {
    for (const object of VOLATILE.has(kind) ? [] : (await kube.list(path)).filter(({ metadata }) => metadata.namespace !== NODE_LEASES || kind !== 'Lease')) {
      const [key, value] = entry(kind, object);
      entries.set(key, [...entries.get(key) ?? [], value]);
    }
  }
  return new Map([...entries].map(([key, values]) => [key, values.sort().join(' ')]));
}

/**
 * The key and the content of an object. Node groups may have other nodes than before: all of a group and zone are one entry, so that their
 * number and what they share are compared. A volume may be attached to another node, and a lease renewed. Any other node is compared by its name.
 */
export function entry(kind: string, object: KubeObject): readonly [string, string] {
  const { metadata, spec } = object;
  const content = JSON.stringify(kind === 'Node' ? normalizedNode(object) : normalized(object));
  const group = kind === 'Node' ? metadata.labels?.[NODEGROUP] : undefined;
  if (group) {
    return [`Node of ${group} in ${metadata.labels[ZONE]}`, content];
  }
  if (kind === 'VolumeAttachment') {
    return [`VolumeAttachment of ${spec.source.persistentVolumeName}`, spec.attacher];
  }
  return [`${kind} ${metadata.namespace ?? ''}/${metadata.name}`, kind === 'Lease' ? '' : content];
}

/**
 * The differences, as sentences; empty if both are equal.
 *
 * @param mayStay the keys of objects that may differ
 */
export function clusterDifferences(before: ClusterSnapshot, after: ClusterSnapshot, mayStay: readonly RegExp[] = []): string[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])].filter(key => !mayStay.some(pattern => pattern.test(key))).sort();
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
  return sorted({ ...rest, metadata: { ...kept, annotations: without(kept.annotations, COUNTERS) } });
}

/** What people and programs may have left on a node. */
function normalizedNode({ metadata, spec }: KubeObject): KubeObject {
  const nodegroup = metadata.labels?.[NODEGROUP] !== undefined;
  return sorted({
    labels: nodegroup ? without(metadata.labels, OWN_LABELS) : metadata.labels,
    annotations: without(metadata.annotations, OWN_ANNOTATIONS),
    taints: (spec.taints ?? []).map(({ key, value, effect }: KubeObject) => ({ key, value, effect })),
    unschedulable: spec.unschedulable,
    finalizers: metadata.finalizers,
  });
}

/** Undefined if nothing is left. */
function without(all: Readonly<Record<string, string>> | undefined, keys: readonly string[]): Record<string, string> | undefined {
  const kept = Object.entries(all ?? {}).filter(([key]) => !keys.includes(key));
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

function sorted(value: KubeObject): KubeObject {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  return value && typeof value === 'object'
    ? Object.fromEntries(Object.keys(value).sort().map(key => [key, sorted(value[key])]))
    : value;
}
