import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { ARTICLES, articleUrl } from '../words/runbook';
import { MetricName } from '../workflow/metrics';

/** Whom the alarms of a migration call, and when. */
export interface MigrationAlarmsOptions {
  /**
   * What every alarm does when it goes off, such as an `SnsAction`. At least one, because an alarm without any tells nobody.
   *
   * More for a single alarm are added to it by its `addAlarmAction` and `addOkAction`.
   */
  readonly actions: cloudwatch.IAlarmAction[];

  /**
   * How long a run may be paused before somebody is called: whole seconds, at least a minute, and less than `scaleDown.patience`, after which the run
   * stops safely and another alarm goes off.
   *
   * Most pauses end by themselves within minutes: a budget allows the next pod, a node becomes Ready. After a quarter of an hour somebody has to
   * look, and with the usual patience of an hour there are 45 minutes left to clear the way before the run stops. The alarm goes off up to six minutes
   * later than this, because a paused run tries again, and says so, every five minutes.
   *
   * @default - 15 minutes, or half of `scaleDown.patience` where that is less
   */
  readonly pausedLongerThan?: Duration;

  /**
   * How long pods that make up for evicted ones may be pending before somebody is called: from 5 minutes to 12 hours, rounded up to whole 5 minutes.
   * Each of them counts once it has been pending for a minute.
   *
   * A new node takes one to three minutes, so some pod is pending for a minute now and then. When there is always one for 10 minutes, Karpenter does
   * not launch, or too little.
   *
   * @default Duration.minutes(10)
   */
  readonly podsPendingFor?: Duration;
}

/** The alarms of a migration, to refer to each. */
export interface MigrationAlarms {
  /** A run has been paused for long. */
  readonly paused: cloudwatch.Alarm;
  /** A run has ended before its stage because patience was over. */
  readonly stoppedSafely: cloudwatch.Alarm;
  /** An execution of the state machine has failed. */
  readonly runFailed: cloudwatch.Alarm;
  /** Evicted pods find no new place. */
  readonly podsPending: cloudwatch.Alarm;
}

/**
 * What alarms look at.
 *
 * @internal
 */
export interface Watched {
  readonly clusterName: string;
  /** After how long a pause ends in a stop. */
  readonly patience: Duration;
  metric(name: MetricName, options: cloudwatch.MetricOptions): cloudwatch.Metric;
  metricFailed(options: cloudwatch.MetricOptions): cloudwatch.Metric;
}

const DEFAULT_PAUSE = Duration.minutes(15);
const DEFAULT_PENDING = Duration.minutes(10);

/** A run that is paused tries again every five minutes in the end, and writes its metrics only then. */
const PERIOD = Duration.minutes(5);

export function migrationAlarms(scope: Construct, watched: Watched, options: MigrationAlarmsOptions): MigrationAlarms {
  const { clusterName } = watched;
  const pause = pauseOf(options.pausedLongerThan, watched.patience);
  const pendingPeriods = Math.ceil((options.podsPendingFor ?? DEFAULT_PENDING).toSeconds() / PERIOD.toSeconds());
  const alarm = (id: string, description: string, article: string, props: Omit<cloudwatch.AlarmProps, 'treatMissingData' | 'comparisonOperator'>) => {
    const made = new cloudwatch.Alarm(scope, id, {
      alarmDescription: `${description}. See ${articleUrl(article)}`,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // Nobody writes anything while no run goes on.
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      ...props,
    });
    made.addAlarmAction(...options.actions);
    return made;
  };
  const migration = `the migration of ${clusterName} to Karpenter`;
  return {
    paused: alarm('Paused', `${migration} has been paused for ${pause.toHumanString()}, somebody is in its way and everything is running`, ARTICLES.longPause, {
      metric: watched.metric('PausedSeconds', { period: PERIOD }),
      threshold: pause.toSeconds(),
      // Between two tries there may be one period without a word.
      evaluationPeriods: 2,
      datapointsToAlarm: 1,
    }),
    stoppedSafely: alarm('StoppedSafely', `${migration} has stopped before its stage because patience was over: everything is running, and nobody goes on`,
      ARTICLES.stoppedSafely, { metric: watched.metric('StoppedSafely', { period: PERIOD }), threshold: 1, evaluationPeriods: 1 }),
    runFailed: alarm('RunFailed', `an execution of ${migration} has failed, and nodes may have stayed cordoned`, ARTICLES.runFailed, {
      metric: watched.metricFailed({ period: PERIOD }), threshold: 1, evaluationPeriods: 1,
    }),
    podsPending: alarm('PodsPending', `pods that ${migration} has evicted find no new place`, ARTICLES.podsPending, {
      // There was one at every moment.
      metric: watched.metric('PodsPending', { period: PERIOD, statistic: cloudwatch.Stats.MINIMUM }),
      threshold: 1,
      evaluationPeriods: pendingPeriods + 1,
      datapointsToAlarm: pendingPeriods,
    }),
  };
}

function pauseOf(given: Duration | undefined, patience: Duration): Duration {
  if (given === undefined) {
    const half = patience.isUnresolved() ? Infinity : Math.floor(patience.toSeconds() / 2);
    return Duration.seconds(Math.min(DEFAULT_PAUSE.toSeconds(), half));
  }
  if (!given.isUnresolved() && !patience.isUnresolved() && given.toSeconds() >= patience.toSeconds()) {
    throw new Error(`\`pausedLongerThan\` of addAlarms is ${given.toHumanString()}, and a run stops safely once it was blocked for ${patience.toHumanString()}: `
      + 'set less than that, or raise `scaleDown.patience`');
  }
  return given;
}
