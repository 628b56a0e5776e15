import * as fc from 'fast-check';
import { autoscaler, CONFIGURATION, FakeAws, FakeCluster, START } from './fakes';
import { PreflightCheck } from '../../../src/words/preflight-check';
import { CANARY_NAME } from '../../../src/workflow/cluster-autoscaler/canary';
import { autoscalerIsQuiet } from '../../../src/workflow/cluster-autoscaler/guard';
import { ClusterAutoscalerConfiguration, clusterAutoscalerStep } from '../../../src/workflow/cluster-autoscaler/step';
import { PauseReason } from '../../../src/workflow/pause-reason';
import { Progress } from '../../../src/workflow/step';

let clock: { now: Date };
let cluster: FakeCluster;
let aws: FakeAws;

beforeEach(() => {
  clock = { now: START };
  cluster = new FakeCluster(clock);
  aws = new FakeAws();
});

const step = (more: Partial<ClusterAutoscalerConfiguration> = {}) =>
  clusterAutoscalerStep({ kubernetes: cluster, fleet: cluster, aws }, { ...CONFIGURATION, ...more }, () => clock.now);
const later = (seconds: number) => { clock.now = new Date(clock.now.getTime() + seconds * 1000); };

/** Calls again as the runner does, until it is done or blocked. */
async function run(direction: 'apply' | 'revert', more: Partial<ClusterAutoscalerConfiguration> = {}): Promise<Progress> {
  for (let calls = 0; calls < 20; calls++) {
    const progress = await step(more)[direction]();
    if (progress.kind !== 'working') {
      return progress;
    }
    later(progress.waitSeconds);
    if (cluster.canaries.some(({ node }) => !node)) {
      cluster.launch('new');
    }
    if (direction === 'revert' && cluster.deployment) {
      cluster.edit({ available: cluster.deployment.replicas });
    }
  }
  throw new Error('it does not end');
}

describe('there', () => {
  test('a canary proves Karpenter on a new node, the autoscaler goes to zero with a record, and canary and machine go', async () => {
    expect(await run('apply')).toMatchObject({ kind: 'done', says: expect.stringContaining('kube-system/cluster-autoscaler is at zero, it had 2') });
    expect(cluster.writes).toEqual([
      'create priority class', `create ${CANARY_NAME}`,
      `change ${JSON.stringify({ replicas: 0, record: { replicas: 2, owner: 'Stack/Migration', at: '2024-05-01T10:00:05.000Z' } })}`,
      'cordon new', 'delete machine-of-new', `delete ${CANARY_NAME}`, 'delete priority class',
      `change ${JSON.stringify({ record: { replicas: 2, owner: 'Stack/Migration', at: '2024-05-01T10:00:05.000Z', settled: true } })}`,
    ]);
    expect(await step().assess()).toMatchObject({ applied: 'fully' });
  });

  test('applied again, it changes nothing, whatever the node groups are doing by then', async () => {
    await run('apply');
    cluster.writes.length = 0;
    aws.activities = ['eks-apps: Terminating EC2 instance (InProgress)'];
    expect(await step().apply()).toMatchObject({ kind: 'done' });
    expect(cluster.writes).toEqual([]);
  });

  test('the commands that undo it by hand are told when it is scaled to zero', async () => {
    await step().apply();
    later(5);
    cluster.launch('new');
    expect((await step().apply()).undo).toEqual([
      'kubectl -n kube-system scale deployment cluster-autoscaler --replicas=2',
      'kubectl -n kube-system annotate deployment cluster-autoscaler cdk-karpenter-migration/replicas-',
    ]);
  });

  test('an old node that runs nothing takes a canary and proves nothing, so the next canary needs a new node', async () => {
    cluster.nodes.push({ name: 'old', version: '1', createdAt: '2024-04-01T00:00:00Z', unschedulable: false });
    await step().apply();
    cluster.bind('old');
    later(5);
    expect(await step().apply()).toMatchObject({ kind: 'working', says: expect.stringContaining(`${CANARY_NAME}-2`) });
    expect(cluster.deployment.replicas).toBe(2);
    later(5);
    cluster.launch('new');
    expect(await run('apply')).toMatchObject({ kind: 'done' });
    expect(cluster.canaries).toEqual([]);
    expect(cluster.writes).not.toContain('cordon old');
  });

  test('a node that is as old as its canary was launched for somebody else', async () => {
    await step().apply();
    cluster.launch('same-second');
    await step().apply();
    expect(cluster.deployment.replicas).toBe(2);
  });

  test('where Karpenter gives no node, the run pauses with the words of all who know why', async () => {
    await step().apply();
    cluster.canaries = cluster.canaries.map(canary => ({ ...canary, problems: ['scheduler: Unschedulable: 0/3 nodes are available'] }));
    cluster.allEvents = [{ from: 'karpenter', reason: 'FailedScheduling', message: 'all available instance types exceed limits' }];
    cluster.allClaims = [{
      name: 'default-x',
      uid: 'x',
      pool: 'default',
      created: Date.parse('2024-05-01T10:00:02Z'),
      launched: false,
      unmet: [{ type: 'MachineLaunched', status: 'False', reason: 'LaunchFailed', message: 'no such profile' }],
    }];
    later(599);
    expect(await step().apply()).toMatchObject({ kind: 'working' });
    later(1);
    expect(await step().apply()).toMatchObject({
      kind: 'blocked',
      by: PauseReason.NO_NEW_NODE,
      says: 'pod karpenter/cdk-karpenter-migration-canary waits since 10 minutes until it gets a new node from Karpenter; scheduler: Unschedulable: 0/3 nodes '
        + 'are available; karpenter: FailedScheduling: all available instance types exceed limits; machine default-x: MachineLaunched is False LaunchFailed: no such profile',
    });
    expect(cluster.deployment.replicas).toBe(2);
  });

  test('a canary whose image does not start on a new node proves nothing', async () => {
    await step().apply();
    later(60);
    cluster.launch('new', { ready: false });
    later(600);
    expect(await step().apply()).toMatchObject({ kind: 'blocked', by: PauseReason.NO_NEW_NODE, says: expect.stringContaining('becomes Ready on new node new') });
  });

  test('a canary of a former run, made otherwise, is removed with its machine before a new one is made', async () => {
    await step({ CanaryImage: 'wrong' }).apply();
    later(5);
    cluster.launch('wrong-image', { ready: false });
    expect(await step().apply()).toMatchObject({ kind: 'working', says: `removed machine machine-of-wrong-image, pod ${CANARY_NAME}` });
    await step().apply();
    expect(cluster.pods_[1].spec.containers[0].image).toBe(CONFIGURATION.CanaryImage);
  });

  test('a canary that was Ready long ago proves nothing about now', async () => {
    await step().apply();
    later(5);
    cluster.launch('new');
    later(16 * 60);
    await step().apply();
    expect(cluster.deployment.replicas).toBe(2);
    expect(cluster.canaries).toEqual([]);
  });

  test('the machine of a canary stays when other pods have come, and that is said', async () => {
    await step().apply();
    later(5);
    cluster.launch('new');
    cluster.guests.new = [{ namespace: 'shop', name: 'cart', ofNode: false }];
    await step().apply();
    expect((await step().apply()).says).toBe(`removed pod ${CANARY_NAME}; machine machine-of-new stays, as other pods run there`);
    expect(cluster.writes).not.toContain('cordon new');
  });

  test.each([
    ['no Provisioner in the migration', () => ({ Pools: [] }), 'the migration has no Provisioner'],
    ['a Provisioner that is gone', () => { cluster.taints = undefined; return {}; }, 'there is no Provisioner "default"'],
  ])('%s launches nothing', async (_, arrange, says) => {
    expect(await step(arrange()).apply()).toMatchObject({ kind: 'blocked', by: PauseReason.NO_NEW_NODE, says: expect.stringContaining(says) });
  });

  test('an autoscaler that was at zero before is recorded as such, and stays there on the way back', async () => {
    cluster.edit({ replicas: 0, available: 0 });
    expect(await run('apply')).toMatchObject({ kind: 'done', says: expect.stringContaining('it had 0') });
    expect(await run('revert')).toMatchObject({ kind: 'done' });
    expect(cluster.deployment).toMatchObject({ replicas: 0, record: undefined });
  });

  test('without an autoscaler only the proof is made, once, and the way back forgets it', async () => {
    cluster.all.length = 0;
    const none = { ClusterAutoscaler: { Kind: 'absent' } } as const;
    expect(await run('apply', none)).toMatchObject({ kind: 'done', says: 'there is no Cluster Autoscaler to stop; Karpenter has launched node new' });
    expect(await step(none).assess()).toMatchObject({ applied: 'fully' });
    await step(none).stop();
    cluster.writes.length = 0;
    expect(await run('apply', none)).toMatchObject({ kind: 'done' });
    expect(cluster.writes).toEqual([]);
    expect(await run('revert', none)).toMatchObject({ kind: 'done' });
    expect(cluster.priorityClass).toBeUndefined();
    expect(await step(none).assess()).toMatchObject({ applied: 'nothing' });
  });

  test('nothing is tried where the autoscaler is not clear', async () => {
    cluster.all.push(autoscaler({ namespace: 'other' }));
    expect(await step().apply()).toMatchObject({ kind: 'blocked', by: PauseReason.AUTOSCALER_UNCLEAR });
    expect(cluster.writes).toEqual([]);
  });

  test('groups outside of the migration that would be left alone stop it, unless accepted', async () => {
    const tags = { 'k8s.io/cluster-autoscaler/enabled': 'true', 'k8s.io/cluster-autoscaler/prod': 'owned' };
    aws.groups = [{ name: 'eks-apps', tags }, { name: 'own-workers', tags }];
    expect(await step({ Nodegroups: ['apps'] }).apply()).toMatchObject({
      kind: 'blocked', by: PauseReason.AUTOSCALER_SHARED, says: expect.stringMatching(/outside of the migration \(own-workers\).*AUTOSCALER_SCOPE/),
    });
    expect(aws.asked).toEqual([['apps']]);
    expect(cluster.writes).toEqual([]);
    expect(await run('apply', { AcceptedRisks: [PreflightCheck.AUTOSCALER_SCOPE] })).toMatchObject({ kind: 'done' });
  });

  test('flags that tell nothing stop it, too', async () => {
    cluster.edit({ arguments: ['./run.sh'] });
    expect(await step().apply()).toMatchObject({ by: PauseReason.AUTOSCALER_SHARED, says: expect.stringContaining('neither --nodes nor') });
  });

  test('its pods and what it has begun must end, and the run pauses when they do not', async () => {
    cluster.podsOfAutoscaler = [{ name: 'ca-1', createdAt: START.toISOString(), ready: true, problems: [] }];
    aws.activities = ['eks-apps: Launching a new EC2 instance (PreInService)'];
    await step().apply();
    later(5);
    cluster.launch('new');
    await step().apply();
    await step().apply();
    expect((await step().apply()).says).toContain('pod kube-system/ca-1');
    cluster.podsOfAutoscaler = [];
    expect((await step().apply()).says).toContain('Launching a new EC2 instance');
    later(600);
    expect(await step().apply()).toMatchObject({ kind: 'blocked', by: PauseReason.AUTOSCALER_STILL_ACTIVE });
    aws.activities = [];
    expect(await step().apply()).toMatchObject({ kind: 'done' });
  });

  test('its leftover taints go, with the cordon that came with them, and other taints stay', async () => {
    cluster.edit({ arguments: [...cluster.deployment.arguments, '--cordon-node-before-terminating=true'] });
    const ours = { key: 'dedicated', effect: 'NoSchedule' };
    cluster.nodesWithTaints = [
      { name: 'a', version: '1', nodegroup: 'apps', taints: [ours, { key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] },
      { name: 'b', version: '1', nodegroup: 'apps', taints: [{ key: 'DeletionCandidateOfClusterAutoscaler', effect: 'PreferNoSchedule' }] },
      { name: 'c', version: '1', nodegroup: 'foreign', taints: [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] },
    ];
    expect(await run('apply', { Nodegroups: ['apps'], AcceptedRisks: [PreflightCheck.AUTOSCALER_SCOPE] })).toMatchObject({ kind: 'done' });
    expect(cluster.writes.filter(write => write.startsWith('taints'))).toEqual(['taints a dedicated uncordon', 'taints b ']);
  });

  test('somebody who puts the replicas back is named and not fought, and what the autoscaler began then must end again', async () => {
    await run('apply');
    cluster.edit({ replicas: 1, replicasManager: 'argocd-controller' });
    cluster.writes.length = 0;
    const back = { kind: 'blocked', by: PauseReason.AUTOSCALER_IS_BACK, says: expect.stringMatching(/kube-system\/cluster-autoscaler has 1 replica again.*argocd-controller/) };
    expect(await step().apply()).toMatchObject(back);
    expect(await step().apply()).toMatchObject(back);
    expect(cluster.deployment.replicas).toBe(1);
    expect(cluster.writes).toHaveLength(1);
    cluster.edit({ replicas: 0 });
    aws.activities = ['eks-apps: Launching a new EC2 instance (InProgress)'];
    expect(await step().apply()).toMatchObject({ kind: 'working', says: expect.stringContaining('Launching') });
  });

  test('a write that was overtaken is tried again from what is there then', async () => {
    await step().apply();
    later(5);
    cluster.launch('new');
    cluster.overtaken = 1;
    expect(await step().apply()).toMatchObject({ kind: 'working', waitSeconds: 2 });
    cluster.edit({ replicas: 3 });
    expect(await run('apply')).toMatchObject({ kind: 'done', says: expect.stringContaining('it had 3') });
  });
});

describe('an autoscaler of several Deployments', () => {
  const SHARDS = { ClusterAutoscaler: { Kind: 'several', Deployments: [{ Namespace: 'kube-system', Name: 'shard-a' }, { Namespace: 'kube-system', Name: 'shard-b' }] } } as const;
  const replicas = () => cluster.all.map(one => one.replicas);

  beforeEach(() => {
    cluster.all.splice(0, 1, ...['a', 'b'].map(name => autoscaler({ name: `shard-${name}`, arguments: [`--nodes=1:5:eks-${name}`] })));
    aws.ours = ['eks-a', 'eks-b'];
  });

  test('naming one of them is refused before anything is changed, with the groups that the other would go on scaling', async () => {
    const one = { ClusterAutoscaler: { Kind: 'named', Namespace: 'kube-system', Name: 'shard-a' } } as const;
    expect(await step(one).apply()).toMatchObject({
      kind: 'blocked', by: PauseReason.AUTOSCALER_UNCLEAR, says: expect.stringMatching(/Deployment kube-system\/shard-b scales eks-b: name it too, with ClusterAutoscaler.deployments/),
    });
    expect(cluster.writes).toEqual([]);
  });

  test('all of them go to zero by one proof, and come back', async () => {
    expect(await run('apply', SHARDS)).toMatchObject({ kind: 'done' });
    expect(replicas()).toEqual([0, 0]);
    expect(cluster.writes.filter(write => write.startsWith('create cdk'))).toHaveLength(1);
    expect(await step(SHARDS).assess()).toMatchObject({ applied: 'fully', says: expect.stringMatching(/shard-a is at zero.*shard-b is at zero/) });
    expect(await step(SHARDS).apply()).toMatchObject({ kind: 'done' });
    cluster.edit({ replicas: 1 }, 1);
    expect(await step(SHARDS).apply()).toMatchObject({ kind: 'blocked', by: PauseReason.AUTOSCALER_IS_BACK, says: expect.stringContaining('shard-b') });
    cluster.edit({ replicas: 0 }, 1);
    for (let calls = 0; calls < 12; calls++) {
      await step(SHARDS).revert();
      [0, 1].forEach(index => cluster.edit({ available: cluster.all[index].replicas }, index));
    }
    expect(replicas()).toEqual([2, 2]);
    expect(cluster.all.map(({ record }) => record)).toEqual([undefined, undefined]);
  });

  test('none of them goes while one serves groups outside of the migration', async () => {
    aws.ours = ['eks-a'];
    aws.groups = [{ name: 'eks-b', tags: { 'eks:cluster-name': 'prod' } }];
    expect(await step(SHARDS).apply()).toMatchObject({ kind: 'blocked', by: PauseReason.AUTOSCALER_SHARED, says: expect.stringContaining('shard-b') });
    expect(replicas()).toEqual([2, 2]);
  });
});

describe('back', () => {
  test('the replicas come back, and the record goes once they are available', async () => {
    await run('apply');
    expect(await step().revert()).toMatchObject({ kind: 'working', says: 'scaled the Cluster Autoscaler kube-system/cluster-autoscaler back to 2' });
    expect(await step().revert()).toMatchObject({ kind: 'working', says: expect.stringContaining('0 of 2 replicas') });
    expect(cluster.deployment.record).toBeDefined();
    cluster.edit({ available: 2 });
    expect(await step().revert()).toMatchObject({ kind: 'done' });
    expect(cluster.deployment).toMatchObject({ replicas: 2, record: undefined });
    expect(await step().revert()).toMatchObject({ kind: 'done', says: 'no Cluster Autoscaler is at zero because of this migration' });
  });

  test('from wherever the way there was left, all is as it was', async () => {
    for (let calls = 0; calls < 8; calls++) {
      cluster = new FakeCluster(clock);
      for (let call = 0; call < calls; call++) {
        await step().apply();
        later(5);
        if (cluster.canaries.some(({ node }) => !node)) {
          cluster.launch(`new-${call}`);
        }
      }
      await run('revert');
      expect(cluster.deployment).toMatchObject({ replicas: 2, record: undefined });
      expect([cluster.canaries, cluster.priorityClass]).toEqual([[], undefined]);
      expect(cluster.allClaims.filter(({ leaving }) => leaving === undefined)).toEqual([]);
    }
  });

  test('any number of replicas, settled or not, comes back exactly', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(5), fc.nat(7), async (replicas, calls) => {
      clock = { now: START };
      cluster = new FakeCluster(clock);
      cluster.edit({ replicas, available: replicas });
      for (let call = 0; call < calls; call++) {
        await step().apply();
        later(5);
        if (cluster.canaries.some(({ node }) => !node)) {
          cluster.launch('new');
        }
      }
      await run('revert');
      expect(cluster.deployment).toMatchObject({ replicas, record: undefined });
    }));
  });

  test('replicas that somebody has set in the meantime stay, and that is said', async () => {
    await run('apply');
    cluster.edit({ replicas: 5, replicasManager: 'helm' });
    expect(await step().revert()).toMatchObject({ kind: 'done', says: expect.stringMatching(/had 2 replicas, and helm has set 5 in the meantime, which stays/) });
    expect(cluster.deployment).toMatchObject({ replicas: 5, record: undefined });
  });

  test('the record finds it, whatever the configuration says now', async () => {
    await run('apply');
    cluster.edit({ name: 'scaler', labels: {} });
    expect(await run('revert', { ClusterAutoscaler: { Kind: 'absent' } })).toMatchObject({ kind: 'done' });
    expect(cluster.deployment).toMatchObject({ replicas: 2, record: undefined });
  });

  test('a Deployment that is gone needs nothing', async () => {
    await run('apply');
    cluster.all.length = 0;
    expect(await step().revert()).toMatchObject({ kind: 'done' });
  });

  test('replicas that do not become available pause the run with the reason', async () => {
    await run('apply');
    await step().revert();
    cluster.podsOfAutoscaler = [{ name: 'ca-2', createdAt: clock.now.toISOString(), ready: false, problems: ['scheduler: Unschedulable: no room'] }];
    later(601);
    expect(await step().revert()).toMatchObject({
      kind: 'blocked', by: PauseReason.ROLLOUT_STUCK, says: expect.stringContaining('pod ca-2 is not Ready (scheduler: Unschedulable: no room)'),
    });
    cluster.edit({ problem: 'FailedCreate: quota' });
    expect((await step().revert()).says).toContain('FailedCreate: quota');
  });

  test('a record that nobody can read is not guessed', async () => {
    cluster.edit({ record: '"two"' });
    await expect(step().revert()).rejects.toThrow('the record of replicas of Deployment kube-system/cluster-autoscaler is');
  });
});

describe('stopped', () => {
  test('a canary goes with the machine that was launched for it, in one call, also if its node is written to', async () => {
    await step().apply();
    later(5);
    cluster.launch('new', { ready: false });
    cluster.overtaken = 2;
    await step().stop();
    expect(cluster.writes.slice(-3)).toEqual(['delete machine-of-new', `delete ${CANARY_NAME}`, 'delete priority class']);
    expect(await step().assess()).toMatchObject({ applied: 'nothing' });
  });

  test('a machine that is still on its way to the canary goes, too', async () => {
    await step().apply();
    later(5);
    cluster.allClaims = ['x', 'y'].map(uid => ({ name: `default-${uid}`, uid, pool: 'default', created: clock.now.getTime(), launched: true }));
    cluster.allEvents = [{ from: 'karpenter', reason: 'Nominated', message: 'Pod should schedule on: machine/default-x' }];
    await step().stop();
    expect(cluster.allClaims.map(({ name, leaving }) => [name, leaving !== undefined])).toEqual([['default-x', true], ['default-y', false]]);
  });

  test('an autoscaler at zero stays there', async () => {
    await run('apply');
    cluster.writes.length = 0;
    await step().stop();
    expect(cluster.writes).toEqual([]);
  });
});

describe('before each batch', () => {
  const quiet = (more: Partial<ClusterAutoscalerConfiguration> = {}) => autoscalerIsQuiet(cluster, aws, { ...CONFIGURATION, ...more });
  const NAMED = { ClusterAutoscaler: { Kind: 'named', Namespace: 'kube-system', Name: 'cluster-autoscaler' } } as const;

  test.each<[string, string[], boolean]>([
    ['serves a node group by name', ['--nodes=1:5:eks-apps'], true],
    ['serves one by tags', ['--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled'], true],
    ['does not tell what it serves', ['./cluster-autoscaler'], true],
    ['serves other groups', ['--nodes=1:5:own-workers'], false],
  ])('one that nobody has named counts where it %s', async (_name, given, counts) => {
    aws.groups = [{ name: 'eks-apps', tags: { 'k8s.io/cluster-autoscaler/enabled': 'true' } }];
    cluster.edit({ replicas: 0 });
    cluster.all.push(autoscaler({ name: 'shard-b', arguments: given }));
    const objection = await quiet(NAMED);
    expect(objection).toEqual(counts ? expect.objectContaining({ kind: 'blocked', by: PauseReason.AUTOSCALER_UNCLEAR, says: expect.stringContaining('Deployment kube-system/shard-b') }) : undefined);
    expect(await quiet({ ...NAMED, AcceptedRisks: [PreflightCheck.AUTOSCALER_SCOPE] })).toBeUndefined();
    expect(await quiet({ ClusterAutoscaler: { Kind: 'absent' } })).toBeUndefined();
    cluster.edit({ replicas: 0 }, 1);
    expect(await quiet(NAMED)).toBeUndefined();
  });

  test('an autoscaler at zero is quiet, and so is none', async () => {
    cluster.edit({ replicas: 0 });
    expect(await quiet()).toBeUndefined();
    cluster.all.length = 0;
    expect(await quiet()).toBeUndefined();
  });

  test('one that is back is named with who has put it back', async () => {
    cluster.edit({ replicas: 1, record: '{"replicas":1}', replicasManager: 'argocd-controller' });
    expect(await quiet()).toMatchObject({ kind: 'blocked', by: PauseReason.AUTOSCALER_IS_BACK, says: expect.stringContaining('set by argocd-controller') });
  });

  test('a second one that has come since counts', async () => {
    cluster.edit({ replicas: 0, record: '{"replicas":1}' });
    cluster.all.push(autoscaler({ namespace: 'new', replicas: 1 }));
    expect(await quiet()).toMatchObject({ says: expect.stringContaining('new/cluster-autoscaler') });
  });
});
