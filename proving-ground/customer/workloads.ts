import { shopJobs } from './jobs';
import { claimTemplate, CustomerVolume, storageObjects } from './storage';
import { KubeObject } from '../cluster/kube';
import { READY_AFTER_ANNOTATION, STOPS_AFTER_ANNOTATION, WAITS_FOR_VOLUMES_LABEL } from '../cluster/kwok-stages';

export const SHOP_NAMESPACE = 'shop';

/** A workload of the shop: what it needs, how long it starts, and how much of it must be there. */
interface Workload {
  readonly name: string;
  readonly kind: 'Deployment' | 'StatefulSet';
  readonly replicas: number;
  readonly cpu: string;
  readonly memory: string;
  readonly readyAfter: string;
  readonly stopsAfter?: string;
  readonly budget?: { readonly minAvailable?: number | string; readonly maxUnavailable?: number | string };
  /** Soft, as most have it. */
  readonly spread?: boolean;
  /** Each replica has a volume, which is in one zone. */
  readonly volumes?: boolean;
}

/**
 * Fills four fifths of the memory of the node groups. What is left on the few nodes that stay takes few of these pods; and on the way
 * back all of them have room again, however the scheduler places them.
 */
const WORKLOADS: readonly Workload[] = [
  { name: 'frontend', kind: 'Deployment', replicas: 10, cpu: '360m', memory: '1840Mi', readyAfter: '3s', budget: { minAvailable: '80%' }, spread: true },
  { name: 'cart', kind: 'Deployment', replicas: 6, cpu: '300m', memory: '1536Mi', readyAfter: '4s', budget: { maxUnavailable: 1 }, spread: true },
  { name: 'checkout', kind: 'Deployment', replicas: 6, cpu: '400m', memory: '2Gi', readyAfter: '5s', stopsAfter: '3s', budget: { minAvailable: 5 } },
  { name: 'catalog', kind: 'Deployment', replicas: 8, cpu: '350m', memory: '2Gi', readyAfter: '3s', budget: { maxUnavailable: '25%' } },
  { name: 'payments', kind: 'Deployment', replicas: 4, cpu: '300m', memory: '1536Mi', readyAfter: '6s', budget: { minAvailable: 3 } },
  { name: 'search', kind: 'Deployment', replicas: 5, cpu: '400m', memory: '2Gi', readyAfter: '6s', budget: { maxUnavailable: 1 }, spread: true },
  {
    name: 'orders', kind: 'StatefulSet', replicas: 3, cpu: '300m', memory: '1Gi', readyAfter: '4s', stopsAfter: '3s', budget: { maxUnavailable: 1 }, volumes: true,
  },
  { name: 'sessions', kind: 'StatefulSet', replicas: 3, cpu: '300m', memory: '1Gi', readyAfter: '3s', stopsAfter: '3s', budget: { minAvailable: 2 } },
  { name: 'recommendations', kind: 'Deployment', replicas: 14, cpu: '300m', memory: '2Gi', readyAfter: '3s' },
  { name: 'assets', kind: 'Deployment', replicas: 6, cpu: '250m', memory: '2Gi', readyAfter: '3s', spread: true },
  { name: 'mailer', kind: 'Deployment', replicas: 1, cpu: '200m', memory: '256Mi', readyAfter: '3s' },
  // Switched off until the end of the year.
  { name: 'reports', kind: 'Deployment', replicas: 0, cpu: '500m', memory: '1Gi', readyAfter: '3s' },
];

/** One volume for each replica that has one. */
export const VOLUME_CLAIMS: readonly string[] = WORKLOADS.filter(workload => workload.volumes)
  .flatMap(({ name, replicas }) => Array.from({ length: replicas }, (_, ordinal) => `data-${name}-${ordinal}`));

export interface ShopOptions {
  /** One for each claim of the shop, in its order. */
  readonly volumes: readonly CustomerVolume[];
  /**
   * A Service of type LoadBalancer, which nothing here serves.
   * @default false
   */
  readonly loadBalancer?: boolean;
}

export function shopObjects(options: ShopOptions): KubeObject[] {
  return [
    ...storageObjects(SHOP_NAMESPACE, VOLUME_CLAIMS, options.volumes),
    ...WORKLOADS.flatMap(workload => [
      controller(workload),
      ...(workload.kind === 'StatefulSet' ? [headlessService(workload)] : []),
      ...(workload.budget ? [budget(workload)] : []),
    ]),
    ...shopJobs(SHOP_NAMESPACE),
    ...(options.loadBalancer ? [publicService()] : []),
  ];
}

function controller(workload: Workload): KubeObject {
  const labels = { app: workload.name };
  return {
    apiVersion: 'apps/v1',
    kind: workload.kind,
    metadata: { name: workload.name, namespace: SHOP_NAMESPACE, labels },
    spec: {
      replicas: workload.replicas,
      selector: { matchLabels: labels },
      ...(workload.kind === 'StatefulSet' ? { serviceName: workload.name, podManagementPolicy: 'Parallel' } : {}),
      ...(workload.volumes ? { volumeClaimTemplates: [claimTemplate()] } : {}),
      template: {
        metadata: {
          labels: { ...labels, ...(workload.volumes ? { [WAITS_FOR_VOLUMES_LABEL]: 'true' } : {}) },
          annotations: {
            [READY_AFTER_ANNOTATION]: workload.readyAfter,
            ...(workload.stopsAfter ? { [STOPS_AFTER_ANNOTATION]: workload.stopsAfter } : {}),
          },
        },
        spec: {
          containers: [{
            name: workload.name,
            image: `registry.example.com/shop/${workload.name}:1`,
            resources: { requests: { cpu: workload.cpu, memory: workload.memory }, limits: { memory: workload.memory } },
            ...(workload.volumes ? { volumeMounts: [{ name: 'data', mountPath: '/var/lib/data' }] } : {}),
          }],
          ...(workload.spread ? {
            topologySpreadConstraints: [{
              maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: labels },
            }],
          } : {}),
        },
      },
    },
  };
}

function headlessService(workload: Workload): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: workload.name, namespace: SHOP_NAMESPACE },
    spec: { clusterIP: 'None', selector: { app: workload.name }, ports: [{ port: 5432 }] },
  };
}

function publicService(): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'frontend', namespace: SHOP_NAMESPACE },
    spec: { type: 'LoadBalancer', selector: { app: 'frontend' }, ports: [{ port: 443, targetPort: 8443 }] },
  };
}

function budget(workload: Workload): KubeObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: workload.name, namespace: SHOP_NAMESPACE },
    spec: { ...workload.budget, selector: { matchLabels: { app: workload.name } } },
  };
}
