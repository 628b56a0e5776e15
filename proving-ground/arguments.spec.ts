import assert from 'assert/strict';
import { test } from 'node:test';
import { generationsOf, worldsOf } from './arguments';

void test('without arguments it is the migration, with --all everything, with --world one world', () => {
  assert.deepEqual(worldsOf([]), ['migration']);
  assert.ok(worldsOf(['--all']).length > 5);
  assert.deepEqual(worldsOf(['--world', 'sabotage']), ['sabotage']);
});

void test('--gate is a part of all, without what runs without arguments, and covers both main jobs together with it', () => {
  const gate = worldsOf(['--gate']);
  assert.deepEqual([...new Set(gate)].filter(name => worldsOf(['--all']).includes(name)), gate);
  assert.ok(!gate.includes('migration') && gate.includes('migration-v1'));
  assert.deepEqual(worldsOf(['--all']).filter(name => name.startsWith('sabotage') && !gate.includes(name)), []);
});

void test('--release is the main job of a generation, and all worlds cover both', () => {
  assert.deepEqual([worldsOf(['--release', 'v0']), worldsOf(['--release', 'v1'])], [['migration'], ['migration-v1']]);
  assert.deepEqual([[], ['--release', 'v1'], ['--all']].map(args => generationsOf(worldsOf(args))), [['v0'], ['v1'], ['v0', 'v1']]);
});

void test('anything else is an error that names what is allowed', () => {
  for (const args of [['--drain'], ['--world'], ['--world', 'nowhere'], ['--all', '--all'], ['migration'], ['--release'], ['--release', 'v2'], ['--release', '1.14.3'], ['--gate', '--release', 'v1']]) {
    assert.throws(() => worldsOf(args), /unknown arguments ".*"[^]*--all[^]*sabotaged-drain/);
  }
});
