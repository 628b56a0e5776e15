import assert from 'assert/strict';
import { test } from 'node:test';
import { BENCHES, benchesOf } from './arguments';

void test('without arguments only what needs Node alone is measured', () => {
  assert.deepEqual(benchesOf([]), ['synthesis']);
});

void test('benches are measured in the order of their chapters', () => {
  assert.deepEqual(benchesOf(['--drain', '--deployment']), ['deployment', 'drain']);
  assert.deepEqual(benchesOf(['--all']), BENCHES);
});

void test('an argument that nobody knows is refused with what there is', () => {
  assert.throws(() => benchesOf(['--drains']), /unknown arguments "--drains"[^]*--drain /);
});
