import assert from 'assert/strict';
import { test } from 'node:test';
import { SCALE_HEADING, scaleChapter } from './chapter';
import { PODS_PER_NODE } from './cluster';
import { drainOf } from './drain';

void test('a small cluster is drained to the end: every pod moves once, and no workload lacks more pods than it may', async () => {
  const figures = await drainOf(20, { Percentage: 10 });
  assert.deepEqual([figures.harmed, figures.mostEvictionsOfAPod], [0, 1]);
  assert.ok(figures.drained >= 12 && figures.drained < 20, `drained ${figures.drained}`);
  assert.ok(figures.evictions >= figures.drained * PODS_PER_NODE, `evicted ${figures.evictions}`);
  assert.ok(figures.kubernetes > figures.evictions + figures.refused, 'an eviction is a request');
});

void test('twice as many nodes at a time take less time', async () => {
  const [slow, fast] = [await drainOf(20, { Count: 1 }), await drainOf(20, { Count: 4 })];
  assert.ok(fast.hours < slow.hours / 2, `${fast.hours} against ${slow.hours}`);
});

void test('the chapter has a column for each size', async () => {
  const figures = await drainOf(12, { Count: 4 });
  const chapter = scaleChapter([figures, { ...figures, nodes: 1000 }], [], 'On a day');
  assert.ok(chapter.startsWith(SCALE_HEADING));
  assert.ok(chapter.includes('| nodes | 12 | 1,000 |'));
});
