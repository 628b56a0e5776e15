import { Pin } from './affinity';
import { Addon, WorkloadName } from './port';
import { Affinity } from '../../kubernetes/scheduling';
import { ADDON_RECORD, AFFINITY_RECORD } from '../records';

/** What stands at a workload from before it is pinned until it is restored. */
interface Marked {
  /** The stack that pinned it, for people. */
  readonly owner: string;
  /** When it was pinned last, ISO 8601. */
  readonly at: string;
  /** How many times within the hour. */
  readonly attempt: number;
  /** Since when it is being restored, ISO 8601. */
  readonly restoring?: string;
}

/** At a workload whose template we changed. */
export interface AffinityRecord extends Marked, Pin {}

/** At the Deployment of an add-on whose configuration we changed. */
export interface AddonRecord extends Marked {
  /** The configuration values before, to the letter; null where there were none. */
  readonly original: string | null;
  readonly ours: string;
  /** What became of the Deployment, for the case that EKS no longer manages it when it is restored. */
  readonly pin: Pin;
}

export interface Records {
  readonly affinity?: AffinityRecord;
  readonly addon?: AddonRecord;
}

/** How often a workload is pinned within an hour before somebody who takes the pin off is taken for a reason to pause. */
const ATTEMPTS = 2;
const HOUR = 3600_000;

export function recordsOf(workload: { readonly affinityRecord?: string; readonly addonRecord?: string }): Records {
  return {
    affinity: workload.affinityRecord === undefined ? undefined : JSON.parse(workload.affinityRecord) as AffinityRecord,
    addon: workload.addonRecord === undefined ? undefined : JSON.parse(workload.addonRecord) as AddonRecord,
  };
}

/** Whether somebody takes the pin off again and again, so that pinning once more would be a fight. */
export function isFought(record: Marked | undefined, now: number): boolean {
  return record !== undefined && record.attempt >= ATTEMPTS && now - Date.parse(record.at) < HOUR;
}

export function mark(owner: string, before: Marked | undefined, now: number): Marked {
  const again = before !== undefined && now - Date.parse(before.at) < HOUR;
  return { owner, at: new Date(now).toISOString(), attempt: again ? before.attempt + 1 : 1 };
}

export function restoringSince<R extends Marked>(record: R, now: number): R {
  return { ...record, restoring: new Date(now).toISOString() };
}

/** The command that gives a workload an affinity, or none. */
export function affinityCommand(workload: WorkloadName, affinity: Affinity | null, ...more: object[]): string {
  const operation = affinity
    ? { op: 'add', path: '/spec/template/spec/affinity', value: affinity }
    : { op: 'remove', path: '/spec/template/spec/affinity' };
  return `kubectl -n ${workload.namespace} patch ${workload.kind.toLowerCase()} ${workload.name} --type json -p ${quoted(JSON.stringify([operation, ...more]))}`;
}

/** The same, and our record goes: what was pinned is as it was. */
export function unpinCommand(workload: WorkloadName, original: Affinity | null): string {
  return affinityCommand(workload, original, { op: 'remove', path: `/metadata/annotations/${AFFINITY_RECORD.replace('/', '~1')}` });
}

/** The command that gives an add-on a configuration, or none. */
export function configurationCommand(cluster: string, addon: Addon, configuration: string | null): string {
  const role = addon.serviceAccountRoleArn ? ` --service-account-role-arn ${addon.serviceAccountRoleArn}` : '';
  return `aws eks update-addon --cluster-name ${cluster} --addon-name ${addon.name}${role} --resolve-conflicts PRESERVE`
    + ` --configuration-values ${quoted(configuration ?? '')}`;
}

/** The command that takes our record off the Deployment of an add-on. */
export function forgetCommand(workload: WorkloadName): string {
  return `kubectl -n ${workload.namespace} annotate ${workload.kind.toLowerCase()} ${workload.name} ${ADDON_RECORD}-`;
}

function quoted(text: string): string {
  return `'${text.replace(/'/g, '\'\\\'\'')}'`;
}
