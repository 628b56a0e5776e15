import { sleep } from '../cluster/processes';
import { Log } from '../parts/log';

export interface ReconcilerOptions {
  readonly log: Log;
  /**
   * Ends it when the run ends.
   * @default - it goes on until it is stopped
   */
  readonly signal?: AbortSignal;
}

/** Looks again and again at what is there, and does what is missing, until it is stopped or the run ends. */
export abstract class Reconciler {
  private stopped = false;
  private running?: Promise<void>;

  constructor(private readonly name: string, private readonly pollMilliseconds: number, private readonly run: ReconcilerOptions) {}

  public start(): void {
    this.running = this.loop();
  }

  public async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  protected abstract reconcile(): Promise<void>;

  protected complain(error: Error): void {
    // Once the run is over, nothing answers any more, and that is no news.
    if (!this.over) {
      this.run.log(`${this.name}: ${error.message}`);
    }
  }

  private get over(): boolean {
    return this.stopped || this.run.signal?.aborted === true;
  }

  private async loop() {
    while (!this.over) {
      try {
        await this.reconcile();
      } catch (error) {
        this.complain(error as Error);
      }
      await sleep(this.pollMilliseconds);
    }
  }
}
