import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { CLUSTER_SURVEY_TYPE, ClusterSurveyProperties } from './contract';
import { clusterReads } from './reads';
import { NODEGROUPS, REVISION } from './shapes';
import { AwsProvider } from '../custom-resources/aws-provider';
import { twoPhaseResource } from '../custom-resources/two-phase-provider';
import { CLUSTER } from '../input/cdk-kinds';
import { required } from '../input/kinds';
import { checkShape, Shape } from '../input/shape';

/** What a survey looks at. */
export interface ClusterSurveyOptions {
  /**
   * The managed node groups to read.
   *
   * One that does not exist fails the deployment with the names of those that do; one in deletion is left out.
   *
   * @default - all managed node groups of the cluster
   */
  readonly nodegroups?: string[];

  /**
   * Any text; change it to look at the cluster again, because CloudFormation does not call a resource whose properties
   * are unchanged.
   *
   * @default - looked at in the first deployment and whenever another property changes
   */
  readonly revision?: string;
}

/** The cluster to read, and what of it. */
export interface ClusterSurveyProps extends ClusterSurveyOptions {
  /** The cluster; nothing but its name is needed of an import. */
  readonly cluster: eks.ICluster;
}

const SHAPE: Shape<ClusterSurveyProps> = { cluster: required(CLUSTER), nodegroups: NODEGROUPS, revision: REVISION };

/**
 * Reads what AWS knows about a cluster; changes nothing and owns nothing.
 *
 * The attributes are meant for outputs and for people: lists are joined with commas, and one that is too long for
 * CloudFormation's 4096 bytes is cut with "… and 12 more, see the log".
 */
export class ClusterSurvey extends Construct {
  /** The Kubernetes version, for example `1.27`. */
  public readonly clusterVersion: string;
  /** The URL of the OIDC issuer; empty where the cluster has none. */
  public readonly issuer: string;
  /** `CONFIG_MAP`, `API` or `API_AND_CONFIG_MAP`. */
  public readonly authenticationMode: string;
  /** The id of the security group that EKS made for the cluster. */
  public readonly clusterSecurityGroup: string;
  /** The id of the cluster's VPC. */
  public readonly vpcId: string;
  /** The names of the node groups. */
  public readonly nodegroupNames: string;
  /** The ids of the node groups' subnets. */
  public readonly subnetIds: string;
  /** The ids of the security groups that the node groups' nodes carry. */
  public readonly securityGroupIds: string;
  /** The availability zones of the node groups' subnets. */
  public readonly zones: string;

  constructor(scope: Construct, id: string, props: ClusterSurveyProps) {
    super(scope, id);
    checkShape('ClusterSurvey', props, SHAPE);
    const properties: ClusterSurveyProperties = {
      ClusterName: props.cluster.clusterName,
      Nodegroups: props.nodegroups,
      Revision: props.revision,
    };
    const provider = AwsProvider.getOrCreate(this);
    const resource = twoPhaseResource(this, provider, CLUSTER_SURVEY_TYPE, properties);
    provider.allow(resource, clusterReads(this, props.cluster));
    this.clusterVersion = resource.getAttString('clusterVersion');
    this.issuer = resource.getAttString('issuer');
    this.authenticationMode = resource.getAttString('authenticationMode');
    this.clusterSecurityGroup = resource.getAttString('clusterSecurityGroup');
    this.vpcId = resource.getAttString('vpcId');
    this.nodegroupNames = resource.getAttString('nodegroupNames');
    this.subnetIds = resource.getAttString('subnetIds');
    this.securityGroupIds = resource.getAttString('securityGroupIds');
    this.zones = resource.getAttString('zones');
  }
}
