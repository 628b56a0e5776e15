import { parse } from 'yaml';
import { COREDNS_DEPLOYMENT } from './coredns';
import { KubeObject } from '../cluster/kube';

/** The Deployment that EKS makes of the configuration values of the add-on, which are JSON or YAML. */
export function corednsDeployment(configurationValues: string | undefined): KubeObject {
  const values = parse(configurationValues ?? '') ?? {};
  const { apiVersion, kind, metadata, spec } = COREDNS_DEPLOYMENT;
  const { template } = spec;
  const [container] = template.spec.containers;
  return {
    apiVersion,
    kind,
    metadata,
    spec: {
      ...spec,
      replicas: values.replicaCount ?? spec.replicas,
      template: {
        metadata: { labels: { ...values.podLabels, ...template.metadata.labels }, annotations: values.podAnnotations },
        spec: {
          ...template.spec,
          affinity: values.affinity ?? template.spec.affinity,
          tolerations: values.tolerations ?? template.spec.tolerations,
          nodeSelector: values.nodeSelector,
          topologySpreadConstraints: values.topologySpreadConstraints,
          containers: [{
            ...container,
            resources: {
              requests: { ...container.resources.requests, ...values.resources?.requests },
              limits: { ...container.resources.limits, ...values.resources?.limits },
            },
          }],
        },
      },
    },
  };
}

/** What the add-on owns of its Deployment, as JSON to compare: a change of these is put back, one of anything else is not noticed. */
export function ownedFields(deployment: KubeObject): string {
  const { replicas, template } = deployment.spec;
  const { affinity, tolerations, nodeSelector, topologySpreadConstraints, containers } = template.spec;
  const { resources } = containers[0];
  return JSON.stringify({ replicas, affinity, tolerations, nodeSelector, topologySpreadConstraints, resources }, sortKeys);
}

export function sameAffinity(a: KubeObject, b: KubeObject): boolean {
  const [one, other] = [a, b].map(deployment => JSON.stringify(deployment.spec.template.spec.affinity, sortKeys));
  return one === other;
}

function sortKeys(_key: string, value: unknown): unknown {
  return value && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)) : value;
}
