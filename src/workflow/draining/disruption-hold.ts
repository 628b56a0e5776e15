import { toEach } from '../../custom-resources/fence';
import { FleetPort, PoolChange, PoolView } from '../../karpenter/api/fleet';
import { Budgets, KarpenterApi, VoluntaryDisruption } from '../../karpenter/api/karpenter-api';
import { some } from '../../words/short-list';
import { spoiled, undoCommand } from '../pool-record';
import { isMap, isSameJson, parseRecord } from '../record-json';
import { BUDGETS_RECORD } from '../records';
import { overtaken, Progress, working } from '../step';

/** What stands in the record. */
interface Held {
  /** Whose migration holds it; for people. */
  readonly owner: string;
  /** Which step does: another one, on its way back, must not take it away. */
  readonly step: string;
  readonly budgets: Budgets;
}

export interface Return {
  readonly change: PoolChange;
  /** The owner has changed budgets since they were held; theirs stay. */
  readonly theirs: boolean;
}

/**
 * Keeps Karpenter from moving pods of its own accord while we move them, and takes that back: a pod that we have evicted must not be
 * evicted again because its new node is worth less than another one. A generation whose pools cannot say it has nothing to hold.
 */
export class DisruptionHold {
  public constructor(
    private readonly fleet: Pick<FleetPort, 'changePool'>, private readonly api: KarpenterApi, private readonly by: Pick<Held, 'owner' | 'step'>,
  ) {}

  /** Whether pools have to be read at all. */
  public get isPossible(): boolean {
    return this.api.voluntaryDisruption !== undefined;
  }

  /** Holds the pools back; undefined where all are held. A deployment may have written other budgets: these are held, and given back later. */
  public async hold(pools: readonly PoolView[]): Promise<Progress | undefined> {
    const changes = pools.flatMap(pool => this.holdOf(pool) ?? []);
    return this.write(changes, 'does not move pods of its own accord while nodes are drained', changes.map(change => this.undoOf(change)));
  }

  /** Gives back what this step holds, of whichever pools carry a record of it; undefined where none does. */
  public async giveBack(pools: readonly PoolView[]): Promise<Progress | undefined> {
    const returns = pools.flatMap(pool => this.returnOf(pool) ?? []);
    const theirs = returns.filter(one => one.theirs).map(({ change }) => change.name);
    const kept = theirs.length > 0 ? `, with what was set meanwhile at ${some(theirs)}` : '';
    return this.write(returns.map(({ change }) => change), `has its disruption budgets again${kept}`);
  }

  /** The change that holds a pool; undefined where it is held, by us or by its owner, or goes. */
  public holdOf(pool: PoolView): PoolChange | undefined {
    const disruption = this.api.voluntaryDisruption;
    const { name, version, budgets = null, leaving } = pool;
    if (!disruption || leaving !== undefined || disruption.isHeld(budgets)) {
      return undefined;
    }
    // Budgets without our hold in them are the owner's own, whatever was recorded before they were written.
    const record: Held = { ...this.by, budgets };
    return { name, version, budgets: disruption.held(budgets), annotations: { [BUDGETS_RECORD]: JSON.stringify(record) } };
  }

  /** The change that gives a pool back and drops the record; undefined where there is none of this step. */
  public returnOf(pool: PoolView): Return | undefined {
    const disruption = this.api.voluntaryDisruption;
    const recorded = this.recordOf(pool);
    if (!disruption || recorded?.step !== this.by.step) {
      return undefined;
    }
    const live = pool.budgets ?? null;
    const budgets = formerBudgets(recorded.budgets, live, disruption);
    return {
      change: { name: pool.name, version: pool.version, ...isSameJson(budgets, live) ? {} : { budgets }, annotations: { [BUDGETS_RECORD]: null } },
      theirs: !isSameJson(budgets, recorded.budgets),
    };
  }

  private async write(changes: readonly PoolChange[], does: string, undo: readonly string[] = []): Promise<Progress | undefined> {
    if (changes.length === 0) {
      return undefined;
    }
    const missed: string[] = [];
    await toEach(changes, async change => {
      if (!await this.fleet.changePool(change)) {
        missed.push(change.name);
      }
    });
    const { pool } = this.api.words;
    return missed.length > 0
      ? overtaken(`${pool} ${some(missed)} was changed in the meantime, looking again`)
      : working(`${pool} ${some(changes.map(({ name }) => name))} ${does}`, 1, { undo });
  }

  /** The command that takes a hold back. */
  private undoOf({ name, annotations }: PoolChange): string {
    const { budgets } = JSON.parse(annotations[BUDGETS_RECORD]!) as Held;
    return undoCommand(this.api, name, BUDGETS_RECORD, this.api.voluntaryDisruption!.specWith(budgets));
  }

  /** @throws when somebody has spoiled it */
  private recordOf(pool: PoolView): Held | undefined {
    const text = pool.annotations[BUDGETS_RECORD];
    const parsed = text === undefined ? undefined : parseRecord<Held>(text);
    if (text !== undefined && !(isMap(parsed) && (parsed.budgets === null || Array.isArray(parsed.budgets)))) {
      throw spoiled(this.api, pool, BUDGETS_RECORD, 'disruption budgets', 'budgets');
    }
    return parsed;
  }
}

/** The budgets without our part in them: as recorded, unless the owner, or a deployment, has written others in between. */
function formerBudgets(recorded: Budgets, live: Budgets, disruption: VoluntaryDisruption): Budgets {
  if (isSameJson(live, disruption.held(recorded))) {
    return recorded;
  }
  return live && disruption.released(live);
}
