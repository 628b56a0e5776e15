import { RecentReadings } from '../../src/cluster/recent-readings';
import { surveyHandler } from '../../src/cluster/survey-handler';
import { preflightHandler } from '../../src/preflight/handler';
import { facts, FakeReader, nodegroup, properties, request } from '../preflight/facts';

const apps = nodegroup('apps');
const system = nodegroup('system');
let now: number;
let source: FakeReader;
let readings: RecentReadings;
beforeEach(() => {
  now = 0;
  source = reader(apps, system);
  readings = new RecentReadings(source, () => now);
  jest.spyOn(console, 'log').mockImplementation();
});
afterEach(() => jest.restoreAllMocks());

function reader(...nodegroups: ReturnType<typeof nodegroup>[]): FakeReader {
  const known = facts();
  return new FakeReader({ ...known, cluster: { ...known.cluster, nodegroups } });
}

test('a survey right after a preflight asks AWS for nothing', async () => {
  const preflight = preflightHandler({
    reader: readings.reading,
    factsReader: () => ({ readFacts: async () => facts().kubernetes! }),
    stagePorts: () => { throw new Error('not asked for'); },
    isRollingBack: async () => false,
  });
  await expect(preflight.apply(request('Create', properties()))).resolves.toMatchObject({ done: true });
  source.asked.length = 0;
  await expect(surveyHandler(readings.telling).apply(request('Create', { ClusterName: 'prod' })))
    .resolves.toMatchObject({ done: true, attributes: { nodegroupNames: 'apps, system' } });
  expect(source.asked).toEqual([]);
});

test('who decides reads everything, however recent it is', async () => {
  await readings.reading.readCluster('prod', undefined, true);
  await readings.reading.readCluster('prod', undefined, true);
  await readings.reading.readSubnets(['subnet-a']);
  await readings.reading.readSubnets(['subnet-a']);
  expect(source.asked).toEqual(['cluster prod all', 'cluster prod all', 'subnets subnet-a', 'subnets subnet-a']);
});

test('of a minute ago is the node group that is asked for', async () => {
  await readings.reading.readCluster('prod');
  now = 60_000;
  expect((await readings.telling.readCluster('prod', ['system'])).nodegroups).toEqual([system]);
  expect(source.asked).toEqual(['cluster prod all']);
});

test.each<readonly [string, () => Promise<unknown>]>([
  ['was read longer ago', async () => {
    now = 60_001;
    return readings.telling.readCluster('prod');
  }],
  ['is of another cluster', () => readings.telling.readCluster('staging')],
  ['has not the node group that is asked for', () => readings.telling.readCluster('prod', ['apps', 'gone'])],
  ['has not all of the subnets', () => readings.telling.readSubnets(['subnet-a', 'subnet-z'])],
])('what %s is read anew', async (_, ask) => {
  await readings.reading.readCluster('prod');
  await readings.reading.readSubnets(['subnet-a']);
  source.asked.length = 0;
  await ask();
  expect(source.asked).toHaveLength(1);
});

test('a launch template that was gone is looked for once more, because only the reader knows what that comes to', async () => {
  source = reader({ ...apps, launchTemplateGone: true });
  readings = new RecentReadings(source, () => now);
  await readings.reading.readCluster('prod', undefined, true);
  await readings.telling.readCluster('prod');
  expect(source.asked).toEqual(['cluster prod all', 'cluster prod all']);
});

test('what was read of some node groups only is not taken for all', async () => {
  await readings.reading.readCluster('prod', ['apps']);
  await readings.telling.readCluster('prod');
  expect(source.asked).toEqual(['cluster prod apps', 'cluster prod all']);
});
