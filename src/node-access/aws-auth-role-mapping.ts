import { Lazy } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { MANAGED_KINDS, ManagedKind, NODE_ACCESS_TYPE, NodeAccessContract } from './contract';
import { listWhereRendered } from './rendered-aws-auth';
import { ownerOf } from '../cluster/owner';
import { REVISION } from '../cluster/shapes';
import { KubernetesHandlerOptions } from '../custom-resources/kubernetes-handler-options';
import { KUBERNETES_HANDLER_OPTIONS, KubernetesProvider } from '../custom-resources/kubernetes-provider';
import { twoPhaseResource } from '../custom-resources/two-phase-provider';
import { CLUSTER, ROLE } from '../input/cdk-kinds';
import { FLAG, oneOf, required, TEXT } from '../input/kinds';
import { checkShape, Shape, struct } from '../input/shape';

/** Whom `AwsAuthRoleMapping` lets in. */
export interface AwsAuthRoleMappingOptions {
  /** The role of the nodes; a path is left out of the mapping, where it would keep the nodes out. */
  readonly role: iam.IRole;

  /**
   * Whether nodes with the role run Windows: the entry then has the group `eks:kube-proxy-windows` too, without which their pods reach
   * no Service.
   *
   * @default false
   * @see https://docs.aws.amazon.com/eks/latest/userguide/windows-support.html
   */
  readonly windows?: boolean;

  /**
   * Where and as whom the function that talks to the Kubernetes API runs.
   *
   * @default - as the import of the cluster says
   */
  readonly kubernetesHandler?: KubernetesHandlerOptions;

  /**
   * Anything; another value makes the next deployment look at the ConfigMap again, for instance after somebody removed
   * the entry.
   *
   * @default - the ConfigMap is looked at when the mapping itself changes
   */
  readonly revision?: string;
}

/** Props of `AwsAuthRoleMapping`. */
export interface AwsAuthRoleMappingProps extends AwsAuthRoleMappingOptions {
  /** The cluster whose `aws-auth` ConfigMap gets the entry; its authentication mode must include `CONFIG_MAP`. */
  readonly cluster: eks.ICluster;

  /**
   * The choice that the mapping is a part of: with some the ConfigMap gets an entry only in some authentication modes.
   *
   * @default 'aws-auth'
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

/** A kind with which the ConfigMap gets no entry in any mode; what an earlier deployment put in goes with the removal. */
const ADDS_NOTHING: ManagedKind = 'access-entry';

const SHAPE: Shape<AwsAuthRoleMappingProps> = {
  cluster: required(CLUSTER),
  role: required(ROLE),
  windows: FLAG,
  kubernetesHandler: struct(KUBERNETES_HANDLER_OPTIONS),
  revision: REVISION,
  _kind: oneOf(MANAGED_KINDS),
  _owner: TEXT,
};

/**
 * One entry in `mapRoles` of the ConfigMap `kube-system/aws-auth`, with which nodes of a role may join.
 *
 * Everything else in the ConfigMap stays byte for byte, comments included, also when others edit it at the same time.
 * A ConfigMap that is not there is made. An entry that exists for the role is left alone and outlives this construct;
 * what this construct put in is recorded in an annotation and taken out on removal, so that the ConfigMap is as before.
 * The deployment fails before any change where `mapRoles` cannot be parsed, or maps the role to other groups.
 *
 * Of a cluster that is made in the same app with aws-cdk-lib/aws-eks, CDK renders the whole ConfigMap once `cluster.awsAuth` is used, as its
 * node groups do. The entry is then added to that list, because CDK's next change of it would take any other one away; it goes with the
 * change that takes this construct out of the app. That needs a role of the cluster's stack, or one with a name that is known at synthesis.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html
 */
export class AwsAuthRoleMapping extends Construct {
  /**
   * Whether CDK renders the entry, in a cluster that is made in the app; known when the app is synthesized.
   *
   * @internal
   */
  public readonly _isListed: () => boolean;

  public constructor(scope: Construct, id: string, props: AwsAuthRoleMappingProps) {
    super(scope, id);
    checkShape('AwsAuthRoleMapping', props, SHAPE);
    const isMade = props.cluster instanceof eks.Cluster && props._kind !== 'access-entry';
    this._isListed = isMade ? listWhereRendered(this, props.cluster, props.role, props.windows ?? false) : () => false;
    const provider = KubernetesProvider.getOrCreate(this, props.cluster, props.kubernetesHandler);
    const properties: NodeAccessContract = {
      ClusterName: props.cluster.clusterName,
      KubectlRoleArn: provider.kubectlRoleArn,
      RoleArn: props.role.roleArn,
      Owner: props._owner ?? ownerOf(this),
      Kind: isMade ? Lazy.string({ produce: () => this._isListed() ? ADDS_NOTHING : props._kind }) as ManagedKind : props._kind,
      Windows: props.windows || undefined,
      Revision: props.revision,
    };
    twoPhaseResource(this, provider, NODE_ACCESS_TYPE, properties);
  }
}
