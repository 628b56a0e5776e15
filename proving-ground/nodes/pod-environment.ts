import { KubeObject } from '../cluster/kube';

const MULTIPLIERS: Readonly<Record<string, number>> = {
  '': 1, 'm': 1e-3, 'k': 1e3, 'M': 1e6, 'G': 1e9, 'T': 1e12, 'Ki': 2 ** 10, 'Mi': 2 ** 20, 'Gi': 2 ** 30, 'Ti': 2 ** 40,
};

/** Reads a Kubernetes quantity. */
export function quantity(text: string): number {
  const [, digits, suffix] = /^([0-9.]+)([a-zA-Z]*)$/.exec(text) ?? [];
  if (digits === undefined || !(suffix in MULTIPLIERS)) {
    throw new Error(`not a quantity: '${text}'`);
  }
  return Number(digits) * MULTIPLIERS[suffix];
}

/**
 * The environment that a kubelet gives a container by its `env`.
 *
 * What Karpenter's chart does not use fails: a variable that were silently missing would be looked for elsewhere.
 */
export function containerEnvironment(pod: KubeObject, container: KubeObject, node: KubeObject): Record<string, string> {
  return Object.fromEntries((container.env ?? []).map((variable: KubeObject) => [variable.name, valueOf(variable, pod, container, node)]));
}

function valueOf(variable: KubeObject, pod: KubeObject, container: KubeObject, node: KubeObject): string {
  if (!variable.valueFrom) {
    return variable.value ?? '';
  }
  const { fieldRef, resourceFieldRef } = variable.valueFrom;
  if (fieldRef) {
    return fieldValue(variable.name, fieldRef.fieldPath, pod);
  }
  if (resourceFieldRef) {
    return resourceValue(resourceFieldRef, container, node);
  }
  throw new Error(`environment variable ${variable.name} comes from ${Object.keys(variable.valueFrom)[0]}, which the pod runtime does not know`);
}

function fieldValue(name: string, path: string, pod: KubeObject): string {
  const fields: Record<string, string | undefined> = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace,
    'metadata.uid': pod.metadata.uid,
    'spec.nodeName': pod.spec.nodeName,
    'spec.serviceAccountName': pod.spec.serviceAccountName,
  };
  const value = fields[path];
  if (value === undefined) {
    throw new Error(`environment variable ${name} comes from field ${path}, which the pod runtime does not know`);
  }
  return value;
}

/** A limit that is not set is the node's: so the kubelet has it. */
function resourceValue(reference: KubeObject, container: KubeObject, node: KubeObject): string {
  const [kind, resource] = reference.resource.split('.');
  const own = container.resources?.[kind]?.[resource];
  const value = own ?? (kind === 'limits' ? node.status.allocatable[resource] : '0');
  const divisor = quantity(reference.divisor ?? '0') || 1;
  return String(Math.ceil(quantity(value) / divisor));
}
