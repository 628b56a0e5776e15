import { statSync } from 'fs';
import { join } from 'path';
import { migrate, rendered } from './stack';
import { KarpenterRelease } from '../../src/karpenter/karpenter-release';

/** CloudFormation takes 500 resources and a megabyte; a migration shares them with whatever else is in the stack. */
const RESOURCES = { v0: 40, v1: 45 };
const TEMPLATE_BYTES = { v0: 43_000, v1: 51_000 };
/** Lambda takes 250 MB; a function of a few starts in a fifth of a second. */
const BUNDLE_BYTES = 1.25 * 1024 * 1024;

test.each(['v0', 'v1'] as const)('the default migration with Karpenter %s leaves a stack room for others', (generation) => {
  const template = rendered(migrate(() => ({ release: KarpenterRelease[generation]() })).stack);
  expect(Object.keys(template.Resources).length).toBeLessThan(RESOURCES[generation]);
  expect(Buffer.byteLength(JSON.stringify(template))).toBeLessThan(TEMPLATE_BYTES[generation]);
});

test.each(['aws', 'kubernetes'])('the bundle of the %s function stays small', (name) => {
  const { size } = statSync(join(__dirname, '..', '..', 'assets', 'functions', `${name}.lambda`, 'index.js'));
  expect(size).toBeLessThan(BUNDLE_BYTES);
});
