import { EC2NodeClassOptions } from '../../provisioning/v1/ec2-node-class-options';
import { NodePoolOptions } from '../../provisioning/v1/node-pool-options';

/** Which Karpenter of the API generation with NodePools, and its first NodePool. */
export interface KarpenterReleaseV1Options {
  /**
   * The version without a leading `v`: 1.5.x to 1.15.x; any other is an error. So is a patch that is more than ten after the newest which
   * this library knows of.
   *
   * @default '1.14.3'
   */
  readonly version?: string;

  /**
   * The first NodePool; `migration.addNodePool(...)` adds others.
   *
   * @default - the guide's, but on-demand: name `default`, linux, amd64, instance categories c, m and r, generation above 2, at most 1000
   * cpus, nodes of at most 30 days, consolidation after a minute
   */
  readonly nodePool?: NodePoolOptions;

  /**
   * The node class of the first NodePool; `migration.addNodeClass(...)` adds others.
   *
   * Its `role` is the migration's node role; another one is an error. With `instanceProfile`, the profile of a VPC without an endpoint of
   * IAM, the controller may make no profiles, and every node class of the migration needs one. `nodeRole` must then be the role in it.
   *
   * @default - the guide's: name `default`, Amazon Linux 2023, selecting by `discovery`; 2 hops to the instance metadata, where the guide
   * leaves Karpenter's 1: nodes of EKS's node groups have 2 with Amazon Linux 2, others what their launch template says, and pods that use
   * the credentials of their node lose them with 1
   */
  readonly nodeClass?: EC2NodeClassOptions;
}
