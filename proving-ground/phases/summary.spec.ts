import assert from 'assert/strict';
import { test } from 'node:test';
import { WorldReport } from './report';
import { callTable, Ending, guideTable, inALine, summaryOf } from './summary';

const calls = { total: 3, byAction: { 'eks:DescribeCluster': 2, 'eks:ListNodegroups': 1 }, refused: {} };
const report = (world: string, outcomes: readonly ('passed' | 'failed')[]): WorldReport => ({
  world,
  finished: true,
  seconds: 61,
  passed: outcomes.filter(outcome => outcome === 'passed').length,
  failed: outcomes.filter(outcome => outcome === 'failed').length,
  phases: [],
  checks: outcomes.map((outcome, i) => ({ step: 'Remove CAS', shows: 'seen', name: `check ${i}`, outcome, detail: '', seconds: 1 })),
  calls: { aws: { somebody: calls }, kubernetes: {} },
});
const ending = (world: string, outcomes: readonly ('passed' | 'failed')[], more: Partial<Ending> = {}): Ending =>
  ({ world, folder: `/runs/${world}`, report: report(world, outcomes), ...more });

void test('worlds add up, and one that crashed is a failure that names its logs', () => {
  const crashed = ending('b', ['passed'], { crashed: 'etcd ended' });
  const summary = summaryOf({}, 99, [ending('a', ['passed', 'failed']), crashed]);
  assert.deepEqual([summary.passed, summary.failed], [2, 2]);
  assert.equal(inALine(crashed), '1 passed, 0 failed, 1 min 1 s; CRASHED: etcd ended; its logs are in /runs/b');
});

void test('a world without a report is a failure too', () => {
  const none: Ending = { world: 'a', folder: '/runs/a', crashed: 'it ended (exit code 1)' };
  assert.equal(summaryOf({}, 1, [none]).failed, 1);
  assert.match(inALine(none), /^no report; CRASHED: it ended \(exit code 1\)/);
});

void test('a step of the guide that failed in one world was not seen', () => {
  const summary = summaryOf({}, 99, [ending('a', ['passed']), ending('b', ['passed', 'failed'])]);
  assert.match(guideTable(summary), /^Remove CAS +NO \(1 of 3\) +- +-$/m);
});

void test('the calls of all worlds are in one table', () => {
  assert.match(callTable(summaryOf({}, 99, [ending('a', []), ending('b', [])])), /^somebody +6 +eks:DescribeCluster 4, eks:ListNodegroups 2$/m);
});
