import { App, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { KarpenterMigration, MigrationAlarmsOptions, MigrationEventType, MigrationStage } from '../../src';
import { articleUrl, RUNBOOK } from '../../src/words/runbook';
import { METRICS } from '../../src/workflow/metrics';
import { Given, importCluster, migrate, rendered, testApp } from '../karpenter-migration/stack';

const METHODS = {
  NodesLeft: 'metricNodesLeft',
  PodsEvicted: 'metricPodsEvicted',
  EvictionsRefused: 'metricEvictionsRefused',
  PodsPending: 'metricPodsPending',
  KarpenterNodes: 'metricKarpenterNodes',
  PausedSeconds: 'metricPausedSeconds',
  StoppedSafely: 'metricStoppedSafely',
} as const satisfies Record<keyof typeof METRICS, keyof KarpenterMigration>;

describe('metrics', () => {
  test.each(Object.entries(METHODS))('%s is read by the name and the dimension that the function writes', (name, method) => {
    const { migration, stack } = migrate();
    const metric = migration[method]();
    expect(stack.resolve(metric.toMetricConfig())).toMatchObject({
      metricStat: { namespace: 'CdkKarpenterMigration', metricName: name, dimensions: [{ name: 'ClusterName', value: 'prod' }], period: Duration.minutes(5) },
    });
  });

  test('what calls have done adds up, and how things stand is the most of it', () => {
    const { migration } = migrate();
    const of = (statistic: string) => Object.entries(METHODS)
      .filter(([, method]) => migration[method]().statistic === statistic).map(([name]) => name);
    expect(of('Sum')).toEqual(['PodsEvicted', 'EvictionsRefused', 'StoppedSafely']);
    expect(of('Maximum')).toEqual(['NodesLeft', 'PodsPending', 'KarpenterNodes', 'PausedSeconds']);
  });

  test('what is asked for wins, and a metric of one step can be had too', () => {
    const { migration } = migrate();
    const metric = migration.metricNodesLeft({
      statistic: 'Minimum', period: Duration.minutes(1), label: 'left', dimensionsMap: { ClusterName: 'prod', Step: 'scale-down' },
    });
    expect(metric).toMatchObject({ statistic: 'Minimum', label: 'left', dimensions: { ClusterName: 'prod', Step: 'scale-down' } });
    expect(metric.period.toMinutes()).toBe(1);
  });
});

test('nothing of it makes a resource before it is asked for', () => {
  const { migration, stack } = migrate();
  Object.values(METHODS).forEach(method => migration[method]());
  const types = new Set(Object.values(rendered(stack).Resources).map(({ Type }) => Type));
  expect([...types].filter(type => /^AWS::(CloudWatch|Events|Logs::(QueryDefinition|MetricFilter))/.test(type))).toEqual([]);
});

describe('the dashboard', () => {
  interface Widget { readonly type: string; readonly x: number; readonly y: number; readonly width: number; readonly properties: any }

  /** With tokens as their JSON. */
  function widgetsOf(stack: Stack): Widget[] {
    const [{ Properties }] = Object.values(rendered(stack).Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Dashboard');
    const body = Properties.DashboardBody;
    const text = typeof body === 'string' ? body : body['Fn::Join'][1].map((part: unknown) => typeof part === 'string' ? part : `<${Object.values(part as object)[0]}>`).join('');
    return JSON.parse(text).widgets;
  }
  const shown = (given: Given = () => ({})) => {
    const { migration, stack } = migrate(given);
    migration.addDashboard();
    return widgetsOf(stack);
  };

  test('shows in order what is left, how it goes, what is in the way, where pods are and what the run says', () => {
    const widgets = shown();
    const contents = widgets.map(({ type, properties: { metrics, query, markdown } }) => {
      const names = metrics?.map(([, name]: string[]) => name);
      return names?.join(' ') ?? (type === 'log' ? /fields @timestamp, ([\w, ]+)/.exec(query)![1] : markdown.split('\n')[0]);
    });
    expect(contents).toEqual([
      'NodesLeft', 'PodsEvicted EvictionsRefused', 'PausedSeconds', 'pausedBy, pausedSince, message', 'KarpenterNodes', 'PodsPending', 'Step, outcome, message',
      '## Migration of prod to Karpenter',
    ]);
    const places = widgets.map(({ y, x }) => y * 100 + x);
    expect(places).toEqual([...places].sort((one, other) => one - other));
    expect(widgets.every(({ x, width }) => x + width <= 24)).toBe(true);
  });

  test('reads the log of our function, and there this cluster only', () => {
    const queries = shown().filter(({ type }) => type === 'log').map(({ properties: { query } }) => query);
    expect(queries).toHaveLength(2);
    for (const query of queries) {
      expect(query).toMatch(/^SOURCE '<KarpenterMigrationAwsLogs\w+>' \| fields /);
      expect(query).toContain('filter ClusterName = "prod"');
      expect(query).toContain('sort @timestamp desc');
    }
    expect(queries[0]).toContain('filter ispresent(pausedBy)');
  });

  test('says what to look at, and leads to the runbook and to the executions', () => {
    const { properties: { markdown } } = shown().at(-1)!;
    for (const heading of ['Pauses', 'Pods pending', 'Where is it?', 'Stop it at once', 'Go back without CDK']) {
      expect(markdown).toContain(`(${articleUrl(heading)})`);
    }
    expect(markdown).toContain(`[runbook](${RUNBOOK})`);
    expect(markdown).toMatch(/#\/statemachines\/view\/<MigrationStageWorkflowStateMachine/);
  });

  test('is returned, for widgets of the user\'s own, and has the name that is asked for', () => {
    const { migration, stack } = migrate();
    const dashboard = migration.addDashboard({ dashboardName: 'to-karpenter' });
    dashboard.addWidgets(new cloudwatch.TextWidget({ markdown: 'ours' }));
    expect(dashboard).toBeInstanceOf(cloudwatch.Dashboard);
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Dashboard', { DashboardName: 'to-karpenter' });
    expect(widgetsOf(stack).at(-1)!.properties.markdown).toBe('ours');
  });

  test('has a generated name, so that two migrations have two', () => {
    const { migration, stack } = migrate();
    migration.addDashboard();
    new KarpenterMigration(stack, 'Other', { cluster: importCluster(stack, { clusterName: 'staging' }, 'OtherCluster') }).addDashboard();
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 2);
    template.allResourcesProperties('AWS::CloudWatch::Dashboard', { DashboardName: Match.absent() });
  });
});

describe('alarms', () => {
  function watched(options: Partial<MigrationAlarmsOptions> = {}, given: Given = () => ({})) {
    const { migration, stack } = migrate(given);
    const topic = new sns.Topic(stack, 'OnCall');
    migration.addAlarms({ actions: [new actions.SnsAction(topic)], ...options });
    const all = Object.values(rendered(stack).Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);
    const of = (name: string) => all.find(({ MetricName }) => MetricName === name)!;
    return { all, of };
  }

  test('call whoever is named, say nothing where nothing is written, and lead to their articles', () => {
    const { all } = watched();
    expect(all.map(({ MetricName }) => MetricName).sort()).toEqual(['ExecutionsFailed', 'PausedSeconds', 'PodsPending', 'StoppedSafely']);
    for (const alarm of all) {
      expect(alarm).toMatchObject({ AlarmActions: [{ Ref: expect.stringMatching(/^OnCall/) }], TreatMissingData: 'notBreaching' });
      expect(alarm.AlarmDescription).toMatch(/\bprod\b/);
    }
    expect(all.map(({ AlarmDescription }) => AlarmDescription.split(' See ')[1]).sort())
      .toEqual(['Paused for long', 'Pods pending', 'Run failed', 'Stopped safely'].map(articleUrl));
  });

  test('watch the metrics of the cluster and the executions of the state machine', () => {
    const { all, of } = watched();
    for (const alarm of all.filter(({ Namespace }) => Namespace !== 'AWS/States')) {
      expect(alarm).toMatchObject({ Namespace: 'CdkKarpenterMigration', Dimensions: [{ Name: 'ClusterName', Value: 'prod' }], Period: 300 });
    }
    expect(of('ExecutionsFailed')).toMatchObject({
      Namespace: 'AWS/States', Threshold: 1, Dimensions: [{ Name: 'StateMachineArn', Value: { Ref: expect.stringMatching(/^MigrationStageWorkflowStateMachine/) } }],
    });
    expect(of('StoppedSafely')).toMatchObject({ Threshold: 1, EvaluationPeriods: 1, Statistic: 'Sum', ComparisonOperator: 'GreaterThanOrEqualToThreshold' });
  });

  test.each<[string, Partial<MigrationAlarmsOptions>, Duration | undefined, number]>([
    ['by default after a quarter of an hour', {}, undefined, 900],
    ['by default earlier where patience is short', {}, Duration.minutes(10), 300],
    ['when it is asked for', { pausedLongerThan: Duration.minutes(40) }, undefined, 2400],
    ['as late as patience allows', { pausedLongerThan: Duration.hours(3) }, Duration.hours(4), 10_800],
  ])('of a pause go off %s', (_, options, patience, seconds) => {
    const { of } = watched(options, () => patience ? { scaleDown: { patience } } : {});
    expect(of('PausedSeconds')).toMatchObject({ Threshold: seconds, Statistic: 'Maximum', EvaluationPeriods: 2, DatapointsToAlarm: 1 });
  });

  test.each<[string, Partial<MigrationAlarmsOptions>, number]>([
    ['by default 10 minutes', {}, 2],
    ['5 minutes', { podsPendingFor: Duration.minutes(5) }, 1],
    ['6 minutes, rounded up', { podsPendingFor: Duration.minutes(6) }, 2],
    ['12 hours', { podsPendingFor: Duration.hours(12) }, 144],
  ])('of pods go off when there has been a pending one at every moment for %s', (_, options, periods) => {
    const { of } = watched(options);
    expect(of('PodsPending')).toMatchObject({ Threshold: 1, Statistic: 'Minimum', EvaluationPeriods: periods + 1, DatapointsToAlarm: periods });
    // What CloudWatch takes: all periods of an alarm within a day, where one is shorter than an hour.
    expect((periods + 1) * 300).toBeLessThanOrEqual(24 * 3600);
  });

  test('are returned, so that each can do more', () => {
    const { migration, stack } = migrate();
    const pager = new sns.Topic(stack, 'Pager');
    const { paused, stoppedSafely, runFailed, podsPending } = migration.addAlarms({ actions: [new actions.SnsAction(pager)] });
    runFailed.addOkAction(new actions.SnsAction(pager));
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'ExecutionsFailed', OKActions: [{ Ref: Match.stringLikeRegexp('^Pager') }] });
    expect(new Set([paused, stoppedSafely, runFailed, podsPending].map(({ node }) => node.path)).size).toBe(4);
  });
});

describe('rules for events', () => {
  const patternsOf = (stack: Stack) => Object.values(rendered(stack).Resources).filter(({ Type }) => Type === 'AWS::Events::Rule').map(({ Properties }) => Properties.EventPattern);

  test('hear of everything that a migration tells, and of no other', () => {
    const { migration, stack } = migrate();
    migration.onEvent('All', { target: new targets.SqsQueue(new sqs.Queue(stack, 'Queue')) });
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { 'source': ['cdk-karpenter-migration'], 'detail': { clusterName: ['prod'] }, 'detail-type': Match.absent() },
      State: 'ENABLED',
      Targets: [Match.objectLike({ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Queue'), 'Arn'] } })],
    });
  });

  test('hear of the types that are chosen', () => {
    const { migration, stack } = migrate();
    migration.onEvent('Ends', { types: [MigrationEventType.STAGE_REACHED, MigrationEventType.STOPPED_SAFELY], description: 'ends', ruleName: 'ends' });
    migration.onPaused('OnPaused');
    migration.onStoppedSafely('OnStopped');
    migration.onStageReached('OnReached');
    expect(patternsOf(stack).map(pattern => pattern['detail-type'])).toEqual([['StageReached', 'StoppedSafely'], ['Paused'], ['StoppedSafely'], ['StageReached']]);
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', { Name: 'ends', Description: 'ends' });
  });

  test('are narrowed by what is in an event', () => {
    const { migration, stack } = migrate();
    migration.onPaused('Budgets', { eventPattern: { detail: { pausedBy: ['DisruptionBudget'] } } });
    expect(patternsOf(stack)[0].detail).toEqual({ pausedBy: ['DisruptionBudget'], clusterName: ['prod'] });
  });

  test('may be in the stack of their target', () => {
    const app = testApp();
    const { migration } = migrate(() => ({}), new Stack(app, 'Test', { env: { account: '111111111111', region: 'us-east-1' } }));
    const other = new Stack(app, 'Listeners', { env: { account: '111111111111', region: 'us-east-1' } });
    migration.onEvent('All', { crossStackScope: other, target: new targets.SqsQueue(new sqs.Queue(other, 'Queue')) });
    expect(patternsOf(other)).toHaveLength(1);
    expect(patternsOf(Stack.of(migration))).toEqual([]);
  });

  test('may have any id, also that of a part of the migration', () => {
    const { migration, stack } = migrate();
    migration.addDashboard();
    ['Stage', 'Dashboard', 'Alarms'].forEach(id => migration.onEvent(id));
    expect(patternsOf(stack)).toHaveLength(3);
  });
});

test.each(Object.values(MigrationStage))('what only tells goes with the stack at stage %s, while all that Karpenter stands on stays', (stage) => {
  const { migration, stack } = migrate(() => ({ stage }));
  const topic = new sns.Topic(stack, 'OnCall');
  migration.addDashboard();
  migration.addAlarms({ actions: [new actions.SnsAction(topic)] });
  migration.onEvent('All');
  const telling = Object.values(rendered(stack).Resources).filter(({ Type }) => /^AWS::(CloudWatch::|Events::Rule)/.test(Type));
  expect(telling).toHaveLength(6);
  expect(telling.map(({ DeletionPolicy }) => DeletionPolicy).filter(policy => policy !== undefined)).toEqual([]);
  Annotations.fromStack(stack).hasNoError('*', Match.anyValue());
});

test('the output says how to ask for the status', () => {
  const command = (stack: Stack) => Object.entries(rendered(stack).Outputs).find(([id]) => id.includes('StatusCommand'))![1].Value;
  expect(command(migrate().stack)).toBe('npx cdk-karpenter-migration status --cluster prod --region us-east-1');
  const anywhere = new Stack(new App({ context: { 'aws:cdk:disable-asset-staging': true } }), 'Anywhere');
  expect(command(migrate(() => ({}), anywhere).stack)).toEqual({
    'Fn::Join': ['', ['npx cdk-karpenter-migration status --cluster prod --region ', { Ref: 'AWS::Region' }]],
  });
});
