import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { identityOf } from '../../src/karpenter/chart-location';
import { ChartSource } from '../../src/karpenter/chart-source';
import { KarpenterRelease } from '../../src/karpenter/karpenter-release';

const RELEASE = KarpenterRelease.v0();
const stack = () => new Stack(new App(), 'Test');

function directory(charts: Record<string, string>): string {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'charts-'));
  for (const [name, manifest] of Object.entries(charts)) {
    fs.mkdirSync(path.join(root, name));
    fs.writeFileSync(path.join(root, name, 'Chart.yaml'), manifest);
  }
  return root;
}

test('the default is upstream\'s registry', () => {
  expect(ChartSource.publicEcr()._bind(stack(), 'karpenter-crd', RELEASE)).toEqual({
    chart: 'karpenter-crd', repository: 'oci://public.ecr.aws/karpenter/karpenter-crd', version: 'v0.29.2',
  });
});

test('a mirror has both charts under its prefix', () => {
  const source = ChartSource.oci('oci://111111111111.dkr.ecr.eu-west-1.amazonaws.com/mirror');

  expect(source._bind(stack(), 'karpenter', RELEASE).repository).toBe('oci://111111111111.dkr.ecr.eu-west-1.amazonaws.com/mirror/karpenter');
});

test.each(['https://example.com', 'oci://', 'oci://example.com/', 'example.com/karpenter', ''])('"%s" is no prefix', (prefix) => {
  expect(() => ChartSource.oci(prefix)).toThrow(`must begin with oci:// and have no trailing slash, got "${prefix}"`);
});

test.each(['v0.29.2', '0.29.2', '"v0.29.2"'])('a directory with the charts of the release, version: %s', (version) => {
  const source = ChartSource.directory(directory({ karpenter: `apiVersion: v2\nname: karpenter\nversion: ${version}\nappVersion: 0.29.2\n` }));
  const location = source._bind(stack(), 'karpenter', RELEASE);

  expect(Object.keys(location)).toEqual(['chartAsset']);
  expect(identityOf(location)).toEqual({ asset: location.chartAsset!.assetHash });
});

test('a directory with charts of another release is refused', () => {
  const source = ChartSource.directory(directory({ karpenter: 'version: 0.28.0\n' }));

  expect(() => source._bind(stack(), 'karpenter', RELEASE)).toThrow(/has version 0\.28\.0, the release needs v0\.29\.2; put that chart there or set release/);
});

test('a directory without a chart is refused, with how to get it', () => {
  const source = ChartSource.directory(directory({ karpenter: 'version: v0.29.2\n' }));

  expect(() => source._bind(stack(), 'karpenter-crd', RELEASE)).toThrow(/must contain karpenter-crd\/Chart\.yaml.*helm pull oci:\/\/public\.ecr\.aws\/karpenter\/karpenter-crd --version v0\.29\.2 --untar/);
});
