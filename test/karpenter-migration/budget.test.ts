import { statSync } from 'fs';
import { join } from 'path';
import { migrate, rendered } from './stack';

/** CloudFormation takes 500 resources and a megabyte; a migration shares them with whatever else is in the stack. */
const RESOURCES = 60;
const TEMPLATE_BYTES = 80_000;
/** Lambda takes 250 MB; a function of a few starts in a second. */
const BUNDLE_BYTES = 4 * 1024 * 1024;

test('the default migration leaves a stack room for others', () => {
  const template = rendered(migrate().stack);
  expect(Object.keys(template.Resources).length).toBeLessThan(RESOURCES);
  expect(Buffer.byteLength(JSON.stringify(template))).toBeLessThan(TEMPLATE_BYTES);
});

test.each(['aws', 'kubernetes'])('the bundle of the %s function stays small', (name) => {
  const { size } = statSync(join(__dirname, '..', '..', 'assets', 'functions', `${name}.lambda`, 'index.js'));
  expect(size).toBeLessThan(BUNDLE_BYTES);
});
