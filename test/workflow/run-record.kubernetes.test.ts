import { MigrationStage } from '../../src/words/migration-stage';
import { RunPort } from '../../src/workflow/run-record';
import { bundled } from '../kubernetes/fake-api-server';

const { ConfigMapRuns, ApiException, ClaimFence } = bundled('workflow/run-record.kubernetes', 'workflow/run-record');

/** The claim's ConfigMap, guarded by its version. */
class FakeCore {
  public map: any = { metadata: { name: 'karpenter-migration', resourceVersion: '1', labels: { team: 'platform' } }, data: { owner: 'me', abandoned: 'false', generation: '3' } };
  public writes = 0;
  public reads = 0;
  /** Happens between somebody's read and write. */
  public meanwhile?: () => void;

  public async readNamespacedConfigMap() {
    this.reads++;
    if (!this.map) {
      throw new ApiException(404, 'not found', {}, {});
    }
    const read = structuredClone(this.map);
    this.meanwhile?.();
    return read;
  }

  public async replaceNamespacedConfigMap({ body }: any) {
    if (body.metadata.resourceVersion !== this.map?.metadata.resourceVersion) {
      throw new ApiException(409, 'conflict', {}, {});
    }
    this.writes++;
    this.map = { ...body, metadata: { ...body.metadata, resourceVersion: String(Number(body.metadata.resourceVersion) + 1) } };
    return this.map;
  }
}

let core: FakeCore;
let config: object;
let runs: RunPort;
beforeEach(() => {
  core = new FakeCore();
  config = { makeApiClient: () => core };
  runs = new ConfigMapRuns(config);
});

const BEGINNING = { owner: 'me', stage: MigrationStage.CUT_OVER, request: 'r' };
const LEASE = { token: 't', until: 10 };

test('a new generation stands in the claim, beside what others keep there', async () => {
  await expect(runs.begin(BEGINNING)).resolves.toMatchObject({ generation: 4, stage: 'CUT_OVER', requested: 4 });
  expect(core.map.data).toEqual({ owner: 'me', abandoned: 'false', generation: '4', stage: 'CUT_OVER', request: 'r', requested: '4' });
  expect(core.map.metadata.labels).toEqual({ team: 'platform' });
});

test('what was written is read again as it was', async () => {
  await runs.begin(BEGINNING);
  await runs.enter(4, LEASE, 0);
  await expect(runs.read()).resolves.toMatchObject({ owner: 'me', generation: 4, stage: 'CUT_OVER', request: 'r', requested: 4, lease: LEASE });
  const report = { generation: 4, execution: 'arn', outcome: 'working' as const, says: 'x' };
  await runs.leave('t', report);
  await expect(runs.read()).resolves.toEqual({ owner: 'me', generation: 4, stage: 'CUT_OVER', request: 'r', requested: 4, lease: undefined, report });
});

test('the same request writes once', async () => {
  await runs.begin(BEGINNING);
  await runs.begin(BEGINNING);
  expect(core.writes).toBe(1);
});

test('whoever is overtaken reads and decides again', async () => {
  let times = 0;
  core.meanwhile = () => {
    if (times++ < 2) {
      core.map.metadata.resourceVersion = String(100 + times);
      core.map.data.generation = String(10 + times);
    }
  };
  await expect(runs.begin(BEGINNING)).resolves.toMatchObject({ generation: 13 });
});

test('a call that is overtaken by a new generation gets no lease', async () => {
  core.meanwhile = () => {
    core.map = { ...core.map, metadata: { ...core.map.metadata, resourceVersion: '99' }, data: { ...core.map.data, generation: '4' } };
    core.meanwhile = undefined;
  };
  await expect(runs.enter(3, LEASE, 0)).rejects.toThrow(expect.objectContaining({ name: 'Replaced' }));
  expect(core.writes).toBe(0);
});

test('who is overtaken again and again gives up with a reason', async () => {
  core.meanwhile = () => { core.map.metadata.resourceVersion += '0'; };
  await expect(runs.begin(BEGINNING)).rejects.toThrow('was changed by others 10 times in a row');
});

test('a call that another one holds up gets no lease and writes nothing', async () => {
  await runs.enter(3, { token: 'other', until: 100 }, 0);
  await expect(runs.enter(3, LEASE, 50)).resolves.toBe(false);
  expect(core.writes).toBe(1);
});

test('a claim that is gone has no record, takes no lease and needs no leaving', async () => {
  core.map = undefined;
  await expect(runs.read()).resolves.toBeUndefined();
  await expect(runs.leave('t')).resolves.toBeUndefined();
  await expect(runs.begin(BEGINNING)).rejects.toThrow('there is no claim on the cluster (ConfigMap kube-system/karpenter-migration)');
});

test('a call that nobody comes between reads nothing: it writes on what the one before has written', async () => {
  await runs.begin(BEGINNING);
  const again = new ConfigMapRuns(config);
  await again.enter(4, LEASE, 0);
  await again.leave('t', { generation: 4, execution: 'arn', outcome: 'working', says: 'x' });
  await again.enter(4, { token: 'u', until: 20 }, 0);
  expect(core.reads).toBe(1);
  expect(core.map.data).toMatchObject({ generation: '4', lease: JSON.stringify({ token: 'u', until: 20 }) });
});

test('who was replaced meanwhile learns it from the cluster, whatever was seen before', async () => {
  await runs.begin(BEGINNING);
  core.map = { ...core.map, metadata: { ...core.map.metadata, resourceVersion: '99' }, data: { ...core.map.data, generation: '5' } };
  await expect(runs.enter(4, LEASE, 0)).rejects.toThrow(expect.objectContaining({ name: 'Replaced' }));
  expect(core.writes).toBe(1);
});

test('what refuses a call by what was seen before is asked again', async () => {
  await runs.enter(3, { token: 'other', until: 100 }, 0);
  core.map = { ...core.map, metadata: { ...core.map.metadata, resourceVersion: '99' }, data: { owner: 'me', generation: '3' } };
  await expect(runs.enter(3, LEASE, 50)).resolves.toEqual(LEASE);
});

test('a claim that went is gone, whatever was seen before', async () => {
  await runs.begin(BEGINNING);
  core.map = undefined;
  await expect(runs.leave('t')).resolves.toBeUndefined();
  await expect(runs.enter(4, LEASE, 0)).rejects.toThrow('there is no claim on the cluster');
});

test('what was seen is trusted for as long as a fence may', async () => {
  let now = 1000;
  const seeing = new ConfigMapRuns(config, () => now);
  await seeing.read();
  now += 5000;
  await expect(seeing.readWithin(5000)).resolves.toMatchObject({ generation: 3 });
  expect(core.reads).toBe(1);
  now += 1;
  await seeing.readWithin(5000);
  expect(core.reads).toBe(2);
});

test('the fence lets the current generation pass and no other', async () => {
  await expect(new ClaimFence(runs, 3).check()).resolves.toBeUndefined();
  await expect(new ClaimFence(runs, 2).check()).rejects.toThrow(expect.objectContaining({ name: 'Replaced' }));
  core.map = undefined;
  await expect(new ClaimFence(runs, 3).check()).rejects.toThrow(expect.objectContaining({ name: 'Replaced' }));
});
