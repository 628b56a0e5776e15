import { Aws, Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { WorkflowConfiguration } from './contract';
import { LEGS } from './itinerary';

/**
 * Calls of steps in one execution. Each takes about a dozen events of the 25,000 that an execution may have, so there is room for every
 * repetition that Step Functions makes by itself.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
export const ROUNDS = 800;

/** What goes wrong between Step Functions and the function is tried again for about twenty minutes. */
const RETRY: sfn.RetryProps = { errors: ['States.ALL'], interval: Duration.seconds(5), backoffRate: 2, maxDelay: Duration.minutes(2), maxAttempts: 14 };

/**
 * The states of a migration, one for each step and direction, around one wait: the console shows where a run is and what it says. What they hand on is
 * the `run`, beside the `configuration`, which stands once in the definition: a template has room for it, but not for one in each state.
 */
export function migrationStates(scope: Construct, fn: lambda.IFunction, configuration: WorkflowConfiguration): sfn.IChainable {
  const call = (name: string, workflow: 'begin' | 'go') => new tasks.LambdaInvoke(scope, name, {
    lambdaFunction: fn,
    // Only what the function answers: input and output of a state stay small enough to read.
    payloadResponseOnly: true,
    resultPath: '$.run',
    retryOnServiceExceptions: false,
    payload: sfn.TaskInput.fromObject({
      Workflow: workflow,
      Configuration: sfn.JsonPath.objectAt('$.configuration'),
      Run: sfn.JsonPath.objectAt('$.run'),
      Execution: sfn.JsonPath.executionId,
    }),
  }).addRetry(RETRY);
  const outcome = (name: string) => sfn.Condition.stringEquals('$.run.outcome', name);
  const waiting = (id: string, comment: string) => new sfn.Wait(scope, id, { comment, time: sfn.WaitTime.secondsPath('$.run.waitSeconds') });

  const next = new sfn.Choice(scope, 'What is next');
  const decide = new sfn.Choice(scope, 'How did it go')
    .when(outcome('arrived'), new sfn.Succeed(scope, 'Arrived', { comment: 'the stage is reached' }))
    .when(outcome('stopped'), new sfn.Succeed(scope, 'Stopped safely', { comment: 'patience was over and everything is running; start again to go on' }))
    .when(outcome('replaced'), new sfn.Succeed(scope, 'Replaced by a newer run'))
    .when(outcome('paused'), waiting('Paused', '"says" names who is in the way; the run tries again by itself').next(next))
    .otherwise(waiting('Wait', 'something goes its way, "says" names it').next(next));

  next.when(sfn.Condition.numberGreaterThanEquals('$.run.round', ROUNDS), continuation(scope));
  for (const { name } of LEGS) {
    next.when(sfn.Condition.stringEquals('$.run.next', name), call(name, 'go').next(decide));
  }
  const configured = new sfn.Pass(scope, 'Configuration', { parameters: { run: sfn.JsonPath.entirePayload, configuration } });
  return configured.next(call('Begin', 'begin')).next(decide);
}

/** Starts the state machine again: a new execution has a history of its own. */
function continuation(scope: Construct): sfn.CustomState {
  return new sfn.CustomState(scope, 'Go on in a new execution', {
    stateJson: {
      Type: 'Task',
      Comment: 'before the history of this one is full',
      Resource: `arn:${Aws.PARTITION}:states:::states:startExecution`,
      Parameters: { 'StateMachineArn.$': '$$.StateMachine.Id', 'Input': { 'generation.$': '$.run.generation' } },
      End: true,
    },
  });
}
