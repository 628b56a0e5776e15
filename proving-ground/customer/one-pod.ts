import { KubeObject } from '../cluster/kube';

/** A Deployment or StatefulSet of one pod, which carries the label `app`. */
export interface OnePod {
  readonly kind: 'Deployment' | 'StatefulSet';
  readonly namespace: string;
  readonly name: string;
  readonly resources: KubeObject;
  /** More labels of the pod. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Of the pod. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** More of the pod's spec. */
  readonly spec?: KubeObject;
}

export function onePod({ kind, namespace, name, resources, labels = {}, annotations, spec = {} }: OnePod): KubeObject {
  const app = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace, labels: app },
    spec: {
      replicas: 1,
      selector: { matchLabels: app },
      template: {
        metadata: { labels: { ...app, ...labels }, annotations },
        spec: { ...spec, containers: [{ name, image: `registry.example.com/${name}:1`, resources }] },
      },
    },
  };
}

/** A StatefulSet of one pod with a volume, whose claim is `data-<name>-0`. */
export function onePodWithVolume(pod: Omit<OnePod, 'kind'>, storageClassName: string, storage: string): KubeObject {
  const object = onePod({ kind: 'StatefulSet', ...pod });
  const claim = { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage } } };
  return { ...object, spec: { ...object.spec, serviceName: pod.name, volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claim }] } };
}
