import { Names, Stack, Token } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { DISCOVERY_TAG_KEY, DISCOVERY_TAGS_RESOURCE_TYPE, DiscoveryTagsProperties, markerKey, tagKeyMeaning, tagKeyProblem } from './contract';
import { SECURITY_GROUPS, SUBNETS } from './shapes';
import { SecurityGroupSource, SubnetSource } from './sources';
import { clusterReads } from '../cluster/reads';
import { NODEGROUPS, REVISION } from '../cluster/shapes';
import { partitionOf } from '../custom-resources/arns';
import { AwsProvider } from '../custom-resources/aws-provider';
import { tokenKeys } from '../custom-resources/token-keys';
import { twoPhaseResource } from '../custom-resources/two-phase-provider';
import { CLUSTER } from '../input/cdk-kinds';
import { ANY_TEXT, FLAG, required } from '../input/kinds';
import { checkShape, Shape } from '../input/shape';

/** Which subnets and security groups carry the discovery tag. */
export interface DiscoveryTagsOptions {
  /**
   * The key of the tag; its value is the name of the cluster.
   *
   * A resource can carry a key once: two clusters that share subnets need two keys. 1 to 127 letters, digits and
   * `_ . : / = + - @`; neither `Name` nor one that begins with `kubernetes.io/`, which mean something to others. Changing it later leaves Karpenter without subnets for the moment between the change of the tags and that of
   * node classes: launches are tried again, nodes stay.
   *
   * @default 'karpenter.sh/discovery'
   */
  readonly tagKey?: string;

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

  /**
   * The managed node groups whose subnets and security groups count.
   *
   * @default - all of the cluster
   */
  readonly nodegroups?: string[];

  /**
   * Whether more than one of the selected security groups may carry `kubernetes.io/cluster/<cluster>`.
   *
   * The AWS Load Balancer Controller fails on nodes with more than one; without it they do no harm.
   *
   * @default false
   */
  readonly allowSeveralClusterSecurityGroups?: boolean;

  /**
   * Any text; a new one makes the next deployment look at the node groups again.
   *
   * CloudFormation does not call a resource whose properties are unchanged, whatever became of the cluster.
   *
   * @default - none
   */
  readonly revision?: string;
}

/** The discovery tags of a cluster. */
export interface DiscoveryTagsProps extends DiscoveryTagsOptions {
  readonly cluster: eks.ICluster;

  /**
   * Whether only the tags of a former deployment are taken away on removal, and none are put on.
   *
   * @default false
   * @internal
   */
  readonly _retired?: boolean;
}

const SHAPE: Shape<DiscoveryTagsProps> = {
  cluster: required(CLUSTER),
  tagKey: ANY_TEXT,
  subnets: SUBNETS,
  securityGroups: SECURITY_GROUPS,
  nodegroups: NODEGROUPS,
  allowSeveralClusterSecurityGroups: FLAG,
  revision: REVISION,
  _retired: FLAG,
};

/**
 * The tag by which Karpenter finds subnets and security groups, put on those that nodes use.
 *
 * Tags are added where they are missing. A second tag `cdk-karpenter-migration/<cluster>` on the same resource remembers that, so
 * that a removal takes away only what was added, even half of it. A foreign value of the key, or more than one security group
 * with `kubernetes.io/cluster/<cluster>` among the selected ones, fails the deployment before anything is tagged.
 *
 * One per cluster. Subnets that another account shares cannot be tagged: use `Discovery.ids()`.
 *
 * @see https://karpenter.sh/v0.29/getting-started/migrating-from-cas/#add-tags-to-subnets-and-security-groups
 */
export class DiscoveryTags extends Construct {
  /** The key of the tag. */
  public readonly tagKey: string;
  /** The ids of the subnets that carry the tag, with commas; for outputs, since a long list is shortened. */
  public readonly subnetIds: string;
  /** The ids of the security groups that carry the tag, with commas; for outputs, since a long list is shortened. */
  public readonly securityGroupIds: string;

  constructor(scope: Construct, id: string, props: DiscoveryTagsProps) {
    super(scope, id);
    checkShape('DiscoveryTags', props, SHAPE);
    this.tagKey = props.tagKey ?? DISCOVERY_TAG_KEY;
    const problem = Token.isUnresolved(this.tagKey) ? undefined : tagKeyProblem(this.tagKey) ?? tagKeyMeaning(this.tagKey);
    if (problem) {
      throw new Error(`"${this.tagKey}" cannot be the key of the discovery tag: ${problem}; set \`tagKey\` or leave it at ${DISCOVERY_TAG_KEY}`);
    }
    const provider = AwsProvider.getOrCreate(this);
    const securityGroups = props.securityGroups ?? SecurityGroupSource.nodegroups();
    const properties: DiscoveryTagsProperties = {
      ClusterName: props.cluster.clusterName,
      NodegroupNames: props.nodegroups,
      SubnetIds: props.subnets?._ids,
      SecurityGroupSource: securityGroups._kind,
      SecurityGroupIds: securityGroups._ids,
      TagKey: this.tagKey,
      SeveralClusterSecurityGroups: props.allowSeveralClusterSecurityGroups ?? false,
      Retired: props._retired || undefined,
      Revision: props.revision,
    };
    const resource = twoPhaseResource(this, provider, DISCOVERY_TAGS_RESOURCE_TYPE, properties);
    provider.allow(resource, [
      ...props._retired ? [] : [...clusterReads(this, props.cluster), this.tagging(props.cluster)],
      ...this.untagging(provider, props.cluster),
    ]);
    this.subnetIds = resource.getAttString('subnetIds');
    this.securityGroupIds = resource.getAttString('securityGroupIds');
  }

  private get taggable(): string[] {
    const { region, account } = Stack.of(this);
    return ['subnet', 'security-group'].map(type => `arn:${partitionOf(this)}:ec2:${region}:${account}:${type}/*`);
  }

  private tagging(cluster: eks.ICluster): iam.PolicyStatementProps {
    const marker = markerKey(cluster.clusterName);
    return {
      actions: ['ec2:CreateTags'],
      resources: this.taggable,
      // "For all values" holds for a call without keys as well.
      conditions: { 'ForAllValues:StringEquals': { 'aws:TagKeys': [this.tagKey, marker] }, 'Null': { 'aws:TagKeys': 'false' } },
    };
  }

  private untagging(provider: AwsProvider, cluster: eks.ICluster): iam.PolicyStatementProps[] {
    // The key of an earlier deployment must come off too, so the marker decides. EC2 takes a call without keys for "all tags".
    const marked = { [`aws:ResourceTag/${markerKey(cluster.clusterName)}`]: 'false', 'aws:TagKeys': 'false' };
    return [
      { actions: ['ec2:DescribeSubnets', 'ec2:DescribeSecurityGroups'], resources: ['*'] },
      {
        actions: ['ec2:DeleteTags'],
        resources: this.taggable,
        // Below the provider: whatever these tags are ordered behind may be served by the function whose policy this is part of.
        conditions: { Null: tokenKeys(provider, `Marked-${Names.nodeUniqueId(this.node)}`, marked) },
      },
    ];
  }
}
