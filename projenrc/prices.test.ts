import { readFileSync } from 'fs';
import { join } from 'path';
import { regionsIn } from './prices';

const SOURCE = `// generated at 2026-07-06T14:20:29Z for us-east-1

var InitialOnDemandPricesAWS = map[string]map[ec2types.InstanceType]float64{
\t// us-east-1
\t"us-east-1": {
\t\t// a1 family
\t\t"a1.2xlarge": 0.204000, "u-6tb1.metal": 54.600000,
\t},
\t// us-gov-west-1
\t"us-gov-west-1": {
\t\t"m7i-flex.large": 0.1,
\t},
}
`;

test('regions, families and sizes are read, with their date', () => {
  expect(regionsIn(SOURCE)).toEqual({
    'us-east-1': { generated: '2026-07-06', families: { 'a1': { '2xlarge': 0.204 }, 'u-6tb1': { metal: 54.6 } } },
    'us-gov-west-1': { generated: '2026-07-06', families: { 'm7i-flex': { large: 0.1 } } },
  });
});

test('a file that is written otherwise is an error', () => {
  expect(() => regionsIn('package pricing')).toThrow('no date or no region');
});

test('the list names the version of Karpenter that the proving ground runs, and its license', () => {
  const root = join(__dirname, '..');
  const { source, license, regions } = JSON.parse(readFileSync(join(root, 'src/cli/money/prices.json'), 'utf8'));
  const [, version] = /karpenter-provider-aws (v\S+)$/m.exec(readFileSync(join(root, 'proving-ground/go/karpenter-v1/go.mod'), 'utf8'))!;
  expect(source).toContain(version);
  expect(license).toBe('Apache-2.0');
  expect(Object.keys(regions)).toContain('us-east-1');
});
