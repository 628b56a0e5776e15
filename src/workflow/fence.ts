import { requireGeneration, RunPort } from './run-record';
import { Fence } from '../custom-resources/fence';

/** Reads the generation again before every change. */
export class ClaimFence implements Fence {
  public constructor(private readonly runs: Pick<RunPort, 'read'>, private readonly generation: number) {}

  public async check(): Promise<void> {
    requireGeneration(await this.runs.read(), this.generation);
  }
}
