import { clock, COREDNS, FakeAddon, FakeCluster, LINUX, OURS, run, stepOf } from './fakes';
import { pinned } from '../../../src/workflow/critical-workloads/affinity';
import { PauseReason } from '../../../src/workflow/pause-reason';
import { ADDON_RECORD, AFFINITY_RECORD } from '../../../src/workflow/records';
import { Step } from '../../../src/workflow/step';

const MINUTE = 60_000;
let cluster: FakeCluster;
let dns: ReturnType<FakeCluster['add']>;
let addon: FakeAddon;
let step: Step;

beforeEach(() => {
  clock.now = Date.parse('2023-08-01T10:00:00Z');
  cluster = new FakeCluster();
  dns = cluster.add(COREDNS, LINUX);
  addon = new FakeAddon(cluster, dns, LINUX);
  step = stepOf(cluster, addon, COREDNS);
});

const finish = () => addon.addon?.status === 'UPDATING' && addon.finish();
const apply = () => run(() => step.apply(), finish);
const revert = () => run(() => step.revert(), finish);

describe('a managed add-on', () => {
  test('is pinned through its configuration, after the record, and its Deployment is not patched', async () => {
    const first = await step.apply();
    expect(first).toMatchObject({ kind: 'working', says: 'add-on coredns is being configured to pin its pods to node groups' });
    expect(first.undo).toEqual([
      'aws eks update-addon --cluster-name prod --addon-name coredns --resolve-conflicts PRESERVE --configuration-values \'\'',
      'kubectl -n kube-system annotate deployment coredns cdk-karpenter-migration/addon-configuration-',
    ]);
    expect(await step.apply()).toMatchObject({ kind: 'working', says: 'add-on coredns is UPDATING' });
    expect(await apply()).toMatchObject({ kind: 'done' });
    expect(cluster.writes).toEqual(['coredns: +addon-configuration']);
    expect(dns.affinity).toEqual(pinned(LINUX, OURS));
    expect(await step.assess()).toMatchObject({ applied: 'fully' });
    await apply();
    expect(addon.configured).toHaveLength(1);
  });

  test.each([undefined, '{"replicaCount": 3}', 'replicaCount: 3 # three\n', '{}'])('with the configuration %j gets it back to the letter', async configuration => {
    addon.addon = { ...addon.addon!, configuration };
    await apply();
    expect(dns.affinity).toEqual(pinned(LINUX, OURS));
    expect(await revert()).toMatchObject({ kind: 'done' });
    expect(addon.configured.slice(1)).toEqual([configuration ?? '']);
    expect([dns.affinity, dns.annotations]).toEqual([LINUX, {}]);
  });

  test('that takes an empty text for nothing said gets an empty mapping', async () => {
    addon.ignoresEmpty = true;
    await apply();
    await revert();
    expect(addon.configured.slice(1)).toEqual(['', '{}']);
    expect(dns.affinity).toEqual(LINUX);
  });

  test('whose version knows no affinity is a reason to pause, before anything is changed', async () => {
    addon.properties = { replicaCount: { type: 'integer' } };
    expect(await step.apply()).toMatchObject({
      kind: 'blocked', by: PauseReason.ADDON_NOT_ACTIVE, says: expect.stringMatching('coredns v1.10.1-eksbuild.4 of cluster prod cannot be pinned: its configuration has no `affinity`'),
    });
    expect([cluster.writes, addon.configured]).toEqual([[], []]);
  });

  test('whose term nothing could satisfy is refused before anything is changed', async () => {
    cluster.hosts = [];
    expect(await step.apply()).toMatchObject({ kind: 'blocked', by: PauseReason.NOT_PINNABLE });
    expect([cluster.writes, addon.configured]).toEqual([[], []]);
  });

  test('with values that nobody can read is a reason to pause', async () => {
    addon.addon = { ...addon.addon!, configuration: '[1]' };
    expect(await step.apply()).toMatchObject({ kind: 'blocked', by: PauseReason.ADDON_NOT_ACTIVE });
  });

  test('that EKS does not reconfigure leaves no record', async () => {
    addon.answer = { kind: 'refused', says: 'ConfigurationValue provided in request is not supported' };
    expect(await step.apply()).toMatchObject({ kind: 'blocked', by: PauseReason.ADDON_NOT_ACTIVE, says: expect.stringMatching('ConfigurationValue provided') });
    expect(dns.annotations).toEqual({});
    addon.answer = { kind: 'busy' };
    expect(await step.apply()).toMatchObject({ kind: 'working' });
    expect(dns.annotations).toEqual({});
  });

  test.each(['DEGRADED', 'UPDATE_FAILED'])('that is %s is a reason to pause, with the words of EKS', async status => {
    addon.addon = { ...addon.addon!, status, issues: ['InsufficientNumberOfReplicas: 0 of 2'] };
    expect(await step.apply()).toMatchObject({ kind: 'blocked', by: PauseReason.ADDON_NOT_ACTIVE, says: `add-on coredns is ${status}: InsufficientNumberOfReplicas: 0 of 2` });
    expect(cluster.writes).toEqual([]);
  });

  test('whose Deployment EKS leaves to somebody else is a reason to pause after a while, and is restored', async () => {
    addon.effective = false;
    dns.managers = ['eks', 'kubectl-edit'];
    await step.apply();
    finish();
    expect(await step.apply()).toMatchObject({ kind: 'working' });
    clock.now += 11 * MINUTE;
    expect(await step.apply()).toMatchObject({ kind: 'blocked', by: PauseReason.ADDON_NOT_ACTIVE, says: expect.stringMatching('eks, kubectl-edit') });
    expect(await revert()).toMatchObject({ kind: 'done' });
    expect([addon.addon!.configuration, dns.annotations]).toEqual([undefined, {}]);
  });

  test('is configured when the call before died between the record and the update', async () => {
    addon.answer = { kind: 'busy' };
    await step.apply();
    cluster.overtake = false;
    addon.answer = { kind: 'started' };
    const record = { owner: 'o', at: new Date(clock.now).toISOString(), attempt: 1, original: null, ours: '{"affinity":{}}', pin: { original: LINUX, pinned: pinned(LINUX, OURS), requirement: OURS } };
    dns.annotations[ADDON_RECORD] = JSON.stringify(record);
    expect(await apply()).toMatchObject({ kind: 'done' });
    await revert();
    expect([addon.addon!.configuration, dns.affinity, dns.annotations]).toEqual([undefined, LINUX, {}]);
  });

  test('that its owner takes back again and again is a reason to pause', async () => {
    for (const _ of [1, 2]) {
      await apply();
      addon.addon = { ...addon.addon!, configuration: undefined };
      addon.finish();
    }
    expect(await step.apply()).toMatchObject({ kind: 'blocked', by: PauseReason.NOT_PINNABLE });
  });

  test('reads again when somebody else writes at the same time', async () => {
    cluster.overtake = true;
    expect(await step.apply()).toMatchObject({ kind: 'working', waitSeconds: 2 });
    expect(addon.configured).toEqual([]);
  });
});

describe('on the way back', () => {
  test('a change of the owner stays and only our affinity goes', async () => {
    await apply();
    addon.addon = { ...addon.addon!, configuration: JSON.stringify({ ...JSON.parse(addon.addon!.configuration!), replicaCount: 5 }) };
    expect((await step.revert()).says).toBe('add-on coredns loses only our affinity, its owner changed the rest since');
    await revert();
    expect(addon.addon!.configuration).toBe('{"replicaCount":5}');
    expect(dns.affinity).toEqual(LINUX);
    expect(dns.annotations).toEqual({});
  });

  test('beside a change of the owner the record stays, too, until EKS has changed the Deployment', async () => {
    await apply();
    addon.addon = { ...addon.addon!, configuration: JSON.stringify({ ...JSON.parse(addon.addon!.configuration!), replicaCount: 5 }) };
    addon.effective = false;
    await step.revert();
    finish();
    expect(await step.revert()).toMatchObject({ kind: 'working', says: expect.stringMatching('waiting for EKS') });
    addon.effective = true;
    addon.finish();
    expect((await step.revert()).says).toBe('add-on coredns keeps what its owner changed since');
    expect(await revert()).toMatchObject({ kind: 'done' });
  });

  test('an affinity that the owner put in the place of ours stays', async () => {
    await apply();
    addon.addon = { ...addon.addon!, configuration: '{"affinity":{"podAffinity":{}}}' };
    addon.finish();
    expect((await step.revert()).says).toBe('add-on coredns keeps the configuration that its owner gave it since');
    expect(await revert()).toMatchObject({ kind: 'done' });
    expect(addon.configured).toHaveLength(1);
    expect(dns.affinity).toEqual({ podAffinity: {} });
  });

  test('a record stays until EKS has changed the Deployment and its pods have rolled out', async () => {
    await apply();
    addon.effective = false;
    await step.revert();
    finish();
    expect(await step.revert()).toMatchObject({ kind: 'working', says: expect.stringMatching('waiting for EKS') });
    cluster.quick = false;
    cluster.setAffinity(dns, LINUX);
    cluster.podsOf = [{ name: 'coredns-1', created: new Date(clock.now).toISOString() }];
    expect(await step.revert()).toMatchObject({ kind: 'working' });
    expect(dns.annotations).toHaveProperty([ADDON_RECORD]);
    cluster.rollOut(dns);
    expect(await revert()).toMatchObject({ kind: 'done' });
  });

  test('what EKS does not take out of the Deployment is taken out there after a while', async () => {
    await apply();
    addon.effective = false;
    await step.revert();
    finish();
    clock.now += 11 * MINUTE;
    expect(await revert()).toMatchObject({ kind: 'done' });
    expect([dns.affinity, dns.annotations]).toEqual([LINUX, {}]);
  });

  test.each(['UPDATE_FAILED', 'DEGRADED'])('an add-on that is %s is restored, and pauses until it is ACTIVE', async status => {
    await apply();
    addon.addon = { ...addon.addon!, status };
    expect(await step.revert()).toMatchObject({ kind: 'working' });
    addon.finish();
    addon.addon = { ...addon.addon!, status };
    expect(await step.revert()).toMatchObject({ kind: 'blocked', by: PauseReason.ADDON_NOT_ACTIVE });
    addon.addon = { ...addon.addon!, status: 'ACTIVE' };
    expect(await revert()).toMatchObject({ kind: 'done' });
  });

  test('an update of ours that failed at EKS is taken back by another one', async () => {
    await step.apply();
    addon.addon = { ...addon.addon!, configuration: undefined, status: 'UPDATE_FAILED' };
    expect(await revert()).toMatchObject({ kind: 'done' });
    expect(addon.configured.slice(1)).toEqual(['']);
    expect([dns.affinity, dns.annotations]).toEqual([LINUX, {}]);
  });

  test('a former configuration that EKS refuses by now is a reason to pause', async () => {
    await apply();
    addon.answer = { kind: 'refused', says: 'no' };
    expect(await step.revert()).toMatchObject({ kind: 'blocked', by: PauseReason.ADDON_NOT_ACTIVE });
    addon.answer = { kind: 'busy' };
    expect(await step.revert()).toMatchObject({ kind: 'working' });
  });
});

describe('an add-on that changes hands in between', () => {
  test('managed when it was pinned, self-managed when it is restored', async () => {
    await apply();
    addon.addon = undefined;
    expect(await revert()).toMatchObject({ kind: 'done' });
    expect([dns.affinity, dns.annotations]).toEqual([LINUX, {}]);
  });

  test('self-managed when it was pinned, managed when it is restored', async () => {
    const managed = addon.addon;
    addon.addon = undefined;
    await apply();
    expect(dns.annotations).toHaveProperty([AFFINITY_RECORD]);
    addon.addon = managed;
    expect(await revert()).toMatchObject({ kind: 'done' });
    expect([dns.affinity, dns.annotations, addon.configured]).toEqual([LINUX, {}, []]);
  });

  test('taken over by EKS with its own affinity, it is pinned again, through the add-on, and restored there', async () => {
    const managed = addon.addon;
    addon.addon = undefined;
    await apply();
    addon.addon = managed;
    addon.finish();
    expect(await apply()).toMatchObject({ kind: 'done' });
    expect(Object.keys(dns.annotations)).toEqual([ADDON_RECORD]);
    await revert();
    expect([dns.affinity, dns.annotations, addon.addon!.configuration]).toEqual([LINUX, {}, undefined]);
  });

  test('given up by EKS and reset by its owner, it is pinned again by its template, and restored there', async () => {
    await apply();
    addon.addon = undefined;
    cluster.setAffinity(dns, null);
    expect(await apply()).toMatchObject({ kind: 'done' });
    expect(Object.keys(dns.annotations)).toEqual([AFFINITY_RECORD]);
    await revert();
    expect([dns.affinity, dns.annotations]).toEqual([null, {}]);
  });
});
