import { sleep } from '../../cluster/processes';
import { World } from '../world';

const CLAIM = '/api/v1/namespaces/kube-system/configmaps/karpenter-migration';

/** How the migration's run stands, by its own record in the cluster. */
export interface Run {
  readonly generation: number;
  readonly stage: string;
  readonly outcome: string;
  readonly says: string;
  readonly by?: string;
}

export async function runOf(world: World): Promise<Run> {
  const { data } = await world.kube.get(CLAIM);
  const report = data.run === undefined ? {} : JSON.parse(data.run);
  const isCurrent = report.generation === Number(data.generation);
  return {
    generation: Number(data.generation),
    stage: data.stage,
    outcome: isCurrent ? report.outcome : 'beginning',
    says: isCurrent ? report.says : '',
    by: isCurrent ? report.by : undefined,
  };
}

/** Waits until the run says what a check waits for; what it said last is in the error. */
export async function untilRun(world: World, what: string, seconds: number, condition: (run: Run) => boolean | Promise<boolean>): Promise<Run> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const run = await runOf(world);
    if (await condition(run)) {
      return run;
    }
    if (Date.now() > deadline) {
      throw new Error(`${what}: not within ${seconds} s; the run is ${run.outcome} at generation ${run.generation}: ${run.says}`);
    }
    await sleep(500);
  }
}
