import { CfnResource } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';

/**
 * Tells cdk-nag why a rule does not hold for a resource, in the metadata that it reads; cdk-nag itself is not needed for that.
 *
 * @param construct a resource, or a construct around one
 */
export function acceptFinding(construct: IConstruct, rule: string, reason: string): void {
  const resource = (CfnResource.isCfnResource(construct) ? construct : construct.node.defaultChild) as CfnResource | undefined;
  // `iam.Role.customizeRoles` leaves roles and managed policies without a resource, and cdk-nag without anything to find.
  if (!resource) {
    return;
  }
  const accepted = resource.getMetadata('cdk_nag')?.rules_to_suppress ?? [];
  resource.addMetadata('cdk_nag', { rules_to_suppress: [...accepted, { id: rule, reason }] });
}

/** The same for what CDK adds to a role by statements; a role that `iam.Role.customizeRoles` leaves to others has no such policy. */
export function acceptFindingOfStatements(role: iam.IRole, rule: string, reason: string): void {
  const policy = role.node.tryFindChild('DefaultPolicy');
  if (policy) {
    acceptFinding(policy, rule, reason);
  }
}
