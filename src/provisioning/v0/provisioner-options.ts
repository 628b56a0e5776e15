import { Duration } from 'aws-cdk-lib';
import { AWSNodeTemplate } from './aws-node-template';
import { Deprovisioning } from './deprovisioning';
import { KubeletConfiguration } from './kubelet-configuration';
import { PoolLimits } from '../pool-limits';
import { Requirement } from '../requirement';
import { Taint } from '../taint';

/**
 * Which nodes Karpenter launches, and when it takes them away.
 *
 * All fields of v1alpha5 are here but the deprecated `provider`, an inline node template: it and a node template exclude each
 * other, it cannot use what came later (AMI selectors, user data), and Karpenter 0.32 removes it.
 *
 * @see https://karpenter.sh/v0.29/concepts/provisioners/
 */
export interface ProvisionerOptions {
  /**
   * The name of the object: a DNS label that begins with a letter.
   *
   * With another name it is another Provisioner: a new one is made, then the old one is deleted and its nodes end with it. In a
   * migration the old one is kept until the deployment is over, then its nodes are drained one batch after the other, and it is deleted.
   *
   * @default 'default'
   */
  readonly name?: string;

  /**
   * How the nodes are launched; the Provisioner is applied after it, and deleted before it.
   *
   * Excludes `nodeTemplateName`.
   *
   * @default - the node template with `nodeTemplateName`
   */
  readonly nodeTemplate?: AWSNodeTemplate;

  /**
   * The name of a node template that something else makes.
   *
   * Excludes `nodeTemplate`.
   *
   * @default 'default'
   */
  readonly nodeTemplateName?: string;

  /**
   * What every node must have; all must hold.
   *
   * Karpenter itself adds Linux, amd64 and on-demand where nothing is said about the operating system, the architecture and
   * the capacity type; and, to a list without instance types, families, categories and generations, these defaults.
   *
   * @default - instance categories c, m and r, of a generation above 2
   */
  readonly requirements?: Requirement[];

  /**
   * Labels of every node.
   *
   * Fails on labels that Karpenter or the kubelet keep for themselves.
   *
   * @default - those that follow from the requirements
   */
  readonly labels?: { [key: string]: string };

  /**
   * Annotations of every node.
   *
   * @default - none
   */
  readonly annotations?: { [key: string]: string };

  /**
   * Taints of every node; nodes are launched only for pods that tolerate them.
   *
   * @default - none
   */
  readonly taints?: Taint[];

  /**
   * Taints that every node has at first and something else, such as a DaemonSet, takes away; pods need not tolerate them.
   *
   * A key has each effect at most once over both lists of taints.
   *
   * @default - none
   */
  readonly startupTaints?: Taint[];

  /**
   * Settings of the kubelets.
   *
   * @default - those of Karpenter and of the AMI
   */
  readonly kubeletConfiguration?: KubeletConfiguration;

  /**
   * When nodes that are not needed are taken away.
   *
   * @default - never
   */
  readonly deprovisioning?: Deprovisioning;

  /**
   * The age at which a node is drained and replaced, in whole seconds and more than none.
   *
   * @default - nodes do not expire
   */
  readonly expireAfter?: Duration;

  /**
   * How much all nodes together may have.
   *
   * @default - no limits
   */
  readonly limits?: PoolLimits;

  /**
   * The priority among Provisioners that fit a pod, from 1 to 100; higher ones come first.
   *
   * @default - after all that have a weight
   */
  readonly weight?: number;
}
