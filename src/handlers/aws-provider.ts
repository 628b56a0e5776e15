import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as cr from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { AwsFunction } from './aws-function';

/**
 * The function behind every custom resource that needs only AWS APIs, once per stack.
 *
 * It stays outside the VPC: isolated clusters rarely have endpoints for EC2, Auto Scaling and EKS.
 */
export class AwsProvider extends Construct {
  public static getOrCreate(scope: Construct): AwsProvider {
    const stack = Stack.of(scope);
    return (stack.node.tryFindChild('KarpenterMigrationAws') as AwsProvider | undefined) ?? new AwsProvider(stack, 'KarpenterMigrationAws');
  }

  public readonly serviceToken: string;
  public readonly function: AwsFunction;

  private constructor(scope: Construct, id: string) {
    super(scope, id);
    const logGroup = new logs.LogGroup(this, 'Logs', { retention: logs.RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.DESTROY });
    this.function = new AwsFunction(this, 'Function', {
      description: 'Karpenter migration: resources that need AWS APIs only',
      timeout: Duration.minutes(5),
      memorySize: 512,
      logGroup,
    });
    this.serviceToken = twoPhaseProvider(this, this.function, logGroup).serviceToken;
  }

  /** Adds what one resource type needs; call it next to the resource, so that an unused type grants nothing. */
  public allow(statement: iam.PolicyStatementProps): void {
    this.function.addToRolePolicy(new iam.PolicyStatement(statement));
  }
}

/** CloudFormation gives a custom resource an hour; the handlers give up before with their reason. */
const TOTAL_TIMEOUT = Duration.minutes(58);

/** The provider framework around one function that serves both phases. */
export function twoPhaseProvider(scope: Construct, fn: AwsFunction | import('./kubernetes-function').KubernetesFunction, logGroup: logs.ILogGroup): cr.Provider {
  return new cr.Provider(scope, 'Provider', {
    onEventHandler: fn,
    isCompleteHandler: fn,
    queryInterval: Duration.seconds(5),
    totalTimeout: TOTAL_TIMEOUT,
    logGroup,
    disableWaiterStateMachineLogging: true,
  });
}
