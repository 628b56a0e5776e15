import { Duration, Size } from 'aws-cdk-lib';
import { Table, accept, many, refuse } from './manifest-row';
import { Requirement } from '../../../src/provisioning/requirement';
import { Taint } from '../../../src/provisioning/taint';
import { Consolidation, NodeExpiry } from '../../../src/provisioning/v1/disruption';
import { DisruptionBudget, DisruptionReason } from '../../../src/provisioning/v1/disruption-budget';
import { NodePoolOptions } from '../../../src/provisioning/v1/node-pool-options';
import { WellKnownLabel } from '../../../src/provisioning/well-known-label';

const long = (length: number) => 'x'.repeat(length);
const { isIn, isNotIn, exists, doesNotExist, greaterThan, lessThan, atLeast, atMost } = Requirement;
const asking = (...requirements: (() => Requirement)[]) => (): NodePoolOptions => ({ requirements: requirements.map((make) => make()) });
const budgets = (...disruptionBudgets: (() => DisruptionBudget)[]) => (): NodePoolOptions =>
  ({ disruptionBudgets: disruptionBudgets.map((make) => make()) });
const window = (schedule: string, duration = Duration.hours(1)) => () => DisruptionBudget.nodes(1, { window: { schedule, duration } });
const labels = (all: { [key: string]: string }) => (): NodePoolOptions => ({ labels: all });
const minute = Duration.minutes(1);

/** What Karpenter 1.14 knows; `instance-pods` is of former times. */
const LABELS = Object.values(WellKnownLabel).filter((key) => key !== WellKnownLabel.INSTANCE_PODS);

const requirement = (value: object) => ({ template: { spec: { requirements: [value] } } });
const budget = (value: object) => ({ disruption: { budgets: [value] } });
const FIRST = '/spec/template/spec/requirements/0';
const IN = { rule: 'requirements with operator \'In\' must have a value defined' };
const BOUND = { rule: 'requirements operator \'Gt\', \'Lt\', \'Gte\', or \'Lte\' must have a single positive integer value' };
const MIN_VALUES = { rule: 'requirements with \'minValues\' must have at least that many values specified in the \'values\' field' };
const WINDOW = { rule: '\'schedule\' must be set with \'duration\'' };
const domain = (name: string) => ({ rule: `label domain "${name}" is restricted` });
const label = (name: string) => ({ rule: `label "${name}" is restricted` });

/** NodePools, each taken or refused by the API server with the definitions of Karpenter 1.14.3. */
export const NODE_POOLS: Table<NodePoolOptions> = {
  accepted: [
    accept('the defaults', () => ({})),
    accept('a name with a dot, a digit first and 63 characters', () => ({ name: `2.${long(61)}` })),
    accept('a node class that something else makes', () => ({ nodeClassName: 'theirs.v2' })),
    accept('labels and annotations of the object', () => ({ objectLabels: { 'example.com/team': 'a' }, objectAnnotations: { 'example.com/note': 'any text' } })),

    accept('both capacity types', asking(() => isIn(WellKnownLabel.CAPACITY_TYPE, ['spot', 'on-demand']))),
    accept('reserved capacity', asking(() => isIn(WellKnownLabel.CAPACITY_TYPE, ['reserved', 'on-demand']))),
    accept('an excluded value', asking(() => isNotIn(WellKnownLabel.INSTANCE_SIZE, ['nano', 'micro']))),
    accept('a label of one\'s own that pods choose', asking(() => exists('example.com/team'))),
    accept('an absent label', asking(() => doesNotExist(WellKnownLabel.INSTANCE_GPU_NAME))),
    accept('bounds', asking(() => greaterThan(WellKnownLabel.INSTANCE_CPU, 3), () => lessThan(WellKnownLabel.INSTANCE_CPU, 33))),
    accept('a bound of 0', asking(() => greaterThan(WellKnownLabel.INSTANCE_CPU, 0))),
    accept('bounds that count', asking(() => atLeast(WellKnownLabel.INSTANCE_CPU, 4), () => atMost(WellKnownLabel.INSTANCE_CPU, 32))),
    accept('a choice of as many values as there are', asking(() => isIn(WellKnownLabel.INSTANCE_FAMILY, ['m5', 'm6i']).withMinValues(2))),
    accept('a choice of 50 instance types', asking(() => exists(WellKnownLabel.INSTANCE_TYPE).withMinValues(50))),
    accept('a choice beside an excluded value', asking(() => isNotIn(WellKnownLabel.INSTANCE_FAMILY, ['t2']).withMinValues(1))),
    accept('a choice within a bound', asking(() => greaterThan(WellKnownLabel.INSTANCE_GENERATION, 5).withMinValues(2))),
    accept('instance types', asking(() => isIn(WellKnownLabel.INSTANCE_TYPE, ['m5.large', 'm5.xlarge']))),
    accept('arm64', asking(() => isIn(WellKnownLabel.ARCH, ['arm64']))),
    accept('Windows', asking(() => isIn(WellKnownLabel.OS, ['windows']))),
    accept('a zone', asking(() => isIn(WellKnownLabel.ZONE, ['us-east-1a']))),
    accept('an empty value', asking(() => isIn('example.com/team', ['']))),
    ...LABELS.map((key) => accept(`the label ${key}`, asking(() => exists(key)))),
    accept('an old key that Karpenter translates', asking(() => isIn('beta.kubernetes.io/arch', ['arm64']))),
    accept('a key of Kubernetes', asking(() => exists('node-role.kubernetes.io/worker'))),
    accept('the longest key', asking(() => exists(`${long(63)}.${long(63)}.${long(63)}.${long(60)}/${long(63)}`))),
    accept('100 requirements', () => ({ requirements: many(95, (index) => exists(`example.com/${index}`)) })),

    accept('labels', labels({ 'example.com/purpose': 'batch', 'empty': '', 'Team_1.x': long(63) })),
    accept('a label of Kubernetes', labels({ 'node-role.kubernetes.io/worker': '' })),
    accept('a label that decides the capacity type', labels({ [WellKnownLabel.CAPACITY_TYPE]: 'spot' })),
    accept('100 labels', () => ({ labels: Object.fromEntries(many(100, (index) => [`l${index}`, ''])) })),
    accept('annotations', () => ({ annotations: { 'example.com/note': 'any text, at all', 'karpenter.sh/do-not-disrupt': 'true' } })),
    accept('taints of all effects', () => ({ taints: [Taint.noSchedule('example.com/a', 'b'), Taint.preferNoSchedule('a'), Taint.noExecute('a')] })),
    accept('a taint with an empty value', () => ({ taints: [Taint.noSchedule('a', '')] })),
    accept('startup taints', () => ({ startupTaints: [Taint.noExecute('example.com/agent', 'absent')] })),

    accept('consolidation at once', () => ({ consolidation: Consolidation.whenEmptyOrUnderutilized(Duration.seconds(0)) })),
    accept('consolidation after a time that is not whole minutes', () => ({ consolidation: Consolidation.whenEmptyOrUnderutilized(Duration.seconds(90)) })),
    accept('consolidation of empty nodes', () => ({ consolidation: Consolidation.whenEmpty(Duration.hours(2)) })),
    accept('balanced consolidation', () => ({ consolidation: Consolidation.balanced(minute) })),
    accept('no consolidation', () => ({ consolidation: Consolidation.never() })),
    accept('no budget', budgets()),
    accept('a budget of no nodes', budgets(() => DisruptionBudget.nodes(0))),
    accept('a budget of nodes', budgets(() => DisruptionBudget.nodes(1000))),
    accept('budgets of 0 and of 100 percent', budgets(() => DisruptionBudget.percentage(0), () => DisruptionBudget.percentage(100))),
    accept('a budget for some reasons', budgets(() => DisruptionBudget.percentage(5, { reasons: [DisruptionReason.DRIFTED, DisruptionReason.EMPTY] }))),
    accept('a budget on working days', budgets(window('0 9 * * mon-fri', Duration.hours(8)))),
    accept('a budget every day', budgets(window('@daily', Duration.minutes(90)))),
    accept('a budget with lists and steps', budgets(window('0,30 */2 1-15/3 JAN,6 0'))),
    accept('50 budgets', () => ({ disruptionBudgets: many(50, () => DisruptionBudget.nodes(1)) })),
    accept('nodes that do not expire', () => ({ expireAfter: NodeExpiry.never() })),
    accept('nodes of 30 days', () => ({ expireAfter: NodeExpiry.after(Duration.days(30)) })),
    accept('nodes of a second', () => ({ expireAfter: NodeExpiry.after(Duration.seconds(1)) })),
    accept('a limited drain', () => ({ terminationGracePeriod: Duration.minutes(90) })),
    accept('no drain', () => ({ terminationGracePeriod: Duration.seconds(0) })),

    accept('all limits', () => ({
      limits: { cpu: 1.5, memory: Size.gibibytes(4000), ephemeralStorage: Size.tebibytes(1), pods: 500, extendedResources: { 'nvidia.com/gpu': 2 } },
    })),
    accept('no limits', () => ({ limits: {} })),
    accept('a limit of nothing', () => ({ limits: { cpu: 0 } })),
    accept('the least weight', () => ({ weight: 1 })),
    accept('the greatest weight', () => ({ weight: 100 })),
  ],

  refused: [
    refuse('no template', { field: '/spec' }, { template: null }),
    refuse('no node class', { field: '/spec/template/spec' }, { template: { spec: { nodeClassRef: null } } }),
    refuse('a node class without a name', { rule: 'name may not be empty' }, { template: { spec: { nodeClassRef: { name: '' } } } },
      () => ({ nodeClassName: '' }), 'EC2NodeClass name "" is not a DNS name'),
    refuse('a node class without a kind', { rule: 'kind may not be empty' }, { template: { spec: { nodeClassRef: { kind: '' } } } }),
    refuse('a node class without a group', { rule: 'group may not be empty' }, { template: { spec: { nodeClassRef: { group: '' } } } }),
    refuse('a node class with a version', { field: '/spec/template/spec/nodeClassRef/group' },
      { template: { spec: { nodeClassRef: { group: 'karpenter.k8s.aws/v1' } } } }),
    refuse('no requirements', { field: '/spec/template/spec' }, { template: { spec: { requirements: null } } }),

    refuse('no values', IN, requirement({ key: 'a', operator: 'In', values: [] }), asking(() => isIn('a', [])), 'requirement on "a" has no values'),
    refuse('a negative bound', BOUND, requirement({ key: 'a', operator: 'Gt', values: ['-1'] }),
      asking(() => greaterThan('a', -1)), 'bound of the requirement on "a" is -1'),
    refuse('a lower bound below nothing', BOUND, requirement({ key: 'a', operator: 'Gte', values: ['-1'] }),
      asking(() => atLeast('a', -1)), 'bound of the requirement on "a" is -1'),
    refuse('two bounds in one', BOUND, requirement({ key: 'a', operator: 'Lt', values: ['1', '2'] })),
    refuse('a bound without a value', BOUND, requirement({ key: 'a', operator: 'Lte', values: [] })),
    refuse('a choice of more than there is', MIN_VALUES, requirement({ key: 'a', operator: 'In', values: ['b'], minValues: 2 }),
      asking(() => isIn('a', ['b']).withMinValues(2)), 'requirement on "a" has 1 values and asks for at least 2'),
    refuse('a choice of none', { field: `${FIRST}/minValues` }, requirement({ key: 'a', operator: 'Exists', minValues: 0 }),
      asking(() => exists('a').withMinValues(0)), 'minimum of values of the requirement on "a" is 0: set a whole number from 1 to 50'),
    refuse('a choice of 51', { field: `${FIRST}/minValues` }, requirement({ key: 'a', operator: 'Exists', minValues: 51 }),
      asking(() => exists('a').withMinValues(51)), 'minimum of values of the requirement on "a" is 51'),
    refuse('an unknown operator', { field: `${FIRST}/operator` }, requirement({ key: 'a', operator: 'Equals', values: ['b'] })),
    refuse('an empty key', { field: `${FIRST}/key` }, requirement({ key: '', operator: 'Exists' }), asking(() => exists('')), 'requirement key "" is not'),
    refuse('a key with a blank', { field: `${FIRST}/key` }, requirement({ key: 'a b', operator: 'Exists' }), asking(() => exists('a b')), 'requirement key "a b" is not'),
    refuse('a key with two slashes', { field: `${FIRST}/key` }, requirement({ key: 'a/b/c', operator: 'Exists' }),
      asking(() => exists('a/b/c')), 'requirement key "a/b/c" is not'),
    refuse('a domain with a capital', { field: `${FIRST}/key` }, requirement({ key: 'Example.com/a', operator: 'Exists' }),
      asking(() => exists('Example.com/a')), 'requirement key "Example.com/a" is not'),
    refuse('a key of 317 characters', { field: `${FIRST}/key` },
      requirement({ key: `${long(63)}.${long(63)}.${long(63)}.${long(61)}/${long(63)}`, operator: 'Exists' }),
      asking(() => exists(`${long(63)}.${long(63)}.${long(63)}.${long(61)}/${long(63)}`)), 'has 317 characters: write at most 316'),
    refuse('101 requirements', { field: '/spec/template/spec/requirements' },
      { template: { spec: { requirements: many(101, (index) => ({ key: `a${index}`, operator: 'Exists' })) } } },
      () => ({ requirements: many(96, (index) => exists(`example.com/${index}`)) }), '`requirements` has 101 entries'),
    refuse('a requirement on the pool', label('karpenter.sh/nodepool'), requirement({ key: 'karpenter.sh/nodepool', operator: 'Exists' }),
      asking(() => exists('karpenter.sh/nodepool')), 'requirement key "karpenter.sh/nodepool" is restricted'),
    refuse('a requirement on the host', label('kubernetes.io/hostname'), requirement({ key: 'kubernetes.io/hostname', operator: 'In', values: ['a'] }),
      asking(() => isIn('kubernetes.io/hostname', ['a'])), 'requirement key "kubernetes.io/hostname" is restricted'),
    refuse('a requirement on what Karpenter keeps', domain('karpenter.sh'), requirement({ key: 'karpenter.sh/initialized', operator: 'Exists' }),
      asking(() => exists('karpenter.sh/initialized')), 'requirement key "karpenter.sh/initialized" is restricted'),
    refuse('a requirement on what the provider keeps', domain('karpenter.k8s.aws'), requirement({ key: 'karpenter.k8s.aws/instance-ami-id', operator: 'Exists' }),
      asking(() => exists('karpenter.k8s.aws/instance-ami-id')), 'requirement key "karpenter.k8s.aws/instance-ami-id" is restricted'),
    refuse('a requirement on a label of former times', domain('karpenter.k8s.aws'), requirement({ key: 'karpenter.k8s.aws/instance-pods', operator: 'Exists' }),
      asking(() => exists(WellKnownLabel.INSTANCE_PODS)), 'requirement key "karpenter.k8s.aws/instance-pods" is restricted'),
    refuse('a domain below Karpenter\'s', domain('karpenter.sh'), requirement({ key: 'a.karpenter.sh/b', operator: 'Exists' }),
      asking(() => exists('a.karpenter.sh/b')), 'requirement key "a.karpenter.sh/b" is restricted'),
    refuse('a domain that only ends like Karpenter\'s', domain('karpenter.sh'), requirement({ key: 'mykarpenter.sh/b', operator: 'Exists' }),
      asking(() => exists('mykarpenter.sh/b')), 'requirement key "mykarpenter.sh/b" is restricted'),

    refuse('a label of the pool', label('karpenter.sh/nodepool'), { template: { metadata: { labels: { 'karpenter.sh/nodepool': 'a' } } } },
      labels({ 'karpenter.sh/nodepool': 'a' }), 'label key "karpenter.sh/nodepool" is restricted'),
    refuse('a label of the host', label('kubernetes.io/hostname'), { template: { metadata: { labels: { 'kubernetes.io/hostname': 'a' } } } },
      labels({ 'kubernetes.io/hostname': 'a' }), 'label key "kubernetes.io/hostname" is restricted'),
    refuse('a label that Karpenter keeps', domain('karpenter.sh'), { template: { metadata: { labels: { 'karpenter.sh/registered': 'true' } } } },
      labels({ 'karpenter.sh/registered': 'true' }), 'label key "karpenter.sh/registered" is restricted'),
    refuse('a label that the provider keeps', domain('karpenter.k8s.aws'), { template: { metadata: { labels: { 'karpenter.k8s.aws/mine': 'true' } } } },
      labels({ 'karpenter.k8s.aws/mine': 'true' }), 'label key "karpenter.k8s.aws/mine" is restricted'),
    refuse('a label value with a slash', { field: '/spec/template/metadata/labels/a' }, { template: { metadata: { labels: { a: 'b/c' } } } },
      labels({ a: 'b/c' }), 'label "a" has the value "b/c"'),
    refuse('a label value of 64 characters', { field: '/spec/template/metadata/labels/a' }, { template: { metadata: { labels: { a: long(64) } } } },
      labels({ a: long(64) }), `label "a" has the value "${long(64)}"`),
    refuse('101 labels', { field: '/spec/template/metadata/labels' },
      { template: { metadata: { labels: Object.fromEntries(many(101, (index) => [`l${index}`, ''])) } } },
      () => ({ labels: Object.fromEntries(many(101, (index) => [`l${index}`, ''])) }), '`labels` has 101 entries'),

    refuse('a taint without an effect', { field: '/spec/template/spec/taints/0' }, { template: { spec: { taints: [{ key: 'a' }] } } }),
    refuse('a taint of an unknown effect', { field: '/spec/template/spec/taints/0/effect' }, { template: { spec: { taints: [{ key: 'a', effect: 'NoRun' }] } } }),
    refuse('a taint without a key', { field: '/spec/template/spec/taints/0/key' }, { template: { spec: { taints: [{ key: '', effect: 'NoSchedule' }] } } },
      () => ({ taints: [Taint.noSchedule('')] }), 'taint key "" is not a Kubernetes key'),
    refuse('a taint with a value that is none', { field: '/spec/template/spec/taints/0/value' },
      { template: { spec: { taints: [{ key: 'a', value: 'b=c', effect: 'NoSchedule' }] } } }, () => ({ taints: [Taint.noSchedule('a', 'b=c')] }), 'taint "a" has the value "b=c"'),
    refuse('a taint with an empty value, as it is', { field: '/spec/template/spec/taints/0/value' },
      { template: { spec: { taints: [{ key: 'a', value: '', effect: 'NoSchedule' }] } } }),
    refuse('a startup taint with a blank in its key', { field: '/spec/template/spec/startupTaints/0/key' },
      { template: { spec: { startupTaints: [{ key: 'a b', effect: 'NoExecute' }] } } }, () => ({ startupTaints: [Taint.noExecute('a b')] }), 'taint key "a b" is not'),

    refuse('a disruption without a time', { field: '/spec/disruption' }, { disruption: { consolidateAfter: null } }),
    refuse('an unknown consolidation', { field: '/spec/disruption/consolidationPolicy' }, { disruption: { consolidationPolicy: 'WhenUnderutilized' } }),
    refuse('a time in days', { field: '/spec/disruption/consolidateAfter' }, { disruption: { consolidateAfter: '1d' } }),
    refuse('a time of a fraction', { field: '/spec/disruption/consolidateAfter' }, { disruption: { consolidateAfter: '0.5s' } },
      () => ({ consolidation: Consolidation.whenEmpty(Duration.millis(500)) }), 'set a Duration of whole seconds'),
    refuse('an age without a unit', { field: '/spec/template/spec/expireAfter' }, { template: { spec: { expireAfter: '720' } } }),
    refuse('an age of milliseconds', { field: '/spec/template/spec/expireAfter' }, { template: { spec: { expireAfter: '1500ms' } } },
      () => ({ expireAfter: NodeExpiry.after(Duration.millis(1500)) }), 'set a Duration of whole seconds'),
    refuse('a drain without an end', { field: '/spec/template/spec/terminationGracePeriod' }, { template: { spec: { terminationGracePeriod: 'Never' } } }),

    refuse('a budget without nodes', { field: '/spec/disruption/budgets/0/nodes' }, budget({ nodes: '' })),
    refuse('a budget of less than none', { field: '/spec/disruption/budgets/0/nodes' }, budget({ nodes: '-1' }),
      budgets(() => DisruptionBudget.nodes(-1)), 'disruption budget is -1: set a whole number of at least 0'),
    refuse('a budget of half a node', { field: '/spec/disruption/budgets/0/nodes' }, budget({ nodes: '0.5' }),
      budgets(() => DisruptionBudget.nodes(0.5)), 'disruption budget is 0.5'),
    refuse('a budget of more than all', { field: '/spec/disruption/budgets/0/nodes' }, budget({ nodes: '101%' }),
      budgets(() => DisruptionBudget.percentage(101)), 'percentage of a disruption budget is 101: set a whole number from 0 to 100'),
    refuse('a budget of a fraction of a percent', { field: '/spec/disruption/budgets/0/nodes' }, budget({ nodes: '2.5%' }),
      budgets(() => DisruptionBudget.percentage(2.5)), 'percentage of a disruption budget is 2.5'),
    refuse('a budget for an unknown reason', { field: '/spec/disruption/budgets/0/reasons/0' }, budget({ nodes: '1', reasons: ['Expired'] }),
      budgets(() => DisruptionBudget.nodes(1, { reasons: ['Expired' as DisruptionReason] })), '`reasons[0]` of DisruptionBudget.nodes is "Expired"'),
    refuse('a schedule without a duration', WINDOW, budget({ nodes: '1', schedule: '@daily' })),
    refuse('a duration without a schedule', WINDOW, budget({ nodes: '1', duration: '1h' })),
    refuse('a schedule of four fields', { field: '/spec/disruption/budgets/0/schedule' }, budget({ nodes: '1', schedule: '0 9 * *', duration: '1h' }),
      budgets(window('0 9 * *')), 'schedule of a disruption budget is "0 9 * *": write 5 fields'),
    refuse('a schedule that repeats', { field: '/spec/disruption/budgets/0/schedule' }, budget({ nodes: '1', schedule: '@every', duration: '1h' }),
      budgets(window('@every')), 'schedule of a disruption budget is "@every"'),
    refuse('a duration with seconds', { field: '/spec/disruption/budgets/0/duration' }, budget({ nodes: '1', schedule: '@daily', duration: '90s' }),
      budgets(window('@daily', Duration.seconds(90))), 'cannot be converted into a whole number of minutes'),
    refuse('51 budgets', { field: '/spec/disruption/budgets' }, { disruption: { budgets: many(51, () => ({ nodes: '1' })) } },
      () => ({ disruptionBudgets: many(51, () => DisruptionBudget.nodes(1)) }), '`disruptionBudgets` has 51 entries'),

    refuse('a limit that is no quantity', { field: '/spec/limits/cpu' }, { limits: { cpu: 'many' } }),
    refuse('a weight of 0', { field: '/spec/weight' }, { weight: 0 }, () => ({ weight: 0 }), '`weight` is 0: set a whole number from 1 to 100'),
    refuse('a weight of 101', { field: '/spec/weight' }, { weight: 101 }, () => ({ weight: 101 }), '`weight` is 101'),
    refuse('a weight of a half', { field: '/spec/weight' }, { weight: 0.5 }, () => ({ weight: 0.5 }), '`weight` is 0.5'),
    refuse('a fixed number below nothing', { field: '/spec/replicas' }, { limits: null, replicas: -1 }),
    refuse('a fixed number of nodes with a limit', { rule: 'only \'limits.nodes\' is supported on static NodePools' }, { replicas: 1 }),
    refuse('a fixed number of nodes with a weight', { rule: '\'weight\' is not supported on static NodePools' }, { limits: null, replicas: 1, weight: 1 }),
  ],
};
