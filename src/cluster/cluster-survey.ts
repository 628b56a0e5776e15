import { Token } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { CLUSTER_SURVEY_TYPE, ClusterSurveyProperties } from './contract';
import { allowReads } from './reads';
import { AwsProvider } from '../custom-resources/aws-provider';
import { twoPhaseResource } from '../custom-resources/two-phase-provider';

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
    checkNodegroups('nodegroups', props.nodegroups);
    allowReads(this, props.cluster);
    const properties: ClusterSurveyProperties = {
      ClusterName: props.cluster.clusterName,
      Nodegroups: props.nodegroups,
      Revision: props.revision,
    };
    const resource = twoPhaseResource(this, AwsProvider.getOrCreate(this), CLUSTER_SURVEY_TYPE, properties);
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

/** EKS: a letter or digit, then letters, digits, hyphens and underscores, 63 characters. */
const NODEGROUP_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/** Throws where a list of node groups cannot be meant; `undefined` is the library's way to say "all". */
export function checkNodegroups(property: string, names?: readonly string[]): void {
  if (names === undefined || Token.isUnresolved(names)) {
    return;
  }
  if (names.length === 0) {
    throw new Error(`\`${property}\` is empty: name at least one node group, or leave it out`);
  }
  const bad = names.find(name => !Token.isUnresolved(name) && !NODEGROUP_NAME.test(name));
  if (bad !== undefined) {
    throw new Error(`\`${property}\` has "${bad}", which cannot be the name of a node group: 1 to 63 letters, digits, - and _, the first a letter or digit`);
  }
}
