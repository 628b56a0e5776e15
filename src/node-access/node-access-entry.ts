import { Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ACCESS_ENTRY_TYPE, AccessEntryContract, MANAGED_KINDS, ManagedKind, NODE_ENTRY_TYPES, OWNER_TAG } from './contract';
import { ownerOf } from '../cluster/owner';
import { eksReads } from '../cluster/reads';
import { REVISION } from '../cluster/shapes';
import { clusterArnOf, partitionOf } from '../custom-resources/arns';
import { AwsProvider } from '../custom-resources/aws-provider';
import { twoPhaseResource } from '../custom-resources/two-phase-provider';
import { CLUSTER, ROLE } from '../input/cdk-kinds';
import { FLAG, oneOf, required, TEXT } from '../input/kinds';
import { checkShape, Shape } from '../input/shape';

/** EC2 gets the role; EKS is who asks whether we may give it away. */
const ROLE_USERS = ['ec2.amazonaws.com', 'ec2.amazonaws.com.cn', 'eks.amazonaws.com'];

/** Whom `NodeAccessEntry` lets in. */
export interface NodeAccessEntryOptions {
  /** The role of the nodes, of the cluster's account; with its path if it has one. */
  readonly role: iam.IRole;

  /**
   * Whether nodes with the role run Windows: the type of the entry is `EC2_WINDOWS` then, else `EC2_LINUX`.
   *
   * A role has one entry and an entry has one type, which EKS never changes. AWS advises a role of its own for Windows nodes.
   *
   * @default false
   * @see https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
   */
  readonly windows?: boolean;

  /**
   * Any text; another value makes the next deployment look at the entry again, for instance after somebody deleted it.
   *
   * @default - the entry is looked at when its properties change
   */
  readonly revision?: string;
}

/** Props of `NodeAccessEntry`. */
export interface NodeAccessEntryProps extends NodeAccessEntryOptions {
  /** The cluster that gets the entry; its authentication mode must be `API` or `API_AND_CONFIG_MAP`. */
  readonly cluster: eks.ICluster;

  /**
   * The choice that the entry is a part of: with some it is made only in some authentication modes.
   *
   * @default 'access-entry'
   * @internal
   */
  readonly _kind?: ManagedKind;

  /**
   * Whose the entry is.
   *
   * @default - stack name and path of the construct
   * @internal
   */
  readonly _owner?: string;
}

const SHAPE: Shape<NodeAccessEntryProps> = {
  cluster: required(CLUSTER),
  role: required(ROLE),
  windows: FLAG,
  revision: REVISION,
  _kind: oneOf(MANAGED_KINDS),
  _owner: TEXT,
};

/**
 * The access entry with which nodes of a role may join a cluster.
 *
 * An entry that exists for the role and fits is left alone and outlives this construct, where `AWS::EKS::AccessEntry` would fail. One of
 * another type, or one that is older than the role, fails the deployment with what to do. What this construct made carries the tag
 * `cdk-karpenter-migration/owner` and is all that a removal takes away, with the entries of roles that were given before; it stays where
 * a managed node group has the role by then.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
 */
export class NodeAccessEntry extends Construct {
  public constructor(scope: Construct, id: string, props: NodeAccessEntryProps) {
    super(scope, id);
    checkShape('NodeAccessEntry', props, SHAPE);
    const { cluster, role, _kind: kind = 'access-entry' } = props;
    const provider = AwsProvider.getOrCreate(this);
    const properties: AccessEntryContract = {
      ClusterName: cluster.clusterName,
      RoleArn: role.roleArn,
      Type: props.windows ? NODE_ENTRY_TYPES.windows : NODE_ENTRY_TYPES.linux,
      Owner: props._owner ?? ownerOf(this),
      Kind: kind,
      Revision: props.revision,
    };
    const resource = twoPhaseResource(this, provider, ACCESS_ENTRY_TYPE, properties);
    const entries = Stack.of(this).formatArn({ partition: partitionOf(this), service: 'eks', resource: 'access-entry', resourceName: `${cluster.clusterName}/*` });
    provider.allowLate(resource, [
      ...eksReads(this, cluster),
      { actions: ['eks:ListAccessEntries'], resources: [clusterArnOf(cluster)] },
      { actions: ['eks:DescribeAccessEntry'], resources: [entries] },
      { actions: ['eks:DeleteAccessEntry'], resources: [entries], conditions: { Null: { [`aws:ResourceTag/${OWNER_TAG}`]: 'false' } } },
      ...kind === 'aws-auth' ? [] : creation(cluster, role, entries),
    ]);
  }
}

/** What only a choice needs that makes entries. */
function creation(cluster: eks.ICluster, role: iam.IRole, entries: string): iam.PolicyStatementProps[] {
  return [
    {
      actions: ['eks:CreateAccessEntry'],
      resources: [clusterArnOf(cluster)],
      // Both types: between an entry that goes and one of the other type that comes, nobody may have to wait for IAM.
      conditions: { StringEquals: { 'eks:principalArn': role.roleArn, 'eks:accessEntryType': Object.values(NODE_ENTRY_TYPES) } },
    },
    {
      actions: ['eks:TagResource'],
      resources: [entries],
      // "For all values" holds for a call without keys as well.
      conditions: { 'ForAllValues:StringEquals': { 'aws:TagKeys': [OWNER_TAG] }, 'Null': { 'aws:TagKeys': 'false' } },
    },
    { actions: ['iam:GetRole'], resources: [role.roleArn] },
    // EKS' guide asks for it, and does not say which service it is passed to.
    { actions: ['iam:PassRole'], resources: [role.roleArn], conditions: { StringEqualsIfExists: { 'iam:PassedToService': ROLE_USERS } } },
  ];
}
