import { StageFinding } from './contract';
import { findings, PreflightFacts } from '../../preflight/checks';
import { PreflightProperties } from '../../preflight/contract';
import { Finding } from '../../preflight/verdict';
import { stageFindings } from '../../preflight/workloads/checks';
import { StageFacts } from '../../preflight/workloads/facts';
import { StageQuestion } from '../../preflight/workloads/question';
import { MigrationStage } from '../../words/migration-stage';
import { articleUrl } from '../../words/runbook';

/** All that the preflights of the three stages would find now, those that stop first, and of these those that stop soonest. */
export function allFindings(
  installed: { readonly facts: PreflightFacts; readonly properties: PreflightProperties },
  moved: { readonly facts: StageFacts; readonly question: StageQuestion } | undefined,
): StageFinding[] {
  // A plan is about the first deployment, which has the stage INSTALL, whatever it is asked about beyond it.
  const properties = { ...installed.properties, Stage: undefined, Migrates: undefined };
  const found = findings(installed.facts, properties).map(one => atStage(one, MigrationStage.INSTALL));
  const inStages = [MigrationStage.CUT_OVER, MigrationStage.SCALE_DOWN].flatMap(stage =>
    moved ? stageFindings(moved.facts, { ...moved.question, stage }).map(one => atStage(one, stage)) : []);
  const all = [...found, ...inStages];
  const order = (finding: StageFinding) => finding.stops === undefined ? STAGES.length : STAGES.indexOf(finding.stops);
  return distinct(all.sort((a, b) => order(a) - order(b)));
}

const STAGES = [MigrationStage.INSTALL, MigrationStage.CUT_OVER, MigrationStage.SCALE_DOWN];

function atStage({ check, severity, message, remedy }: Finding, stage: MigrationStage): StageFinding {
  return { check, ...severity === 'error' ? { stops: stage } : {}, message, remedy, runbook: articleUrl('Preflight findings') };
}

/** What a later stage finds again is said once, where it stops first. */
function distinct(all: readonly StageFinding[]): StageFinding[] {
  const seen = new Set<string>();
  return all.filter(({ check, message }) => {
    const key = `${check} ${message}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}
