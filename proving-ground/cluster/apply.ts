import { Kube, KubeObject } from './kube';

/** The collection of each kind that the proving ground applies itself. */
const COLLECTIONS: Readonly<Record<string, { readonly api: string; readonly plural: string; readonly clusterWide?: boolean }>> = {
  ConfigMap: { api: '/api/v1', plural: 'configmaps' },
  Namespace: { api: '/api/v1', plural: 'namespaces', clusterWide: true },
  Service: { api: '/api/v1', plural: 'services' },
  ServiceAccount: { api: '/api/v1', plural: 'serviceaccounts' },
  DaemonSet: { api: '/apis/apps/v1', plural: 'daemonsets' },
  Deployment: { api: '/apis/apps/v1', plural: 'deployments' },
  StatefulSet: { api: '/apis/apps/v1', plural: 'statefulsets' },
  CronJob: { api: '/apis/batch/v1', plural: 'cronjobs' },
  Job: { api: '/apis/batch/v1', plural: 'jobs' },
  PersistentVolume: { api: '/api/v1', plural: 'persistentvolumes', clusterWide: true },
  StorageClass: { api: '/apis/storage.k8s.io/v1', plural: 'storageclasses', clusterWide: true },
  CSIDriver: { api: '/apis/storage.k8s.io/v1', plural: 'csidrivers', clusterWide: true },
  PodDisruptionBudget: { api: '/apis/policy/v1', plural: 'poddisruptionbudgets' },
  ClusterRole: { api: '/apis/rbac.authorization.k8s.io/v1', plural: 'clusterroles', clusterWide: true },
  ClusterRoleBinding: { api: '/apis/rbac.authorization.k8s.io/v1', plural: 'clusterrolebindings', clusterWide: true },
};

/** Applies objects in their order, as `kubectl apply --server-side` does. */
export async function apply(kube: Kube, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    await kube.patch(`${objectPath(object)}?fieldManager=customer`, object, 'apply');
  }
}

export function objectPath(object: KubeObject): string {
  const collection = COLLECTIONS[object.kind];
  if (!collection) {
    throw new Error(`no path for kind '${object.kind}'; known are ${Object.keys(COLLECTIONS).join(', ')}`);
  }
  const namespace = collection.clusterWide ? '' : `/namespaces/${object.metadata.namespace}`;
  return `${collection.api}${namespace}/${collection.plural}/${object.metadata.name}`;
}
