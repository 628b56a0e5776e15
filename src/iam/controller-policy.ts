import { Construct } from 'constructs';
import { ControllerContext, Generation, PolicyPart } from '../karpenter/generation';

/** What Karpenter's controller may do in AWS. */
export class ControllerPolicy {
  /**
   * Upstream's statements for the same version, scoped to the cluster and the region.
   *
   * The controller may launch and tag only what carries the cluster's tag, terminate and delete only what carries it, and
   * read AMI parameters only below `/aws/service/`. It may read the interruption queue where there is one.
   *
   * With v0 it is one inline policy. With v1 it is two managed policies, of upstream's six: with a long cluster name, one
   * would exceed the 6,144 characters of a managed policy.
   *
   * Volumes encrypted with a KMS key of your own need a key policy that admits the controller's role.
   *
   * @see https://karpenter.sh/v0.29/getting-started/getting-started-with-karpenter/cloudformation.yaml
   * @see https://karpenter.sh/v1.14/reference/cloudformation/
   */
  public static scoped(): ControllerPolicy {
    return new ControllerPolicy((generation, ...of) => generation.scopedPolicies(...of));
  }

  /**
   * The statements of the migration guide, as one inline policy.
   *
   * Two conditions are added, which Karpenter always meets: instances must carry the cluster's own tag to be terminated
   * (the guide lets the controller terminate the nodes of every cluster of the account), and the node role is passed to
   * EC2 only. With v1, instance profiles are bound to the cluster as in `scoped()`, and what the guide forgets is added:
   * `ec2:DescribeInstanceStatus` from 1.12, `ec2:RebootInstances` from 1.15. The interruption queue may be read where
   * there is one. Launching and tagging are as wide as in the guide: prefer `scoped()`.
   *
   * @see https://karpenter.sh/v0.29/getting-started/migrating-from-cas/#create-iam-roles
   * @see https://karpenter.sh/v1.14/getting-started/migrating-from-cas/#create-iam-roles
   */
  public static guide(): ControllerPolicy {
    return new ControllerPolicy((generation, ...of) => generation.guidePolicies(...of));
  }

  private constructor(private readonly choose: (generation: Generation, scope: Construct, context: ControllerContext) => PolicyPart[]) {}

  /**
   * What the choice is for a generation of Karpenter.
   *
   * @internal
   */
  public _policies(generation: Generation, scope: Construct, context: ControllerContext): PolicyPart[] {
    return this.choose(generation, scope, context);
  }
}
