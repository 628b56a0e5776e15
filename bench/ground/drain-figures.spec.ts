import assert from 'assert/strict';
import { test } from 'node:test';
import { drainFigures, Seen } from './drain-figures';
import { AuditReport } from '../../proving-ground/observe/audit-events';
import { DisruptionReport } from '../../proving-ground/observe/disruption';

const QUIET: DisruptionReport = {
  seconds: 100,
  budgets: [],
  violations: [],
  secondsBelow: {},
  usedUp: [],
  withoutBudget: [],
  fewestReady: {},
  evicted: [],
  mostEvictionsOfAPod: 0,
  longWaits: [],
  longestWaitSeconds: 0,
  medianWaitSeconds: 0,
  nodesGone: [],
  moments: [],
};
const eviction = { at: 1, user: 'us', pod: 'shop/a', status: 201 };
const AUDIT: AuditReport = { granted: [], refused: [], gone: [], failed: [], deletedPods: [], calls: {}, totalCalls: 0 };
const figures = (seen: Partial<Seen>) => drainFigures({
  load: 1,
  commandSeconds: 50,
  disruption: QUIET,
  audits: [],
  karpenter: AUDIT,
  preempted: 0,
  aws: {},
  kubernetes: { objects: 0, discovery: 0 },
  ...seen,
});

void test('evictions of everybody count together', () => {
  const audits = [{ ...AUDIT, granted: [eviction], refused: [eviction, eviction] }, { ...AUDIT, granted: [eviction] }];
  const { granted, refused } = figures({ audits });
  assert.deepEqual([granted, refused], [2, 2]);
});

void test('evictions by Karpenter itself count apart', () => {
  const { granted, refused, byKarpenter } = figures({ karpenter: { ...AUDIT, granted: [eviction, eviction], refused: [eviction] } });
  assert.deepEqual([granted, refused, byKarpenter], [0, 0, 2]);
});

void test('a pod is evicted again if one that took its place is', () => {
  const line = (...evictedAt: number[]) => ({ controller: 'shop/Deployment/cart', pods: ['a', 'b'], evictedAt });
  assert.equal(figures({ disruption: { ...QUIET, evicted: [line(1), line(1, 2), line(1, 2, 3)] } }).evictedAgain, 2);
});

void test('the worst is the workload with the smallest share of Ready pods, but for those with one pod and those with a budget', () => {
  const fewestReady = {
    'shop/Deployment/mailer': { before: 1, fewest: 0 },
    'shop/Deployment/cart': { before: 6, fewest: 1 },
    'shop/Deployment/assets': { before: 6, fewest: 3 },
    'shop/Deployment/recommendations': { before: 14, fewest: 2 },
  };
  const withoutBudget = ['shop/Deployment/mailer', 'shop/Deployment/assets', 'shop/Deployment/recommendations', 'shop/Deployment/reports'];
  assert.deepEqual(figures({ disruption: { ...QUIET, fewestReady, withoutBudget } }).worst, { workload: 'shop/Deployment/recommendations', before: 14, fewest: 2 });
  assert.equal(figures({ disruption: { ...QUIET, fewestReady, withoutBudget: ['shop/Deployment/mailer'] } }).worst, undefined);
});

void test('a budget that breaks twice is one, with all the seconds below it; only nodes of node groups count as drained', () => {
  const shortfall = { budget: 'shop/cart', from: 0, until: 2000, seconds: 2, fewest: 4, demanded: 5, because: '' };
  const found = figures({
    disruption: {
      ...QUIET,
      violations: [shortfall, shortfall, { ...shortfall, budget: 'shop/a' }],
      secondsBelow: { 'shop/cart': 4, 'shop/a': 2 },
      nodesGone: [{ name: 'n', home: 'nodegroup', of: 'apps' }, { name: 'k', home: 'karpenter', of: 'default' }],
    },
  });
  assert.deepEqual([found.budgetsBroken, found.secondsBelowBudget, found.nodes], [['shop/a', 'shop/cart'], 6, 1]);
});
