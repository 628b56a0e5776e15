import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { WorkflowConfiguration } from './contract';
import { LEGS } from './itinerary';
import { partitionOf } from '../custom-resources/arns';

/**
 * Calls of steps in one execution. Each takes about a dozen events of the 25,000 that an execution may have, so there is room for every
 * repetition that Step Functions makes by itself.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
export const ROUNDS = 800;

/** What goes wrong between Step Functions and the function is tried again for about twenty minutes. */
const RETRY = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 5, BackoffRate: 2, MaxDelaySeconds: 120, MaxAttempts: 14 }];

/**
 * Stands, as the name of an empty property, for what all calls of the function have in common: CloudFormation replaces the text before anybody
 * reads the definition. Ten repetitions would be half of it.
 */
const CALL = { '${Call}': '' };
const CALLED = 'FUNCTION';

export interface Definition {
  readonly text: string;
  readonly substitutions: Record<string, string>;
}

/**
 * The states of a migration, one for each step and direction, around one wait: the console shows where a run is and what it says. What they hand on
 * is what the function is called with: the `Run`, beside the `Configuration`, which stands once in the definition.
 */
export function migrationDefinition(scope: Construct, functionArn: string, configuration: WorkflowConfiguration): Definition {
  const states = {
    'Configuration': {
      Type: 'Pass',
      Parameters: { 'Workflow': 'begin', 'Configuration': configuration, 'Run.$': '$', 'Execution.$': '$$.Execution.Id' },
      Next: 'Begin',
    },
    'Begin': call('Begun'),
    'Begun': { Type: 'Pass', Result: 'go', ResultPath: '$.Workflow', Next: 'How did it go' },
    'How did it go': {
      Type: 'Choice',
      Choices: [outcome('arrived', 'Arrived'), outcome('stopped', 'Stopped safely'), outcome('replaced', 'Replaced by a newer run'), outcome('paused', 'Paused')],
      Default: 'Wait',
    },
    'Arrived': { Type: 'Succeed', Comment: 'the stage is reached' },
    'Stopped safely': { Type: 'Succeed', Comment: 'patience was over and everything is running; start again to go on' },
    'Replaced by a newer run': { Type: 'Succeed' },
    'Paused': waiting('"says" names who is in the way; the run tries again by itself'),
    'Wait': waiting('something goes its way, "says" names it'),
    'What is next': {
      Type: 'Choice',
      Choices: [
        { Variable: '$.Run.round', NumericGreaterThanEquals: ROUNDS, Next: 'Go on in a new execution' },
        ...LEGS.map(({ name }) => ({ Variable: '$.Run.next', StringEquals: name, Next: name })),
      ],
    },
    'Go on in a new execution': continuation(scope),
    ...Object.fromEntries(LEGS.map(({ name }) => [name, call('How did it go')])),
  };
  return { text: Stack.of(scope).toJsonString({ StartAt: 'Configuration', States: states }), substitutions: { Call: callOf(functionArn) } };
}

/** Begins within the name of the property and ends within that of an empty one. */
function callOf(functionArn: string): string {
  const properties = { Type: 'Task', Resource: CALLED, ResultPath: '$.Run', Retry: RETRY, Comment: '' };
  return JSON.stringify(properties).slice('{"'.length, -'":""}'.length).replace(CALLED, functionArn);
}

const call = (Next: string) => ({ ...CALL, Next });
const outcome = (name: string, Next: string) => ({ Variable: '$.Run.outcome', StringEquals: name, Next });
const waiting = (Comment: string) => ({ Type: 'Wait', Comment, SecondsPath: '$.Run.waitSeconds', Next: 'What is next' });

/** Starts the state machine again: a new execution has a history of its own. */
const continuation = (scope: Construct) => ({
  Type: 'Task',
  Comment: 'before the history of this one is full',
  Resource: `arn:${partitionOf(scope)}:states:::states:startExecution`,
  Parameters: { 'StateMachineArn.$': '$$.StateMachine.Id', 'Input': { 'generation.$': '$.Run.generation' } },
  End: true,
});
