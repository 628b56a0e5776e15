import { Duration } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { KubernetesHandlerOptions } from './custom-resources/kubernetes-handler-options';
import { Discovery } from './discovery-tags/discovery';
import { ControllerPolicy } from './iam/controller-policy';
import { IamNames } from './iam/iam-names';
import { InterruptionQueue } from './interruption/interruption-queue';
import { ChartSource } from './karpenter/chart-source';
import { ControllerImageOptions } from './karpenter/controller-image-options';
import { KarpenterRelease } from './karpenter/karpenter-release';
import { NodeAccess } from './node-access/node-access';
import { MigrationStage } from './words/migration-stage';
import { PreflightCheck } from './words/preflight-check';
import { CutOverOptions } from './workflow/cut-over-options';
import { ScaleDownOptions } from './workflow/scale-down/scale-down-options';

/** How a cluster is migrated. Every default is the guide's, unless it says why not. */
export interface KarpenterMigrationProps {
  /**
   * The cluster, usually imported by `eks.Cluster.fromClusterAttributes`.
   *
   * It needs `kubectlRoleArn` and `kubectlLayer`, or `kubectlProvider`; `openIdConnectProvider`; and `vpc` and
   * `kubectlSecurityGroupId` where it has `kubectlPrivateSubnetIds`. One error at synthesis names all that is missing.
   */
  readonly cluster: eks.ICluster;

  /**
   * How far the migration goes.
   *
   * @default MigrationStage.INSTALL
   */
  readonly stage?: MigrationStage;

  /**
   * What stage `CUT_OVER` does: which workloads are pinned to node groups, and which Deployment is the Cluster Autoscaler's.
   *
   * @default - CoreDNS and the metrics server; the Deployment that is called or labelled like the Cluster Autoscaler
   */
  readonly cutOver?: CutOverOptions;

  /**
   * What stage `SCALE_DOWN` does: how many nodes stay, how many go at a time, and how long a run may be blocked. All but the sizes
   * also counts for every other run, and for Karpenter's nodes when they are drained.
   *
   * @default - the guide's sizes, one node at a time, an hour of patience
   */
  readonly scaleDown?: ScaleDownOptions;

  /**
   * How long a deployment waits for the run that raises or lowers the stage; it then succeeds with the run going on, whose state is in
   * the outputs. At most 50 minutes. The first deployment and one of `MigrationStage.REMOVED` always wait for that long.
   *
   * @default Duration.minutes(50)
   */
  readonly waitForRun?: Duration;

  /**
   * The version of Karpenter, and with it everything that differs by version: also which nodes Karpenter launches first.
   *
   * @default - `KarpenterRelease.v0()`, which is Karpenter 0.29.2, for Kubernetes 1.23 to 1.27; newer clusters need `KarpenterRelease.v1()`
   */
  readonly release?: KarpenterRelease;

  /**
   * The managed node groups that take part: their subnets and security groups are what Karpenter's nodes get.
   *
   * @default - all managed node groups of the cluster
   */
  readonly nodegroups?: string[];

  /**
   * The managed node groups whose nodes host Karpenter itself and the critical workloads.
   *
   * @default - the same as `nodegroups`
   */
  readonly hostNodegroups?: string[];

  /**
   * The names of the IAM resources that are made.
   *
   * @default - generated, because the guide's collide between regions and can exceed IAM's 64 characters
   */
  readonly iamNames?: IamNames;

  /**
   * An existing role for Karpenter's nodes; it is used as it is.
   *
   * @default - a new role with the guide's managed policies
   */
  readonly nodeRole?: iam.IRole;

  /**
   * An existing instance profile for Karpenter's nodes; it is used as it is. `nodeRole` must then be the role in it. An error with v1,
   * whose Karpenter makes the profiles itself, unless its node class says otherwise (`nodeClass.instanceProfile`).
   *
   * @default - a new instance profile around the node role
   */
  readonly instanceProfile?: iam.IInstanceProfile;

  /**
   * An existing role for Karpenter's controller; it is used as it is and must trust the service account.
   *
   * @default - a new role that trusts the service account through the cluster's OIDC provider
   */
  readonly controllerRole?: iam.IRole;

  /**
   * What the controller may do. An error together with `controllerRole`.
   *
   * @default - `ControllerPolicy.scoped()`, upstream's statements for the same version; the guide's are wider
   */
  readonly controllerPolicy?: ControllerPolicy;

  /**
   * How Karpenter learns that instances will be interrupted.
   *
   * @default - with v1 `InterruptionQueue.managed()`, where the guide names a queue that no step of it makes; with v0 none, as in the guide
   */
  readonly interruptionQueue?: InterruptionQueue;

  /**
   * How Karpenter finds the subnets and security groups for its nodes.
   *
   * @default - `Discovery.tags()`, the guide's tag on the subnets and security groups that the node groups use
   */
  readonly discovery?: Discovery;

  /**
   * How Karpenter's nodes get into the cluster.
   *
   * @default - `NodeAccess.auto()`: an access entry where the cluster's authentication mode takes one, else one entry in the ConfigMap
   * aws-auth
   */
  readonly nodeAccess?: NodeAccess;

  /**
   * The namespace of Karpenter. It is made if there is none, and only then removed again.
   *
   * @default - the release's, `karpenter` with v0, `kube-system` with v1
   */
  readonly namespace?: string;

  /**
   * The service account of the controller.
   *
   * @default - the release's, `karpenter`
   */
  readonly serviceAccountName?: string;

  /**
   * Where the charts come from.
   *
   * @default - upstream's public registry, `oci://public.ecr.aws/karpenter`
   */
  readonly chartSource?: ChartSource;

  /**
   * Where the controller's image comes from.
   *
   * @default - the chart's, in upstream's public registry
   */
  readonly controllerImage?: ControllerImageOptions;

  /**
   * Helm values, merged deeply into the guide's; lists are replaced.
   *
   * @default - the guide's values only
   */
  readonly values?: { [key: string]: any };

  /**
   * Whether this deployment takes over a migration whose stack was destroyed without `MigrationStage.REMOVED`.
   *
   * Until it is taken away again, not even a creation that rolls back deletes anything of the Karpenter that it found. Roles, instance profile
   * and queue are made anew, so `iamNames` must not be those of the stack before, unless they are imported; the old ones stay for nodes that
   * have them, and the runbook says how to find and remove them.
   * Without it, the preflight refuses a cluster with an abandoned migration.
   *
   * @default false
   */
  readonly takeOver?: boolean;

  /**
   * Checks of the preflight that do not stop the deployment; the outputs then say so.
   *
   * `KARPENTER_GENERATION` and `FIRST_STAGE` stop it all the same. With `MigrationStage.REMOVED` every other check is accepted.
   *
   * With `ABANDONED_MIGRATION`, `OTHER_KARPENTER`, `OTHER_CRDS` or `OTHER_OBJECTS` the deployment installs over what others left or
   * run: as with `takeOver`, not even a creation that rolls back then deletes anything.
   *
   * @default - none
   */
  readonly acceptedRisks?: PreflightCheck[];

  /**
   * Any text. CloudFormation does not call a resource whose properties are unchanged: another text makes the next
   * deployment look at the cluster again, and makes a run go on that has stopped.
   *
   * @default - none
   */
  readonly revision?: string;

  /**
   * Where and as whom the function that talks to the Kubernetes API runs.
   *
   * @default - as the import of the cluster says
   */
  readonly kubernetesHandler?: KubernetesHandlerOptions;
}
