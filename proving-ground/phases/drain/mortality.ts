import { runOf } from './run';
import { Killing, Moment } from '../../aws';
import { Call } from '../../aws/gateway/call';
import { sleep } from '../../cluster/processes';
import { expectEqual } from '../../cluster/until';
import { World } from '../world';

const CLAIM = '/api/v1/namespaces/kube-system/configmaps/karpenter-migration';
const LOOK_MILLISECONDS = 300;
/** Both of them in a row make a pause. */
const MOMENTS: readonly Moment[] = ['before', 'after'];

/** A kind of write, by the call that makes it. */
export interface Write { readonly what: string; readonly is: (call: Call) => boolean }

export interface Fate { readonly what: string; readonly moment: Moment }

/**
 * Lets functions die in the middle of calls until it is stopped. Nobody goes on before the lease of a dead one has ended; these ten minutes
 * are passed over, once its process is seen to be gone.
 */
export class Mortality {
  /** Lets them die twice at each kind of write: before one is made, and after the next. */
  public static atEach(world: World, writes: readonly Write[]): Mortality {
    const left = new Map(writes.map(write => [write, [...MOMENTS]]));
    return new Mortality(world, (call) => {
      const write = writes.find(one => left.get(one)!.length > 0 && one.is(call));
      return write && { what: write.what, moment: left.get(write)!.shift()! };
    });
  }

  private readonly fates: Fate[] = [];
  private readonly killing: Killing;
  private readonly loop: Promise<void>;
  private stopped = false;
  private passed = 0;
  /** How often a run said that it paused because its calls were lost. */
  private pauses = 0;

  constructor(private readonly world: World, fateOf: (call: Call) => Fate | undefined) {
    this.killing = world.aws.kill((call) => {
      const fate = fateOf(call);
      if (fate) {
        this.fates.push(fate);
      }
      return fate?.moment;
    });
    this.loop = this.watch();
    // Whoever stops it hears of it.
    this.loop.catch(() => undefined);
  }

  public get deaths(): Killing['deaths'] { return this.killing.deaths; }

  /** The roles whose functions died. */
  public get whose(): string {
    return [...new Set(this.deaths.map(({ principal }) => principal.split('/')[1]))].join(', ');
  }

  public get says(): string {
    const kinds = [...new Set(this.fates.map(({ what }) => what))];
    return `${this.deaths.length} deaths of ${this.whose}, ${this.pauses} pauses, at what ${kinds.join(', ')}`;
  }

  /** Each write was the end of two in a row, and the run said so each time. */
  public expectAll(writes: readonly Write[]): void {
    const fates = this.fates.map(({ what, moment }) => `${moment} what ${what}`).sort();
    expectEqual('deaths', fates, writes.flatMap(({ what }) => MOMENTS.map(moment => `${moment} what ${what}`)).sort());
    expectEqual('processes that ended', this.deaths.length, fates.length);
    if (this.pauses < writes.length) {
      throw new Error(`the run paused ${this.pauses} times because calls were lost, after ${fates.length} deaths`);
    }
  }

  public async stop(): Promise<void> {
    this.killing.stop();
    this.stopped = true;
    await this.loop;
  }

  private async watch(): Promise<void> {
    let before: string | undefined;
    while (!this.stopped || this.passed < this.deaths.length) {
      if (this.passed < this.deaths.length) {
        this.passed = this.deaths.length;
        await this.endLease();
      }
      const { by, says } = await runOf(this.world);
      const pause = by === 'CallLost' ? says : undefined;
      this.pauses += Number(pause !== undefined && pause !== before);
      before = pause;
      await sleep(LOOK_MILLISECONDS);
    }
  }

  private async endLease(): Promise<void> {
    const { lease } = (await this.world.kube.get(CLAIM)).data;
    if (lease === undefined) {
      throw new Error('a function died that held no lease');
    }
    await this.world.kube.patch(CLAIM, { data: { lease: JSON.stringify({ ...JSON.parse(lease), until: Date.now() }) } });
  }
}
