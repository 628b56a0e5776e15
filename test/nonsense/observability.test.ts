import { Duration, Lazy, Stack } from 'aws-cdk-lib';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Nonsense, refuses, takes, untyped } from './case';
import { KarpenterMigration, MigrationEventType } from '../../src';
import { migrate } from '../karpenter-migration/stack';

type Ask = (migration: KarpenterMigration, action: actions.SnsAction) => unknown;

const asked = (ask: Ask, more: object = {}) => () => {
  const { migration, stack } = migrate(() => untyped(more));
  return ask(migration, new actions.SnsAction(new sns.Topic(stack, 'OnCall')));
};
const dashboard = (options: unknown) => asked(migration => migration.addDashboard(untyped(options)));
const alarms = (options: object, more: object = {}) =>
  asked((migration, action) => migration.addAlarms(untyped({ actions: [action], ...options })), more);
const onEvent = (options: unknown) => asked(migration => migration.onEvent('All', untyped(options)));

const types = `one of ${Object.values(MigrationEventType).join(', ')}`;
const anAction = 'new cloudwatch_actions.SnsAction(topic) or another cloudwatch.IAlarmAction';
const aName = 'a name of 1 to 255 letters, digits, - and _, or leave it out for a generated one';
const aDuration = (limits: string, example: string) => `a Duration of whole seconds ${limits}, such as ${example}`;
const pauses = aDuration('of at least 1 minute', 'Duration.minutes(1)');
const pending = aDuration('from 5 minutes to 12 hours', 'Duration.seconds(300)');

const CASES: Nonsense[] = [
  ['a name of a dashboard with a blank', dashboard({ dashboardName: 'to karpenter' }), `\`dashboardName\` is "to karpenter": set ${aName}`],
  ['an empty name of a dashboard', dashboard({ dashboardName: '' }), `\`dashboardName\` is "": set ${aName}`],
  ['a dashboard of something else', dashboard('to-karpenter'), 'what addDashboard is made of is "to-karpenter": set an object with `dashboardName`'],
  ['a second dashboard', asked((migration) => {
    migration.addDashboard();
    return migration.addDashboard();
  }), '"Test/Migration" has a dashboard already: call addDashboard once, and add widgets of yours to what it returns'],

  ['alarms that tell nobody', alarms({ actions: [] }),
    '`actions` is empty: an alarm without an action tells nobody, give at least one, such as new cloudwatch_actions.SnsAction(topic)'],
  ['alarms without actions', alarms({ actions: undefined }), `\`actions\` is not set: set a list, each entry ${anAction}`],
  ['an ARN as an action', alarms({ actions: ['arn:aws:sns:us-east-1:111111111111:on-call'] }), `\`actions[0]\` is "arn:aws:sns:us-east-1:111111111111:on-call": set ${anAction}`],
  ['a number of minutes', alarms({ pausedLongerThan: 15 }), `\`pausedLongerThan\` is 15: set ${pauses}`],
  ['a pause of no time', alarms({ pausedLongerThan: Duration.seconds(30) }), `\`pausedLongerThan\` is 30 seconds: set ${pauses}`],
  ['a pause as long as patience', alarms({ pausedLongerThan: Duration.hours(1) }),
    '`pausedLongerThan` of addAlarms is 1 hour, and a run stops safely once it was blocked for 1 hour: set less than that, or raise `scaleDown.patience`'],
  ['a pause longer than a patience of one\'s own', alarms({ pausedLongerThan: Duration.minutes(20) }, { scaleDown: { patience: Duration.minutes(10) } }),
    '`pausedLongerThan` of addAlarms is 20 minutes, and a run stops safely once it was blocked for 10 minutes: set less than that, or raise `scaleDown.patience`'],
  ['a pause that nobody knows', alarms({ pausedLongerThan: Duration.minutes(Lazy.number({ produce: () => 20 })) }),
    `\`pausedLongerThan\` is a token: set a value that is known at synthesis, ${pauses}`],
  ['pods that are not given the time to start', alarms({ podsPendingFor: Duration.minutes(1) }), `\`podsPendingFor\` is 1 minute: set ${pending}`],
  ['pods that may be pending for days', alarms({ podsPendingFor: Duration.days(2) }), `\`podsPendingFor\` is 2 days: set ${pending}`],
  ['a pause under another name', alarms({ pausedLonger: Duration.minutes(20) }),
    '`pausedLonger` is no property of addAlarms, got an object of class Duration: set `pausedLongerThan`, or leave it out'],
  ['alarms twice', asked((migration, action) => {
    migration.addAlarms({ actions: [action] });
    return migration.addAlarms({ actions: [action] });
  }), '"Test/Migration" has its alarms already: call addAlarms once with all actions, or add others to what it returns'],

  ['a type of event that there is not', onEvent({ types: ['Failed'] }), `\`types[0]\` is "Failed": set ${types}`],
  ['one type of event in no list', onEvent({ types: MigrationEventType.PAUSED }), `\`types\` is "Paused": set a list, each entry ${types}`],
  ['no types of events', onEvent({ types: [] }), '`types` is empty: a rule for no events has no use, name at least one or leave it out for all'],
  ['a type of event twice', onEvent({ types: [MigrationEventType.PAUSED, MigrationEventType.PAUSED] }), '`types` names "Paused" twice: keep one of them'],
  ['a target that is none', onEvent({ target: 'arn:aws:sqs:us-east-1:111111111111:queue' }),
    '`target` is "arn:aws:sqs:us-east-1:111111111111:queue": set new targets.SqsQueue(queue) or another events.IRuleTarget'],
  ['a pattern of other sources', onEvent({ eventPattern: { source: ['aws.ec2'] } }),
    '`eventPattern` has `source`, which is the rule\'s own: leave it out, and choose events by `types`'],
  ['a pattern of types', onEvent({ eventPattern: { detailType: ['Paused'] } }),
    '`eventPattern` has `detailType`, which is the rule\'s own: leave it out, and choose events by `types`'],
  ['a pattern of another cluster', asked(migration => migration.onPaused('On', { eventPattern: { detail: { clusterName: ['staging'] } } })),
    '`eventPattern` has `detail.clusterName`, which is the rule\'s own: leave it out, and choose events by `types`'],
  ['a scope that is none', asked(migration => migration.onStageReached('On', untyped({ crossStackScope: 'Other' }))),
    '`crossStackScope` is "Other": set a construct of the stack that the rule is to be in'],
];

refuses(CASES);

takes({
  'a dashboard of a usual name': dashboard({ dashboardName: 'Migration_of-prod1' }),
  'a pause one second shorter than patience': alarms({ pausedLongerThan: Duration.seconds(3599) }),
  'a pause of the shortest patience': alarms({}, { scaleDown: { patience: Duration.minutes(1) } }),
  'a patience that nobody knows': alarms({ pausedLongerThan: Duration.hours(2) }, { scaleDown: { patience: Duration.minutes(Lazy.number({ produce: () => 20 })) } }),
  'a pattern of details': onEvent({ eventPattern: { detail: { stage: ['CUT_OVER'] }, account: ['111111111111'] } }),
  'a construct of another copy of the CDK as scope': asked(migration => migration.onPaused('On', { crossStackScope: new Stack(migration, 'Nested') })),
});
