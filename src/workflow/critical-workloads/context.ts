import { Addon, AddonsPort, Workload, WorkloadName, WorkloadsPort } from './port';
import { rolloutProgress } from './rollout';
import { Requirement } from '../../kubernetes/scheduling';
import { WorkflowConfiguration } from '../contract';
import { PauseReason } from '../pause-reason';
import { blocked, overtaken, Progress, WaitLimit, waiting } from '../step';

export type CriticalWorkloadsConfiguration = Pick<WorkflowConfiguration, 'ClusterName' | 'Owner' | 'Nodegroups' | 'HostNodegroups' | 'CriticalWorkloads'>;

/** What both directions of the step work with. */
export interface Context {
  readonly kubernetes: WorkloadsPort;
  readonly addons: AddonsPort;
  readonly configuration: CriticalWorkloadsConfiguration;
  readonly requirement: Requirement;
  readonly now: () => number;
}

/** Add-ons of EKS that are one Deployment of the same name, with its affinity at the root of their configuration. */
const ADDONS = ['coredns', 'metrics-server'];
const ADDON_NAMESPACE = 'kube-system';

/** Statuses of add-ons on which another one follows. */
const BUSY = ['CREATING', 'UPDATING', 'DELETING'];

export const ADDON_WAIT_SECONDS = 10;
/** EKS itself gives an update of an add-on up after a shorter time. */
export const ADDON_LIMIT: WaitLimit = { by: PauseReason.ADDON_NOT_ACTIVE, minutes: 40 };
/** EKS changes the Deployment of an add-on some time after it took the configuration. */
export const ADDON_LAG = 10 * 60_000;

export const isBusy = (addon: { readonly status: string }): boolean => BUSY.includes(addon.status);

export async function managedAddon({ addons }: Context, { kind, namespace, name }: WorkloadName) {
  return kind === 'Deployment' && namespace === ADDON_NAMESPACE && ADDONS.includes(name) ? addons.read(name) : undefined;
}

/** An add-on that is not ACTIVE either becomes so or needs somebody. */
export function awaitAddon(addon: Addon): Progress {
  return isBusy(addon)
    ? waiting(`add-on ${addon.name} is ${addon.status}`, ADDON_WAIT_SECONDS, ADDON_LIMIT)
    : blocked(PauseReason.ADDON_NOT_ACTIVE, `add-on ${addon.name} is ${addon.status}${addon.issues.length > 0 ? `: ${addon.issues.join('; ')}` : ''}`);
}

export async function awaitRollout(context: Context, workload: Workload, since?: string): Promise<Progress> {
  return rolloutProgress(workload, await context.kubernetes.pods(nameIn(workload)), context.now(), since);
}

/** Somebody else wrote in between: everything is read again. */
export function overtakenAt(name: string): Progress {
  return overtaken(`${name} was changed by somebody else just now; it is read again`);
}

export function nameIn({ kind, namespace, name }: WorkloadName): WorkloadName {
  return { kind, namespace, name };
}
