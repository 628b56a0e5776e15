import { BlockDeviceMapping } from '../block-device';
import { MetadataOptions } from '../metadata-options';

/** What kind of image nodes run; it decides how their user data is made. */
export enum AmiFamily {
  /** Amazon Linux 2. */
  AL2 = 'AL2',

  /** Bottlerocket. */
  BOTTLEROCKET = 'Bottlerocket',

  /** Ubuntu. */
  UBUNTU = 'Ubuntu',

  /** Windows Server 2019; user data is not supported. */
  WINDOWS_2019 = 'Windows2019',

  /** Windows Server 2022; user data is not supported. */
  WINDOWS_2022 = 'Windows2022',

  /** Images of your own; `amiSelector` is required, and user data is used as it is. */
  CUSTOM = 'Custom',
}

/**
 * How Karpenter launches nodes.
 *
 * All fields of v1alpha1 are here but `apiVersion` and `kind` inside of the spec, which are left from the time when it was part of
 * the Provisioner and have no effect.
 *
 * @see https://karpenter.sh/v0.29/concepts/node-templates/
 */
export interface AWSNodeTemplateOptions {
  /**
   * The name of the object: a DNS label that begins with a letter.
   *
   * With another name it is another node template: a new one is made, then the old one is deleted. In a migration
   * the old one is kept until the deployment is over and no Provisioner refers to it any more; then it is deleted.
   *
   * @default 'default'
   */
  readonly name?: string;

  /**
   * The subnets of the nodes: tags that all must match, or ids by `aws-ids`; values separated by commas, `*` for any value.
   *
   * @default - `karpenter.sh/discovery` with the cluster's name
   */
  readonly subnetSelector?: { [key: string]: string };

  /**
   * The security groups of the nodes: tags that all must match, or ids by `aws-ids`; values separated by commas, `*` for any value.
   *
   * Excludes `launchTemplateName`.
   *
   * @default - `karpenter.sh/discovery` with the cluster's name, or none with a launch template
   */
  readonly securityGroupSelector?: { [key: string]: string };

  /**
   * The images of the nodes: tags that all must match, or ids by `aws::ids`, a name by `aws::name`, accounts by `aws::owners`.
   *
   * Required with AmiFamily.CUSTOM; excludes `launchTemplateName`.
   *
   * @default - the image that EKS recommends for the family, the architecture and the cluster's version
   */
  readonly amiSelector?: { [key: string]: string };

  /**
   * What kind of image nodes run.
   *
   * Excludes `launchTemplateName`.
   *
   * @default - AmiFamily.AL2, by Karpenter
   */
  readonly amiFamily?: AmiFamily;

  /**
   * The name of the nodes' instance profile, not its ARN.
   *
   * Excludes `launchTemplateName`.
   *
   * @default - the one that Karpenter was installed with
   */
  readonly instanceProfileName?: string;

  /**
   * User data in the form that the image family reads; Karpenter merges its own into it, save for AmiFamily.CUSTOM.
   *
   * Fails with Windows, and excludes `launchTemplateName`.
   *
   * @default - Karpenter's own
   */
  readonly userData?: string;

  /**
   * Tags of instances, volumes and launch templates; `Name` may be overridden.
   *
   * Fails on tags by which Karpenter knows what is its own.
   *
   * @default - Karpenter's own
   */
  readonly tags?: { [key: string]: string };

  /**
   * How nodes can reach the instance metadata service.
   *
   * Excludes `launchTemplateName`.
   *
   * @default - enabled, not over IPv6, with tokens and 2 hops
   */
  readonly metadataOptions?: MetadataOptions;

  /**
   * The volumes of the nodes.
   *
   * Excludes `launchTemplateName`.
   *
   * @default - an encrypted gp3 volume of 20 GiB (Windows 50 GiB; Bottlerocket 4 GiB and 20 GiB; with AmiFamily.CUSTOM the image's own)
   */
  readonly blockDeviceMappings?: BlockDeviceMapping[];

  /**
   * Whether CloudWatch has metrics of the instances each minute.
   *
   * @default false
   */
  readonly detailedMonitoring?: boolean;

  /**
   * A value that EC2's CreateFleet has reserved; AWS tells you if you need it.
   *
   * @default - none
   */
  readonly context?: string;

  /**
   * The name of a launch template of your own, used as it is.
   *
   * Karpenter then sets nothing that a launch template holds, and version 0.32 removes this way.
   *
   * @default - Karpenter makes launch templates
   */
  readonly launchTemplateName?: string;
}
