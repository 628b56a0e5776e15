import { CfnDeletionPolicy, CfnResource, RemovalPolicy } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/**
 * Keeps every resource below a construct through updates and deletions of the stack, except when a creation rolls back:
 * nothing that a living Karpenter stands on may disappear under its nodes.
 *
 * What is kept in any case, like the CRDs, stays so.
 */
export function retainExceptOnCreate(scope: IConstruct): void {
  apply(scope, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
}

/** Keeps every resource below a construct in any case: what a creation takes over was there before it. */
export function retainAlways(scope: IConstruct): void {
  apply(scope, RemovalPolicy.RETAIN);
}

function apply(scope: IConstruct, policy: RemovalPolicy): void {
  for (const child of scope.node.findAll()) {
    if (CfnResource.isCfnResource(child) && child.cfnOptions.deletionPolicy !== CfnDeletionPolicy.RETAIN) {
      child.applyRemovalPolicy(policy);
    }
  }
}
