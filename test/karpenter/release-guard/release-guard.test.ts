import { ResourceRequest } from '../../../src/custom-resources/lifecycle';
import { ReleaseGuardProperties } from '../../../src/karpenter/release-guard/contract';
import { releaseGuardHandler } from '../../../src/karpenter/release-guard/handler';
import { planGuard, ReleasePort, ReleaseRecord } from '../../../src/karpenter/release-guard/plan';
const NOW = Date.parse('2026-01-01T12:00:00Z');
const MINUTE = 60_000;

function record(revision: number, status: string, minutesAgo = 60): ReleaseRecord {
  return { secret: `sh.helm.release.v1.karpenter.v${revision}`, revision, status, writtenAt: NOW - minutesAgo * MINUTE };
}

test.each([
  ['no release', []],
  ['a deployed release', [record(1, 'deployed')]],
  ['a failed release, which Helm gets past', [record(1, 'failed')]],
  ['a deployed release after a failed one', [record(1, 'superseded'), record(2, 'failed'), record(3, 'deployed')]],
  ['an old unfinished revision that Helm has got past', [record(1, 'pending-install'), record(2, 'deployed')]],
])('%s needs nothing', (_name, records) => {
  expect(planGuard(records, NOW)).toEqual({ kind: 'none' });
});

test.each(['pending-install', 'pending-upgrade', 'pending-rollback', 'uninstalling'])('a release left %s is waited for, then its record goes', (status) => {
  const young = record(2, status, 14.9);
  const old = record(2, status, 15);

  expect(planGuard([record(1, 'deployed'), young], NOW)).toEqual({ kind: 'wait', record: young });
  expect(planGuard([record(1, 'deployed'), old], NOW)).toEqual({ kind: 'discard', record: old });
});

test('the newest revision counts by number, not by name', () => {
  expect(planGuard([record(10, 'pending-upgrade'), record(9, 'deployed')], NOW)).toEqual({ kind: 'discard', record: record(10, 'pending-upgrade') });
});

class FakeReleases implements ReleasePort {
  public discarded: string[] = [];
  public constructor(public all: ReleaseRecord[]) {}

  public async records(): Promise<ReleaseRecord[]> {
    return this.all;
  }

  public async discard(_namespace: string, secret: string): Promise<void> {
    this.discarded.push(secret);
    this.all = this.all.filter(r => r.secret !== secret);
  }
}

function scene(records: ReleaseRecord[], kept = 'false') {
  const releases = new FakeReleases(records);
  const clock = { now: NOW };
  const handler = releaseGuardHandler(async () => releases, () => clock.now);
  const properties = handler.parse({ ClusterName: 'prod', KubectlRoleArn: 'arn', Namespace: 'karpenter', Release: 'karpenter', Chart: '{}', Kept: kept });
  const request: ResourceRequest<ReleaseGuardProperties> = {
    type: 'Update', properties, oldProperties: properties, physicalId: 'id', stackId: 's', logicalId: 'l', requestId: 'r', elapsed: 0,
  };
  return { releases, clock, handler, request };
}

test('a killed Helm is waited out, then only its record goes', async () => {
  jest.spyOn(console, 'log').mockImplementation();
  const { releases, clock, handler, request } = scene([record(1, 'deployed'), record(2, 'pending-upgrade', 5)]);

  expect(await handler.apply(request)).toEqual({ done: false, waitingFor: expect.stringContaining('sh.helm.release.v1.karpenter.v2') });
  clock.now += 10 * MINUTE;
  expect(await handler.apply(request)).toEqual({ done: false, waitingFor: expect.any(String) });
  expect(await handler.apply(request)).toEqual({ done: true });
  expect(releases.discarded).toEqual(['sh.helm.release.v1.karpenter.v2']);
});

test('the wait is longer than Lambda can run, so that it always ends by itself', () => {
  expect(scene([]).handler.patienceMinutes).toBeGreaterThan(15);
});

test('deletion is content, twice, once the release is gone', async () => {
  const { releases, handler, request } = scene([]);

  expect(await handler.remove(request)).toEqual({ done: true });
  expect(await handler.remove(request)).toEqual({ done: true });
  expect(releases.discarded).toEqual([]);
});

test('deletion fails with what to do if Helm failed to uninstall, which CDK keeps to itself', async () => {
  const { releases, handler, request } = scene([record(1, 'uninstalling')]);

  await expect(handler.remove(request)).rejects.toThrow(/could not uninstall the release "karpenter".*helm uninstall karpenter --namespace karpenter/);
  expect(releases.discarded).toEqual([]);
});

test('deletion in the rollback of a first deployment takes away what a killed Helm has left, once it cannot be running any more', async () => {
  jest.spyOn(console, 'log').mockImplementation();
  const { releases, clock, handler, request } = scene([record(1, 'pending-install', 5)]);

  expect(await handler.remove(request)).toEqual({ done: false, waitingFor: expect.stringContaining('Helm may still be at work') });
  clock.now += 10 * MINUTE;
  expect(await handler.remove(request)).toEqual({ done: false, waitingFor: expect.any(String) });
  expect(await handler.remove(request)).toEqual({ done: true });
  expect(releases.discarded).toEqual(['sh.helm.release.v1.karpenter.v1']);
});

test.each([
  ['was deployed', [record(1, 'deployed')]],
  ['has failed', [record(1, 'failed')]],
  ['was deployed before a Helm was killed', [record(1, 'deployed'), record(2, 'pending-upgrade')]],
])('deletion refuses a release that %s', async (_, records) => {
  const { releases, handler, request } = scene(records);

  await expect(handler.remove(request)).rejects.toThrow('could not uninstall the release');
  expect(releases.discarded).toEqual([]);
});

test('deletion leaves a release that is kept', async () => {
  const { releases, handler, request } = scene([record(1, 'deployed')], 'true');

  expect(await handler.remove(request)).toEqual({ done: true });
  expect(releases.discarded).toEqual([]);
});

test('other errors come through', async () => {
  const { releases, handler, request } = scene([]);
  releases.records = async () => {
    throw new Error('forbidden');
  };

  await expect(handler.apply(request)).rejects.toThrow('forbidden');
});
