import { readFileSync } from 'fs';
import { join } from 'path';
import { migrate, rendered } from './karpenter-migration/stack';
import { KarpenterRelease } from '../src/karpenter/karpenter-release';
import { V0_VERSIONS } from '../src/karpenter/v0/versions';
import { V1_VERSIONS } from '../src/karpenter/v1/versions';
import { Versions } from '../src/karpenter/versions';

const readme = readFileSync(join(__dirname, '..', 'README.md'), 'utf8');
const v0 = rendered(migrate().stack);
const v1 = rendered(migrate(() => ({ release: KarpenterRelease.v1() })).stack);

/** The cells of the rows of a table, by its heading. */
function rowsBelow(heading: string): string[][] {
  const [table] = readme.slice(readme.indexOf(heading)).split('\n\n');
  return table.split('\n').slice(2).map(row => row.split('|').map(cell => cell.trim()).slice(1, -1));
}

test('the README counts the resources of the default migrations', () => {
  const [, said] = rowsBelow('| | |\n|---|---|\n| resources in the stack').find(([what]) => what === 'resources in the stack')!;
  const [first, second] = [v0, v1].map(({ Resources }) => Object.keys(Resources).length);
  expect(said).toContain(`${first} with Karpenter 0.29, ${second} with Karpenter 1,`);
});

test('the outputs that the README explains are there', () => {
  const names = rowsBelow('| output | |').map(([name]) => name.replace(/`/g, ''));
  expect(names.length).toBeGreaterThan(1);
  const outputs = [v0, v1].map(({ Outputs = {} }) => Object.keys(Outputs));
  expect(names.filter(name => !outputs.every(ids => ids.some(id => id.includes(`Outputs${name}`))))).toEqual([]);
});

test.each([
  ['KarpenterRelease.v0()', V0_VERSIONS],
  ['KarpenterRelease.v1()', V1_VERSIONS],
])('the README says which Kubernetes and which versions of Karpenter %s takes', (release, { lines, defaultVersion }: Versions) => {
  const [kubernetes, , karpenter] = rowsBelow('| Kubernetes | `release` | Karpenter |').find(([, named]) => named.includes(release))!;
  const { minimum, maximum } = lines.find(({ patch }) => patch === defaultVersion)!.kubernetes;
  expect(kubernetes).toBe(`${minimum} to ${maximum}`);
  expect(karpenter).toContain(defaultVersion);
  expect(karpenter).toContain(`\`version\` takes ${lines[0].minor} to ${lines[lines.length - 1].minor}`);
});
