import assert from 'assert/strict';
import { test } from 'node:test';
import { argumentsOf, BENCHES } from './arguments';

const benchesIn = (args: readonly string[]) => argumentsOf(args).benches;

void test('without arguments only what needs Node alone is measured', () => {
  assert.deepEqual(benchesIn([]), ['synthesis']);
});

void test('benches are measured in the order of their chapters', () => {
  assert.deepEqual(benchesIn(['--drain', '--deployment']), ['deployment', 'drain']);
  assert.deepEqual(benchesIn(['--drain-v1', '--drain']), ['drain', 'drain-v1']);
  assert.deepEqual(benchesIn(['--drain-v1']), ['drain-v1']);
  assert.deepEqual(benchesIn(['--all']), BENCHES);
});

void test('an argument that nobody knows is refused with what there is', () => {
  assert.throws(() => benchesIn(['--drains']), /unknown arguments "--drains"[^]*--drain /);
});

void test('drains with a real control plane have 50 and 200 nodes, or as many as are asked for', () => {
  assert.deepEqual(argumentsOf(['--scale']), { benches: ['scale'], nodes: [50, 200], slow: false });
  assert.deepEqual(argumentsOf(['--scale', '--slow', '--nodes', '20,1000']), { benches: ['scale'], nodes: [20, 1000], slow: true });
});

void test('numbers of nodes that are none, or too many, are refused', () => {
  for (const nodes of ['', 'many', '5', '5000', '50,']) {
    assert.throws(() => argumentsOf(['--scale', '--nodes', nodes]), new RegExp(`--nodes takes whole numbers from 10 to 2000, separated by commas, not "${nodes}"`));
  }
  assert.throws(() => argumentsOf(['--scale', '--nodes']), /--nodes takes/);
  assert.throws(() => argumentsOf(['--drain', '--nodes', '50']), /belong to --scale/);
});
