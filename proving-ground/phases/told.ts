import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { budgetInTheWay } from './drain/obstacles';
import { VARIANT } from './karpenter-objects';
import { Report } from './report';
import { World } from './world';
import { clientConfig } from '../aws/client-config';
import { queryJson, signedAs } from '../aws/gateway/query';
import { expectEqual } from '../cluster/until';

const STEP = 'Scale node groups down';
const TOLD = { variant: 'told,bigbatches' };
const NAMESPACE = 'CdkKarpenterMigration';

/** As a queue gets it from EventBridge. */
interface Told {
  readonly 'source': string;
  readonly 'detail-type': string;
  readonly 'resources': readonly string[];
  readonly 'detail': {
    readonly clusterName: string;
    readonly stage: string;
    readonly generation: number;
    readonly execution: string;
    readonly runbook: string;
    readonly pausedBy?: string;
    readonly pausedSince?: string;
    readonly nodesLeft?: number;
    readonly podsEvicted?: number;
  };
}

/** A customer who is told of a migration: by a queue, by alarms and by a dashboard, made with the real CDK. */
export async function tellsOfItself(world: World, report: Report): Promise<void> {
  await report.check({ step: STEP, shows: 'seen', name: 'a queue for events, alarms and a dashboard are added to a migration' }, async () => {
    expectEqual('exit code', (await world.cdk.deploy(VARIANT, TOLD)).code, 0);
    const { alarms, dashboards } = await watchers(world);
    expectEqual('alarms and dashboards', [alarms.length, dashboards], [4, ['to-karpenter']]);
    await receive(world);
    return alarms.map(({ AlarmName }) => AlarmName).join(', ');
  });
  const deployment = world.cdk.deploy(VARIANT, { ...TOLD, stage: 'SCALE_DOWN' });
  await budgetInTheWay(world, report);
  await report.check({ step: STEP, shows: 'seen', name: 'each transition of the drain reaches the queue, once and in order' }, async () => {
    expectEqual('exit code', (await deployment).code, 0);
    const told = await receive(world);
    expectInOrder(world, told, 'SCALE_DOWN');
    const budget = told.findIndex(one => one['detail-type'] === 'Paused' && one.detail.pausedBy === 'DisruptionBudget');
    const resumed = told.slice(budget).find(one => one['detail-type'] === 'Resumed');
    expectEqual('whether the pause because of the budget was told, and its end', [budget >= 0, resumed !== undefined], [true, true]);
    const left = told.filter(one => one['detail-type'] === 'BatchDone').map(({ detail }) => detail.nodesLeft!);
    expectEqual('nodes that are left with each batch', left, [...left].sort((one, other) => other - one));
    expectEqual('nodes that are left in the end', told.at(-1)!.detail.nodesLeft, 0);
    return told.map(one => one['detail-type']).join(', ');
  });
  await report.check({ step: STEP, shows: 'seen', name: 'every metric that the dashboard and the alarms name was written, for this cluster' }, async () => {
    const { named } = await watchers(world);
    const written = await writtenMetrics(world);
    expectEqual('metrics that nobody has written', named.filter(name => !written.has(name)), []);
    return named.join(', ');
  });
  await report.check({ step: STEP, shows: 'undone', name: 'the way back is told as well, and what tells goes with the line that made it' }, async () => {
    expectEqual('exit code of the way back', (await world.cdk.deploy(VARIANT, TOLD)).code, 0);
    const told = await receive(world);
    expectInOrder(world, told, 'INSTALL');
    expectEqual('exit code without it', (await world.cdk.deploy(world.karpenter.example)).code, 0);
    const { alarms, dashboards } = await watchers(world);
    expectEqual('alarms and dashboards', [alarms.length, dashboards.length], [0, 0]);
    return told.map(one => one['detail-type']).join(', ');
  });
}

/** One run, from its beginning to its end: pauses begin and end in turn, or change their reason. */
function expectInOrder(world: World, told: readonly Told[], stage: string): void {
  const types = told.map(one => one['detail-type']);
  expectEqual('the first and the last event', [types[0], types.at(-1)], ['StageStarted', 'StageReached']);
  expectEqual('beginnings and ends', types.filter(type => /^Stage/.test(type)).length, 2);
  expectEqual('whose events, and of which runs', [...new Set(told.map(({ source, detail }) => `${source} ${detail.clusterName} ${detail.stage} ${detail.generation}`))],
    [`cdk-karpenter-migration ${world.clusterName} ${stage} ${told[0].detail.generation}`]);
  expectEqual('events without their execution', told.filter(({ resources, detail }) => resources[0] !== detail.execution), []);
  let pause: string | undefined;
  for (const one of told) {
    const { pausedBy, pausedSince } = one.detail;
    if (one['detail-type'] === 'Paused') {
      expectEqual('a pause that is told anew', pause !== `${pausedBy} ${pausedSince}` && (pause === undefined || pause.endsWith(pausedSince!)), true);
      pause = `${pausedBy} ${pausedSince}`;
    } else if (one['detail-type'] === 'Resumed') {
      expectEqual('the pause that has ended', `${pausedBy} ${pausedSince}`, pause);
      pause = undefined;
    }
  }
  expectEqual('a pause without an end', pause, undefined);
}

/** What the queue has, which is empty afterwards. */
async function receive(world: World): Promise<Told[]> {
  const [, QueueUrl] = Object.entries(world.cdk.outputs()).find(([id]) => id === 'EventsUrl')!;
  const received: Told[] = [];
  for (;;) {
    const { Messages = [] } = await ask(world, 'sqs', 'AmazonSQS.ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
    if (Messages.length === 0) {
      return received;
    }
    for (const { Body, ReceiptHandle } of Messages) {
      received.push(JSON.parse(Body));
      await ask(world, 'sqs', 'AmazonSQS.DeleteMessage', { QueueUrl, ReceiptHandle });
    }
  }
}

/** The alarms and dashboards of the account, and the metrics of ours that they name. */
async function watchers(world: World): Promise<{ alarms: any[]; dashboards: string[]; named: string[] }> {
  const monitoring = (action: string, body: object) => ask(world, 'monitoring', `GraniteServiceVersion20100801.${action}`, body);
  const alarms: any[] = (await monitoring('DescribeAlarms', {})).MetricAlarms;
  const dashboards: string[] = (await monitoring('ListDashboards', {})).DashboardEntries.map(({ DashboardName }: any) => DashboardName);
  const bodies = await Promise.all(dashboards.map(async DashboardName => JSON.parse((await monitoring('GetDashboard', { DashboardName })).DashboardBody)));
  const shown: string[][] = bodies.flatMap(({ widgets }) => widgets.flatMap(({ properties }: any) => properties.metrics ?? []));
  const named = [
    ...alarms.map(({ Namespace, MetricName }): [string, string] => [Namespace, MetricName]),
    ...shown.map(([namespace, name]): [string, string] => [namespace, name]),
  ];
  return { alarms, dashboards, named: [...new Set(named.filter(([namespace]) => namespace === NAMESPACE).map(([, name]) => name))].sort() };
}

/** The metrics that CloudWatch would have found in the log of our function, by the cluster. */
async function writtenMetrics(world: World): Promise<Set<string>> {
  const client = new CloudWatchLogsClient(clientConfig(world.aws));
  const { logGroups } = await ask(world, 'logs', 'Logs_20140328.DescribeLogGroups', {});
  const written = new Set<string>();
  for (const { logGroupName } of logGroups.filter((group: any) => /KarpenterMigrationAws/.test(group.logGroupName))) {
    for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName })) {
      for (const line of events.map(({ message }) => /\{.*"CloudWatchMetrics".*\}/.exec(message!)?.[0]).filter(one => one !== undefined)) {
        const { _aws: { CloudWatchMetrics }, ...values } = JSON.parse(line);
        for (const { Namespace, Dimensions, Metrics } of CloudWatchMetrics) {
          const isOurs = Namespace === NAMESPACE && values.ClusterName === world.clusterName && Dimensions.some((names: string[]) => names.join() === 'ClusterName');
          Metrics.filter(({ Name }: any) => isOurs && typeof values[Name] === 'number').forEach(({ Name }: any) => written.add(Name));
        }
      }
    }
  }
  return written;
}

function ask({ aws }: World, service: string, target: string, body: object): Promise<any> {
  return queryJson(aws.endpoint, signedAs(aws.env.AWS_ACCESS_KEY_ID, aws.env.AWS_REGION, service), target, body);
}
