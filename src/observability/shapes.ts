import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import { IConstruct } from 'constructs';
import { MigrationAlarmsOptions } from './alarms';
import { MigrationDashboardOptions } from './dashboard';
import { MigrationEventOptions } from './event-rules';
import { duration, having } from '../input/cdk-kinds';
import { Kind } from '../input/kind';
import { free, isObject, list, oneOf, required, TEXT, textOf } from '../input/kinds';
import { Shape } from '../input/shape';
import { MigrationEventType } from '../workflow/events/migration-event';

/** What decides how many periods an alarm looks at cannot be found out in the deployment. */
function knownDuration(minimum: Duration, maximum?: Duration): Kind<Duration> {
  const kind = duration(minimum, maximum);
  return {
    ...kind,
    check: (what, value) => {
      kind.check(what, value);
      if ((value as Duration).isUnresolved()) {
        throw new Error(`${what} is a token: set a value that is known at synthesis, ${kind.expected}`);
      }
    },
  };
}

export const DASHBOARD_OPTIONS: Shape<MigrationDashboardOptions> = {
  dashboardName: textOf(/^[A-Za-z0-9_-]{1,255}$/, 'a name of 1 to 255 letters, digits, - and _, or leave it out for a generated one'),
};

export const ALARMS_OPTIONS: Shape<MigrationAlarmsOptions> = {
  actions: required(list(having<cloudwatch.IAlarmAction>(['bind'], 'new cloudwatch_actions.SnsAction(topic) or another cloudwatch.IAlarmAction'), {
    empty: 'an alarm without an action tells nobody, give at least one, such as new cloudwatch_actions.SnsAction(topic)',
  })),
  pausedLongerThan: knownDuration(Duration.minutes(1)),
  podsPendingFor: knownDuration(Duration.minutes(5), Duration.hours(12)),
};

/** What the rule says itself: the pattern of a rule unites what it is given, so more of these would hear of others' events. */
const OWN: ReadonlyArray<keyof events.EventPattern> = ['source', 'detailType'];

const PATTERN: Kind<events.EventPattern> = {
  ...free(),
  check: (what, value) => {
    free().check(what, value);
    const pattern = value as events.EventPattern;
    const own = OWN.find(name => pattern[name] !== undefined) ?? (isObject(pattern.detail) && pattern.detail.clusterName !== undefined ? 'detail.clusterName' : undefined);
    if (own) {
      throw new Error(`${what} has \`${own}\`, which is the rule's own: leave it out, and choose events by \`types\``);
    }
  },
};

export const EVENT_OPTIONS: Shape<MigrationEventOptions> = {
  types: list(oneOf(MigrationEventType), { empty: 'a rule for no events has no use, name at least one or leave it out for all', identity: type => type }),
  target: having<events.IRuleTarget>(['bind'], 'new targets.SqsQueue(queue) or another events.IRuleTarget'),
  description: TEXT,
  ruleName: TEXT,
  eventPattern: PATTERN,
  crossStackScope: having<IConstruct>(['node'], 'a construct of the stack that the rule is to be in') as Kind<any>,
};
