import { SecurityGroupSourceKind } from './contract';
import { checkIds } from './ids';

/** Which subnets Karpenter launches nodes in. */
export abstract class SubnetSource {
  /** The subnets of every node group of the migration. */
  public static nodegroups(): SubnetSource {
    return new NodegroupSubnets();
  }

  /**
   * Subnets by id.
   *
   * Persistent volumes need a subnet in their zone.
   *
   * @param ids for example `subnet-0123456789abcdef0`; at least one
   */
  public static ids(...ids: string[]): SubnetSource {
    return SubnetSource._of(ids);
  }

  /**
   * The same for a list that may be a token, which cannot be spread.
   * @internal
   */
  public static _of(ids: string[]): SubnetSource {
    return new GivenSubnets(checkIds('subnet', ids));
  }

  /**
   * The ids, undefined for those of the node groups.
   * @internal
   */
  public abstract readonly _ids?: string[];
}

class NodegroupSubnets extends SubnetSource {
  public readonly _ids = undefined;
}

class GivenSubnets extends SubnetSource {
  constructor(public readonly _ids: string[]) {
    super();
  }
}

/** Which security groups the nodes of Karpenter get: all of them, on every node. */
export abstract class SecurityGroupSource {
  /**
   * The groups that the nodes of the migration's node groups carry now.
   *
   * Per node group: those of its launch template's first network interface, else those of the launch template, else the
   * cluster's own group, which EKS attaches where none is named. Where node groups differ, nodes of Karpenter carry the groups of
   * all; the log says so. (The guide reads the first node group only.)
   */
  public static nodegroups(): SecurityGroupSource {
    return new NamedSource('nodegroups');
  }

  /** The cluster security group only. */
  public static cluster(): SecurityGroupSource {
    return new NamedSource('cluster');
  }

  /**
   * The groups of launch templates only; node groups whose template names none do not count.
   *
   * The deployment fails if no launch template names one.
   */
  public static launchTemplates(): SecurityGroupSource {
    return new NamedSource('launchTemplates');
  }

  /**
   * Security groups by id.
   *
   * @param ids for example `sg-0123456789abcdef0`; at least one
   */
  public static ids(...ids: string[]): SecurityGroupSource {
    return SecurityGroupSource._of(ids);
  }

  /**
   * The same for a list that may be a token, which cannot be spread.
   * @internal
   */
  public static _of(ids: string[]): SecurityGroupSource {
    return new NamedSource('ids', checkIds('security group', ids));
  }

  /** @internal */
  public abstract readonly _kind: SecurityGroupSourceKind;
  /** @internal */
  public abstract readonly _ids?: string[];
}

class NamedSource extends SecurityGroupSource {
  constructor(public readonly _kind: SecurityGroupSourceKind, public readonly _ids?: string[]) {
    super();
  }
}
