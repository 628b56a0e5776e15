import { CallCounts, callsOf } from './callers';
import { linesAbout, Requests, requestsOf } from './requests';
import { ADMINISTRATOR } from '../../proving-ground/cluster/audit';
import { Log } from '../../proving-ground/parts/log';
import { World } from '../../proving-ground/phases/world';

/** What a step of a deployment took. */
export interface Step {
  readonly name: string;
  readonly seconds: number;
  readonly aws: CallCounts;
  readonly kubernetes: Requests;
}

interface Span { readonly name: string; readonly from: number; readonly until: number }

/** Measures steps, one after the other, from the first command to the answer of the last. */
export class Steps {
  private readonly spans: Span[] = [];

  constructor(private readonly world: World, private readonly log: Log) {}

  public async step(name: string, body: () => Promise<unknown>): Promise<void> {
    const from = Date.now();
    await body();
    const until = Date.now();
    this.spans.push({ name, from, until });
    this.log(`${name}: ${((until - from) / 1000).toFixed(1)} s`);
  }

  public async measured(): Promise<Step[]> {
    const lines = await linesAbout(this.world.auditLog, ADMINISTRATOR);
    return this.spans.map(({ name, from, until }) => ({
      name,
      seconds: (until - from) / 1000,
      aws: callsOf(this.world.aws.calls, from, until),
      kubernetes: requestsOf(lines, ADMINISTRATOR, from, until),
    }));
  }
}
