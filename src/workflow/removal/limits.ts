import { Limits, LimitsPatch, ProvisionerChange, ProvisionerView } from '../../karpenter/api/fleet';
import { quantity } from '../../kubernetes/quantity';
import { LIMITS_RECORD, NODES_GONE_MARK } from '../records';

/** No instance type fits into this, so that nothing is launched while what runs goes on. */
const NOTHING = '0';
const CPU = 'cpu';

/** Stops the launches of a Provisioner and records its limits; undefined where they are stopped already. */
export function stopLaunches(provisioner: ProvisionerView): ProvisionerChange | undefined {
  const recorded = recordOf(provisioner);
  if (recorded !== undefined && isStopped(provisioner.limits)) {
    return undefined;
  }
  // Limits that let Karpenter launch are the owner's own, whatever was recorded before they were written.
  const former = recorded === undefined ? provisioner.limits : formerLimits(recorded, provisioner.limits);
  return {
    name: provisioner.name,
    version: provisioner.version,
    limits: patchTo(provisioner.limits, { resources: { [CPU]: NOTHING } }),
    annotations: { [LIMITS_RECORD]: JSON.stringify(former) },
  };
}

/** What the way back does for a Provisioner. */
export interface Restoration {
  readonly change: ProvisionerChange;
  readonly limits: Limits | null;
  /** The owner has changed limits since launches were stopped; theirs stay. */
  readonly theirs: boolean;
}

/** Takes back our part of a Provisioner and drops its records; undefined where there is none. */
export function restoreLimits(provisioner: ProvisionerView): Restoration | undefined {
  const recorded = recordOf(provisioner);
  const dropped = [LIMITS_RECORD, NODES_GONE_MARK].filter(record => provisioner.annotations[record] !== undefined);
  if (dropped.length === 0) {
    return undefined;
  }
  const limits = recorded === undefined ? provisioner.limits : formerLimits(recorded, provisioner.limits);
  return {
    change: {
      name: provisioner.name,
      version: provisioner.version,
      ...isSame(limits, provisioner.limits) ? {} : { limits: patchTo(provisioner.limits, limits) },
      annotations: Object.fromEntries(dropped.map(record => [record, null])),
    },
    limits,
    theirs: recorded !== undefined && !isSame(limits, recorded),
  };
}

/**
 * The limits without our part in them: we set cpu to zero and took all other resources away. Who writes another cpu, or none, has decided about
 * all of them; resources that were added beside our cpu stay.
 */
export function formerLimits(recorded: Limits | null, live: Limits | null): Limits | null {
  if (!isStopped(live)) {
    return live;
  }
  const { [CPU]: _ours, ...added } = live!.resources!;
  return Object.keys(added).length > 0 ? { ...recorded, resources: { ...recorded?.resources, ...added } } : recorded;
}

export function isStopped(limits: Limits | null): boolean {
  const cpu = limits?.resources?.[CPU];
  return cpu !== undefined && quantity(String(cpu)) === 0;
}

/** The command that takes a change that stopped launches back. */
export function undoOf(name: string, { annotations }: ProvisionerChange): string {
  const former = JSON.parse(annotations[LIMITS_RECORD]!) as Limits | null;
  const patch = { metadata: { annotations: { [LIMITS_RECORD]: null } }, spec: { limits: patchTo({ resources: { [CPU]: NOTHING } }, former) } };
  return `kubectl patch provisioner ${name} --type merge -p '${JSON.stringify(patch)}'`;
}

/**
 * The limits of before; null where there were none, undefined without a record.
 *
 * @throws when somebody has spoiled it
 */
function recordOf({ name, annotations: { [LIMITS_RECORD]: text } }: ProvisionerView): Limits | null | undefined {
  if (text === undefined) {
    return undefined;
  }
  const parsed = parse(text);
  if (parsed === undefined || (parsed !== null && typeof parsed !== 'object')) {
    throw new Error(`the record of limits of Provisioner ${name} is ${JSON.stringify(text)}, which cannot be read: set its limits yourself and remove`
      + ` the annotation, kubectl annotate provisioner ${name} ${LIMITS_RECORD}-`);
  }
  return parsed;
}

function parse(text: string): Limits | null | undefined {
  try {
    return JSON.parse(text) as Limits | null;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

/** The merge patch that makes limits of others; null removes what is only in the first. */
function patchTo(from: Limits | null, to: Limits | null): LimitsPatch {
  if (to === null) {
    return null;
  }
  if (to.resources === undefined) {
    return { resources: null };
  }
  const gone = Object.keys(from?.resources ?? {}).filter(name => !(name in to.resources!));
  return { resources: { ...Object.fromEntries(gone.map(name => [name, null])), ...to.resources } };
}

function isSame(one: Limits | null, other: Limits | null): boolean {
  return canonical(one) === canonical(other);
}

function canonical(limits: Limits | null): string {
  const sorted = limits?.resources && Object.entries(limits.resources).sort(([a], [b]) => a < b ? -1 : 1);
  return JSON.stringify(limits && { ...limits, resources: sorted });
}
