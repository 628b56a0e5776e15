import assert from 'assert/strict';
import { test } from 'node:test';
import { generationsOf, worldsOf } from './arguments';

void test('without arguments it is the migration, with --all everything, with --world one world', () => {
  assert.deepEqual(worldsOf([]), ['migration']);
  assert.ok(worldsOf(['--all']).length > 5);
  assert.deepEqual(worldsOf(['--world', 'sabotage']), ['sabotage']);
});

void test('--others is everything but what runs without arguments', () => {
  assert.deepEqual([...worldsOf([]), ...worldsOf(['--others'])].sort(), [...worldsOf(['--all'])].sort());
});

void test('--release is the main job of a generation, and all worlds cover both', () => {
  assert.deepEqual([worldsOf(['--release', 'v0']), worldsOf(['--release', 'v1'])], [['migration'], ['migration-v1']]);
  assert.deepEqual([[], ['--release', 'v1'], ['--all'], ['--others']].map(args => generationsOf(worldsOf(args))), [['v0'], ['v1'], ['v0', 'v1'], ['v0', 'v1']]);
});

void test('--others can be narrowed to a generation', () => {
  const [others, v0, v1] = [['--others'], ['--others', '--release', 'v0'], ['--others', '--release', 'v1']].map(worldsOf);
  assert.deepEqual([...v0, ...v1].sort(), [...others].sort());
  assert.deepEqual([generationsOf(v0), generationsOf(v1)], [['v0'], ['v1']]);
});

void test('anything else is an error that names what is allowed', () => {
  for (const args of [['--drain'], ['--world'], ['--world', 'nowhere'], ['--all', '--all'], ['migration'], ['--release'], ['--release', 'v2'], ['--release', '1.14.3'], ['--others', '--release', 'v2']]) {
    assert.throws(() => worldsOf(args), /unknown arguments ".*"[^]*--all[^]*sabotaged-drain/);
  }
});
