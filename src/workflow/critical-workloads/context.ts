import { Addon, AddonsPort, Workload, WorkloadName, WorkloadsPort } from './port';
import { rolloutProgress } from './rollout';
import { Requirement } from '../../kubernetes/scheduling';
import { WorkflowConfiguration } from '../contract';
import { PauseReason } from '../pause-reason';
import { blocked, Progress, working } from '../step';

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
/** EKS changes the Deployment of an add-on some time after it took the configuration. */
export const ADDON_LAG = 10 * 60_000;

export const isBusy = (addon: { readonly status: string }): boolean => BUSY.includes(addon.status);

export async function managedAddon({ addons }: Context, { kind, namespace, name }: WorkloadName) {
  return kind === 'Deployment' && namespace === ADDON_NAMESPACE && ADDONS.includes(name) ? addons.read(name) : undefined;
}

/** An add-on that is not ACTIVE either becomes so or needs somebody. */
export function awaitAddon(addon: Addon): Progress {
  return isBusy(addon)
    ? working(`add-on ${addon.name} is ${addon.status}`, ADDON_WAIT_SECONDS)
    : blocked(PauseReason.ADDON_NOT_ACTIVE, `add-on ${addon.name} is ${addon.status}${addon.issues.length > 0 ? `: ${addon.issues.join('; ')}` : ''}`);
}

export async function awaitRollout(context: Context, workload: Workload, since?: string): Promise<Progress> {
  return rolloutProgress(workload, await context.kubernetes.pods(nameIn(workload)), context.now(), since);
}

/** Somebody else wrote in between: everything is read again. */
export function overtaken(name: string): Progress {
  return working(`${name} was changed by somebody else just now; it is read again`, 2);
}

export function nameIn({ kind, namespace, name }: WorkloadName): WorkloadName {
  return { kind, namespace, name };
}
