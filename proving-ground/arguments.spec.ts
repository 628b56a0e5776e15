import assert from 'assert/strict';
import { test } from 'node:test';
import { worldsOf } from './arguments';

void test('without arguments it is the migration, with --all everything, with --world one world', () => {
  assert.deepEqual(worldsOf([]), ['migration']);
  assert.ok(worldsOf(['--all']).length > 5);
  assert.deepEqual(worldsOf(['--world', 'sabotage']), ['sabotage']);
});

void test('--others is everything but what runs without arguments', () => {
  assert.deepEqual([...worldsOf([]), ...worldsOf(['--others'])].sort(), [...worldsOf(['--all'])].sort());
});

void test('anything else is an error that names what is allowed', () => {
  for (const args of [['--drain'], ['--world'], ['--world', 'nowhere'], ['--all', '--all'], ['migration']]) {
    assert.throws(() => worldsOf(args), /unknown arguments ".*"[^]*--all[^]*sabotaged-drain/);
  }
});
