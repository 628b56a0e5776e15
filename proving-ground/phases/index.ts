import { PhaseFailed, Report } from './report';
import { RunContext } from './run-context';
import { Run, Scenario, ScenarioName, SCENARIOS } from './scenarios';

/** Creates a world, plays its scenario in it, and gives the exit code. */
export async function runWorld(name: ScenarioName, context: RunContext): Promise<number> {
  const { phases }: Scenario = SCENARIOS[name];
  const report = new Report({ world: name, runDir: context.runDir, phases: phases.length, headline: context.headline, detail: context.detail });
  // Each phase finds here what the phases before it left.
  const run = { context, report } as Run;
  let finished = true;
  try {
    for (const { title, usualSeconds, body } of phases) {
      await report.phase(title, usualSeconds, () => body(run));
    }
  } catch (error) {
    if (!(error instanceof PhaseFailed)) {
      finished = false;
      throw error;
    }
    context.headline(`      ${error.message}; logs are in ${context.runDir}`);
  } finally {
    const calls = run.world?.observers.calls();
    await run.world?.stop();
    report.write(finished, calls);
  }
  return report.failed === 0 ? 0 : 1;
}
