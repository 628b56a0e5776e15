import { CfnResource, CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acceptFinding } from './accepted-findings';
import { awsManagedPolicy } from './arns';
import { INNER_FUNCTION_SECONDS } from './client-options';

/** What the functions behind custom resources have in common. */
export const HANDLER_FUNCTION = { timeout: Duration.minutes(5), memorySize: 512 };
/** The function for the Kubernetes API ends before the one that asks it. */
export const INNER_FUNCTION = { ...HANDLER_FUNCTION, timeout: Duration.seconds(INNER_FUNCTION_SECONDS) };

/** The log group of our functions; without one, each makes its own, which outlives the stack. */
export function handlerLogs(scope: Construct): logs.LogGroup {
  return new logs.LogGroup(scope, 'Logs', { retention: logs.RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.DESTROY });
}

/** A role that lets a function write to its log group, and what else is said. */
export function functionRole(scope: Construct, logGroup: logs.ILogGroup, statements: iam.PolicyStatementProps[] = [], isInVpc = false): iam.Role {
  const logging = { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] };
  const role = new iam.Role(scope, 'Role', {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: { Own: new iam.PolicyDocument({ statements: [logging, ...statements].map(statement => new iam.PolicyStatement(statement)) }) },
    managedPolicies: isInVpc ? [awsManagedPolicy(scope, 'service-role/AWSLambdaVPCAccessExecutionRole')] : [],
  });
  if (isInVpc) {
    acceptFinding(role, 'AwsSolutions-IAM4', 'the managed policy grants logs and network interfaces only');
  }
  return role;
}

/** Of this library: what an upgrade changes in a function must reach what the function is responsible for. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { version: LIBRARY_VERSION } = require('../../package.json') as { readonly version: string };

/** What serves a custom resource. */
export interface ResourceProvider {
  readonly serviceToken: string;
  /**
   * What each of its resources says, beside what it is about.
   *
   * @default - nothing
   */
  readonly properties?: Readonly<Record<string, string>>;
  /** Lets the function do what a resource needs. */
  allow(resource: CustomResource): void;
}

/**
 * A custom resource that a provider serves; CloudFormation calls it again with each other version of this library.
 *
 * CloudFormation gives it an hour; the handlers give up before, with their reason.
 */
export function twoPhaseResource(scope: Construct, provider: ResourceProvider, resourceType: string, properties: object): CustomResource {
  const resource = new CustomResource(scope, 'Resource', {
    serviceToken: provider.serviceToken,
    resourceType,
    properties: { ...properties, ...provider.properties, LibraryVersion: LIBRARY_VERSION },
  });
  // Templates need not say what CloudFormation does anyway.
  Object.assign((resource.node.defaultChild as CfnResource).cfnOptions, { deletionPolicy: undefined, updateReplacePolicy: undefined });
  provider.allow(resource);
  return resource;
}
