import assert from 'assert/strict';
import { test } from 'node:test';
import { drainChapter, drainV1Chapter, obstructedChapter } from './drain-chapter';
import { DrainFigures } from './drain-figures';

const FIGURES: DrainFigures = {
  load: 1.26,
  commandSeconds: 150.4,
  seconds: 181.6,
  nodes: 10,
  granted: 62,
  refused: 378,
  byKarpenter: 7,
  evictedAgain: 3,
  preempted: 2,
  budgetsBroken: [],
  secondsBelowBudget: 0,
  worst: { workload: 'shop/Deployment/recommendations', before: 14, fewest: 2 },
  longWaits: 1,
  longestWaitSeconds: 65.2,
  medianWaitSeconds: 8.4,
  aws: { 'CDK CLI': 40, 'functions': 365 },
  kubernetes: { objects: 500, discovery: 20 },
};

void test('a chapter has a column for each way, and what a node cost', () => {
  const broken = { ...FIGURES, nodes: 0, budgetsBroken: ['shop/frontend'], worst: undefined };
  const chapter = drainChapter([{ title: 'this', figures: FIGURES }, { title: 'resize', figures: FIGURES }], 360, 'Today.')
    + obstructedChapter([{ title: 'this', figures: broken }], 420, 'Today.');
  for (const row of [
    '|  | this | resize |',
    '| wall time until everything is Ready, s | 182 | 182 |',
    '| worst workload without a budget, Ready pods | recommendations 2 of 14 | recommendations 2 of 14 |',
    '| calls of AWS for each node | 41 | 41 |',
    '| requests to Kubernetes for each node | 52 | 52 |',
    '| budgets broken | 1: shop/frontend |',
    '| worst workload without a budget, Ready pods | - |',
    '| calls of AWS for each node | - |',
  ]) {
    assert.ok(chapter.includes(`\n${row}\n`), row);
  }
});

void test('what Karpenter does beside it is in the chapter of the Karpenter that does so', () => {
  const of = [{ title: 'resize', figures: FIGURES }];
  const karpenters = ['| evictions by Karpenter itself | 7 |', '| load of the machine in the minute before its world | 1.3 |'];
  const lines = drainV1Chapter(of, 'Today.').split('\n');
  for (const row of ['| refused evictions | 378 |', ...karpenters]) {
    assert.ok(lines.includes(row), row);
  }
  assert.ok(karpenters.every(row => !drainChapter(of, 360, 'Today.').includes(row)));
});
