import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acceptFinding } from './accepted-findings';

/** Calls that do not come to their end, or are not taken, are repeated for nine minutes; for 54 where each takes its five minutes. */
const RETRY = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 5, BackoffRate: 2, MaxDelaySeconds: 120, MaxAttempts: 8 }];

const call = (more: object) => ({ Type: 'Task', Resource: '${Function}', Retry: RETRY, ...more });

/** The function answers CloudFormation itself; what counts here is whether it has. */
const DEFINITION = {
  StartAt: 'Ask',
  States: {
    'Ask': call({ ResultPath: '$.Progress', Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.Failure', Next: 'Give up' }], Next: 'Answered?' }),
    'Answered?': { Type: 'Choice', Choices: [{ Variable: '$.Progress.done', BooleanEquals: true, Next: 'Answered' }], Default: 'Wait' },
    'Wait': { Type: 'Wait', SecondsPath: '$.Progress.waitSeconds', Next: 'Ask' },
    'Give up': call({ Next: 'Answered' }),
    'Answered': { Type: 'Succeed' },
  },
};

export interface WaiterProps { readonly function: lambda.IFunction }

/**
 * The state machine that asks the function for a request until it is done.
 *
 * It has the function's name: so the function knows it without a variable, in which neither could be made before the other.
 */
export class Waiter extends Construct {
  public readonly stateMachineArn: string;

  constructor(scope: Construct, id: string, { function: fn }: WaiterProps) {
    super(scope, id);
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('states.amazonaws.com'),
      inlinePolicies: {
        Ask: new iam.PolicyDocument({ statements: [new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [fn.functionArn] })] }),
      },
    });
    const machine = new sfn.CfnStateMachine(this, 'StateMachine', {
      stateMachineName: fn.functionName,
      definitionString: JSON.stringify(DEFINITION),
      definitionSubstitutions: { Function: fn.functionArn },
      roleArn: role.roleArn,
    });
    machine.node.addDependency(role);
    acceptFinding(machine, 'AwsSolutions-SF1', 'it only calls the function again, which logs each request itself');
    acceptFinding(machine, 'AwsSolutions-SF2', 'it only calls the function again');
    this.stateMachineArn = machine.ref;
  }
}
