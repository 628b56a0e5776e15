import { PoolChange, PoolView, USUAL_LIMIT } from '../../karpenter/api/fleet';
import { KarpenterApi, Limits } from '../../karpenter/api/karpenter-api';
import { quantity } from '../../kubernetes/quantity';
import { spoiled, undoCommand } from '../pool-record';
import { isMap, isSameJson, parseRecord } from '../record-json';
import { LIMITS_RECORD, NODES_GONE_MARK } from '../records';

const NOTHING = '0';

/** What the way back does for a pool. */
export interface Restoration {
  readonly change: PoolChange;
  readonly limits: Limits | null;
  /** The owner has changed limits since launches were stopped; theirs stay. */
  readonly theirs: boolean;
}

/** Stops the launches of pools by their limits, and takes that back. */
export class LaunchLimits {
  public constructor(private readonly api: KarpenterApi) {}

  /** Stops the launches of a pool and records its limits; undefined where they are stopped already. */
  public stop(pool: PoolView): PoolChange | undefined {
    const recorded = this.recordOf(pool);
    if (recorded !== undefined && this.isStopped(pool.limits, pool.limitedBy)) {
      return undefined;
    }
    // Limits that let Karpenter launch are the owner's own, whatever was recorded before they were written.
    const former = recorded === undefined ? pool.limits : this.former(recorded, pool.limits, pool.limitedBy);
    return {
      name: pool.name,
      version: pool.version,
      limits: patchTo(pool.limits, this.stopped(pool.limitedBy)),
      annotations: { [LIMITS_RECORD]: JSON.stringify(former) },
    };
  }

  /** Takes back our part of a pool and drops its records; undefined where there is none. */
  public restore(pool: PoolView): Restoration | undefined {
    const recorded = this.recordOf(pool);
    const dropped = [LIMITS_RECORD, NODES_GONE_MARK].filter(record => pool.annotations[record] !== undefined);
    if (dropped.length === 0) {
      return undefined;
    }
    const limits = recorded === undefined ? pool.limits : this.former(recorded, pool.limits, pool.limitedBy);
    return {
      change: {
        name: pool.name,
        version: pool.version,
        ...isSameJson(limits, pool.limits) ? {} : { limits: patchTo(pool.limits, limits) },
        annotations: Object.fromEntries(dropped.map(record => [record, null])),
      },
      limits,
      theirs: recorded !== undefined && !isSameJson(limits, recorded),
    };
  }

  /**
   * The limits without our part in them: we set one to zero, most often cpu, and took all other amounts away. Who writes another amount of it, or
   * none, has decided about all of them; amounts that were added beside ours stay.
   */
  public former(recorded: Limits | null, live: Limits | null, limitedBy = USUAL_LIMIT): Limits | null {
    if (!this.isStopped(live, limitedBy)) {
      return live;
    }
    const { [limitedBy]: _ours, ...added } = this.api.amountsOf(live)!;
    return Object.keys(added).length > 0 ? this.api.limitsWith(recorded, { ...this.api.amountsOf(recorded), ...added }) : recorded;
  }

  public isStopped(limits: Limits | null, limitedBy = USUAL_LIMIT): boolean {
    const amount = this.api.amountsOf(limits)?.[limitedBy];
    return amount !== undefined && quantity(String(amount)) === 0;
  }

  /** The command that takes a change that stopped launches back. */
  public undoOf({ name, limitedBy }: Pick<PoolView, 'name' | 'limitedBy'>, { annotations }: PoolChange): string {
    const former = JSON.parse(annotations[LIMITS_RECORD]!) as Limits | null;
    return undoCommand(this.api, name, LIMITS_RECORD, { limits: patchTo(this.stopped(limitedBy), former) });
  }

  private stopped(limitedBy = USUAL_LIMIT): Limits {
    return this.api.limitsWith(null, { [limitedBy]: NOTHING });
  }

  /**
   * The limits of before; null where there were none, undefined without a record.
   *
   * @throws when somebody has spoiled it
   */
  private recordOf(pool: PoolView): Limits | null | undefined {
    const text = pool.annotations[LIMITS_RECORD];
    if (text === undefined) {
      return undefined;
    }
    const parsed = parseRecord<Limits | null>(text);
    if (parsed === undefined || (parsed !== null && typeof parsed !== 'object')) {
      throw spoiled(this.api, pool, LIMITS_RECORD, 'limits', 'limits');
    }
    return parsed;
  }
}

/** The merge patch that makes limits of others; null removes what is only in the first. */
function patchTo(from: Limits | null, to: Limits | null): Limits | null {
  if (to === null) {
    return null;
  }
  const gone = Object.keys(from ?? {}).filter(name => !(name in to));
  const patched = Object.entries(to).map(([name, value]) => [name, isMap(value) ? patchTo(asMap(from?.[name]), value) : value]);
  return { ...Object.fromEntries(gone.map(name => [name, null])), ...Object.fromEntries(patched) };
}

function asMap(value: unknown): Limits | null {
  return isMap(value) ? value : null;
}
