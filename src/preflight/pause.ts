import { Verdict } from './verdict';
import { PreflightCheck } from '../words/preflight-check';
import { PauseReason } from '../workflow/pause-reason';
import { blocked, Progress } from '../workflow/step';

/**
 * What the drain itself finds out pod by pod, says more precisely, and waits for: a budget may allow a disruption at any time.
 * Nor does the room for both fleets at once say anything once a part of them has moved.
 */
const SEEN_BY_THE_DRAIN: readonly PreflightCheck[] = [
  PreflightCheck.BLOCKING_BUDGETS, PreflightCheck.BARE_PODS, PreflightCheck.KEPT_PODS,
  PreflightCheck.POOL_LIMITS, PreflightCheck.VCPU_QUOTA, PreflightCheck.FLEET_ADDRESSES,
];

/** The pause for assumptions that held when the deployment began and do not hold any more; undefined while all do. */
export function preflightPause({ errors }: Verdict): Progress | undefined {
  const broken = errors.filter(({ check }) => !SEEN_BY_THE_DRAIN.includes(check));
  return broken.length === 0 ? undefined : blocked(PauseReason.PREFLIGHT,
    `what the preflight checked does not hold any more: ${broken.map(({ check, message, remedy }) => `${check}: ${message}; ${remedy}`).join(' | ')}`);
}
