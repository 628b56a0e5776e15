import { NodeClassView } from '../../../src/karpenter/api/fleet';
import { OWNER_ANNOTATION } from '../../../src/kubernetes/object-reference';
import { DeploymentState, stateOf } from '../../../src/workflow/former-pools/deployment';
import { formerPoolsStep } from '../../../src/workflow/former-pools/step';
import { PauseReason } from '../../../src/workflow/pause-reason';
import { LIMITS_RECORD } from '../../../src/workflow/records';
import { blocked, Step } from '../../../src/workflow/step';
import { CONFIGURATION, FakeWorld, poolView } from '../removal/fakes';

const OURS = { [OWNER_ANNOTATION]: 'Stack/Migration' };

let world: FakeWorld;
let deployment: DeploymentState;
let step: Step;

function nodeClass(name: string, pools: readonly string[], annotations: Record<string, string> = OURS): NodeClassView {
  return { name, uid: `uid-class-${name}`, pools, annotations };
}

beforeEach(() => {
  world = new FakeWorld().add('a-1', { pods: ['web-1'] }).add('f-1', { pool: 'former', pods: ['web-2', 'web-3'] }).add('f-2', { pool: 'former', pods: ['web-4'] });
  world.pools.push(poolView('former', { limits: { resources: { cpu: '9' } }, annotations: OURS }), poolView('theirs'));
  world.nodeClasses_ = [nodeClass('default', ['default', 'gpu']), nodeClass('former', ['former']), nodeClass('theirs', [], {}), nodeClass('shared', ['former', 'theirs'])];
  deployment = 'over';
  const ports = { fleet: world, draining: world, aws: world, mayBegin: () => world.gate(), deployment: async () => deployment };
  step = formerPoolsStep(ports, CONFIGURATION, { force: false }, () => new Date(world.time));
});

test('a former pool is stopped and drained, then goes with its node class, and nobody else\'s things are touched', async () => {
  expect(await step.assess()).toEqual({ applied: 'nothing', says: 'Provisioner former is not of the configuration any more' });
  const last = await world.run(() => step.apply());
  expect(last).toMatchObject({ kind: 'done', says: 'no Provisioner is left of a former configuration' });
  expect(world.pools.map(({ name, limits }) => [name, limits])).toEqual([
    ['default', { resources: { cpu: '100', memory: '1Ti' } }], ['gpu', null], ['theirs', null],
  ]);
  expect(world.nodes_.map(({ name, unschedulable }) => [name, unschedulable])).toEqual([['a-1', false]]);
  expect(world.instances_.map(({ id }) => id)).toEqual(['i-a-1']);
  expect(world.nodeClasses_.map(({ name }) => name)).toEqual(['default', 'theirs', 'shared']);
  expect(world.events.filter(event => /^(limits|delete)/.test(event))).toEqual([
    'limits former {"resources":{"cpu":"0"}}', 'delete machine machine-f-2', 'delete machine machine-f-1', 'delete provisioner former', 'delete awsnodetemplate former',
  ]);
  expect(await step.assess()).toEqual({ applied: 'fully', says: 'no Provisioner is left of a former configuration' });
});

test('a pool that a migration made before this one took its place is a former one too', async () => {
  world.pools = [poolView('former', { annotations: { [OWNER_ANNOTATION]: 'Gone/Migration' } })];
  await world.run(() => step.apply());
  expect(world.pools).toEqual([]);
});

test('nothing is begun as long as the deployment may be taken back, which does not wait for it', async () => {
  deployment = 'going on';
  expect(await step.apply()).toEqual({
    kind: 'working',
    says: 'Provisioner former is not of the configuration any more, and goes once the deployment is over',
    waitSeconds: 20,
    limit: { by: PauseReason.DEPLOYMENT_GOES_ON, minutes: 720 },
    deployed: true,
  });
  expect(world.events).toEqual([]);
});

test('after a deployment that was taken back former pools stay', async () => {
  deployment = 'taken back';
  expect(await step.apply()).toMatchObject({ kind: 'done', says: 'the last deployment was taken back: Provisioner former stays until one succeeds' });
  expect(world.events).toEqual([]);
});

test('without former pools nobody asks for the deployment', async () => {
  world.pools = [poolView('default')];
  world.nodeClasses_ = [nodeClass('default', ['default'])];
  const ports = { fleet: world, draining: world, aws: world, mayBegin: () => world.gate(), deployment: () => Promise.reject(new Error('asked')) };
  expect(await formerPoolsStep(ports, CONFIGURATION, { force: false }).apply()).toMatchObject({ kind: 'done' });
});

test('a budget pauses it, and a stop lets the former pool launch and its nodes take pods again', async () => {
  world.pods_.forEach(({ uid }) => world.refused.add(uid));
  expect(await world.run(() => step.apply())).toMatchObject({ kind: 'blocked', by: PauseReason.DISRUPTION_BUDGET });
  await step.stop();
  expect(world.pools.find(({ name }) => name === 'former')).toMatchObject({ limits: { resources: { cpu: '9' } }, annotations: OURS });
  expect(world.pools.some(({ annotations }) => annotations[LIMITS_RECORD] !== undefined)).toBe(false);
  expect(world.nodes_.filter(({ unschedulable }) => unschedulable)).toEqual([]);
});

test('the way back of a removal does not let a former pool launch again', async () => {
  await step.apply();
  await world.step().revert();
  expect(world.pools.find(({ name }) => name === 'former')!.limits).toEqual({ resources: { cpu: '0' } });
});

test('a removal takes former node classes along', async () => {
  world.pools = world.pools.filter(({ name }) => name !== 'theirs');
  world.nodeClasses_ = [nodeClass('default', ['default']), nodeClass('former', ['former'])];
  expect(await step.revert()).toMatchObject({ kind: 'done' });
  expect(await world.run(() => world.step().apply())).toMatchObject({ kind: 'done' });
  expect(world.nodeClasses_.map(({ name }) => name)).toEqual(['default']);
});

test.each<[string, DeploymentState]>([
  ['CREATE_IN_PROGRESS', 'going on'], ['UPDATE_IN_PROGRESS', 'going on'], ['IMPORT_IN_PROGRESS', 'going on'],
  ['CREATE_COMPLETE', 'over'], ['UPDATE_COMPLETE', 'over'], ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'over'], ['IMPORT_COMPLETE', 'over'],
  ['UPDATE_ROLLBACK_IN_PROGRESS', 'taken back'], ['UPDATE_ROLLBACK_COMPLETE', 'taken back'], ['UPDATE_FAILED', 'taken back'], ['ROLLBACK_COMPLETE', 'taken back'],
  ['IMPORT_ROLLBACK_COMPLETE', 'taken back'], ['DELETE_IN_PROGRESS', 'taken back'], ['CREATE_FAILED', 'taken back'],
])('a stack that is %s has a deployment that is %s', (status, state) => {
  expect(stateOf(status)).toBe(state);
});

test('a former pool stays as it is while no node may be begun', async () => {
  const closed = blocked(PauseReason.OUTSIDE_MAINTENANCE_WINDOWS, 'outside of all maintenance windows', { waitSeconds: 60 });
  world.gate = async () => closed;
  expect(await step.apply()).toMatchObject(closed);
  expect(world.events).toEqual([]);
  world.gate = async () => undefined;
  expect(await world.run(() => step.apply())).toMatchObject({ kind: 'done' });
});
