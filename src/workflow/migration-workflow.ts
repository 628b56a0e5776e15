import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { WorkflowConfiguration } from './contract';
import { migrationStates } from './definition';
import { acceptFinding, acceptFindingOfStatements } from '../custom-resources/accepted-findings';
import { AwsProvider } from '../custom-resources/aws-provider';

export interface MigrationWorkflowProps { readonly configuration: WorkflowConfiguration }

/** The state machine that moves what others own, and puts it back. */
export class MigrationWorkflow extends Construct {
  public readonly stateMachine: sfn.StateMachine;

  constructor(scope: Construct, id: string, props: MigrationWorkflowProps) {
    super(scope, id);
    const aws = AwsProvider.getOrCreate(this);
    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      comment: 'Moves an EKS cluster from the Cluster Autoscaler to Karpenter, and back',
      definitionBody: sfn.DefinitionBody.fromChainable(migrationStates(this, aws.function, props.configuration)),
      tracingEnabled: true,
      logs: {
        destination: new logs.LogGroup(this, 'Logs', {
          // Step Functions writes to groups of this prefix without a policy of their own, of which an account can have ten only.
          logGroupName: `/aws/vendedlogs/states/${this.node.addr}-${Stack.of(this).stackName}`.slice(0, 512),
          retention: logs.RetentionDays.ONE_YEAR,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: sfn.LogLevel.ALL,
        includeExecutionData: true,
      },
    });
    acceptFindingOfStatements(this.stateMachine.role, 'AwsSolutions-IAM5',
      'the wildcards are the versions of one function, and what tracing and the delivery of logs know no resources for');
    this.letItGoOn();
    this.letTheFunctionStartIt(aws);
  }

  /** Policies of their own: in those of the roles they would have to exist before what they name. */
  private letItGoOn(): void {
    const policy = new iam.Policy(this, 'ContinuationPolicy', {
      statements: [new iam.PolicyStatement({ actions: ['states:StartExecution'], resources: [this.stateMachine.stateMachineArn] })],
    });
    this.stateMachine.role.attachInlinePolicy(policy);
  }

  private letTheFunctionStartIt(aws: AwsProvider): void {
    const executions = Stack.of(this).formatArn({
      service: 'states', resource: 'execution', resourceName: `${this.stateMachine.stateMachineName}:*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const policy = new iam.Policy(this, 'ExecutionsPolicy', {
      statements: [
        new iam.PolicyStatement({ actions: ['states:StartExecution', 'states:ListExecutions'], resources: [this.stateMachine.stateMachineArn] }),
        new iam.PolicyStatement({ actions: ['states:DescribeExecution', 'states:StopExecution'], resources: [executions] }),
      ],
    });
    acceptFinding(policy, 'AwsSolutions-IAM5', 'the executions of one state machine');
    aws.function.role!.attachInlinePolicy(policy);
  }
}
