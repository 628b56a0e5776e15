import { CAPACITY_CHECKS } from './capacity-checks';
import { EVICTION_CHECKS } from './eviction-checks';
import { StageFacts } from './facts';
import { NODE_CHECKS } from './node-checks';
import { PLACEMENT_CHECKS } from './placement-checks';
import { movesWorkloads, StageQuestion } from './question';
import { scopeOf } from './scope';
import { MigrationStage } from '../../words/migration-stage';
import { PreflightCheck } from '../../words/preflight-check';
import { Finding } from '../verdict';

/** In the order in which a reader should learn of them. */
const CHECKS = [...NODE_CHECKS, ...PLACEMENT_CHECKS, ...EVICTION_CHECKS, ...CAPACITY_CHECKS];

/** What stops a drain only: at CUT_OVER nothing is drained, so that it is good to know and no more. */
const OF_THE_DRAIN: readonly PreflightCheck[] = [
  PreflightCheck.LOCAL_VOLUMES, PreflightCheck.BLOCKING_BUDGETS, PreflightCheck.BARE_PODS, PreflightCheck.KEPT_PODS,
  PreflightCheck.POOL_LIMITS, PreflightCheck.VCPU_QUOTA, PreflightCheck.FLEET_ADDRESSES,
];

/** Everything at once that stands in the way of moving what runs, at the stage that is asked about. */
export function stageFindings(facts: StageFacts, question: StageQuestion): Finding[] {
  if (!movesWorkloads(question.stage)) {
    return [];
  }
  const scope = scopeOf(facts, question);
  const found = CHECKS.flatMap(check => check(scope));
  return question.stage === MigrationStage.CUT_OVER
    ? found.map(finding => OF_THE_DRAIN.includes(finding.check) ? { ...finding, severity: 'warning' } : finding)
    : found;
}
