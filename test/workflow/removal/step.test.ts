import * as fc from 'fast-check';
import { CONFIGURATION, FakeWorld, claim, MINUTE, node, OWNER_KEY, pod, poolView, START } from './fakes';
import { EXCLUSION_LABEL } from '../../../src/workflow/draining/node-marks';
import { PauseReason } from '../../../src/workflow/pause-reason';
import { CORDON_RECORD, DRAIN_RECORD, EXCLUSION_RECORD, LIMITS_RECORD, NODES_GONE_MARK } from '../../../src/workflow/records';
import { blocked, Counts, Step } from '../../../src/workflow/step';

let world: FakeWorld;
let step: Step;

beforeEach(() => {
  world = new FakeWorld().add('a-1', { pods: ['web-1', 'web-2'] }).add('a-2', { pods: ['web-3'] }).add('b-1', { zone: 'b', pods: ['web-4'] });
  step = world.step();
});

/** Goes on until something of this kind has happened. */
async function until(event: string): Promise<void> {
  await world.run(async () => world.events.includes(event) ? { kind: 'done', says: '' } : step.apply());
}

function indices(pattern: RegExp): number[] {
  return world.events.flatMap((event, index) => pattern.test(event) ? [index] : []);
}

describe('the whole way', () => {
  test('nodes are drained and ended, then the Provisioners go', async () => {
    expect(await world.run(() => step.apply())).toMatchObject({ kind: 'done', counts: { nodesLeft: 0 } });
    expect({ claims: world.claims, nodes: world.nodes_, instances: world.instances_, pools: world.pools })
      .toEqual({ claims: [], nodes: [], instances: [], pools: [] });
    expect(world.pods_.every(one => one.node === 'group-1' && one.ready)).toBe(true);
    expect(world.events.slice(-2)).toEqual(['delete provisioner default', 'delete provisioner gpu']);
    expect(await step.apply()).toMatchObject({ kind: 'done' });
  });

  test('each call that drains counts what is left of Karpenter\'s nodes and what is pending, and the last one none', async () => {
    const counts: Counts[] = [];
    await world.run(async () => {
      const progress = await step.apply();
      counts.push(progress.counts!);
      return progress;
    });
    expect(counts.filter(({ podsPending }) => podsPending !== undefined).length).toBeGreaterThan(3);
    expect([counts[0].karpenterNodes, counts.at(-1)]).toEqual([3, { nodesLeft: 0, karpenterNodes: 0, podsPending: 0 }]);
    const nodes = counts.flatMap(({ karpenterNodes }) => karpenterNodes ?? []);
    expect(nodes).toEqual([...nodes].sort((one, other) => other - one));
  });

  test('nothing can be launched before anything is cordoned, and all is cordoned before anything is evicted', async () => {
    await world.run(() => step.apply());
    expect(world.events.slice(0, 2)).toEqual(['limits default {"resources":{"memory":null,"cpu":"0"}}', 'limits gpu {"resources":{"cpu":"0"}}']);
    expect(indices(/cordon$/)).toEqual([2, 3, 4]);
    expect(Math.min(...indices(/^evict/))).toBeGreaterThan(4);
  });

  test('a Machine is deleted only when the pods of its node are Ready elsewhere, and the next node loses its pods meanwhile', async () => {
    await world.run(() => step.apply());
    expect(world.events.filter(event => /^(evict|delete machine|gone)/.test(event))).toEqual([
      'evict web-3', 'evict web-1', 'delete machine machine-a-2', 'gone a-2',
      'evict web-2', 'evict web-4', 'delete machine machine-a-1', 'gone a-1',
      'delete machine machine-b-1', 'gone b-1',
    ]);
  });

  test('a Provisioner that the migration had under another name is drained and removed like the others', async () => {
    world.pools.push(poolView('former', { annotations: { 'cdk-karpenter-migration/owner': 'Stack/Migration' } }));
    world.add('c-1', { pool: 'former', pods: ['web-5'] });
    expect(await world.run(() => step.apply())).toMatchObject({ kind: 'done' });
    expect({ claims: world.claims, nodes: world.nodes_, instances: world.instances_, pools: world.pools })
      .toEqual({ claims: [], nodes: [], instances: [], pools: [] });
    expect(world.events).toEqual(expect.arrayContaining(['limits former {"resources":{"cpu":"0"}}', 'evict web-5', 'delete provisioner former']));
  });

  test('a Provisioner of a migration whose place this one took is one of these', async () => {
    world.pools.push(poolView('former', { annotations: { 'cdk-karpenter-migration/owner': 'Gone/Migration' } }));
    expect(await world.run(() => step.apply())).toMatchObject({ kind: 'done' });
    expect(world.pools).toEqual([]);
  });

  test('pods that belong to a node hold nothing up', async () => {
    world.pods_.push(
      pod('agent', 'a-1', { controller: { kind: 'DaemonSet', name: 'agent', uid: 'uid-agent' } }),
      pod('proxy', 'a-1', { controller: undefined, mirror: true }),
      pod('migrated', 'a-1', { controller: undefined, phase: 'Succeeded' }),
    );
    expect(await world.run(() => step.apply())).toMatchObject({ kind: 'done' });
    expect(indices(/^evict (agent|proxy|migrated)/)).toEqual([]);
  });

  test('load balancers let go before a node ends', async () => {
    world.hasLoadBalancers = true;
    world.karpenterWorks = false;
    await until('delete machine machine-a-2');
    const { labels, annotations } = world.nodes_.find(({ name }) => name === 'a-2')!;
    expect(labels[EXCLUSION_LABEL]).toBe('true');
    expect(world.time - JSON.parse(annotations[DRAIN_RECORD]).since).toBeGreaterThanOrEqual(300_000);
  });

  test('batches have the size that was asked for', async () => {
    step = world.step({ configuration: { ScaleDown: { ...CONFIGURATION.ScaleDown, BatchSize: { Count: 2 } } } });
    let most = 0;
    await world.run(async () => {
      const progress = await step.apply();
      const ending = world.claims.filter(({ leaving }) => leaving !== undefined).map(({ nodeName }) => nodeName);
      const inBatch = world.nodes_.filter(({ name, annotations }) => annotations[DRAIN_RECORD] !== undefined && !ending.includes(name));
      most = Math.max(most, inBatch.filter(({ name }) => world.pods_.some(({ node: on }) => on === name)).length);
      return progress;
    });
    expect(world.events.filter(event => event.startsWith('delete machine'))).toHaveLength(3);
    expect(most).toBe(2);
  });

  test('where there is nothing of karpenter there is nothing to do', async () => {
    const empty = new FakeWorld();
    empty.pools = [];
    expect(await empty.step().apply()).toMatchObject({ kind: 'done' });
    expect(await empty.step().revert()).toMatchObject({ kind: 'done' });
    expect(empty.events).toEqual([]);
  });
});

describe('what belongs to others', () => {
  const isRefused = async (says: RegExp) => {
    const progress = await step.apply();
    expect(progress).toMatchObject({ kind: 'blocked', by: PauseReason.FOREIGN_POOL });
    expect(progress.says).toMatch(says);
    expect(world.events).toEqual([]);
  };

  test('an idle Provisioner is refused by name: it would launch nodes for what is evicted', () => {
    world.pools.push(poolView('theirs'));
    return isRefused(/^Provisioner "theirs" is not of this migration: add it/);
  });

  test('a Machine is refused by name', () => {
    world.claims.push(claim('m-1', { pool: 'theirs' }));
    return isRefused(/^Provisioner "theirs" is not of this migration, and it has machine\/m-1: /);
  });

  test('a node is refused by name', () => {
    world.nodes_.push(node('n-1', { labels: { [OWNER_KEY]: 'theirs' } }));
    return isRefused(/"theirs" .* node\/n-1/);
  });

  test('an instance is refused by name', () => {
    world.instances_.push({ id: 'i-1', pool: 'theirs', leaving: false });
    return isRefused(/"theirs" .* instance\/i-1/);
  });
});

describe('limits', () => {
  test('a Provisioner that somebody writes to is read again', async () => {
    world.overtaken = ['default'];
    expect(await step.apply()).toMatchObject({ kind: 'working', waitSeconds: 2 });
    expect(await world.run(() => step.apply())).toMatchObject({ kind: 'done' });
  });

  test('a node that somebody writes to is cordoned at the next call', async () => {
    world.overtaken = ['a-1'];
    await until('patch a-1 cordon');
    expect(world.nodes_.every(({ unschedulable }) => unschedulable)).toBe(true);
  });

  test('the command that undoes the change is told', async () => {
    expect((await step.apply()).undo).toEqual([
      'kubectl patch provisioner default --type merge -p \'{"metadata":{"annotations":{"cdk-karpenter-migration/limits":null}},'
      + '"spec":{"limits":{"resources":{"cpu":"100","memory":"1Ti"}}}}\'',
    ]);
  });

  test('limits that are put back in between are remembered and stopped again', async () => {
    await until('patch a-1 cordon');
    world.pools[0] = { ...world.pools[0], limits: { resources: { cpu: '500' } } };
    expect((await step.apply()).says).toBe('Provisioner default launches nothing more; its limits were changed in the meantime, which is remembered');
    await world.run(() => step.revert());
    expect(world.pools[0].limits).toEqual({ resources: { cpu: '500' } });
  });

  test('webhooks that do not answer are named, with the command that removes them', async () => {
    world.webhooksWork = false;
    const progress = await step.apply();
    expect(progress).toMatchObject({ kind: 'blocked', by: PauseReason.WEBHOOKS_UNREACHABLE });
    expect(progress.says).toContain('the webhook defaulting.webhook.karpenter.k8s.aws does not answer');
    expect(progress.says).toContain('kubectl delete validatingwebhookconfigurations,mutatingwebhookconfigurations -l app.kubernetes.io/name=karpenter');
    expect(world.events).toEqual([]);
  });

  test('any other error is thrown on', async () => {
    world.changePool = () => Promise.reject(new Error('HTTP-Code: 403'));
    await expect(step.apply()).rejects.toThrow('HTTP-Code: 403');
  });
});

describe('who is in the way', () => {
  test('a PodDisruptionBudget, with the pod; nothing is deleted', async () => {
    world.refused.add('uid-web-3');
    const progress = await world.run(() => step.apply());
    expect(progress).toMatchObject({ kind: 'blocked', by: PauseReason.DISRUPTION_BUDGET, counts: { nodesLeft: 3, evictionsRefused: 1 } });
    expect(progress.says).toMatch(/pod shop\/web-3 on a-2 may not be evicted: The disruption budget web needs 2/);
    expect(indices(/^delete/)).toEqual([]);
    world.refused.clear();
    expect(await world.run(() => step.apply())).toMatchObject({ kind: 'done' });
  });

  test.each([
    ['a pod that must not be evicted', { keptBy: 'karpenter.sh/do-not-evict' }, PauseReason.KEPT_POD],
    ['a pod without a controller', { controller: undefined }, PauseReason.BARE_POD],
    ['a pod that selects what only nodes of karpenter have', { requires: { selector: { 'karpenter.sh/capacity-type': 'spot' }, terms: [] } }, PauseReason.NOWHERE_TO_GO],
  ])('%s; all other nodes are ended before', async (_name, more, by) => {
    world.pods_[0] = { ...world.pods_[0], ...more };
    const progress = await world.run(() => step.apply());
    expect(progress).toMatchObject({ kind: 'blocked', by, counts: { nodesLeft: 1 } });
    expect(progress.says).toContain('pod shop/web-1 on a-1');
    expect(world.events).not.toContain('evict web-1');
    expect(world.events).not.toContain('delete machine machine-a-1');
  });

  test('by force pods that cannot be evicted are deleted', async () => {
    world.refused.add('uid-web-3');
    world.pods_[0] = { ...world.pods_[0], keptBy: 'karpenter.sh/do-not-evict' };
    step = world.step({ force: true });
    expect(await world.run(() => step.apply())).toMatchObject({ kind: 'done' });
    expect(world.events).toContain('force web-3');
  });
});

describe('karpenter does not end what is deleted', () => {
  beforeEach(async () => {
    world.karpenterWorks = false;
    await until('delete machine machine-a-2');
  });

  test('it is waited for at first, when nothing else is left to drain', async () => {
    await until('delete machine machine-b-1');
    expect(await step.apply()).toMatchObject({ kind: 'working', says: expect.stringMatching(/^waits for the end of machine\/machine-a-1 with node\/a-1 with instance\/i-a-1, machine\/machine-a-2/) });
  });

  test('then what is left is named, with the commands that end it, and no further node is begun', async () => {
    world.wait(11 * 60);
    const progress = await world.run(() => step.apply());
    expect(progress).toMatchObject({ kind: 'blocked', by: PauseReason.CONTROLLER_NOT_WORKING });
    expect(progress.says).toContain('machine/machine-a-2 with node/a-2 with instance/i-a-2 is being deleted for more than 10 minutes');
    expect(progress.says).toContain('aws ec2 terminate-instances --instance-ids i-a-2 ; kubectl patch node a-2 --type merge -p \'{"metadata":{"finalizers":null}}\''
      + ' ; kubectl patch machine machine-a-2 --type merge -p');
    expect(indices(/^delete machine/)).toHaveLength(1);
  });
});

describe('what others delete', () => {
  test('a node that a PodDisruptionBudget holds up names it, instead of karpenter', async () => {
    world.refused.add('uid-web-4');
    world.claims = world.claims.map(one => one.nodeName === 'b-1' ? { ...one, leaving: START } : one);
    world.wait(1);
    const progress = await world.run(() => step.apply());
    expect(progress).toMatchObject({ kind: 'blocked', by: PauseReason.DISRUPTION_BUDGET, counts: { nodesLeft: 1 } });
    expect(progress.says).toContain('pod shop/web-4 on b-1 may not be evicted');
    world.refused.clear();
    // Karpenter was held up for long and gets a moment more to end what is empty now.
    expect(await world.run(async () => {
      const next = await step.apply();
      return next.kind === 'blocked' && next.by === PauseReason.CONTROLLER_NOT_WORKING ? { kind: 'working', says: next.says, waitSeconds: 10 } : next;
    })).toMatchObject({ kind: 'done' });
    expect(world.events).toContain('evict web-4');
  });

  test('such a node loses pods of a workload without a budget as the limit says', async () => {
    const evicted = () => world.events.filter(event => event.startsWith('evict'));
    world.claims = world.claims.map(one => one.nodeName === 'b-1' ? { ...one, leaving: START - 11 * MINUTE } : one);
    const [web] = world.pods_.filter(({ node: on }) => on === 'b-1');
    // Three of four are missing, and nothing is on its way.
    world.pods_ = [web, ...['x', 'y', 'z'].map(name => ({ ...web, name, uid: `uid-${name}`, node: 'system-1', ready: false, created: START - 60 * MINUTE }))];
    for (let calls = 0; calls < 3; calls++) {
      await step.apply();
    }
    expect(await step.apply()).toMatchObject({ kind: 'blocked', by: PauseReason.DISRUPTION_LIMIT, says: expect.stringContaining('lacks 3 of 4 Ready pods') });
    expect(evicted()).toEqual([]);
    world.pods_ = world.pods_.map(one => ({ ...one, ready: true }));
    await step.apply();
    expect(evicted()).toEqual(['evict web-4']);
  });

  test('pods of such a node that are still ending are waited for', async () => {
    world.claims = world.claims.map(one => one.nodeName === 'b-1' ? { ...one, leaving: START - 11 * MINUTE } : one);
    world.pods_ = world.pods_.map(one => one.node === 'b-1' ? { ...one, leaving: START + MINUTE } : one);
    for (let calls = 0; calls < 3; calls++) {
      await step.apply();
    }
    expect(await step.apply()).toMatchObject({ kind: 'working', says: 'waits until 1 pod of nodes that are being deleted has ended' });
  });

  test('a pod of such a node that must not be evicted is left to its owner', async () => {
    world.claims = world.claims.map(one => one.nodeName === 'b-1' ? { ...one, leaving: START - 11 * MINUTE } : one);
    world.pods_ = world.pods_.map(one => one.node === 'b-1' ? { ...one, keptBy: 'karpenter.sh/do-not-evict' } : one);
    expect(await world.run(() => step.apply())).toMatchObject({ kind: 'blocked', by: PauseReason.KEPT_POD });
  });
});

describe('incomplete nodes', () => {
  test('a Machine that never got a node goes at once', async () => {
    world.claims.push(claim('lost', { instanceId: 'i-lost' }));
    await until('delete machine lost');
    expect(indices(/cordon|evict/)).toEqual([]);
  });

  test('a Machine that is just being launched is waited for', async () => {
    world.claims.push(claim('young', { launched: false, created: START }));
    const progress = await world.run(async () => {
      const next = await step.apply();
      return next.says.includes('young') ? { ...next, kind: 'done' } : next;
    });
    expect(progress.says).toBe('waits for machine young, which is being launched');
    world.time += 2 * MINUTE;
    await until('delete machine young');
  });

  test('a node that has just joined belongs to its Machine by the instance', async () => {
    world.claims = world.claims.map(one => ({ ...one, nodeName: undefined }));
    await step.apply();
    await step.apply();
    expect(await step.apply()).toMatchObject({ says: 'cordoned 3 nodes of karpenter' });
    await until('delete machine machine-a-2');
    expect(world.events).toContain('evict web-3');
  });

  test('a node without a Machine is deleted itself, when it is empty', async () => {
    world.claims = world.claims.filter(({ nodeName }) => nodeName !== 'a-2');
    expect(await world.run(() => step.apply())).toMatchObject({ kind: 'done' });
    expect(world.events.indexOf('delete node a-2')).toBeGreaterThan(world.events.indexOf('evict web-3'));
  });

  test('a node that goes between two reads does not let its Provisioner go yet', async () => {
    await until('patch b-1 cordon');
    world.nodes = () => Promise.resolve([]);
    world.instances_ = [];
    expect(await step.apply()).toMatchObject({ kind: 'working', says: expect.stringMatching(/^looks again for machine\/machine-a-1 with node\/a-1/) });
    expect(world.pools).toHaveLength(2);
  });

  test('an instance that nothing belongs to is waited for, and named when nobody ends it', async () => {
    world.instances_.push({ id: 'i-lost', pool: 'default', leaving: false });
    await until('gone b-1');
    const progress = await world.run(() => step.apply(), 400);
    expect(progress).toMatchObject({ kind: 'blocked', by: PauseReason.CONTROLLER_NOT_WORKING });
    expect(progress.says).toContain('EC2 still has instance/i-lost, and karpenter has no Machine for it');
    expect(progress.says).toContain('aws ec2 terminate-instances --instance-ids i-lost');
    expect(world.pools).toHaveLength(2);
    world.instances_ = [];
    expect(await world.run(() => step.apply())).toMatchObject({ kind: 'done' });
  });
});

/** The cluster as its owner sees it. */
function snapshot(): object {
  return {
    pools: world.pools.map(({ version: _version, ...rest }) => rest),
    nodes: world.nodes_.map(({ version: _version, ...rest }) => rest),
  };
}

describe('the way back', () => {
  test.each([['at the first limits', 'limits default {"resources":{"memory":null,"cpu":"0"}}'], ['at the last cordon', 'patch b-1 cordon'], ['in mid-drain', 'evict web-3']])(
    'restores exactly what was found: %s', async (_name, event) => {
      world.hasLoadBalancers = true;
      world.nodes_[0] = { ...world.nodes_[0], unschedulable: true };
      const before = snapshot();
      await until(event);
      expect(snapshot()).not.toEqual(before);
      expect(await world.run(() => step.revert())).toMatchObject({ kind: 'done' });
      expect(snapshot()).toEqual(before);
      expect(await step.revert()).toMatchObject({ kind: 'done' });
    });

  test('leaves alone what goes already', async () => {
    world.karpenterWorks = false;
    await until('delete machine machine-a-2');
    await world.run(() => step.revert());
    expect(world.nodes_.map(({ name, unschedulable }) => [name, unschedulable])).toEqual([['a-1', false], ['a-2', true], ['b-1', false]]);
  });

  test('keeps limits that the owner set in the meantime, and says so', async () => {
    await until('patch b-1 cordon');
    world.pools[1] = { ...world.pools[1], limits: { resources: { cpu: '8' } } };
    const says: string[] = [];
    await world.run(async () => {
      const progress = await step.revert();
      says.push(progress.says);
      return progress;
    });
    expect(says).toContain('Provisioner default has its limits again');
    expect(says).toContain('Provisioner gpu has the limits that were set in the meantime');
    expect(world.pools.map(({ limits }) => limits)).toEqual([{ resources: { cpu: '100', memory: '1Ti' } }, { resources: { cpu: '8' } }]);
  });

  test('goes by the records, whatever the configuration says now', async () => {
    await until('patch b-1 cordon');
    await world.run(() => world.step({ configuration: { Pools: [] } }).revert());
    expect(world.pools.map(({ annotations }) => annotations)).toEqual([{}, {}]);
  });

  test('is held up by webhooks that do not answer, after the nodes are schedulable', async () => {
    await until('patch b-1 cordon');
    world.webhooksWork = false;
    expect(await world.run(() => step.revert())).toMatchObject({ kind: 'blocked', by: PauseReason.WEBHOOKS_UNREACHABLE });
    expect(world.nodes_.some(({ unschedulable }) => unschedulable)).toBe(false);
  });

  test('writes that somebody overtakes are made again', async () => {
    await until('evict web-3');
    world.overtaken = ['a-1', 'a-2', 'default'];
    expect(await world.run(() => step.revert())).toMatchObject({ kind: 'done' });
    expect(world.nodes_.some(({ unschedulable }) => unschedulable)).toBe(false);
  });
});

describe('a run that stops', () => {
  test('gives limits back and makes nodes schedulable', async () => {
    world.hasLoadBalancers = true;
    const before = snapshot();
    await until('evict web-3');
    await step.stop();
    expect(snapshot()).toEqual(before);
    const events = world.events.length;
    await step.stop();
    expect(world.events).toHaveLength(events);
  });

  test('leaves what is empty already to the next run, however often it stops', async () => {
    world.hasLoadBalancers = true;
    await until('evict web-3');
    await world.run(async () => {
      const progress = await step.apply();
      return progress.says.startsWith('a-2 is empty') ? { ...progress, kind: 'done' } : progress;
    });
    await step.stop();
    await step.stop();
    const [a1, a2] = world.nodes_;
    expect(a1).toMatchObject({ unschedulable: false, annotations: {} });
    expect(a2.unschedulable).toBe(true);
    expect(Object.keys(a2.annotations).sort()).toEqual([CORDON_RECORD, DRAIN_RECORD, EXCLUSION_RECORD].sort());
    expect(await world.run(() => step.apply())).toMatchObject({ kind: 'done' });
    expect(indices(/^evict/)).toHaveLength(4);
  });

  test('lets pods have also what is empty where one finds no node', async () => {
    await until('evict web-3');
    await world.run(async () => {
      const progress = await step.apply();
      return progress.says.startsWith('a-2 is empty') ? { ...progress, kind: 'done' } : progress;
    });
    world.karpenterWorks = false;
    world.claims = world.claims.map(one => ({ ...one, leaving: undefined }));
    world.pods_.push({ ...pod('waits', 'nowhere', { ready: false, unschedulable: '0/3 nodes are available' }), node: undefined });
    await step.stop();
    expect(world.nodes_.filter(({ unschedulable }) => unschedulable)).toEqual([]);
  });

  test('does so in spite of writes of others', async () => {
    await until('evict web-3');
    world.overtaken = ['a-1', 'gpu'];
    await step.stop();
    expect(world.pools.every(({ annotations }) => annotations[LIMITS_RECORD] === undefined)).toBe(true);
    expect(world.nodes_.some(({ unschedulable }) => unschedulable)).toBe(false);
  });

  test('says so when it cannot', async () => {
    await until('evict web-3');
    world.patchNodes = changes => Promise.resolve(changes.map(({ name }) => name));
    await expect(step.stop()).rejects.toThrow('the nodes and Provisioners of karpenter are written to all the time: kubectl get nodes -l karpenter.sh/provisioner-name');
  });

  test('leaves the limits to the next run while the webhooks do not answer', async () => {
    await until('evict web-3');
    world.webhooksWork = false;
    await step.stop();
    expect(world.nodes_.some(({ unschedulable }) => unschedulable)).toBe(false);
    expect(world.pools[0].annotations[LIMITS_RECORD]).toBeDefined();
    world.webhooksWork = true;
    await world.run(() => step.revert());
    expect(world.pools[0].limits).toEqual({ resources: { cpu: '100', memory: '1Ti' } });
  });

  test('drops the time since when instances are waited for', async () => {
    world.instances_.push({ id: 'i-lost', pool: 'default', leaving: false });
    await world.run(() => step.apply(), 400);
    expect(world.pools[0].annotations[NODES_GONE_MARK]).toBeDefined();
    await step.stop();
    expect(world.pools.map(({ annotations }) => annotations)).toEqual([{}, {}]);
  });
});

test('how far the removal is can be told by the records', async () => {
  expect(await step.assess()).toEqual({ applied: 'nothing', says: 'karpenter has 3 nodes' });
  await until('evict web-3');
  expect(await step.assess()).toEqual({ applied: 'partly', says: 'Provisioner default, gpu launches nothing more, karpenter has 3 nodes left' });
  await world.run(() => step.apply());
  expect(await step.assess()).toMatchObject({ applied: 'fully' });
});

describe('whatever karpenter has', () => {
  const anyNodes = fc.array(fc.record({
    pods: fc.nat(4), zone: fc.constantFrom('a', 'b', 'c'), pool: fc.constantFrom('default', 'gpu'), claim: fc.boolean(), ready: fc.boolean(),
  }), { maxLength: 8 });

  test('it ends: no more than a batch at a time, no pod evicted twice, no Machine deleted under a pod', async () => {
    await fc.assert(fc.asyncProperty(anyNodes, fc.integer({ min: 1, max: 3 }), fc.boolean(), async (nodes, Count, loadBalancers) => {
      world = new FakeWorld();
      world.hasLoadBalancers = loadBalancers;
      nodes.forEach((one, index) => {
        world.add(`n-${index}`, { ...one, pods: Array.from({ length: one.pods }, (_, number) => `p-${index}-${number}`) });
        world.nodes_[index] = { ...world.nodes_[index], ready: one.ready };
        world.claims = one.claim ? world.claims : world.claims.filter(({ nodeName }) => nodeName !== `n-${index}`);
      });
      step = world.step({ configuration: { ScaleDown: { ...CONFIGURATION.ScaleDown, BatchSize: { Count } } } });
      const progress = await world.run(async () => {
        const next = await step.apply();
        const ending = world.claims.filter(({ leaving }) => leaving !== undefined).map(({ nodeName }) => nodeName);
        const going = world.nodes_.filter(({ leaving, name }) => leaving || ending.includes(name));
        const inBatch = world.nodes_.filter(one => one.annotations[DRAIN_RECORD] !== undefined && !going.includes(one));
        expect(inBatch.length).toBeLessThanOrEqual(2 * Count);
        expect(inBatch.filter(({ name }) => world.pods_.some(({ node: on }) => on === name)).length).toBeLessThanOrEqual(Count);
        expect(world.pods_.filter(({ node: on, leaving }) => leaving === undefined && going.some(({ name }) => name === on))).toEqual([]);
        return next;
      }, 600);
      expect(progress.kind).toBe('done');
      const evictions = world.events.filter(event => event.startsWith('evict'));
      expect(evictions).toHaveLength(nodes.reduce((sum, one) => sum + one.pods, 0));
      expect(new Set(evictions).size).toBe(evictions.length);
      expect(evictions.some(event => event.startsWith('evict new'))).toBe(false);
    }), { numRuns: 60 });
  });

  test('stopped after any number of calls and reverted, all that is left is as it was', async () => {
    await fc.assert(fc.asyncProperty(anyNodes, fc.nat(25), fc.boolean(), async (nodes, calls, stops) => {
      world = new FakeWorld();
      nodes.forEach((one, index) => world.add(`n-${index}`, { ...one, pods: Array.from({ length: one.pods }, (_, number) => `p-${index}-${number}`) }));
      step = world.step();
      const before = new Map(world.nodes_.map(one => [one.name, one]));
      const limits = world.pools.map(one => one.limits);
      for (let call = 0; call < calls; call++) {
        const progress = await step.apply();
        world.wait(progress.kind === 'working' ? progress.waitSeconds : 10);
      }
      if (stops) {
        await step.stop();
      }
      expect((await world.run(() => step.revert())).kind).toBe('done');
      world.nodes_.filter(({ leaving }) => !leaving).forEach(one => expect({ ...one, version: '' }).toEqual({ ...before.get(one.name), version: '' }));
      world.pools.forEach((one, index) => expect([one.limits, one.annotations]).toEqual([limits[index], {}]));
    }), { numRuns: 60 });
  });
});

describe('while no node may be begun', () => {
  const RINGS = blocked(PauseReason.ALARM_RINGS, 'alarm errors is in ALARM');
  const close = () => { world.gate = async () => RINGS; };
  const open = () => { world.gate = async () => undefined; };

  test('nothing is touched, and the pause says how many nodes are left', async () => {
    close();
    expect(await step.apply()).toEqual({ ...RINGS, counts: { nodesLeft: 3, karpenterNodes: 3 } });
    expect(world.events).toEqual([]);
    open();
    expect(await world.run(() => step.apply())).toMatchObject({ kind: 'done' });
  });

  test('a node in hand goes on to its end, no other is begun, and the others take pods', async () => {
    await until('evict web-3');
    close();
    expect(await world.run(() => step.apply())).toMatchObject(RINGS);
    expect(world.events.filter(event => /^(evict|gone)/.test(event))).toEqual(['evict web-3', 'gone a-2']);
    expect(world.nodes_.map(({ name, unschedulable }) => [name, unschedulable])).toEqual([['a-1', false], ['b-1', false]]);
    // What would come anew would have to go too.
    expect(world.pools.map(({ limits }) => limits)).toEqual([{ resources: { cpu: '0' } }, { resources: { cpu: '0' } }]);
    const many = world.events.length;
    await step.apply();
    expect(world.events).toHaveLength(many);
    open();
    expect(await world.run(() => step.apply())).toMatchObject({ kind: 'done' });
    expect({ claims: world.claims, nodes: world.nodes_, pools: world.pools }).toEqual({ claims: [], nodes: [], pools: [] });
  });

  test('where no node is left that has to be begun, the rest goes on', async () => {
    await until('delete machine machine-b-1');
    close();
    expect(await world.run(() => step.apply())).toMatchObject({ kind: 'done' });
  });
});
