import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, IConstruct } from 'constructs';
import { WorkflowConfiguration } from './contract';
import { migrationDefinition } from './definition';
import { acceptFindingOfStatements } from '../custom-resources/accepted-findings';
import { partitionOf } from '../custom-resources/arns';
import { AwsProvider } from '../custom-resources/aws-provider';

export interface MigrationWorkflowProps { readonly configuration: WorkflowConfiguration }

/** The state machine that moves what others own, and puts it back. */
export class MigrationWorkflow extends Construct {
  public readonly stateMachine: sfn.StateMachine;
  /** What comes last of it. */
  public readonly last: IConstruct;

  constructor(scope: Construct, id: string, props: MigrationWorkflowProps) {
    super(scope, id);
    const aws = AwsProvider.getOrCreate(this);
    const { text, substitutions } = migrationDefinition(this, aws.function.functionArn, props.configuration);
    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      comment: 'Moves an EKS cluster from the Cluster Autoscaler to Karpenter, and back',
      definitionBody: sfn.DefinitionBody.fromString(text),
      definitionSubstitutions: substitutions,
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
    this.stateMachine.addToRolePolicy(new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [aws.function.functionArn] }));
    acceptFindingOfStatements(this.stateMachine.role, 'AwsSolutions-IAM5', 'tracing and the delivery of logs know no resources');
    this.last = this.letItGoOn();
  }

  /** A policy of its own: in that of the role it would have to exist before what it names. */
  private letItGoOn(): iam.Policy {
    const policy = new iam.Policy(this, 'ContinuationPolicy', {
      statements: [new iam.PolicyStatement({ actions: ['states:StartExecution'], resources: [this.stateMachine.stateMachineArn] })],
    });
    this.stateMachine.role.attachInlinePolicy(policy);
    return policy;
  }

  /** What the function needs to steer it. */
  public get rights(): iam.PolicyStatementProps[] {
    const executions = Stack.of(this).formatArn({
      partition: partitionOf(this), service: 'states', resource: 'execution', resourceName: `${this.stateMachine.stateMachineName}:*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    return [
      { actions: ['states:StartExecution', 'states:ListExecutions'], resources: [this.stateMachine.stateMachineArn] },
      { actions: ['states:DescribeExecution', 'states:StopExecution'], resources: [executions] },
    ];
  }
}
