import { ConfigurationUnreadable, configurationOf, isSameText, pinnedConfiguration, restoredConfiguration, schemaProblem } from './addon-configuration';
import { Pin, same } from './affinity';
import { ADDON_LAG, ADDON_LIMIT, ADDON_WAIT_SECONDS, awaitAddon, awaitRollout, Context, managedAddon, nameIn, overtakenAt } from './context';
import { isPinned, planPin, unsatisfiable } from './plan';
import { Addon, Workload, WorkloadName } from './port';
import { AddonRecord, AffinityRecord, isFought, mark, Records, recordsOf, configurationCommand, forgetCommand, unpinCommand } from './record';
import { isRolledOut, nameOf } from './rollout';
import { labelKeys } from '../../kubernetes/placement';
import { Affinity } from '../../kubernetes/scheduling';
import { WorkloadReference } from '../contract';
import { PauseReason } from '../pause-reason';
import { ADDON_RECORD, AFFINITY_RECORD } from '../records';
import { blocked, done, Progress, waiting, working } from '../step';

/** Pins one workload, a bit at a time. */
export async function pinWorkload(context: Context, reference: WorkloadReference): Promise<Progress> {
  const name: WorkloadName = { kind: reference.Kind, namespace: reference.Namespace, name: reference.Name };
  const workload = await context.kubernetes.read(name);
  if (!workload) {
    return reference.Optional
      ? done(`there is no ${nameOf(name)}`)
      : blocked(PauseReason.NOT_PINNABLE, `there is no ${nameOf(name)}: take it out of \`criticalWorkloads\`, or create it`);
  }
  const records = recordsOf(workload);
  const addon = await managedAddon(context, name);
  const plan = planPin(workload.affinity, records, context.requirement);
  switch (plan.kind) {
    case 'refuse':
      return blocked(PauseReason.NOT_PINNABLE, `${nameOf(name)} cannot be pinned: ${plan.says}`);
    case 'pinned':
      return settle(context, workload, records, addon);
    case 'pin':
      if (await isOnFargate(context, workload, records)) {
        return done(`${nameOf(name)} runs on Fargate, which needs no node: it is not pinned`);
      }
      return addon ? pinByAddon(context, workload, records, addon, plan.pin) : pinByTemplate(context, workload, records, plan.pin);
  }
}

/** A Fargate profile takes each new pod of a workload, and none that asks for a node group would ever run there. */
async function isOnFargate({ kubernetes }: Context, workload: Workload, { addon, affinity }: Records): Promise<boolean> {
  return addon === undefined && affinity === undefined && (await kubernetes.pods(nameIn(workload))).some(({ onFargate }) => onFargate);
}

async function settle(context: Context, workload: Workload, records: Records, addon?: Addon): Promise<Progress> {
  const record = records.addon ?? records.affinity;
  if (!record) {
    return done(`${nameOf(workload)} was pinned by its owner`);
  }
  if (addon && records.addon && addon.status !== 'ACTIVE') {
    return awaitAddon(addon);
  }
  return isRolledOut(workload.rollout) ? done(`${nameOf(workload)} is pinned`) : awaitRollout(context, workload, record.at);
}

async function pinByTemplate(context: Context, workload: Workload, records: Records, pin: Pin): Promise<Progress> {
  const before = sameAgain(records.affinity, pin);
  const obstacle = await obstacleTo(context, workload, before, pin.pinned);
  if (obstacle) {
    return obstacle;
  }
  const record: AffinityRecord = { ...mark(context.configuration.Owner, before, context.now()), ...pin };
  const written = await context.kubernetes.write(nameIn(workload), workload.version, {
    affinity: pin.pinned,
    // What an add-on had that EKS manages no longer cannot be given back to it.
    annotations: { [AFFINITY_RECORD]: JSON.stringify(record), ...records.addon ? { [ADDON_RECORD]: null } : {} },
  });
  return written
    ? working(`${nameOf(workload)} is being pinned to node groups`, 5, { undo: [unpinCommand(workload, pin.original)] })
    : overtakenAt(nameOf(workload));
}

async function pinByAddon(context: Context, workload: Workload, records: Records, addon: Addon, pin: Pin): Promise<Progress> {
  if (addon.status !== 'ACTIVE') {
    return awaitAddon(addon);
  }
  const before = records.addon;
  if (before && isSameText(addon.configuration, before.ours) && same(before.pin.requirement, context.requirement)) {
    return awaitEffect(context, workload, addon, before);
  }
  try {
    const original = before ? restoredConfiguration(before, addon.configuration ?? null) : addon.configuration ?? null;
    const configuration = pinnedConfiguration(configurationOf(original), pin.original, context.requirement);
    const obstacle = await obstacleTo(context, workload, sameAgain(before, pin), configuration.affinity)
      ?? schemaObstacle(context, addon, schemaProblem(await context.addons.schema(addon.name, addon.version), configuration));
    return obstacle ?? await configure(context, workload, records, addon, {
      ...mark(context.configuration.Owner, sameAgain(before, pin), context.now()),
      original,
      ours: JSON.stringify(configuration),
      pin: { ...pin, pinned: configuration.affinity },
    });
  } catch (error) {
    if (error instanceof ConfigurationUnreadable) {
      return blocked(PauseReason.ADDON_NOT_ACTIVE, `the configuration values of add-on ${addon.name} cannot be read: ${error.message}`);
    }
    throw error;
  }
}

async function configure(context: Context, workload: Workload, records: Records, addon: Addon, record: AddonRecord): Promise<Progress> {
  const { kubernetes, addons, configuration: { ClusterName } } = context;
  // EKS put its own affinity in the place of one that we had pinned: there is nothing left to go back to by that record.
  const obsolete = records.affinity && !isPinned(workload.affinity, records.affinity);
  const annotations = { [ADDON_RECORD]: JSON.stringify(record), ...obsolete ? { [AFFINITY_RECORD]: null } : {} };
  if (!await kubernetes.write(nameIn(workload), workload.version, { annotations })) {
    return overtakenAt(nameOf(workload));
  }
  const update = await addons.configure(addon, record.ours);
  if (update.kind === 'started') {
    return working(`add-on ${addon.name} is being configured to pin its pods to node groups`, ADDON_WAIT_SECONDS, {
      undo: [configurationCommand(ClusterName, addon, record.original), forgetCommand(workload)],
    });
  }
  await putRecordBack(context, workload);
  return update.kind === 'busy'
    ? waiting(`another update of add-on ${addon.name} goes on`, ADDON_WAIT_SECONDS, ADDON_LIMIT)
    : blocked(PauseReason.ADDON_NOT_ACTIVE, `eks refuses the affinity of add-on ${addon.name}: ${update.says}`);
}

/** Nothing was changed, so the record is as it was; where somebody writes in between the new one stays, and is as true. */
async function putRecordBack({ kubernetes }: Context, workload: Workload): Promise<void> {
  const present = await kubernetes.read(nameIn(workload));
  if (present) {
    await kubernetes.write(nameIn(workload), present.version, { annotations: { [ADDON_RECORD]: workload.addonRecord ?? null } });
  }
}

/** The record of pinning to the very same node groups: only then does pinning again mean that somebody took the pin off. */
function sameAgain(record: AffinityRecord | AddonRecord | undefined, { requirement }: Pin): AffinityRecord | AddonRecord | undefined {
  return record && same(('pin' in record ? record.pin : record).requirement, requirement) ? record : undefined;
}

/** What speaks against pinning now, before anything is changed. */
async function obstacleTo(
  context: Context, workload: Workload, record: AffinityRecord | AddonRecord | undefined, affinity: Affinity,
): Promise<Progress | undefined> {
  if (isFought(record, context.now())) {
    const managers = workload.affinityManagers.join(', ');
    return blocked(PauseReason.NOT_PINNABLE, `somebody takes the affinity of ${nameOf(workload)} back${managers ? ` (it is managed by ${managers})` : ''}:`
      + ' let them leave it alone, or pin the workload yourself');
  }
  if (!isRolledOut(workload.rollout)) {
    return awaitRollout(context, workload);
  }
  const { HostNodegroups, Nodegroups } = context.configuration;
  const placement = { affinity, nodeSelector: workload.nodeSelector, tolerations: workload.tolerations };
  const says = unsatisfiable(placement, await context.kubernetes.nodes(labelKeys(placement), HostNodegroups ?? Nodegroups));
  return says === undefined ? undefined : blocked(PauseReason.NOT_PINNABLE, `${nameOf(workload)} cannot be pinned: ${says}`);
}

function schemaObstacle({ configuration: { ClusterName } }: Context, { name, version }: Addon, problem: string | undefined): Progress | undefined {
  return problem === undefined ? undefined : blocked(PauseReason.ADDON_NOT_ACTIVE,
    `add-on ${name} ${version} of cluster ${ClusterName} cannot be pinned: ${problem}; update the add-on, or delete it with --preserve`);
}

function awaitEffect(context: Context, workload: Workload, addon: Addon, record: AddonRecord): Progress {
  return context.now() - Date.parse(record.at) < ADDON_LAG
    ? working(`add-on ${addon.name} is configured; waiting for EKS to change ${nameOf(workload)}`, ADDON_WAIT_SECONDS)
    : blocked(PauseReason.ADDON_NOT_ACTIVE, `eks does not change the affinity of ${nameOf(workload)}, which it leaves to whoever edited it last`
      + ` (${workload.affinityManagers.join(', ') || 'unknown'}): move that edit into the configuration values of add-on ${addon.name}`);
}
