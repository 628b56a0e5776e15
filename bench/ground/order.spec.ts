import assert from 'assert/strict';
import { test } from 'node:test';
import { nodesToDrain } from './order';

const node = (name: string, group: string | undefined, zone: string) => ({
  metadata: { name, labels: { 'topology.kubernetes.io/zone': zone, ...(group ? { 'eks.amazonaws.com/nodegroup': group } : {}) } },
});
const APPS = ['a1', 'b1', 'c1', 'a2', 'b2', 'c2', 'a3', 'b3', 'c3'].map(name => node(name, 'apps', name[0]));

void test('one node of each group stays, Karpenter\'s if it has one', () => {
  const drained = nodesToDrain([...APPS, node('s1', 'system', 'a'), node('s2', 'system', 'b'), node('k1', undefined, 'a')], ['a2', 's2']);
  assert.equal(drained.length, 9);
  assert.deepEqual(['a2', 's2', 'k1'].filter(name => drained.includes(name)), []);
});

void test('a group is never lopsided on the way', () => {
  for (const kept of ['a1', 'b2', 'c3']) {
    const counts: Record<string, number> = { a: 3, b: 3, c: 3 };
    const drained = nodesToDrain(APPS, [kept]);
    assert.equal(new Set(drained).size, 8);
    for (const name of drained) {
      counts[name[0]] -= 1;
      const sizes = Object.values(counts);
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, `${name} of ${drained.join()} leaves ${JSON.stringify(counts)}`);
    }
  }
});

void test('a group of one node stays as it is', () => {
  assert.deepEqual(nodesToDrain([node('s1', 'system', 'a')], []), []);
});
