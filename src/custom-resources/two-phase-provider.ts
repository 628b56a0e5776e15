import { CfnResource, CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as cr from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { acceptFinding } from './accepted-findings';
import { INNER_FUNCTION_SECONDS } from './client-options';

/** CloudFormation gives a custom resource an hour; the handlers give up before with their reason. */
const SERVICE_TIMEOUT = Duration.hours(1);
const TOTAL_TIMEOUT = Duration.minutes(58);

/** What the functions behind custom resources have in common. */
export const HANDLER_FUNCTION = { timeout: Duration.minutes(5), memorySize: 512 };
/** The function for the Kubernetes API ends before the one that asks it. */
export const INNER_FUNCTION = { ...HANDLER_FUNCTION, timeout: Duration.seconds(INNER_FUNCTION_SECONDS) };

/** The log group of a function and of the framework around it; without one, each makes its own, which outlives the stack. */
export function handlerLogs(scope: Construct): logs.LogGroup {
  return new logs.LogGroup(scope, 'Logs', { retention: logs.RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.DESTROY });
}

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
export function twoPhaseProvider(scope: Construct, fn: lambda.IFunction, logGroup: logs.ILogGroup): cr.Provider {
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

/** Of this library: what an upgrade changes in a function must reach what the function is responsible for. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { version: LIBRARY_VERSION } = require('../../package.json') as { readonly version: string };

/** A custom resource that a provider serves; CloudFormation calls it again with each other version of this library. */
export function twoPhaseResource(
  scope: Construct, provider: { readonly serviceToken: string }, resourceType: string, properties: object,
): CustomResource {
  return new CustomResource(scope, 'Resource', {
    serviceToken: provider.serviceToken,
    resourceType,
    serviceTimeout: SERVICE_TIMEOUT,
    properties: { ...properties, LibraryVersion: LIBRARY_VERSION },
  });
}
