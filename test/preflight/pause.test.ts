import { preflightPause } from '../../src/preflight/pause';
import { Finding, judge } from '../../src/preflight/verdict';
import { PreflightCheck } from '../../src/words/preflight-check';
import { PauseReason } from '../../src/workflow/pause-reason';

const found = (check: PreflightCheck, severity: Finding['severity'] = 'error'): Finding => ({ check, severity, message: 'message', remedy: 'remedy' });

test('what held when the deployment began and does not hold any more pauses the drain, with its remedy', () => {
  expect(preflightPause(judge([found(PreflightCheck.PLACEMENT), found(PreflightCheck.VOLUME_ZONES)], []))).toEqual({
    kind: 'blocked',
    by: PauseReason.PREFLIGHT,
    says: 'what the preflight checked does not hold any more: PLACEMENT: message; remedy | VOLUME_ZONES: message; remedy',
  });
});

test.each([
  ['a warning', [found(PreflightCheck.PLACEMENT, 'warning')], []],
  ['an accepted risk', [found(PreflightCheck.PLACEMENT)], [PreflightCheck.PLACEMENT]],
  ['a budget, which the drain itself asks at every eviction', [found(PreflightCheck.BLOCKING_BUDGETS)], []],
  ['room for both fleets, of which a part has moved', [found(PreflightCheck.FLEET_ADDRESSES)], []],
  ['nothing', [], []],
])('%s does not pause it', (_, findings, accepted) => {
  expect(preflightPause(judge(findings, accepted))).toBeUndefined();
});
