import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ControllerContext, Generation } from '../karpenter/generation';

/** What Karpenter's controller may do in AWS. */
export class ControllerPolicy {
  /**
   * Upstream's statements for the same version, scoped to the cluster and the region.
   *
   * The controller may launch and tag only what carries the cluster's tag, terminate and delete only what carries it, and
   * read AMI parameters only below `/aws/service/`. There is no statement for an interruption queue, since none is made.
   *
   * Volumes encrypted with a KMS key of your own need a key policy that admits the controller's role.
   *
   * @see https://karpenter.sh/v0.29/getting-started/getting-started-with-karpenter/cloudformation.yaml
   */
  public static scoped(): ControllerPolicy {
    return new ControllerPolicy((generation, ...of) => generation.scopedStatements(...of));
  }

  /**
   * The four statements of the migration guide.
   *
   * Two conditions are added, which Karpenter always meets: instances must carry the cluster's own tag to be terminated
   * (the guide lets the controller terminate the nodes of every cluster of the account), and the node role is passed to
   * EC2 only. Launching and tagging are as wide as in the guide: prefer `scoped()`.
   *
   * @see https://karpenter.sh/v0.29/getting-started/migrating-from-cas/#create-iam-roles
   */
  public static guide(): ControllerPolicy {
    return new ControllerPolicy((generation, ...of) => generation.guideStatements(...of));
  }

  private constructor(private readonly choose: (generation: Generation, scope: Construct, context: ControllerContext) => iam.PolicyStatement[]) {}

  /**
   * What the choice is for a generation of Karpenter.
   *
   * @internal
   */
  public _statements(generation: Generation, scope: Construct, context: ControllerContext): iam.PolicyStatement[] {
    return this.choose(generation, scope, context);
  }
}
