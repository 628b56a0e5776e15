import { Duration, Stack, TimeZone } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { checkKind } from '../../src/input/kind';
import { struct } from '../../src/input/shape';
import { Weekday } from '../../src/words/weekday';
import { ClusterAutoscaler } from '../../src/workflow/cluster-autoscaler/cluster-autoscaler';
import { waitForRun, workflowOptions } from '../../src/workflow/configuration';
import { CriticalWorkload } from '../../src/workflow/critical-workloads/critical-workload';
import { BatchSize } from '../../src/workflow/scale-down/batch-size';
import { DisruptionLimit, WorkloadDisruptionLimit } from '../../src/workflow/scale-down/disruption-limit';
import { NodegroupTarget, ScaleDownOptions } from '../../src/workflow/scale-down/scale-down-options';
import { SCALE_DOWN_OPTIONS } from '../../src/workflow/shapes';

const scaleDown = (options: ScaleDownOptions) => () => checkKind('`scaleDown`', options, struct(SCALE_DOWN_OPTIONS));

test('the defaults are the guide\'s', () => {
  expect(workflowOptions()).toEqual({
    CriticalWorkloads: [
      { Kind: 'Deployment', Namespace: 'kube-system', Name: 'coredns', Optional: true },
      { Kind: 'Deployment', Namespace: 'kube-system', Name: 'metrics-server', Optional: true },
    ],
    ClusterAutoscaler: { Kind: 'discovered' },
    CanaryImage: 'public.ecr.aws/eks-distro/kubernetes/pause:3.7',
    ScaleDown: {
      Targets: [],
      BatchSize: { Percentage: 10 },
      DisruptionLimit: { Percentage: 25 },
      PauseSeconds: 0,
      DeregistrationSeconds: 300,
      Force: false,
    },
    PatienceMinutes: 60,
  });
});

test('everything can be set', () => {
  expect(workflowOptions({
    criticalWorkloads: [...CriticalWorkload.defaults(), CriticalWorkload.statefulSet('vault', 'vault')],
    clusterAutoscaler: ClusterAutoscaler.deployment('autoscaling', 'ca-aws-cluster-autoscaler'),
    canaryImage: 'registry.example.com/pause:1',
  }, {
    targets: [NodegroupTarget.of('apps', 0)],
    batchSize: BatchSize.count(3),
    disruptionLimit: DisruptionLimit.count(2),
    workloadLimits: [WorkloadDisruptionLimit.deployment('shop', 'web', DisruptionLimit.percentage(50))],
    preProvision: true,
    pauseBetweenBatches: Duration.minutes(2),
    deregistrationDelay: Duration.seconds(20),
    patience: Duration.seconds(90),
    force: true,
  })).toEqual({
    CriticalWorkloads: [expect.anything(), expect.anything(), { Kind: 'StatefulSet', Namespace: 'vault', Name: 'vault', Optional: false }],
    ClusterAutoscaler: { Kind: 'named', Namespace: 'autoscaling', Name: 'ca-aws-cluster-autoscaler' },
    CanaryImage: 'registry.example.com/pause:1',
    ScaleDown: { Targets: [{ Nodegroup: 'apps', Size: 0 }], BatchSize: { Count: 3 }, DisruptionLimit: { Count: 2 }, WorkloadLimits: [{ Kind: 'Deployment', Namespace: 'shop', Name: 'web', Limit: { Percentage: 50 } }], PreProvision: true, PauseSeconds: 120, DeregistrationSeconds: 20, Force: true },
    PatienceMinutes: 2,
  });
});

test('a cluster without an autoscaler can say so, and nothing critical can be pinned', () => {
  expect(workflowOptions({ clusterAutoscaler: ClusterAutoscaler.none(), criticalWorkloads: [] }))
    .toMatchObject({ ClusterAutoscaler: { Kind: 'absent' }, CriticalWorkloads: [] });
});

test('an autoscaler may have several Deployments; one in a list is as good as one that is named', () => {
  const [a, b] = ['a', 'b'].map(name => ({ namespace: 'kube-system', name }));
  expect(workflowOptions({ clusterAutoscaler: ClusterAutoscaler.deployments([a, b]) }).ClusterAutoscaler)
    .toEqual({ Kind: 'several', Deployments: [{ Namespace: 'kube-system', Name: 'a' }, { Namespace: 'kube-system', Name: 'b' }] });
  expect(workflowOptions({ clusterAutoscaler: ClusterAutoscaler.deployments([a]) })).toEqual(workflowOptions({ clusterAutoscaler: ClusterAutoscaler.deployment('kube-system', 'a') }));
});

test('a deployment waits for 50 minutes at most', () => {
  expect(waitForRun().toMinutes()).toBe(50);
  expect(waitForRun(Duration.seconds(0)).toSeconds()).toBe(0);
  expect(() => waitForRun(Duration.minutes(51))).toThrow('waitForRun must be 50 minutes or less, because CloudFormation gives a custom resource an hour, got 51 minutes');
});

test.each<[string, () => unknown, string]>([
  ['a target below zero', () => NodegroupTarget.of('apps', -1), 'the target of node group "apps" must be a whole number of nodes, 0 or more, got -1'],
  ['half a node', () => NodegroupTarget.of('apps', 1.5), 'got 1.5'],
  ['no node at a time', () => BatchSize.count(0), 'the count of a BatchSize is 0: set a whole number of at least 1'],
  ['more than all nodes', () => BatchSize.percentage(101), 'the percentage of a BatchSize is 101: set a whole number from 1 to 100'],
  ['a plain number of nodes', scaleDown({ batchSize: 2 as unknown as BatchSize }), '`scaleDown.batchSize` is 2: set BatchSize.percentage(...) or BatchSize.count(...)'],
  ['no pod at a time', () => DisruptionLimit.count(0), 'the count of a DisruptionLimit is 0: set a whole number of at least 1'],
  ['half a percent', () => DisruptionLimit.percentage(0.5), 'the percentage of a DisruptionLimit is 0.5: set a whole number from 1 to 100'],
  ['a share as a text', scaleDown({ disruptionLimit: '25%' as unknown as DisruptionLimit }), '`scaleDown.disruptionLimit` is "25%": set DisruptionLimit.percentage(...) or DisruptionLimit.count(...)'],
  ['a limit of a workload that is none', () => WorkloadDisruptionLimit.deployment('shop', 'My Web', DisruptionLimit.count(1)), 'the name of the Deployment of a WorkloadDisruptionLimit "My Web" is not a DNS name'],
  ['a workload without a limit', () => WorkloadDisruptionLimit.statefulSet('shop', 'db', undefined as unknown as DisruptionLimit), 'the limit of the StatefulSet of a WorkloadDisruptionLimit is not set: set DisruptionLimit.percentage(...)'],
  ['two limits of a workload', scaleDown({ workloadLimits: [1, 2].map(pods => WorkloadDisruptionLimit.deployment('shop', 'web', DisruptionLimit.count(pods))) }), '`scaleDown.workloadLimits` names "Deployment shop/web" twice'],
  ['no patience', scaleDown({ patience: Duration.seconds(10) }), '`scaleDown.patience` is 10 seconds: set a Duration of whole seconds from 1 minute to 30 days'],
  ['two targets for a node group', () => workflowOptions({}, { targets: [NodegroupTarget.of('apps', 1), NodegroupTarget.of('apps', 2)] }), 'names node group "apps" twice'],
  ['a workload that is none', () => CriticalWorkload.deployment('kube-system', 'Core DNS'), 'name of the critical Deployment "Core DNS" is not a DNS name'],
  ['a namespace that is none', () => CriticalWorkload.statefulSet('a.b', 'x'), 'namespace of the critical StatefulSet "a.b" is not a DNS label'],
  ['no autoscaler in a list', () => ClusterAutoscaler.deployments([]), 'deployments of the Cluster Autoscaler must be one or more, got an empty list'],
  ['an autoscaler twice', () => ClusterAutoscaler.deployments([{ namespace: 'a', name: 'b' }, { namespace: 'a', name: 'b' }]), 'name "a/b" twice'],
  ['an autoscaler in a list that is none', () => ClusterAutoscaler.deployments([{ namespace: 'a', name: 'B' }]), 'name of the Cluster Autoscaler "B" is not a DNS name'],
  ['an autoscaler that is none', () => ClusterAutoscaler.deployment('kube-system', ''), 'name of the Cluster Autoscaler "" is not a DNS name'],
])('%s is refused at synthesis', (_, make, message) => {
  expect(make).toThrow(message);
});

describe('what has to be waited for before a node is begun', () => {
  const arn = 'arn:aws:cloudwatch:us-east-1:111111111111:alarm:errors';
  const stack = new Stack();
  const metric = new cloudwatch.Metric({ namespace: 'Shop', metricName: 'Errors' });
  const made = new cloudwatch.Alarm(stack, 'Made', { metric, threshold: 1, evaluationPeriods: 1 });
  const imported = cloudwatch.Alarm.fromAlarmArn(stack, 'Imported', arn);
  const composite = new cloudwatch.CompositeAlarm(stack, 'Composite', { alarmRule: cloudwatch.AlarmRule.fromBoolean(true) });

  test('windows are told with what is left out', () => {
    const { MaintenanceWindows } = workflowOptions({}, {
      maintenanceWindows: [
        { start: '22:00', duration: Duration.hours(6) },
        { days: [Weekday.SATURDAY, Weekday.SUNDAY], start: '08:30', duration: Duration.minutes(90), timeZone: TimeZone.EUROPE_BERLIN },
      ],
    }).ScaleDown;
    expect(MaintenanceWindows).toEqual([
      { Days: ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'], Start: '22:00', Minutes: 360, TimeZone: 'Etc/UTC' },
      { Days: ['SAT', 'SUN'], Start: '08:30', Minutes: 90, TimeZone: 'Europe/Berlin' },
    ]);
  });

  test.each([
    ['none', [], undefined],
    ['metric alarms', [made], { AlarmArns: [made.alarmArn], AlarmTypes: ['MetricAlarm'] }],
    ['a composite alarm too', [made, composite], { AlarmArns: [made.alarmArn, composite.alarmArn], AlarmTypes: ['CompositeAlarm', 'MetricAlarm'] }],
    ['an imported one, which may be composite', [imported], { AlarmArns: [arn], AlarmTypes: ['CompositeAlarm', 'MetricAlarm'] }],
  ])('alarms: %s', (_, pauseWhile: cloudwatch.IAlarm[], expected) => {
    expect(workflowOptions({}, { pauseWhile }).ScaleDown.PauseWhile).toEqual(expected);
  });
});
