import { Duration, Lazy, Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { PREFLIGHT_TYPE, PreflightProperties } from './contract';
import { stageReads } from './reads';
import { assertImport } from '../cluster/import-requirements';
import { ownerOf } from '../cluster/owner';
import { clusterReads } from '../cluster/reads';
import { AwsProvider } from '../custom-resources/aws-provider';
import { KubernetesHandlerOptions } from '../custom-resources/kubernetes-handler-options';
import { KUBERNETES_HANDLER_OPTIONS, KubernetesProvider } from '../custom-resources/kubernetes-provider';
import { twoPhaseResource } from '../custom-resources/two-phase-provider';
import { PreflightCheck } from '../words/preflight-check';
import { movesWorkloads, StagePlan } from './workloads/question';
import { NODEGROUPS, REVISION } from '../cluster/shapes';
import { SECURITY_GROUPS, SUBNETS } from '../discovery-tags/shapes';
import { SecurityGroupSource, SubnetSource } from '../discovery-tags/sources';
import { CLUSTER } from '../input/cdk-kinds';
import { ANY_TEXT, FLAG, instance, list, required, TEXT } from '../input/kinds';
import { checkShape, Shape, struct } from '../input/shape';
import { CRD_RELEASE, CRD_RELEASE_NAMESPACE } from '../karpenter/chart-location';
import { KarpenterRelease } from '../karpenter/karpenter-release';
import { RELEASE, VALUES } from '../karpenter/shapes';
import { controllerNeeds } from '../karpenter/values';
import { checkNamespace } from '../kubernetes/kubernetes-names';
import { referenceTo } from '../kubernetes/object-reference';
import { NodeAccess } from '../node-access/node-access';
import { MigrationStage } from '../words/migration-stage';
import { ClusterAutoscaler } from '../workflow/cluster-autoscaler/cluster-autoscaler';
import { CriticalWorkload } from '../workflow/critical-workloads/critical-workload';
import { checkTargets } from '../workflow/scale-down/known-targets';
import { NodegroupTarget } from '../workflow/scale-down/scale-down-options';
import { ACCEPTED_RISKS, CLUSTER_AUTOSCALER, CRITICAL_WORKLOADS, STAGE, TARGETS } from '../workflow/shapes';

/** What the preflight compares the cluster with. */
export interface PreflightOptions {
  /**
   * The Karpenter that is to be installed: its Kubernetes versions, replicas, what each requests, and CRDs.
   *
   * @default KarpenterRelease.v0()
   */
  readonly release?: KarpenterRelease;

  /**
   * The managed node groups of the migration.
   *
   * @default - all managed node groups of the cluster
   */
  readonly nodegroups?: string[];

  /**
   * The managed node groups that have to host Karpenter itself.
   *
   * @default - the same as `nodegroups`
   */
  readonly hostNodegroups?: string[];

  /**
   * Whether the scheduler keeps a replica of Karpenter pending rather than put two of them into one zone, where the host node groups have
   * nodes in several.
   *
   * @default - as in the release's chart: not with v0, but with v1
   */
  readonly spreadOverZones?: boolean;

  /**
   * More values for Karpenter's chart, as its `values`: how many replicas there are, what each requests and tolerates, and which resources
   * its settings add to nodes.
   *
   * @default - the guide's values
   */
  readonly values?: { [key: string]: any };

  /**
   * The key of the discovery tag that subnets and security groups will get, with the cluster's name as its value.
   *
   * @default - nothing will be tagged, so no tag is checked
   */
  readonly tagKey?: string;

  /**
   * The subnets of Karpenter's nodes.
   *
   * @default SubnetSource.nodegroups()
   */
  readonly subnets?: SubnetSource;

  /**
   * The security groups of Karpenter's nodes.
   *
   * @default SecurityGroupSource.nodegroups()
   */
  readonly securityGroups?: SecurityGroupSource;

  /**
   * How Karpenter's nodes get into the cluster.
   *
   * @default NodeAccess.auto()
   */
  readonly nodeAccess?: NodeAccess;

  /**
   * The namespace of Karpenter.
   *
   * @default - the release's
   */
  readonly namespace?: string;

  /**
   * The names of the pools (Provisioners, NodePools) that will be made.
   *
   * @default ['default']
   */
  readonly poolNames?: string[];

  /**
   * Whose migration this is: what an earlier deployment of the same owner made, or one that was abandoned, is not held
   * against it.
   *
   * @default - stack name and path of the scope
   */
  readonly owner?: string;

  /**
   * Whether this deployment may take over a migration whose stack was destroyed without stage `REMOVED`.
   *
   * @default false
   */
  readonly takeOver?: boolean;

  /**
   * How far the migration goes. From `CUT_OVER` on, what runs on the node groups is checked too: whether it can move, where to, and
   * whether it can be evicted at all.
   *
   * @default MigrationStage.INSTALL
   */
  readonly stage?: MigrationStage;

  /**
   * The workloads that are pinned to node groups, so that they need not fit on Karpenter's nodes. Only with a `stage` beyond `INSTALL`.
   *
   * @default CriticalWorkload.defaults()
   */
  readonly criticalWorkloads?: CriticalWorkload[];

  /**
   * The Cluster Autoscaler, which is gone before anything is drained. Only with a `stage` beyond `INSTALL`.
   *
   * @default ClusterAutoscaler.discovered()
   */
  readonly clusterAutoscaler?: ClusterAutoscaler;

  /**
   * Node groups whose size in the end is not the guide's. Only with a `stage` beyond `INSTALL`.
   *
   * @default - the guide's: 2 nodes where one node group takes part, else 1 each
   */
  readonly targets?: NodegroupTarget[];

  /**
   * Checks that do not stop the deployment; what they find is a line in `accepted` then. `KARPENTER_GENERATION` and `FIRST_STAGE` stop it
   * all the same.
   *
   * @default - none
   */
  readonly acceptedRisks?: PreflightCheck[];

  /**
   * Any text; change it to check again, because CloudFormation does not call a resource whose properties are unchanged.
   *
   * @default - checked in the first deployment and whenever another property changes
   */
  readonly revision?: string;

  /**
   * Where and as whom the function that asks the Kubernetes API runs.
   *
   * @default - all of it follows from the import of the cluster
   */
  readonly kubernetesHandler?: KubernetesHandlerOptions;
}

/** The cluster to check, and what it is compared with. */
export interface PreflightProps extends PreflightOptions {
  /** The cluster, with kubectl role and OIDC provider. */
  readonly cluster: eks.ICluster;

  /**
   * Whether a migration goes to the stage, and not only somebody's question.
   *
   * @default false
   * @internal
   */
  readonly _migrates?: boolean;
}

const SHAPE: Shape<PreflightProps> = {
  cluster: required(CLUSTER),
  release: RELEASE,
  nodegroups: NODEGROUPS,
  hostNodegroups: NODEGROUPS,
  spreadOverZones: FLAG,
  tagKey: ANY_TEXT,
  subnets: SUBNETS,
  securityGroups: SECURITY_GROUPS,
  nodeAccess: instance(NodeAccess, 'NodeAccess.auto() or another NodeAccess'),
  namespace: ANY_TEXT,
  poolNames: list(TEXT),
  owner: TEXT,
  takeOver: FLAG,
  stage: STAGE,
  _migrates: FLAG,
  criticalWorkloads: CRITICAL_WORKLOADS,
  clusterAutoscaler: CLUSTER_AUTOSCALER,
  targets: TARGETS,
  acceptedRisks: ACCEPTED_RISKS,
  values: VALUES,
  revision: REVISION,
  kubernetesHandler: struct(KUBERNETES_HANDLER_OPTIONS),
};

/**
 * Checks every assumption of a migration before anything is changed, and fails the deployment with all that do not
 * hold, each with its remedy.
 *
 * Let everything that changes something depend on it. A later deployment that raises no stage fails only for what it brings along itself: all
 * else is a warning, because it must not stand in the way of going back. While an update is being rolled back it reports, but never fails.
 *
 * @see https://karpenter.sh/v0.29/getting-started/migrating-from-cas/
 */
export class Preflight extends Construct {
  /** The Kubernetes version that was found, for example `1.27`. */
  public readonly clusterVersion: string;
  /** What should be known but stops nothing; `none` if there is nothing. */
  public readonly warnings: string;
  /** What was found and accepted; `none` if there is nothing. */
  public readonly accepted: string;

  private readonly poolNames: string[];
  private readonly nodeClassNames: string[] = [];
  private readonly al2NodeClasses: string[] = [];
  private listsNodeRole?: () => boolean;

  constructor(scope: Construct, id: string, props: PreflightProps) {
    super(scope, id);
    checkShape('Preflight', props, SHAPE);
    assertImport(this, props.cluster, { kubernetesApi: true, openIdConnectProvider: true, kubernetesHandler: props.kubernetesHandler });
    checkNamespace('namespace', props.namespace);
    checkTargets('`targets`', props.targets, props.nodegroups);

    this.poolNames = [...props.poolNames ?? ['default']];
    const aws = AwsProvider.getOrCreate(this);
    const kubernetes = KubernetesProvider.getOrCreate(this, props.cluster, props.kubernetesHandler);
    const resource = twoPhaseResource(this, aws, PREFLIGHT_TYPE, this.properties(props, kubernetes));
    kubernetes.allow(resource, [
      ...clusterReads(this, props.cluster),
      ...movesWorkloads(props.stage ?? MigrationStage.INSTALL) ? stageReads(this) : [],
      { actions: ['cloudformation:DescribeStacks'], resources: [Stack.of(this).stackId] },
    ]);
    this.clusterVersion = resource.getAttString('clusterVersion');
    this.warnings = resource.getAttString('warnings');
    this.accepted = resource.getAttString('accepted');
    if (props._migrates) {
      this.probeKubectl(props.cluster).node.addDependency(resource);
    }
  }

  /** CDK's own provider assumes the kubectl role by a role of its own: where that may not, charts would fail after tags and roles were made. */
  private probeKubectl(cluster: eks.ICluster): Construct {
    return new eks.KubernetesObjectValue(this, 'Kubectl', {
      cluster, objectType: 'namespace', objectName: 'kube-system', jsonPath: '.metadata.name', timeout: Duration.minutes(1),
    });
  }

  /**
   * Checks the name of another pool that will be made.
   *
   * @internal
   */
  public _addPoolName(name: string): void {
    this.poolNames.push(name);
  }

  /**
   * Checks another node class that will be made.
   *
   * @internal
   */
  public _addNodeClass(name: string, hasAl2Images?: boolean): void {
    this.nodeClassNames.push(name);
    if (hasAl2Images) {
      this.al2NodeClasses.push(name);
    }
  }

  /**
   * Whether the app lists the node role in the aws-auth of the cluster that it makes, so that nothing takes the entry away.
   *
   * @internal
   */
  public _setNodeRoleListed(isListed: () => boolean): void {
    this.listsNodeRole = isListed;
  }

  private properties(props: PreflightProps, kubernetes: KubernetesProvider): PreflightProperties {
    const release = props.release ?? KarpenterRelease.v0();
    const securityGroups = props.securityGroups ?? SecurityGroupSource.nodegroups();
    const { api } = release._generation;
    const needs = controllerNeeds(release._generation, props.values);
    const objects = () => [
      ...this.poolNames.map(name => referenceTo(api.kinds.pool, name)),
      ...this.nodeClassNames.map(name => referenceTo(api.kinds.nodeClass, name)),
    ];
    return {
      ClusterName: props.cluster.clusterName,
      KubectlRoleArn: kubernetes.kubectlRoleArn,
      KubernetesFunctionArn: kubernetes.function.functionArn,
      Owner: props.owner ?? ownerOf(this.node.scope!),
      Api: api.name,
      Issuer: props.cluster.openIdConnectProvider.openIdConnectProviderIssuer,
      MinimumVersion: release.kubernetesRange.minimum,
      MaximumVersion: release.kubernetesRange.maximum,
      Nodegroups: props.nodegroups,
      HostNodegroups: props.hostNodegroups,
      ...props.targets && props.targets.length > 0 ? { TargetNodegroups: props.targets.map(({ nodegroup }) => nodegroup) } : {},
      TagKey: props.tagKey,
      SubnetIds: props.subnets?._ids,
      SecurityGroupSource: securityGroups._kind,
      SecurityGroupIds: securityGroups._ids,
      TakeOver: props.takeOver ?? false,
      NodeAccess: (props.nodeAccess ?? NodeAccess.auto())._kind,
      ListsNodeRole: Lazy.any({ produce: () => this.listsNodeRole?.() || undefined }) as unknown as boolean | undefined,
      Namespace: props.namespace ?? release.defaultNamespace,
      CrdRelease: `${CRD_RELEASE_NAMESPACE}/${CRD_RELEASE}`,
      Crds: release.crdNames,
      Objects: Lazy.any({ produce: objects }) as unknown as string[],
      Al2NodeClasses: Lazy.list({ produce: () => this.al2NodeClasses }, { omitEmpty: true }),
      Replicas: needs.replicas,
      Cpu: needs.cpu,
      Memory: needs.memory,
      ...needs.tolerations && { Tolerations: Stack.of(this).toJsonString(needs.tolerations) },
      ...props.spreadOverZones ?? release._generation.spreadsOverZones ? { SpreadOverZones: true } : {},
      AcceptedRisks: [...new Set(props.acceptedRisks ?? [])].sort(),
      ...this.stageProperties(props, release),
      Revision: props.revision,
    };
  }

  private stageProperties(props: PreflightProps, release: KarpenterRelease): Pick<PreflightProperties, 'Stage' | 'Migrates' | 'StagePlan'> {
    if (!props.stage || !(movesWorkloads(props.stage) || (props._migrates && props.stage !== MigrationStage.INSTALL))) {
      return {};
    }
    return { Stage: props.stage, ...props._migrates ? { Migrates: true } : {}, ...this.planProperties(props, props.stage, release) };
  }

  private planProperties(props: PreflightProps, stage: MigrationStage, release: KarpenterRelease): Pick<PreflightProperties, 'StagePlan'> {
    if (!movesWorkloads(stage)) {
      return {};
    }
    const uncounted = release._generation.uncountedResources(props.values ?? {});
    const plan: StagePlan = {
      criticalWorkloads: (props.criticalWorkloads ?? CriticalWorkload.defaults()).map(workload => workload._reference),
      clusterAutoscaler: (props.clusterAutoscaler ?? ClusterAutoscaler.discovered())._reference,
      targets: (props.targets ?? []).map(({ nodegroup, size }) => ({ Nodegroup: nodegroup, Size: size })),
      karpenterVersion: release._apiVersion,
      ...uncounted.length > 0 && { uncounted },
    };
    return { StagePlan: Stack.of(this).toJsonString(plan) };
  }
}
