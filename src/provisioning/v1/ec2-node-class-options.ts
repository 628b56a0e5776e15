import * as iam from 'aws-cdk-lib/aws-iam';
import { AmiAlias, AmiTerm, NodeClassAmiFamily } from './ami';
import { CapacityReservationTerm } from './capacity-reservation-term';
import { ConnectionTracking, NodeNetworkInterface, PlacementGroup } from './node-class-network';
import { NodeClassBlockDeviceMapping } from './node-class-volumes';
import { SecurityGroupTerm, SubnetTerm } from './selector-terms';
import { KubeletSettings } from '../kubelet-settings';
import { MetadataOptions } from '../metadata-options';

/** What Karpenter does with the disks that belong to an instance. */
export enum InstanceStorePolicy {
  /** One array of all of them (RAID-0), on which images and the ephemeral storage of pods are; without it pods must mount them themselves. */
  RAID0 = 'RAID0',
}

/**
 * How Karpenter launches nodes.
 *
 * All fields of karpenter.k8s.aws/v1 in Karpenter 1.14 are here.
 *
 * @see https://karpenter.sh/docs/concepts/nodeclasses/
 */
export interface EC2NodeClassOptions {
  /**
   * The name of the object: a DNS name of at most 63 characters, as Karpenter makes a label of it.
   *
   * With another name it is another node class: a new one is made, then the old one is deleted. In a migration
   * the old one is kept until the deployment is over and no NodePool refers to it any more; then it is deleted.
   *
   * @default 'default'
   */
  readonly name?: string;

  /**
   * The role of the nodes, from which Karpenter makes an instance profile; the controller must be allowed to pass it.
   *
   * Exactly one of `role` and `instanceProfile` must be set.
   *
   * @default - none; a migration gives its node role
   */
  readonly role?: iam.IRole;

  /**
   * The name of an instance profile of your own, for a VPC without an endpoint of IAM; not its ARN.
   *
   * Exactly one of `role` and `instanceProfile` must be set.
   *
   * @default - Karpenter makes one from `role`
   */
  readonly instanceProfile?: string;

  /**
   * The image of the nodes, of those that EKS publishes; see there what a pinned one and the latest one risk.
   *
   * Excludes `amiSelectorTerms`.
   *
   * @default - AmiAlias.al2023Latest(), or none with `amiSelectorTerms`
   */
  readonly amiAlias?: AmiAlias;

  /**
   * The images of the nodes, of your own choice; from 1 to 30 terms.
   *
   * Requires `amiFamily`, and excludes `amiAlias`.
   *
   * @default - the image of `amiAlias`
   */
  readonly amiSelectorTerms?: AmiTerm[];

  /**
   * What kind of image nodes run.
   *
   * With `amiAlias` only that of the alias or NodeClassAmiFamily.CUSTOM, which leaves the user data of that image as you write it.
   *
   * @default - that of `amiAlias`; required with `amiSelectorTerms`
   */
  readonly amiFamily?: NodeClassAmiFamily;

  /**
   * The subnets of the nodes; from 1 to 30 terms.
   *
   * @default - those with the tag `karpenter.sh/discovery` and the cluster's name
   */
  readonly subnetSelectorTerms?: SubnetTerm[];

  /**
   * The security groups of the nodes; from 1 to 30 terms.
   *
   * @default - those with the tag `karpenter.sh/discovery` and the cluster's name
   */
  readonly securityGroupSelectorTerms?: SecurityGroupTerm[];

  /**
   * The capacity reservations that nodes may use; at most 30 terms.
   *
   * A NodePool uses them if its requirements allow the capacity type `reserved`.
   *
   * @default - none
   */
  readonly capacityReservationSelectorTerms?: CapacityReservationTerm[];

  /**
   * The volumes of the nodes; at most 50.
   *
   * @default - an encrypted gp3 volume of 20 GiB (Windows 50 GiB; Bottlerocket 4 GiB and 20 GiB; with NodeClassAmiFamily.CUSTOM the image's own)
   */
  readonly blockDeviceMappings?: NodeClassBlockDeviceMapping[];

  /**
   * What happens with the disks that belong to an instance.
   *
   * @default - nothing: pods must mount them themselves
   */
  readonly instanceStorePolicy?: InstanceStorePolicy;

  /**
   * How nodes can reach the instance metadata service.
   *
   * Pods with their own network reach it from 2 hops on; pods on the credentials of the instance need that.
   *
   * @default - enabled, not over IPv6, with tokens and 1 hop, as Karpenter's own
   */
  readonly metadataOptions?: MetadataOptions;

  /**
   * Settings of the kubelets.
   *
   * @default - those of Karpenter and of the AMI
   */
  readonly kubelet?: KubeletSettings;

  /**
   * User data in the form that the image family reads; Karpenter merges its own into it, save for NodeClassAmiFamily.CUSTOM.
   *
   * Fails above 16 KiB, which is EC2's limit.
   *
   * @default - Karpenter's own
   */
  readonly userData?: string;

  /**
   * Tags of instances, volumes, launch templates and the instance profile, at most 44; `Name` may be overridden.
   *
   * Fails on tags by which Karpenter knows what is its own, and on those that AWS keeps for itself.
   *
   * @default - Karpenter's own
   */
  readonly tags?: { [key: string]: string };

  /**
   * Whether CloudWatch has metrics of the instances each minute.
   *
   * @default false
   */
  readonly detailedMonitoring?: boolean;

  /**
   * Whether instances have a public IP address.
   *
   * @default - as the subnet says
   */
  readonly associatePublicIpAddress?: boolean;

  /**
   * How many IPv4 prefixes the network interface gets at launch. Needs Karpenter 1.8.
   *
   * @default - none
   */
  readonly ipPrefixCount?: number;

  /**
   * The network interfaces of the nodes, at most 150; one of them is the first device of the first card. Needs Karpenter 1.11.
   *
   * @default - as the instance type needs
   */
  readonly networkInterfaces?: NodeNetworkInterface[];

  /**
   * How long idle connections are tracked. Needs Karpenter 1.13.
   *
   * @default - as EC2 does for the instance type
   */
  readonly connectionTracking?: ConnectionTracking;

  /**
   * The placement group of the nodes. Needs Karpenter 1.11.
   *
   * @default - none
   */
  readonly placementGroup?: PlacementGroup;

  /**
   * Whether virtual machines can run on the nodes; only instance types that can do it are used then. Needs Karpenter 1.13.
   *
   * @default - as EC2 does
   */
  readonly nestedVirtualization?: boolean;

  /**
   * A value that EC2's CreateFleet has reserved; AWS tells you if you need it.
   *
   * @default - none
   */
  readonly context?: string;

  /**
   * Labels of the node class itself, for those who look for it; nodes do not get them.
   *
   * @default - none
   */
  readonly objectLabels?: { [key: string]: string };

  /**
   * Annotations of the node class itself; nodes do not get them.
   *
   * @default - none
   */
  readonly objectAnnotations?: { [key: string]: string };
}
