import { CfnDeletionPolicy, CfnResource, IAspect, RemovalPolicy } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/**
 * Keeps resources through updates and deletions of the stack, except when a creation rolls back: nothing that a living Karpenter stands on may
 * disappear under its nodes.
 *
 * It is asked when the stack is synthesized, so that what was added last is kept as well. What is kept in any case, like the CRDs, stays so.
 */
export class RetainExceptOnCreate implements IAspect {
  protected readonly policy: RemovalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;

  public constructor(private readonly isKept: (resource: CfnResource) => boolean) {}

  public visit(node: IConstruct): void {
    if (CfnResource.isCfnResource(node) && node.cfnOptions.deletionPolicy !== CfnDeletionPolicy.RETAIN && this.isKept(node)) {
      node.applyRemovalPolicy(this.policy);
    }
  }
}

/** Keeps resources in any case: what a creation takes over was there before it. */
export class RetainAlways extends RetainExceptOnCreate {
  protected readonly policy = RemovalPolicy.RETAIN;
}

/** Whether a construct is one of the parts, or is below one. */
export function isWithin(parts: readonly IConstruct[], construct: IConstruct): boolean {
  return construct.node.scopes.some(scope => parts.includes(scope));
}
