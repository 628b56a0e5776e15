import { planAddonRestore } from './addon-configuration';
import { Pin, same, unpinned } from './affinity';
import { ADDON_LAG, ADDON_LIMIT, ADDON_WAIT_SECONDS, awaitAddon, awaitRollout, Context, isBusy, managedAddon, nameIn, overtakenAt } from './context';
import { isPinned } from './plan';
import { Addon, Workload } from './port';
import { AddonRecord, AffinityRecord, recordsOf, restoringSince, affinityCommand, configurationCommand } from './record';
import { isRolledOut, nameOf } from './rollout';
import { PauseReason } from '../pause-reason';
import { ADDON_RECORD, AFFINITY_RECORD } from '../records';
import { blocked, Progress, waiting, working } from '../step';

/** One way that a record and its pin stand at a workload. */
interface Restore {
  readonly key: typeof ADDON_RECORD | typeof AFFINITY_RECORD;
  readonly record: AddonRecord | AffinityRecord;
  readonly pin: Pin;
}

/** Restores one workload that carries a record, a bit at a time; it is done when none carries any. */
export async function unpinWorkload(context: Context, workload: Workload): Promise<Progress> {
  const records = recordsOf(workload);
  if (records.addon) {
    const addon = await managedAddon(context, workload);
    return addon
      ? restoreAddon(context, workload, addon, records.addon)
      : restoreTemplate(context, workload, { key: ADDON_RECORD, record: records.addon, pin: records.addon.pin });
  }
  return restoreTemplate(context, workload, { key: AFFINITY_RECORD, record: records.affinity!, pin: records.affinity! });
}

async function restoreTemplate(context: Context, workload: Workload, { key, record, pin }: Restore): Promise<Progress> {
  const affinity = unpinned(workload.affinity, pin);
  if (same(affinity, workload.affinity)) {
    return isRolledOut(workload.rollout) ? forget(context, workload, key, pin) : awaitRollout(context, workload, record.restoring);
  }
  const annotations = { [key]: JSON.stringify(restoringSince(record, context.now())) };
  if (!await context.kubernetes.write(nameIn(workload), workload.version, { affinity, annotations })) {
    return overtakenAt(nameOf(workload));
  }
  const kept = same(affinity, pin.original) ? 'gets the affinity back that it had' : 'loses only our part of its affinity, which its owner changed since';
  return working(`${nameOf(workload)} ${kept}`, 5, { undo: [affinityCommand(workload, workload.affinity)] });
}

/** The last thing: what was changed is verified, so the record goes. */
async function forget(context: Context, workload: Workload, key: string, pin: Pin): Promise<Progress> {
  if (!await context.kubernetes.write(nameIn(workload), workload.version, { annotations: { [key]: null }, release: true })) {
    return overtakenAt(nameOf(workload));
  }
  return working(same(workload.affinity, pin.original)
    ? `${nameOf(workload)} is as it was`
    : `${nameOf(workload)} keeps the affinity that its owner gave it since`, 1);
}

async function restoreAddon(context: Context, workload: Workload, addon: Addon, record: AddonRecord): Promise<Progress> {
  if (isBusy(addon)) {
    return awaitAddon(addon);
  }
  const plan = planAddonRestore(record, addon.configuration ?? null);
  switch (plan.kind) {
    case 'configure':
      return configure(context, workload, addon, record, plan.configuration, plan.keepsChange);
    case 'replaced':
      return record.restoring === undefined
        // Nothing was changed back: what is like ours in the Deployment is there because its owner says so now.
        ? forgetAddon(context, workload, `add-on ${addon.name} keeps the configuration that its owner gave it since`)
        : verify(context, workload, addon, record, `add-on ${addon.name} keeps what its owner changed since`);
    case 'restored':
      return verify(context, workload, addon, record, `add-on ${addon.name} is as it was`);
  }
}

async function configure(
  context: Context, workload: Workload, addon: Addon, record: AddonRecord, configuration: string | null, keepsChange: boolean,
): Promise<Progress> {
  const tried = isTried(context, record);
  const annotations = { [ADDON_RECORD]: JSON.stringify(tried ? record : restoringSince(record, context.now())) };
  if (!await context.kubernetes.write(nameIn(workload), workload.version, { annotations })) {
    return overtakenAt(nameOf(workload));
  }
  // An empty text takes all values back; should EKS take it for nothing said, an empty mapping says the same.
  const update = await context.addons.configure(addon, configuration ?? (tried ? '{}' : ''));
  switch (update.kind) {
    case 'started':
      return working(`add-on ${addon.name} ${keepsChange ? 'loses only our affinity, its owner changed the rest since' : 'gets the configuration back that it had'}`,
        ADDON_WAIT_SECONDS, { undo: [configurationCommand(context.configuration.ClusterName, addon, addon.configuration ?? null)] });
    case 'busy':
      return waiting(`another update of add-on ${addon.name} goes on`, ADDON_WAIT_SECONDS, ADDON_LIMIT);
    case 'refused':
      return blocked(PauseReason.ADDON_NOT_ACTIVE, `eks refuses the former configuration of add-on ${addon.name}: ${update.says}`);
  }
}

/** Whether the former configuration was given back a short while ago. */
function isTried(context: Context, { restoring }: AddonRecord): boolean {
  return restoring !== undefined && context.now() - Date.parse(restoring) < ADDON_LAG;
}

async function verify(context: Context, workload: Workload, addon: Addon, record: AddonRecord, says: string): Promise<Progress> {
  if (addon.status === 'UPDATE_FAILED' && !isTried(context, record)) {
    // It may be our own update that failed; only another one makes it ACTIVE.
    return configure(context, workload, addon, record, addon.configuration ?? null, false);
  }
  if (addon.status !== 'ACTIVE') {
    return awaitAddon(addon);
  }
  if (isPinned(workload.affinity, record.pin)) {
    return isTried(context, record)
      ? working(`add-on ${addon.name} has its configuration back; waiting for EKS to change ${nameOf(workload)}`, ADDON_WAIT_SECONDS)
      // EKS leaves to others what others edited last: then nobody minds when it is taken out here.
      : restoreTemplate(context, workload, { key: ADDON_RECORD, record, pin: record.pin });
  }
  return isRolledOut(workload.rollout)
    ? forgetAddon(context, workload, says)
    : awaitRollout(context, workload, record.restoring);
}

async function forgetAddon(context: Context, workload: Workload, says: string): Promise<Progress> {
  return await context.kubernetes.write(nameIn(workload), workload.version, { annotations: { [ADDON_RECORD]: null }, release: true })
    ? working(says, 1)
    : overtakenAt(nameOf(workload));
}
