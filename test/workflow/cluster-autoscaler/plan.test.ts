import * as fc from 'fast-check';
import { autoscaler } from './fakes';
import { CANARY_NAME, canaryPod, CanaryPurpose, judge, settingsOf } from '../../../src/workflow/cluster-autoscaler/canary';
import { awake, findAutoscaler, looksLikeAutoscaler, parseRecord, planRestoration, planTaintRemovals } from '../../../src/workflow/cluster-autoscaler/plan';
import { AutoScalingGroup, Canary } from '../../../src/workflow/cluster-autoscaler/port';
import { cordonsNodes, foreignGroups, isUnknown, scalesGroups, scopeOf, servedGroups } from '../../../src/workflow/cluster-autoscaler/scope';

describe('the Deployment', () => {
  test.each<[string, string, Record<string, string>, boolean]>([
    ['the name of the examples', 'cluster-autoscaler', {}, true],
    ['the chart', 'ca-aws-cluster-autoscaler', { 'app.kubernetes.io/name': 'aws-cluster-autoscaler' }, true],
    ['the chart with a name of its own', 'ca', { 'app.kubernetes.io/name': 'cluster-autoscaler' }, true],
    ['the label of the examples', 'scaler', { app: 'cluster-autoscaler' }, true],
    ['the label of the first chart', 'scaler', { app: 'aws-cluster-autoscaler' }, true],
    ['add-ons', 'scaler', { 'k8s-app': 'cluster-autoscaler' }, true],
    ['more add-ons', 'scaler', { 'k8s-addon': 'cluster-autoscaler.addons.k8s.io' }, true],
    ['something similar', 'cluster-autoscaler-exporter', { app: 'cluster-proportional-autoscaler' }, false],
  ])('%s', (_, name, labels, expected) => {
    expect(looksLikeAutoscaler(name, labels)).toBe(expected);
  });

  const one = autoscaler();
  const other = autoscaler({ namespace: 'other' });
  const scaler = autoscaler({ name: 'scaler' });
  const recorded = autoscaler({ name: 'scaler', record: '{"replicas":1}' });
  const named = { Kind: 'named', Namespace: 'kube-system', Name: 'scaler' } as const;
  const discovered = { Kind: 'discovered' } as const;
  const absent = { Kind: 'absent' } as const;

  test.each([
    ['the only one that looks like it', [one, scaler], discovered, one],
    ['the named one', [one, scaler], named, scaler],
    ['the one with a record, though another is named', [one, recorded, autoscaler({ name: 'x' })], { ...named, Name: 'x' }, recorded],
    ['the one with a record, though there should be none', [recorded], absent, recorded],
    ['the one with a record among several', [one, other, recorded], discovered, recorded],
  ])('%s is found', (_, candidates, reference, expected) => {
    expect(findAutoscaler(candidates, reference)).toEqual({ kind: 'found', deployments: [expected] });
  });

  test.each([
    ['none', [scaler], discovered, /no Deployment is named cluster-autoscaler.*`cutOver.clusterAutoscaler`.*ClusterAutoscaler.none\(\)/],
    ['several', [one, other], discovered, /2 Deployments look like .*kube-system\/cluster-autoscaler, other\/cluster-autoscaler.*ClusterAutoscaler.deployment/],
    ['a name that is not there', [one], named, /there is no Deployment kube-system\/scaler/],
    ['two records', [recorded, { ...recorded, namespace: 'copy' }], discovered, /kube-system\/scaler, copy\/scaler all carry a record/],
  ])('%s is unclear, and what to do is said', (_, candidates, reference, says) => {
    expect(findAutoscaler(candidates, reference)).toEqual({ kind: 'unclear', says: expect.stringMatching(says) });
  });

  const several = { Kind: 'several', Deployments: [{ Namespace: 'kube-system', Name: 'cluster-autoscaler' }, { Namespace: 'other', Name: 'cluster-autoscaler' }] } as const;

  test('all that are named are found, with and without a record', () => {
    expect(findAutoscaler([one, scaler, other], several)).toEqual({ kind: 'found', deployments: [one, other] });
    const both = [{ ...one, record: '{}' }, { ...other, record: '{}' }];
    expect(findAutoscaler(both, several)).toEqual({ kind: 'found', deployments: both });
  });

  test.each([
    ['one of several that is not there', [one], /there is no Deployment other\/cluster-autoscaler, which was named/],
    ['a record that none of several has', [one, other, recorded], /kube-system\/scaler all carry a record/],
  ])('%s is unclear', (_, candidates, says) => {
    expect(findAutoscaler(candidates, several)).toEqual({ kind: 'unclear', says: expect.stringMatching(says) });
  });

  test('where there should be none, none is looked for', () => {
    expect(findAutoscaler([one, other], absent)).toEqual({ kind: 'absent' });
    expect(awake([one], absent)).toBeUndefined();
  });

  test.each([
    ['', 'is "", which cannot be read'], ['null', 'is "null"'], ['{"replicas":-1}', 'cannot be read'], ['{"replicas":"2"}', 'cannot be read'],
    ['{"replicas":2}', 'write {"replicas":2,"at":"2024-05-01T10:00:00Z"}'],
  ])('the record %p is refused', (record, message) => {
    expect(() => parseRecord(autoscaler({ record }))).toThrow(message);
  });

  test.each([
    [2, { replicas: 0 }, 'restore'],
    [2, { replicas: 2, available: 1 }, 'wait'],
    [2, { replicas: 2, available: 2, observed: false }, 'wait'],
    [2, { replicas: 2, available: 2 }, 'restored'],
    [0, { replicas: 0, available: 0 }, 'restored'],
    [2, { replicas: 3 }, 'theirs'],
    [0, { replicas: 1 }, 'theirs'],
  ])('recorded %p and found %p: %s', (replicas, found, expected) => {
    expect(planRestoration(autoscaler(found), { replicas, owner: 'o', at: '' })).toBe(expected);
  });
});

describe('the scope', () => {
  const scope = (given: string[], environment: Record<string, string> = {}) => scopeOf({ arguments: given, environment });

  test.each<[string, string[], object]>([
    ['groups by name', ['--nodes=1:10:apps', '-nodes=0:3:a:b'], { named: ['apps', 'a:b'] }],
    ['groups by name, as an argument of its own', ['--nodes', '1:10:apps'], { named: ['apps'] }],
    ['tags', ['--node-group-auto-discovery=asg:tag=a,b=c'], { discoveries: [[{ key: 'a' }, { key: 'b', value: 'c' }]] }],
    ['tags, as an argument of their own', ['--node-group-auto-discovery', 'asg:tag=a'], { discoveries: [[{ key: 'a' }]] }],
    ['the line of a shell', ['sh', '-c', 'exec ./cluster-autoscaler --nodes=1:2:apps --node-group-auto-discovery="asg:tag=a"'], {
      named: ['apps'], discoveries: [[{ key: 'a' }]],
    }],
    ['variables', ['--nodes=1:2:$(GROUP)', '--nodes=1:2:${GROUP}-b'], { named: ['apps', 'apps-b'] }],
    ['what cannot be read', ['--nodes=1:2:$(SECRET)', '--node-group-auto-discovery=mig:namePrefix=x', '--nodes'], {
      unread: ['--nodes=1:2:$(SECRET)', '--nodes=', '--node-group-auto-discovery=mig:namePrefix=x'],
    }],
    ['other flags', ['--nodes-per-core=2', '--max-nodes-total=5'], {}],
    ['a name with blanks', ['--nodes=1:5:Batch Workers'], { named: ['Batch Workers'] }],
    ['a name with blanks, as an argument of its own', ['--nodes', '1:5:Batch Workers'], { named: ['Batch Workers'] }],
    ['a tag with blanks', ['--node-group-auto-discovery=asg:tag=My Team=a b,enabled'], { discoveries: [[{ key: 'My Team', value: 'a b' }, { key: 'enabled' }]] }],
    ['a tag without its value', ['--node-group-auto-discovery=asg:tag=team='], { discoveries: [[{ key: 'team' }]] }],
    ['a name with blanks on the line of a shell', ['/bin/bash', '-ec', './cluster-autoscaler \\\n --nodes="1:5:Batch Workers" --nodes=1:5:\'More of them\' && true'], {
      named: ['Batch Workers', 'More of them'],
    }],
    ['two flags in one argument', ['--nodes=1:5:a --nodes=1:5:b'], { unread: ['--nodes=1:5:a --nodes=1:5:b'] }],
    ['a quotation that does not end', ['sh', '-c', 'x --nodes="1:5:apps'], { unread: ['--nodes=$1:5:apps'] }],
  ])('%s', (_, given, expected) => {
    expect(scope(given, { GROUP: 'apps' })).toEqual({ named: [], discoveries: [], unread: [], ...expected });
  });

  test('without flags, or with one that cannot be read, it is unknown', () => {
    expect([[], ['--nodes=$(X)', '--nodes=1:2:apps'], ['--nodes=1:2:apps']].map(given => isUnknown(scope(given)))).toEqual([true, true, false]);
  });

  test.each<[string[], boolean]>([
    [['./cluster-autoscaler', '--v=4'], true], [['sh', '-c', '/cluster-autoscaler'], true], [['--nodes=1:2:x'], true], [['--node-group-auto-discovery=asg:tag=a'], true],
    [['--configmap=cluster-autoscaler-status'], false], [['./metrics-server'], false],
  ])('%p scales node groups: %p', (given, expected) => {
    expect(scalesGroups({ arguments: given })).toBe(expected);
  });

  test('the groups of the migration that it serves are told, by name and by tags', () => {
    const groups: AutoScalingGroup[] = [
      { name: 'a', tags: { team: 'x' } }, { name: 'b', tags: { team: 'y' } }, { name: 'c', tags: {} }, { name: 'theirs', tags: { team: 'x' } },
    ];
    expect(servedGroups(scope(['--nodes=1:2:c', '--node-group-auto-discovery=asg:tag=team=x']), groups, ['a', 'b', 'c'])).toEqual(['a', 'c']);
  });

  const discovery = ['--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,team=a'];
  const enabled = { 'k8s.io/cluster-autoscaler/enabled': 'true' };
  test.each<[string, string[], string, Record<string, string>, boolean]>([
    ['a group of the migration', discovery, 'ours', { ...enabled, 'team': 'a', 'eks:cluster-name': 'prod' }, false],
    ['another managed one', discovery, 'x', { ...enabled, 'team': 'a', 'eks:cluster-name': 'prod' }, true],
    ['a self-managed one', discovery, 'x', { ...enabled, 'team': 'a', 'kubernetes.io/cluster/prod': 'owned' }, true],
    ['one that is tagged for the autoscaler', discovery, 'x', { ...enabled, 'team': 'a', 'k8s.io/cluster-autoscaler/prod': 'owned' }, true],
    ['one of another cluster', discovery, 'x', { ...enabled, 'team': 'a', 'eks:cluster-name': 'test' }, false],
    ['one with another value', discovery, 'x', { ...enabled, 'team': 'b', 'eks:cluster-name': 'prod' }, false],
    ['one without a tag', discovery, 'x', { 'team': 'a', 'eks:cluster-name': 'prod' }, false],
    ['one that is named, of no cluster', ['--nodes=1:2:x'], 'x', {}, true],
    ['one that is not named', ['--nodes=1:2:y'], 'x', { 'eks:cluster-name': 'prod' }, false],
  ])('%s', (_, given, name, tags, foreign) => {
    expect(foreignGroups(scope(given), [{ name, tags }], ['ours'], 'prod')).toEqual(foreign ? [name] : []);
  });

  test.each([
    [['--cordon-node-before-terminating'], true], [['--cordon-node-before-terminating=true'], true],
    [['--cordon-node-before-terminating=false'], false], [['--scale-down-enabled'], false],
  ])('%p cordons: %p', (given, expected) => {
    expect(cordonsNodes({ arguments: given })).toBe(expected);
  });

  test('whatever stands there, reading it ends without an error, and nothing of the migration is foreign', () => {
    fc.assert(fc.property(fc.array(fc.string()), fc.array(fc.string()), (given, ours) => {
      const read = scope([...given, `--nodes=1:2:${ours[0] ?? 'x'}`]);
      expect(foreignGroups(read, ours.map(name => ({ name, tags: {} })), ours, 'prod')).toEqual([]);
    }));
  });
});

describe('leftover taints', () => {
  test('only the autoscaler\'s go, and only a cordon that came with the deletion', () => {
    const taint = (key: string) => ({ key, effect: 'NoSchedule', timeAdded: '2024-01-01T00:00:00.000Z' });
    const nodes = [
      { name: 'a', version: '7', nodegroup: 'apps', taints: [taint('x'), taint('ToBeDeletedByClusterAutoscaler')] },
      { name: 'b', version: '8', nodegroup: 'apps', taints: [taint('DeletionCandidateOfClusterAutoscaler')] },
      { name: 'c', version: '9', nodegroup: 'other', taints: [taint('ToBeDeletedByClusterAutoscaler')] },
    ];
    expect(planTaintRemovals(nodes, ['apps'], true)).toEqual([
      { node: 'a', version: '7', taints: [taint('x')], uncordon: true },
      { node: 'b', version: '8', taints: [], uncordon: false },
    ]);
    expect(planTaintRemovals(nodes, undefined, false).map(({ node, uncordon }) => [node, uncordon])).toEqual([['a', false], ['b', false], ['c', false]]);
  });
});

describe('the canary', () => {
  const purpose: CanaryPurpose = {
    namespace: 'karpenter',
    image: 'pause',
    ownerLabel: 'karpenter.sh/provisioner-name',
    pool: 'default',
    taints: [{ key: 'team', value: 'a', effect: 'NoExecute' }],
  };
  const { spec } = canaryPod(CANARY_NAME, purpose);

  test('only an empty node of the Provisioner takes it, and it pushes nothing away', () => {
    expect(spec.affinity).toEqual({
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'karpenter.sh/provisioner-name', operator: 'In', values: ['default'] }] }],
        },
      },
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{
          topologyKey: 'kubernetes.io/hostname',
          namespaceSelector: {},
          labelSelector: { matchExpressions: [{ key: 'pod-template-generation', operator: 'DoesNotExist' }] },
        }],
      },
    });
    expect(spec.tolerations).toEqual([{ key: 'team', operator: 'Exists', effect: 'NoExecute' }]);
    expect(spec.priorityClassName).toBe(CANARY_NAME);
  });

  test('it is what the restricted Pod Security Standard admits', () => {
    expect(spec.securityContext).toEqual({ runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: 'RuntimeDefault' } });
    expect(spec.containers[0].securityContext).toEqual({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
  });

  const now = new Date('2024-05-01T10:10:00Z');
  const settings = settingsOf(purpose);
  const canary = (more: Partial<Canary> = {}): Canary => ({
    name: CANARY_NAME, uid: 'u', createdAt: '2024-05-01T10:00:00Z', settings, terminating: false, finished: false, problems: [], ...more,
  });
  const node = (name: string, createdAt: string) => ({ name, createdAt, version: '1', unschedulable: false });
  const nodes = [node('old', '2024-05-01T09:00:00Z'), node('new', '2024-05-01T10:00:01Z')];
  const readySince = '2024-05-01T10:09:00Z';

  test.each<[string, Canary[], object]>([
    ['none: one is made', [], { kind: 'create', name: CANARY_NAME }],
    ['only one that goes: the next has another name', [canary({ terminating: true })], { kind: 'create', name: `${CANARY_NAME}-2` }],
    ['unscheduled: wait', [canary()], { kind: 'wait' }],
    ['not Ready on a new node: wait', [canary({ node: 'new' })], { kind: 'wait' }],
    ['Ready on a new node: proven', [canary({ node: 'new', readySince })], { kind: 'proven', node: 'new' }],
    ['on an old node: another is made', [canary({ node: 'old', readySince })], { kind: 'create', name: `${CANARY_NAME}-2` }],
    ['another waits already', [canary({ node: 'old', readySince }), canary({ name: 'b' })], { kind: 'wait' }],
    ['made otherwise: a leftover', [canary({ settings: 'other' })], { kind: 'leftovers' }],
    ['has ended: a leftover', [canary({ finished: true })], { kind: 'leftovers' }],
    ['its node is gone: a leftover', [canary({ node: 'gone', readySince })], { kind: 'leftovers' }],
    ['Ready for long: a leftover', [canary({ node: 'new', readySince: '2024-05-01T09:54:59Z' })], { kind: 'leftovers' }],
    ['ten on old nodes: odd', Array.from({ length: 10 }, (_, i) => canary({ name: `${i}`, node: 'old' })), { kind: 'exhausted' }],
  ])('%s', (_, canaries, expected) => {
    expect(judge(canaries, nodes, settings, now)).toMatchObject(expected);
  });

  test('a new canary never takes a name that is there, and only a younger node proves', () => {
    const some = fc.record({
      name: fc.constantFrom(CANARY_NAME, ...[2, 3, 4].map(index => `${CANARY_NAME}-${index}`)),
      node: fc.constantFrom(undefined, 'old', 'new', 'gone'),
      terminating: fc.boolean(),
      readySince: fc.constantFrom(undefined, readySince),
    });
    fc.assert(fc.property(fc.uniqueArray(some, { selector: ({ name }) => name }), found => {
      const judgement = judge(found.map(canary), nodes, settings, now);
      expect(judgement.kind === 'create' && found.some(({ name }) => name === judgement.name)).toBe(false);
      expect(judgement.kind === 'proven' && judgement.node !== 'new').toBe(false);
    }));
  });
});
