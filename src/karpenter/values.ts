import { Generation, SettingsContext, Values } from './generation';
import { Toleration } from '../kubernetes/scheduling';
import { NODEGROUP_LABEL, ZONE_LABEL } from '../kubernetes/views';

/** By which EKS gives pods of a service account their role. */
export const ROLE_ANNOTATION = 'eks.amazonaws.com/role-arn';

/** What the guide's values are made of. */
export interface GuideValues extends SettingsContext {
  readonly generation: Generation;
  readonly serviceAccountName: string;
  readonly controllerRoleArn: string;
  /** The node groups that may host the controller; undefined: all managed ones. */
  readonly hostNodegroups?: string[];
}

/** The guide's values, with its affinity as one term: two terms, as the guide has them, are alternatives. */
export function guideValues(guide: GuideValues): Values {
  const { generation } = guide;
  const resources = { cpu: generation.controllerCpu, memory: generation.controllerMemory };
  return {
    settings: generation.settings(guide),
    serviceAccount: {
      name: guide.serviceAccountName,
      annotations: { [ROLE_ANNOTATION]: guide.controllerRoleArn },
    },
    controller: { resources: { requests: resources, limits: resources } },
    // Helm merges maps, so the chart's anti-affinity between the replicas stays.
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{
            matchExpressions: [
              { key: generation.api.ownerLabel, operator: 'DoesNotExist' },
              guide.hostNodegroups
                ? { key: NODEGROUP_LABEL, operator: 'In', values: guide.hostNodegroups }
                : { key: NODEGROUP_LABEL, operator: 'Exists' },
            ],
          }],
        },
      },
    },
  };
}

/** Whether the scheduler keeps a replica pending rather than put two into one zone: as the values say, else as the chart does. */
export function spreadsOverZones(generation: Generation, values: Values = {}): boolean {
  const { topologySpreadConstraints: constraints } = values;
  return Array.isArray(constraints)
    ? constraints.some(({ topologyKey, whenUnsatisfiable }) => topologyKey === ZONE_LABEL && whenUnsatisfiable !== 'ScheduleAnyway')
    : generation.spreadsOverZones;
}

/** What runs on host node groups, as the guide's values and the user's over them say. */
export interface ControllerNeeds {
  readonly replicas: number;
  /** What one replica requests, as Kubernetes quantities. */
  readonly cpu: string;
  readonly memory: string;
  /** Undefined where the values say nothing, so that the chart's own count. */
  readonly tolerations?: readonly Toleration[];
}

export function controllerNeeds({ replicas, controllerCpu: cpu, controllerMemory: memory }: Generation, values: Values = {}): ControllerNeeds {
  const resources = { cpu, memory };
  const merged = mergeValues({ replicas, controller: { resources: { requests: resources, limits: resources } } }, values);
  const { requests, limits } = merged.controller?.resources ?? {};
  const tolerations = Array.isArray(values.tolerations) ? values.tolerations as Toleration[] : undefined;
  return {
    replicas: typeof merged.replicas === 'number' ? merged.replicas : Number(merged.replicas),
    // As the API server has it: who names a limit only requests as much.
    cpu: String(requests?.cpu ?? limits?.cpu ?? '0'),
    memory: String(requests?.memory ?? limits?.memory ?? '0'),
    ...tolerations && { tolerations },
  };
}

/** Helm's templates take the text for the truth value. */
export function isOn(value: unknown): boolean {
  return value === true || value === 'true';
}

/** Merges as Helm does: maps deeply, lists and everything else replaced by the later one; the inputs stay as they are. */
export function mergeValues(base: Values, over: Values): Values {
  const merged: Values = { ...base };
  for (const [key, value] of Object.entries(over).filter(([, given]) => given !== undefined)) {
    const below = Object.prototype.hasOwnProperty.call(base, key) ? base[key] : undefined;
    // Assigning to __proto__ would change the prototype instead of setting a value.
    Object.defineProperty(merged, key, {
      value: isMap(below) && isMap(value) ? mergeValues(below, value) : value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return merged;
}

/** A map in the sense of Helm; a token's object is a value. */
function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));
}

/** An image from elsewhere; what is not given stays the chart's. */
export function imageValues(image: { readonly repository?: string; readonly tag?: string; readonly digest?: string } = {}): Values {
  const { repository, tag } = image;
  // The chart's digest would win over another tag.
  const digest = image.digest ?? (tag === undefined ? undefined : '');
  const given = mergeValues({}, { repository, tag, digest });
  return Object.keys(given).length > 0 ? { controller: { image: given } } : {};
}
