import { KubeObject } from './kube';
import { READY_AFTER_ANNOTATION, STOPS_AFTER_ANNOTATION } from './kwok-stages';

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
}

/** Fills the node groups, so that a drained node's pods find no room but on new nodes. */
const WORKLOADS: readonly Workload[] = [
  { name: 'frontend', kind: 'Deployment', replicas: 6, cpu: '700m', memory: '1Gi', readyAfter: '8s', budget: { minAvailable: '80%' }, spread: true },
  { name: 'cart', kind: 'Deployment', replicas: 3, cpu: '500m', memory: '1Gi', readyAfter: '12s', budget: { maxUnavailable: 1 }, spread: true },
  { name: 'checkout', kind: 'Deployment', replicas: 4, cpu: '600m', memory: '2Gi', readyAfter: '15s', stopsAfter: '5s', budget: { minAvailable: 3 } },
  { name: 'orders', kind: 'StatefulSet', replicas: 3, cpu: '500m', memory: '3Gi', readyAfter: '10s', stopsAfter: '5s', budget: { maxUnavailable: 1 } },
  { name: 'recommendations', kind: 'Deployment', replicas: 4, cpu: '400m', memory: '512Mi', readyAfter: '5s' },
  { name: 'mailer', kind: 'Deployment', replicas: 1, cpu: '200m', memory: '256Mi', readyAfter: '5s' },
];

export function shopObjects(): KubeObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SHOP_NAMESPACE } },
    ...WORKLOADS.flatMap(workload => [
      controller(workload),
      ...(workload.kind === 'StatefulSet' ? [headlessService(workload)] : []),
      ...(workload.budget ? [budget(workload)] : []),
    ]),
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
      template: {
        metadata: {
          labels,
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

function budget(workload: Workload): KubeObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: workload.name, namespace: SHOP_NAMESPACE },
    spec: { ...workload.budget, selector: { matchLabels: { app: workload.name } } },
  };
}
