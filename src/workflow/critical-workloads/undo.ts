import { Affinity } from './affinity';
import { Addon, WorkloadName } from './port';
import { ADDON_RECORD, AFFINITY_RECORD } from '../records';

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
