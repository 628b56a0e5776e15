import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { DISCOVERY_TAG_KEY } from './contract';
import { DiscoveryTags } from './discovery-tags';
import { checkIds } from './ids';
import { SECURITY_GROUPS, SUBNETS } from './shapes';
import { SecurityGroupSource, SubnetSource } from './sources';
import { ANY_TEXT, list, required } from '../input/kinds';
import { checkShape, Shape } from '../input/shape';
import { joinIds, NodeNetwork } from '../provisioning/node-network';

/** How the discovery tag is chosen. */
export interface DiscoveryTagging {
  /**
   * The key of the tag; two clusters that share subnets need two.
   *
   * @default 'karpenter.sh/discovery'
   */
  readonly key?: string;

  /**
   * The subnets to tag.
   *
   * @default SubnetSource.nodegroups()
   */
  readonly subnets?: SubnetSource;

  /**
   * The security groups to tag.
   *
   * @default SecurityGroupSource.nodegroups()
   */
  readonly securityGroups?: SecurityGroupSource;
}

/** The network of Karpenter's nodes by id. */
export interface DiscoveryIds {
  /** At least one, for example `subnet-0123456789abcdef0`. */
  readonly subnetIds: string[];
  /** At least one, for example `sg-0123456789abcdef0`; every node gets all of them. */
  readonly securityGroupIds: string[];
}

/**
 * What discovery needs to know.
 *
 * @internal
 */
export interface DiscoveryContext {
  readonly cluster: eks.ICluster;
  readonly nodegroups?: string[];
  readonly allowSeveralClusterSecurityGroups?: boolean;
  readonly revision?: string;
}

/**
 * What node classes select by.
 *
 * @internal
 */
export interface Discovered {
  readonly network: NodeNetwork;
  /** For outputs, with commas. */
  readonly subnetIds: string;
  readonly securityGroupIds: string;
  /** The tags that the selection needs, undefined if it needs none. */
  readonly tags?: DiscoveryTags;
}

/**
 * The network of Karpenter's nodes before it is selected.
 *
 * @internal
 */
export interface DiscoveryNetwork {
  /** The key of the tag that it will get; undefined if nothing is tagged. */
  readonly tagKey?: string;
  readonly subnets?: SubnetSource;
  readonly securityGroups?: SecurityGroupSource;
}

const TAGGING: Shape<DiscoveryTagging> = { key: ANY_TEXT, subnets: SUBNETS, securityGroups: SECURITY_GROUPS };

const LIST_OF_IDS = required(list(ANY_TEXT));
const IDS: Shape<DiscoveryIds> = { subnetIds: LIST_OF_IDS, securityGroupIds: LIST_OF_IDS };

/** How Karpenter finds the subnets and security groups of its nodes. */
export abstract class Discovery {
  /**
   * By a tag whose value is the name of the cluster, which is put on subnets and security groups.
   *
   * @param tagging the key and the resources; by default as in the guide, for all node groups
   */
  public static tags(tagging: DiscoveryTagging = {}): Discovery {
    checkShape('Discovery.tags', tagging, TAGGING);
    return new ByTags(tagging);
  }

  /**
   * By id; nothing is tagged.
   *
   * For subnets that another account shares, whose tags are not visible, and for resources that must not be touched.
   */
  public static ids(ids: DiscoveryIds): Discovery {
    checkShape('Discovery.ids', ids, IDS);
    return new ByIds(ids);
  }

  /**
   * Makes below the scope what the selection needs.
   * @internal
   */
  public abstract _bind(scope: Construct, context: DiscoveryContext): Discovered;

  /**
   * What takes away, on removal, the tags that a former choice has put on, and tags nothing.
   *
   * @internal
   */
  public abstract _retire(scope: Construct, context: DiscoveryContext): Construct[];

  /**
   * The subnets and security groups that nodes will get, for checks before anything is tagged.
   *
   * @internal
   */
  public abstract _network(): DiscoveryNetwork;
}

class ByTags extends Discovery {
  constructor(private readonly tagging: DiscoveryTagging) {
    super();
  }

  public _bind(scope: Construct, context: DiscoveryContext): Discovered {
    const tags = new DiscoveryTags(scope, 'DiscoveryTags', { ...context, ...this._network() });
    const { tagKey, subnetIds, securityGroupIds } = tags;
    return { network: { tag: { key: tagKey, value: context.cluster.clusterName } }, subnetIds, securityGroupIds, tags };
  }

  /** Its own resource does it. */
  public _retire(): Construct[] {
    return [];
  }

  public _network(): DiscoveryNetwork {
    const { key, subnets, securityGroups } = this.tagging;
    return { tagKey: key ?? DISCOVERY_TAG_KEY, subnets, securityGroups };
  }
}

class ByIds extends Discovery {
  private readonly selected: DiscoveryIds;

  constructor(ids: DiscoveryIds) {
    super();
    this.selected = {
      subnetIds: checkIds('subnet', ids.subnetIds),
      securityGroupIds: checkIds('security group', ids.securityGroupIds),
    };
  }

  public _bind(): Discovered {
    return {
      network: this.selected,
      subnetIds: joinIds(this.selected.subnetIds),
      securityGroupIds: joinIds(this.selected.securityGroupIds),
    };
  }

  public _retire(scope: Construct, { cluster, revision }: DiscoveryContext): Construct[] {
    return [new DiscoveryTags(scope, 'DiscoveryTags', { cluster, revision, _retired: true })];
  }

  public _network(): DiscoveryNetwork {
    return {
      subnets: SubnetSource._of(this.selected.subnetIds),
      securityGroups: SecurityGroupSource._of(this.selected.securityGroupIds),
    };
  }
}
