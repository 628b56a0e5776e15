import { CfnResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as cr from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { acceptFinding } from './accepted-findings';
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
  private wildcardsAccepted = false;

  private constructor(scope: Construct, id: string) {
    super(scope, id);
    const logGroup = new logs.LogGroup(this, 'Logs', { retention: logs.RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.DESTROY });
    this.function = new AwsFunction(this, 'Function', {
      description: 'Karpenter migration: resources that need AWS APIs only',
      timeout: Duration.minutes(5),
      memorySize: 512,
      logGroup,
    });
    acceptBasicExecution(this.function.role!);
    this.serviceToken = twoPhaseProvider(this, this.function, logGroup).serviceToken;
  }

  /** Adds what one resource type needs; call it next to the resource, so that an unused type grants nothing. */
  public allow(statement: iam.PolicyStatementProps): void {
    this.function.addToRolePolicy(new iam.PolicyStatement(statement));
    if (!this.wildcardsAccepted) {
      this.wildcardsAccepted = true;
      acceptFinding(this.function.role!.node.findChild('DefaultPolicy'), 'AwsSolutions-IAM5',
        'node groups and their network are not known before; EC2 knows no resources for reads, and tags bound the writes');
    }
  }
}

/** CloudFormation gives a custom resource an hour; the handlers give up before with their reason. */
const TOTAL_TIMEOUT = Duration.minutes(58);

/** Tells cdk-nag why a function may have the managed policy that CDK gives to every function. */
export function acceptBasicExecution(role: iam.IRole): void {
  acceptFinding(role, 'AwsSolutions-IAM4', 'the managed policies for functions grant logs and network interfaces only');
}

/** What cdk-nag has against CDK's provider framework, by resource type, beside the roles of its functions. */
const FRAMEWORK_FINDINGS: Readonly<Record<string, ReadonlyArray<readonly [rule: string, reason: string]>>> = {
  'AWS::IAM::Policy': [['AwsSolutions-IAM5', 'CDK\'s provider framework: the wildcard stands for the versions of one function']],
  'AWS::StepFunctions::StateMachine': [
    ['AwsSolutions-SF1', 'CDK\'s provider framework: it only calls the function again, which logs each call itself'],
    ['AwsSolutions-SF2', 'CDK\'s provider framework: it has no switch for tracing'],
  ],
};

/** The provider framework around one function that serves both phases. */
export function twoPhaseProvider(scope: Construct, fn: AwsFunction | import('./kubernetes-function').KubernetesFunction, logGroup: logs.ILogGroup): cr.Provider {
  const provider = new cr.Provider(scope, 'Provider', {
    onEventHandler: fn,
    isCompleteHandler: fn,
    queryInterval: Duration.seconds(5),
    totalTimeout: TOTAL_TIMEOUT,
    logGroup,
    disableWaiterStateMachineLogging: true,
  });
  for (const resource of provider.node.findAll().filter(CfnResource.isCfnResource)) {
    FRAMEWORK_FINDINGS[resource.cfnResourceType]?.forEach(([rule, reason]) => acceptFinding(resource, rule, reason));
    if (resource instanceof lambda.CfnFunction) {
      acceptBasicExecution(resource.node.scope!.node.findChild('ServiceRole') as iam.Role);
    }
  }
  return provider;
}
