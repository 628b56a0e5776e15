import { subnet, facts as preflightFacts, properties } from '../preflight/facts';
import { SECOND_API } from './api/second-api';
import { remainingOf } from '../../src/karpenter/api/fleet';
import { PoolFacts } from '../../src/karpenter/api/karpenter-api';
import { V0_API } from '../../src/karpenter/v0/api';
import { findings } from '../../src/preflight/checks';
import { stageFindings } from '../../src/preflight/workloads/checks';
import { StageFacts } from '../../src/preflight/workloads/facts';
import { readStageFacts } from '../../src/preflight/workloads/reading';
import { neededRights, rightText } from '../../src/preflight/workloads/rights';
import { PreflightCheck } from '../../src/words/preflight-check';
import { CANARY_NAME } from '../../src/workflow/cluster-autoscaler/canary';
import { clusterAutoscalerStep } from '../../src/workflow/cluster-autoscaler/step';
import { planDrain } from '../../src/workflow/draining/plan';
import { PauseReason } from '../../src/workflow/pause-reason';
import { planRemoval } from '../../src/workflow/plan';
import { LIMITS_RECORD } from '../../src/workflow/records';
import { removalStep } from '../../src/workflow/removal/step';
import { inZones, isIn, placement, question, shape, stageFacts, workload } from '../preflight/workloads/stage';
import { autoscaler, CONFIGURATION as AUTOSCALER, FakeAws, FakeCluster } from '../workflow/cluster-autoscaler/fakes';
import { CONFIGURATION as REMOVAL, FakeWorld, claim, MINUTE, node, pod, START } from '../workflow/removal/fakes';

jest.mock('../../src/karpenter/apis', () => jest.requireActual('./api/second-api').apisWithSecond(jest.requireActual('../../src/karpenter/apis')));

const { name: Api, ownerLabel: LABEL, words } = SECOND_API;
const KEEP = SECOND_API.keepAnnotation.key;

/** Words of another generation must not be heard. */
function speaksOnlyItsOwn(text: string): void {
  expect(text).not.toMatch(/provisioner|machine|awsnodetemplate|node template|do-not-evict/i);
}

function herd(changes: Partial<PoolFacts> = {}): PoolFacts {
  return { ...SECOND_API.poolFacts({ metadata: { name: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: '' } }), nodeClass: 'meadow', ...changes };
}

const pasture = SECOND_API.nodeClassFacts([{ metadata: { name: 'meadow', uid: 'u', resourceVersion: '1', creationTimestamp: '' } }], [])[0];

function stage(changes: Partial<StageFacts> = {}): StageFacts {
  return stageFacts({ pools: [herd()], nodeClasses: [pasture], subnets: { meadow: [subnet('subnet-a')] }, ...changes });
}

const found = (facts: StageFacts) => stageFindings(facts, question({ api: Api }));
const says = (facts: StageFacts, check: PreflightCheck) => found(facts).filter(one => one.check === check).map(({ message, remedy }) => `${message}; ${remedy}`).join('\n');

describe('the preflight', () => {
  test.each<[string, Partial<StageFacts>, PreflightCheck, RegExp]>([
    ['no pool', { pools: [] }, PreflightCheck.POOLS, /^there is no Herd, so/],
    ['no node class', { nodeClasses: [], subnets: {} }, PreflightCheck.POOLS, /no Herd can make a node: Herd default has no Pasture \(meadow does not exist\)/],
    ['no subnet', { subnets: {} }, PreflightCheck.POOLS, /Pasture meadow of Herd default selects no subnet/],
    ['a taint', { pools: [herd({ taints: [{ key: 'wolf', effect: 'NoSchedule' }] })] }, PreflightCheck.PLACEMENT, /Herd default has the taint wolf:NoSchedule.*let a Herd serve it/],
    ['a restricted label', { placements: [placement({ terms: [[isIn('second.example.com/x', '1')]] })] }, PreflightCheck.PLACEMENT, /second\.example\.com\/x in its node affinity/],
    ['a volume elsewhere', { workloads: [workload('cart', { volumes: [{ terms: inZones('us-east-1z'), claims: ['shop/v'] }] })] }, PreflightCheck.VOLUME_ZONES, /let the pasture of a Herd select/],
    ['a pod that stays', { workloads: [workload('cart', { doNotEvict: ['shop/cart-1'] })] }, PreflightCheck.KEPT_PODS, /annotation second\.example\.com\/let-it-graze: shop\/cart-1/],
    ['another annotation', { workloads: [workload('cart', { notSafeToEvict: ['shop/cart-1'] })] }, PreflightCheck.KEPT_PODS, /with second\.example\.com\/let-it-graze: "please" too/],
    ['flat limits', { pools: [herd({ limits: { cpu: '1' }, used: { cpu: '1' } })] }, PreflightCheck.POOL_LIMITS, /the limits of the Herds leave 0 vCPUs.*raise `limits` of a Herd/],
    ['few addresses', { subnets: { meadow: [subnet('subnet-a', { availableAddresses: 0 })] } }, PreflightCheck.FLEET_ADDRESSES, /^the Herds' subnets have 0 free/],
    ['a disk', { nodegroups: [shape('apps', { userData: true })] }, PreflightCheck.NODE_FEATURES, /give it to the pasture \(`grass`\) or to the Herd/],
    ['Spot', {
      nodegroups: [shape('apps', { capacityType: 'SPOT' })], pools: [herd({ requirements: [isIn('karpenter.sh/capacity-type', 'on-demand')] })],
    }, PreflightCheck.SPOT_NODEGROUPS, /every Herd launches on-demand/],
  ])('speaks its words: %s', (_name, changes, check, expected) => {
    const text = says(stage(changes), check);
    expect(text).toMatch(expected);
    speaksOnlyItsOwn(text);
  });

  test('knows its well-known labels and the label of its nodes, and not those of others', () => {
    const needs = (key: string, ...values: string[]) =>
      says(stage({ placements: [placement({ nodeSelector: { [key]: values[0] } })] }), PreflightCheck.PLACEMENT);
    expect(needs('second.example.com/wool', 'white')).toBe('');
    expect(needs(LABEL, 'default')).toBe('');
    expect(needs(LABEL, 'other')).toMatch(/needs second\.example\.com\/herd in other \(Herd default: second\.example\.com\/herd in default\)/);
    expect(needs(V0_API.ownerLabel, 'default')).toMatch(/needs karpenter\.sh\/provisioner-name in default/);
  });

  test('does not warn of Spot where pools launch it by default', () => {
    expect(says(stage({ nodegroups: [shape('apps', { capacityType: 'SPOT' })] }), PreflightCheck.SPOT_NODEGROUPS)).toBe('');
  });

  test('selects the subnets of all terms', async () => {
    const asked: unknown[] = [];
    await readStageFacts({
      kubernetes: { readStageFacts: async () => stage() },
      aws: {
        readShapes: async () => [],
        readVcpus: async () => ({ quota: 1, running: 0 }),
        readInstanceTypes: async () => [],
        readPolicies: async () => [],
        selectSubnets: async (terms) => {
          asked.push(terms);
          return [];
        },
      },
    }, question({ api: Api }));
    expect(asked).toEqual([[[{ name: 'subnet-id', values: ['subnet-a'] }], [{ name: 'tag-key', values: ['meadow'] }]]]);
  });

  test('asks for the rights on its kinds', () => {
    const rights = neededRights('karpenter', SECOND_API).map(rightText);
    expect(rights.filter(right => right.includes('example'))).toEqual([
      'get herds.second.example.com', 'list sheep.second.example.com', 'delete sheep.second.example.com',
      'list herds.second.example.com', 'patch herds.second.example.com', 'delete herds.second.example.com',
      'list pastures.second.example.com', 'delete pastures.second.example.com',
    ]);
    expect(rights.join()).not.toMatch(/karpenter\.sh/);
  });

  test('says what goes with an object of ours', () => {
    const objects = ['herds.v7.second.example.com/default'];
    const known = preflightFacts();
    const [finding] = findings({ ...known, kubernetes: { ...known.kubernetes!, objects } }, properties({ Api }))
      .filter(({ check }) => check === PreflightCheck.OTHER_OBJECTS);
    expect(finding.remedy).toBe('choose other names, or delete them (deleting a Herd deletes its nodes)');
  });
});

describe('the canary', () => {
  let clock: { now: Date };
  let cluster: FakeCluster;
  const step = (more: object = {}) =>
    clusterAutoscalerStep({ kubernetes: cluster, fleet: cluster, aws: new FakeAws() }, { ...AUTOSCALER, Api, ...more }, () => clock.now);
  const later = (seconds: number) => { clock.now = new Date(clock.now.getTime() + seconds * 1000); };

  beforeEach(() => {
    clock = { now: new Date('2024-05-01T10:00:00Z') };
    cluster = new FakeCluster(clock);
    cluster.all[0] = autoscaler();
  });

  test('asks for a node by its label, and proves', async () => {
    expect((await step().apply()).says).toMatch(/which only a new node of Herd "default" can take/);
    const { nodeAffinity } = cluster.pods_[0].spec.affinity as any;
    const [{ matchExpressions }] = nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
    expect(matchExpressions).toEqual([{ key: LABEL, operator: 'In', values: ['default'] }]);
    later(5);
    cluster.launch('new');
    later(5);
    expect((await step().apply()).says).toMatch(/^Karpenter has launched node new; scaled the Cluster Autoscaler/);
    expect(cluster.deployment.replicas).toBe(0);
    expect((await step().apply()).says).toMatch(/^removed sheep machine-of-new, pod/);
  });

  test('says why there is no node by the conditions of its claims', async () => {
    await step().apply();
    cluster.allClaims = [{
      name: 'dolly', uid: 'd', pool: 'default', created: clock.now.getTime() + 1000, launched: false, unmet: [{ type: 'Born', status: 'False', reason: 'TooCold' }],
    }];
    later(601);
    const progress = await step().apply();
    expect(progress).toMatchObject({ kind: 'blocked', by: PauseReason.NO_NEW_NODE, says: expect.stringMatching(/; sheep dolly: Born is False TooCold$/) });
    speaksOnlyItsOwn(progress.says);
  });

  test('takes along the claim that an event names in its own way', async () => {
    await step().apply();
    later(5);
    cluster.allClaims = ['dolly', 'molly'].map(name => ({ name, uid: name, pool: 'default', created: clock.now.getTime(), launched: true }));
    cluster.allEvents = [{ from: 'karpenter', reason: 'Nominated', message: 'sheep dolly was born' }];
    await step().stop();
    expect(cluster.allClaims.filter(({ leaving }) => leaving !== undefined).map(({ name }) => name)).toEqual(['dolly']);
    expect(cluster.writes).toContain(`delete ${CANARY_NAME}`);
  });

  test.each<[string, (all: FakeCluster) => object, RegExp]>([
    ['none in the migration', () => ({ Pools: [] }), /^the migration has no Herd, so/],
    ['none in the cluster', (all) => { all.taints = undefined; return {}; }, /^there is no Herd "default", so/],
  ])('misses a pool: %s', async (_name, prepare, expected) => {
    expect((await step(prepare(cluster)).apply()).says).toMatch(expected);
  });
});

describe('the drain', () => {
  test('leaves a pod that stays where it is, and says by which annotation', () => {
    const moves = planDrain({
      nodes: [node('n')], pods: [pod('web', 'n'), pod('held', 'n', { keptBy: KEEP })], controllers: [], attachments: [], loadBalancers: false,
    }, { pauseSeconds: 0, deregistrationSeconds: 0, limits: { all: { Count: 1 }, some: [] }, force: false }, START);
    expect(moves.evict.map(({ name }) => name)).toEqual(['web']);
    expect(moves.obstacles).toEqual([{ by: PauseReason.KEPT_POD, says: `pod shop/held on n carries ${KEEP}: remove the annotation, or let the pod finish` }]);
  });
});

describe('the removal', () => {
  let world: FakeWorld;
  const step = () => {
    const ports = { fleet: world, draining: world, aws: world, mayBegin: () => world.gate() };
    return removalStep(ports, { ...REMOVAL, Api }, { force: false }, () => new Date(world.time));
  };

  beforeEach(() => {
    world = new FakeWorld().add('a-1', { pods: ['web-1'] }).add('a-2', { pods: ['web-2'] });
    world.pools = world.pools.map((one, index) => ({ ...one, limits: index === 0 ? { cpu: '100', memory: '1Ti' } : null }));
  });

  test('stops launches by flat limits, says how to take that back, drains, and deletes its pools', async () => {
    const first = await step().apply();
    expect(first).toMatchObject({
      says: 'Herd default launches nothing more',
      undo: [`kubectl patch herd default --type merge -p '{"metadata":{"annotations":{"${LIMITS_RECORD}":null}},"spec":{"limits":{"cpu":"100","memory":"1Ti"}}}'`],
    });
    expect(world.pools[0].limits).toEqual({ cpu: '0' });
    const last = await world.run(() => step().apply());
    expect(last.says).toBe('karpenter has no Sheep, node, instance or Herd of the migration any more; the deployment deletes its launch templates');
    expect([world.pools, world.claims, world.nodes_, world.instances_]).toEqual([[], [], [], []]);
  });

  test('restores exactly what was there', async () => {
    const before = world.pools.map(({ limits, annotations }) => ({ limits, annotations }));
    await step().apply();
    await step().apply();
    expect(world.pools.map(({ limits }) => limits)).toEqual([{ cpu: '0' }, { cpu: '0' }]);
    expect(await world.run(() => step().revert())).toMatchObject({ kind: 'done' });
    expect(world.pools.map(({ limits, annotations }) => ({ limits, annotations }))).toEqual(before);
  });

  test('keeps limits that the owner set in the meantime', async () => {
    await step().apply();
    world.pools[0] = { ...world.pools[0], limits: { cpu: '7' } };
    expect((await step().revert()).says).toBe('Herd default has the limits that were set in the meantime');
    expect(world.pools[0].limits).toEqual({ cpu: '7' });
  });

  test('names what is foreign, and what to do about what does not go, in its words', async () => {
    world.claims.push(claim('dolly', { pool: 'theirs' }));
    const { says: foreign } = await step().apply();
    expect(foreign).toBe(`Herd "theirs" is not of this migration, and it has sheep/dolly: add it to the migration, or move its pods away and delete its ${words.claims}, then the Herd`);
    world.claims.pop();
    world.karpenterWorks = false;
    world.pods_ = [];
    await world.run(async () => world.claims.some(({ leaving }) => leaving !== undefined) ? { kind: 'done', says: '' } : step().apply());
    world.time += 11 * MINUTE;
    const { says: stuck } = await step().apply();
    expect(stuck).toMatch(/^sheep\/machine-a-1 with node\/a-1 with instance\/i-a-1 is being deleted.* kubectl patch sheep machine-a-1 /);
  });

  test('verifies by its kinds', () => {
    const remaining = remainingOf({ pools: [], claims: [claim('dolly')], nodes: [] }, [{ id: 'i-1', pool: 'default', leaving: true }], SECOND_API);
    expect(remaining).toEqual([{ name: 'sheep/dolly', leaving: false }, { name: 'instance/i-1', leaving: true }]);
    expect(planRemoval(remaining, SECOND_API.kinds)).toMatchObject({ kind: 'refuse', reason: expect.stringMatching(/has sheep\/dolly: move their pods away and delete the sheep,/) });
  });
});
