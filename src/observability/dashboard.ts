import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { ARTICLES, articleUrl, RUNBOOK } from '../words/runbook';
import { CLUSTER_DIMENSION, MetricName } from '../workflow/metrics';

/** How the dashboard of a migration is made. */
export interface MigrationDashboardOptions {
  /**
   * The name of the dashboard, which is one of the account's: 1 to 255 letters, digits, `-` and `_`.
   *
   * @default - one is generated
   */
  readonly dashboardName?: string;
}

/**
 * What a dashboard shows.
 *
 * @internal
 */
export interface Shown {
  readonly clusterName: string;
  readonly stateMachineArn: string;
  /** Where the function writes, for all migrations of the stack. */
  readonly logGroupName: string;
  metric(name: MetricName): cloudwatch.Metric;
}

const WIDTH = 24;
const HALF = WIDTH / 2;
const HEIGHT = 6;

/** How a run gets on, in the order in which one asks: what is left, how it goes, what is in the way, where the pods are, what it says. */
export function migrationDashboard(scope: Construct, id: string, shown: Shown, { dashboardName }: MigrationDashboardOptions): cloudwatch.Dashboard {
  const graph = (title: string, ...names: MetricName[]) => new cloudwatch.GraphWidget({
    title, width: HALF, height: HEIGHT, left: names.map(name => shown.metric(name)), leftYAxis: { min: 0, showUnits: false },
  });
  return new cloudwatch.Dashboard(scope, id, {
    dashboardName,
    widgets: [
      [graph('Progress: nodes that still have to go', 'NodesLeft'), graph('Evictions, and those that a budget refused', 'PodsEvicted', 'EvictionsRefused')],
      [
        new cloudwatch.GraphWidget({
          title: 'Pauses: seconds that the run stands still', width: HALF, height: HEIGHT, left: [shown.metric('PausedSeconds')], leftYAxis: { min: 0, showUnits: false },
        }),
        logTable(shown, 'Pauses: who is in the way', HALF, ['pausedBy', 'pausedSince', 'message'], ['filter ispresent(pausedBy)']),
      ],
      [graph('Nodes of Karpenter', 'KarpenterNodes'), graph('Pods that make up for evicted ones and are pending for more than a minute', 'PodsPending')],
      [logTable(shown, 'What the run says', WIDTH, ['Step', 'outcome', 'message'], [])],
      [new cloudwatch.TextWidget({ width: WIDTH, height: HEIGHT, markdown: guidance(scope, shown) })],
    ],
  });
}

function logTable(
  { clusterName, logGroupName }: Shown, title: string, width: number, fields: readonly string[], filters: readonly string[],
): cloudwatch.LogQueryWidget {
  return new cloudwatch.LogQueryWidget({
    title,
    width,
    height: HEIGHT,
    logGroupNames: [logGroupName],
    view: cloudwatch.LogQueryVisualizationType.TABLE,
    queryLines: [
      `fields @timestamp, ${fields.join(', ')}`,
      `filter ${CLUSTER_DIMENSION} = "${clusterName}"`,
      ...filters,
      'sort @timestamp desc',
      'limit 50',
    ],
  });
}

function guidance(scope: Construct, { clusterName, stateMachineArn }: Shown): string {
  const { region } = Stack.of(scope);
  const console = `https://${region}.console.aws.amazon.com/states/home?region=${region}#/statemachines/view/${stateMachineArn}`;
  return [
    `## Migration of ${clusterName} to Karpenter`,
    '',
    '- **Nodes left go down**: the run gets on. Refused evictions are normal, they are tried again.',
    '- **Seconds of a pause go up**: the table beside it names who is in the way. The reason in `pausedBy` is the name of '
      + `[its article](${articleUrl('Pauses')}). The run tries again by itself, and stops safely when patience is over.`,
    `- **Pods are pending for long**: Karpenter does not get nodes Ready: [what to look at](${articleUrl(ARTICLES.podsPending)}).`,
    `- **Nothing is written any more**: the run has ended, or is waiting. [Where is it?](${articleUrl(ARTICLES.position)}) Its executions: [state machine](${console}).`,
    `- **It must stop**: [one command](${articleUrl('Stop it at once')}). It must go back: [two commands](${articleUrl('Go back without CDK')}).`,
    '',
    `All of it: [runbook](${RUNBOOK}).`,
  ].join('\n');
}
