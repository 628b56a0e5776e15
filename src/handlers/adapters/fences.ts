import { RunPort } from '../../workflow/run-port';
import { requireGeneration } from '../../workflow/run-record';
import { Fence } from '../../workflow/step';

/** Reads the generation again before every change. */
export class ClaimFence implements Fence {
  public constructor(private readonly runs: Pick<RunPort, 'read'>, private readonly generation: number) {}

  public async check(): Promise<void> {
    requireGeneration(await this.runs.read(), this.generation);
  }
}
