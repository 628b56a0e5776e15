/** One thing of Karpenter's that still exists, named as its owner would look for it. */
export interface Remaining {
  /** For example `machine/default-x7f2p`, `node/ip-10-0-1-7.ec2.internal`, `instance/i-0abc`. */
  readonly name: string;
  /** It is going already: waiting for it is enough. */
  readonly leaving: boolean;
}

/** What the stage resource needs to know and do. */
export interface StagePort {
  /** Machines and nodes that the Kubernetes API still has. */
  kubernetesRemaining(): Promise<readonly Remaining[]>;
  /** Instances of this cluster's Karpenter that EC2 still has. */
  instancesRemaining(): Promise<readonly Remaining[]>;
  /** Deletes the launch templates of this cluster's Karpenter, which it leaves behind when it stops; gives their names. */
  deleteLaunchTemplates(): Promise<readonly string[]>;
  /** Whether CloudFormation is taking back a creation or an update of the stack. */
  isRollingBack(stackId: string): Promise<boolean>;
  /** Marks the claim on the cluster as abandoned, so that another stack may take over. */
  abandonClaim(owner: string): Promise<void>;
}
