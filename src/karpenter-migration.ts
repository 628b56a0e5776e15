import { Aspects, CfnOutput, CfnResource, Lazy, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, IConstruct } from 'constructs';
import { Claim } from './cluster/claim';
import { ClusterSurvey } from './cluster/cluster-survey';
import { assertImport } from './cluster/import-requirements';
import { AwsProvider } from './custom-resources/aws-provider';
import { KubernetesProvider } from './custom-resources/kubernetes-provider';
import { isWithin, RetainAlways, RetainExceptOnCreate } from './custom-resources/retention';
import { Discovered, Discovery } from './discovery-tags/discovery';
import { ControllerRole } from './iam/controller-role';
import { IamNames } from './iam/iam-names';
import { NodeInstanceProfile, NodeRole } from './iam/node-role';
import { SpotServiceLinkedRole } from './iam/spot-role/spot-service-linked-role';
import { InterruptionQueue } from './interruption/interruption-queue';
import { Provisioning } from './karpenter/generation';
import { KarpenterChart } from './karpenter/karpenter-chart';
import { KarpenterCrds } from './karpenter/karpenter-crds';
import { KarpenterRelease } from './karpenter/karpenter-release';
import { KarpenterNamespace } from './karpenter/namespace/karpenter-namespace';
import { V0Provisioning } from './karpenter/v0/provisioning';
import { V1Provisioning } from './karpenter/v1/provisioning';
import { controllerNeeds, spreadsOverZones } from './karpenter/values';
import { KarpenterMigrationProps } from './karpenter-migration-props';
import { checkMigration } from './karpenter-migration-shape';
import { checkDnsName, checkNamespace } from './kubernetes/kubernetes-names';
import { contradiction } from './node-access/authentication-mode';
import { AwsAuthRoleMapping } from './node-access/aws-auth-role-mapping';
import { NodeAccess } from './node-access/node-access';
import { MigrationAlarms, MigrationAlarmsOptions } from './observability/alarms';
import { MigrationDashboardOptions } from './observability/dashboard';
import { MigrationEventOptions } from './observability/event-rules';
import { Observability } from './observability/observability';
import { Preflight } from './preflight/preflight';
import { TAKING_OVER } from './preflight/verdict';
import { AWSNodeTemplate } from './provisioning/v0/aws-node-template';
import { AWSNodeTemplateOptions } from './provisioning/v0/aws-node-template-options';
import { Provisioner } from './provisioning/v0/provisioner';
import { ProvisionerOptions } from './provisioning/v0/provisioner-options';
import { EC2NodeClass } from './provisioning/v1/ec2-node-class';
import { EC2NodeClassOptions } from './provisioning/v1/ec2-node-class-options';
import { NodePool } from './provisioning/v1/node-pool';
import { NodePoolOptions } from './provisioning/v1/node-pool-options';
import { MigrationStage } from './words/migration-stage';
import { PreflightCheck } from './words/preflight-check';
import { DEFAULT_PATIENCE, waitForRun, workflowOptions } from './workflow/configuration';
import { MigrationEventType } from './workflow/events/migration-event';
import { MigrationStageResource } from './workflow/migration-stage-resource';
import { assertNear } from './workflow/scale-down/alarms';

/**
 * Moves an existing EKS cluster from the Cluster Autoscaler to Karpenter, as Karpenter's migration guide does.
 *
 * All that a living Karpenter stands on is kept, even when the stack is destroyed, until a deployment with `MigrationStage.REMOVED`
 * has verified that no node of Karpenter is left. A creation that rolls back drains the nodes that Karpenter has launched by then and leaves
 * nothing of it but the CRDs; one that takes over leaves everything.
 *
 * @see https://karpenter.sh/docs/getting-started/migrating-from-cas/
 * @see https://karpenter.sh/v0.29/getting-started/migrating-from-cas/
 */
export class KarpenterMigration extends Construct {
  /** The role of Karpenter's nodes. */
  public readonly nodeRole: iam.IRole;
  /** The instance profile of Karpenter's nodes; undefined with a release whose Karpenter makes the profiles itself. */
  public readonly instanceProfile?: iam.IInstanceProfile;
  /** The role of Karpenter's controller. */
  public readonly controllerRole: iam.IRole;
  /** The queue by which Karpenter learns of interruptions; undefined where there is none. */
  public readonly interruptionQueue?: sqs.IQueue;
  /**
   * As whom our function for the Kubernetes API runs: the kubectl role must trust it. `kubernetesHandler.role` or `kubectlLambdaRole` of the
   * import where there is one, else a role that is made here.
   */
  public readonly kubernetesRole: iam.IRole;
  /** The namespace of Karpenter. */
  public readonly namespace: string;
  /** The version of Karpenter, without a leading `v`. */
  public readonly karpenterVersion: string;
  /** What AWS knows about the cluster. */
  public readonly survey: ClusterSurvey;
  /** The checks before anything is changed, with their warnings and what was accepted. */
  public readonly preflight: Preflight;
  /** The controller. */
  public readonly chart: KarpenterChart;
  /** What moves workloads and node groups, and puts them back; its executions show where a migration is and what it waits for. */
  public readonly stateMachine: sfn.StateMachine;

  private readonly release: KarpenterRelease;
  private readonly provisioning: Provisioning;
  private readonly stage: MigrationStage;
  private readonly stageResource: MigrationStageResource;
  private readonly observability: Observability;
  private readonly clusterName: string;
  /** What nodes stand on and the migration did not make, in the order in which it came. */
  private readonly footing: IConstruct[] = [];

  constructor(scope: Construct, id: string, props: KarpenterMigrationProps) {
    super(scope, id);
    checkMigration(props);
    const { cluster, nodegroups, hostNodegroups = nodegroups, revision, kubernetesHandler } = props;
    const release = this.release = props.release ?? KarpenterRelease.v0();
    const discovery = props.discovery ?? Discovery.tags();
    const nodeAccess = props.nodeAccess ?? NodeAccess.auto();
    const names = props.iamNames ?? IamNames.generated();
    this.stage = props.stage ?? MigrationStage.INSTALL;
    const takesOver = Boolean(props.takeOver) || TAKING_OVER.some(risk => props.acceptedRisks?.includes(risk));
    this.karpenterVersion = release.version;
    assertImport(this, cluster, { kubernetesApi: true, kubectl: true, openIdConnectProvider: true, kubernetesHandler });
    checkProps(props, release);
    assertNear(this, props.scaleDown?.pauseWhile);
    const others = checkCluster(this, cluster);
    checkAuthenticationMode(cluster, nodeAccess);
    AwsProvider.shareRights(this);
    this.kubernetesRole = KubernetesProvider.getOrCreate(this, cluster, kubernetesHandler).role;

    // Assumptions
    this.preflight = new Preflight(this, 'Preflight', {
      cluster,
      release,
      nodegroups,
      hostNodegroups,
      spreadOverZones: spreadsOverZones(release._generation, props.values),
      values: props.values,
      ...discovery._network(),
      nodeAccess,
      namespace: props.namespace,
      poolNames: [],
      takeOver: props.takeOver,
      stage: this.stage,
      _migrates: true,
      criticalWorkloads: props.cutOver?.criticalWorkloads,
      clusterAutoscaler: props.cutOver?.clusterAutoscaler,
      targets: props.scaleDown?.targets,
      // What stands in the way of an installation must not stand in the way of its removal.
      acceptedRisks: this.stage === MigrationStage.REMOVED ? Object.values(PreflightCheck) : props.acceptedRisks,
      revision,
      kubernetesHandler,
    });
    this.survey = after([this.preflight], new ClusterSurvey(this, 'Survey', { cluster, nodegroups, revision }));
    const claim = after([this.preflight], new Claim(this, 'Claim', {
      cluster,
      // A lost record is made again on the way to each other stage.
      revision: [...this.stage === MigrationStage.INSTALL ? [] : [this.stage], ...revision === undefined ? [] : [revision]].join(' ') || undefined,
      kubernetesHandler,
    }));

    // Create IAM roles
    this.nodeRole = props.nodeRole ?? after([claim], new NodeRole(this, 'NodeRole', { release, roleName: names.nodeRole }));
    if (release._generation.needsInstanceProfile) {
      this.instanceProfile = props.instanceProfile ?? after([claim], new NodeInstanceProfile(this, 'InstanceProfile', {
        role: this.nodeRole,
        instanceProfileName: names.instanceProfile,
      }));
    }
    const interruptions = (props.interruptionQueue ?? defaultQueue(release))._bind(this, release);
    this.interruptionQueue = interruptions?.queue;
    if (interruptions?.isOurs) {
      after([claim], interruptions.construct);
    }
    const controllerRole = new ControllerRole(this, 'ControllerRole', {
      cluster,
      release,
      nodeRole: this.nodeRole,
      role: props.controllerRole,
      policy: props.controllerPolicy,
      interruptionQueue: this.interruptionQueue,
      ...props.controllerRole ? {} : { roleName: names.controllerRole, policyName: names.controllerPolicy },
      namespace: props.namespace,
      serviceAccountName: props.serviceAccountName,
    });
    this.controllerRole = controllerRole.role;
    if (!props.controllerRole) {
      after([claim], this.controllerRole);
    }

    // Add tags to subnets and security groups
    const discoveryContext = {
      cluster,
      nodegroups,
      allowSeveralClusterSecurityGroups: props.acceptedRisks?.includes(PreflightCheck.CLUSTER_SECURITY_GROUPS),
      revision,
    };
    const discovered = discovery._bind(this, discoveryContext);

    // Update aws-auth ConfigMap, or make an access entry
    const accessContext = { cluster, role: this.nodeRole, stage: this.stage, revision, kubernetesHandler };
    const access = nodeAccess._bind(this, accessContext);
    this.preflight._setNodeRoleListed(() => access.some(part => part instanceof AwsAuthRoleMapping && part._isListed()));
    const retiring = new Construct(this, 'Former');
    const retired = [...discovery._retire(retiring, discoveryContext), ...nodeAccess._retire(retiring, this, accessContext)];

    // Deploy Karpenter, set node affinity
    const namespace = after([claim], new KarpenterNamespace(this, 'Namespace', {
      cluster,
      release,
      namespace: props.namespace,
      revision,
      kubernetesHandler,
    }));
    this.namespace = namespace.namespaceName;
    const crds = after([claim], new KarpenterCrds(this, 'Crds', { cluster, release, chartSource: props.chartSource, revision, kubernetesHandler }));
    const footing = [...discovered.tags ? [discovered.tags] : [], ...access, ...retired].map(part => after([claim], part));
    // Roles and a queue of the user's own count with the policies that the same app gives them.
    const identities = [
      controllerRole,
      this.controllerRole,
      this.nodeRole,
      ...this.instanceProfile ? [this.instanceProfile] : [],
      ...interruptions ? [interruptions.construct] : [],
    ];
    this.chart = new KarpenterChart(this, 'Karpenter', {
      cluster,
      release,
      chartSource: props.chartSource,
      controllerImage: props.controllerImage,
      namespace: this.namespace,
      serviceAccountName: props.serviceAccountName,
      hostNodegroups,
      values: props.values,
      controllerRole: this.controllerRole,
      instanceProfileName: this.instanceProfile?.instanceProfileName,
      interruptionQueueName: this.interruptionQueue?.queueName,
      kubernetesHandler,
      revision,
      _waitsForNodes: true,
    });
    after([this.survey, namespace, crds, ...identities, ...footing], this.chart._first);

    // Set nodeAffinity for critical workloads, remove CAS, verify Karpenter; and all of it back
    const needs = controllerNeeds(release._generation, props.values);
    const uncounted = release._generation.uncountedResources(props.values ?? {});
    this.stageResource = new MigrationStageResource(this, 'Stage', {
      cluster,
      stage: this.stage,
      configuration: {
        Owner: claim.owner,
        Api: release._generation.api.name,
        KarpenterVersion: release._apiVersion,
        Nodegroups: nodegroups,
        HostNodegroups: hostNodegroups,
        Namespace: this.namespace,
        Release: this.chart.releaseName,
        Replicas: needs.replicas,
        Cpu: needs.cpu,
        Memory: needs.memory,
        Tolerations: needs.tolerations,
        Uncounted: uncounted.length > 0 ? uncounted : undefined,
        Pools: Lazy.list({ produce: () => [...this.provisioning.poolNames] }),
        NodeClasses: Lazy.list({ produce: () => [...this.provisioning.nodeClassNames] }),
        AcceptedRisks: props.acceptedRisks ?? [],
        ...workflowOptions(props.cutOver, props.scaleDown),
      },
      waitForRun: waitForRun(props.waitForRun),
      takesOver,
      launchTemplateTag: release._generation.api.launchTemplateTag,
      revision,
      kubernetesHandler,
    });
    after([claim], this.stageResource.workflow);
    this.stageResource.comesAfter(this.chart._last);
    this.stateMachine = this.stageResource.workflow.stateMachine;
    this.clusterName = cluster.clusterName;
    this.observability = new Observability(this, 'Observability', {
      clusterName: cluster.clusterName,
      stateMachine: this.stateMachine,
      patience: props.scaleDown?.patience ?? DEFAULT_PATIENCE,
    });

    // Create default provisioner
    let spotRole: SpotServiceLinkedRole | undefined;
    this.provisioning = release._generation.provision(this, {
      cluster,
      owner: claim.owner,
      nodeRole: this.nodeRole,
      ownsNodeRole: !props.nodeRole,
      network: discovered.network,
      isRemoved: this.stage === MigrationStage.REMOVED,
      kubernetesHandler,
      revision,
      addPool: (name, pool) => {
        this.preflight._addPoolName(name);
        this.join(pool);
      },
      addNodeClass: (name, nodeClass, hasAl2Images) => {
        this.preflight._addNodeClass(name, hasAl2Images);
        this.join(nodeClass);
      },
      allowWindows: nodeClass => nodeAccess._requireWindows(nodeClass),
      allowSpot: (pool) => {
        spotRole ??= after([claim], new SpotServiceLinkedRole(this, 'SpotRole', { revision }));
        after([spotRole], pool);
      },
    });

    this.footing.push(...identities, ...cluster instanceof eks.Cluster ? [] : [cluster.openIdConnectProvider]);
    this.keepFooting(takesOver ? RetainAlways : RetainExceptOnCreate);
    this.addOutputs(discovered);
    MIGRATIONS.set(Stack.of(this), [...others, { migration: this, clusterName: cluster.clusterName }]);
  }

  /** The first Provisioner. It belongs to release v0: an error with another one. */
  public get provisioner(): Provisioner {
    return this.v0('provisioner').provisioner;
  }

  /**
   * The node template of the first Provisioner; undefined where that brings its own. It belongs to release v0: an error with another
   * one.
   */
  public get nodeTemplate(): AWSNodeTemplate | undefined {
    return this.v0('nodeTemplate').nodeTemplate;
  }

  /**
   * Adds another Provisioner, applied once Karpenter's webhooks answer.
   *
   * It belongs to release v0: an error with another one.
   *
   * @param id the id of the construct, which is part of the Provisioner's identity
   * @param options its node template is that of the first Provisioner unless it names one; its `name` must be another one than that
   * of every Provisioner so far
   */
  public addProvisioner(id: string, options: ProvisionerOptions): Provisioner {
    return this.v0('addProvisioner').addProvisioner(id, options);
  }

  /**
   * Adds another node template, for Provisioners that are added with it, applied once Karpenter's webhooks answer.
   *
   * It belongs to release v0: an error with another one.
   *
   * @param id the id of the construct, which is part of the node template's identity
   * @param options it selects by the migration's `discovery` unless it says how; its `name` must be another one than that of every
   * node template so far
   */
  public addNodeTemplate(id: string, options: AWSNodeTemplateOptions): AWSNodeTemplate {
    return this.v0('addNodeTemplate').addNodeTemplate(id, options);
  }

  /** The first NodePool. It belongs to release v1: an error with another one. */
  public get nodePool(): NodePool {
    return this.v1('nodePool').nodePool;
  }

  /**
   * The node class of the first NodePool; undefined where that brings its own. It belongs to release v1: an error with another one.
   */
  public get nodeClass(): EC2NodeClass | undefined {
    return this.v1('nodeClass').nodeClass;
  }

  /**
   * Adds another NodePool, applied once its node class is ready.
   *
   * It belongs to release v1: an error with another one.
   *
   * @param id the id of the construct, which is part of the NodePool's identity
   * @param options its node class is that of the first NodePool unless it names one; its `name` must be another one than that of every
   * NodePool so far
   */
  public addNodePool(id: string, options: NodePoolOptions): NodePool {
    return this.v1('addNodePool').addNodePool(id, options);
  }

  /**
   * Adds another node class, for NodePools that are added with it. The deployment waits until Karpenter calls it ready.
   *
   * It belongs to release v1: an error with another one.
   *
   * @param id the id of the construct, which is part of the node class's identity
   * @param options it has the migration's node role, selects by the migration's `discovery` unless it says how, and allows 2 hops to the
   * instance metadata unless it says how many; its `name` must be another one than that of every node class so far
   */
  public addNodeClass(id: string, options: EC2NodeClassOptions): EC2NodeClass {
    return this.v1('addNodeClass').addNodeClass(id, options);
  }

  /**
   * Nodes that still have to go: of node groups in `SCALE_DOWN`, of Karpenter on the way to `REMOVED` and of pools that were renamed or dropped.
   *
   * @param props of the metric; by default the maximum in 5 minutes
   */
  public metricNodesLeft(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.observability.metric('NodesLeft', props);
  }

  /**
   * Pods that were evicted.
   *
   * @param props of the metric; by default the sum of 5 minutes
   */
  public metricPodsEvicted(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.observability.metric('PodsEvicted', props);
  }

  /**
   * Evictions that a PodDisruptionBudget refused. They are normal and tried again.
   *
   * @param props of the metric; by default the sum of 5 minutes
   */
  public metricEvictionsRefused(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.observability.metric('EvictionsRefused', props);
  }

  /**
   * Pods that make up for evicted ones and have been pending for more than a minute.
   *
   * @param props of the metric; by default the maximum in 5 minutes
   */
  public metricPodsPending(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.observability.metric('PodsPending', props);
  }

  /**
   * Nodes that Karpenter has launched, as the steps that drain see them; nothing is written while no step drains.
   *
   * @param props of the metric; by default the maximum in 5 minutes
   */
  public metricKarpenterNodes(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.observability.metric('KarpenterNodes', props);
  }

  /**
   * Seconds that the run has been paused; 0 while it gets on. A paused run writes it whenever it tries again: every 5 minutes in the end.
   *
   * @param props of the metric; by default the maximum in 5 minutes
   */
  public metricPausedSeconds(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.observability.metric('PausedSeconds', props);
  }

  /**
   * Runs that have stopped safely because patience was over: 1 in the call that stops one, 0 in all others.
   *
   * @param props of the metric; by default the sum of 5 minutes
   */
  public metricStoppedSafely(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.observability.metric('StoppedSafely', props);
  }

  /**
   * Makes a dashboard that shows how a run gets on: nodes that are left, evictions, pauses with their reasons, Karpenter's nodes, pending pods, and
   * what the run says. An error when it is called again: add widgets to what it returns.
   */
  public addDashboard(options: MigrationDashboardOptions = {}): cloudwatch.Dashboard {
    return this.observability.addDashboard(options);
  }

  /**
   * Makes the alarms that somebody on call wants: a run is paused for long, has stopped safely, or has failed, and evicted pods find no place. The
   * description of each says what it means, and where the runbook's article is. An error when it is called again.
   */
  public addAlarms(options: MigrationAlarmsOptions): MigrationAlarms {
    return this.observability.addAlarms(options);
  }

  /**
   * Makes a rule for what runs of this migration tell EventBridge, once for each transition.
   *
   * @param id the id of the rule
   * @param options all events unless `types` chooses; `eventPattern` narrows it further, by `detail` for example
   * @see `MigrationEventDetail` for what is in an event
   */
  public onEvent(id: string, options: MigrationEventOptions = {}): events.Rule {
    return this.observability.onEvent('onEvent', id, options);
  }

  /**
   * Makes a rule for pauses: a run cannot go on, and the event says who is in the way.
   *
   * @param id the id of the rule
   */
  public onPaused(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.observability.onEvent('onPaused', id, { ...options, types: [MigrationEventType.PAUSED] });
  }

  /**
   * Makes a rule for runs that have ended before their stage, because patience was over.
   *
   * @param id the id of the rule
   */
  public onStoppedSafely(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.observability.onEvent('onStoppedSafely', id, { ...options, types: [MigrationEventType.STOPPED_SAFELY] });
  }

  /**
   * Makes a rule for runs that have reached their stage.
   *
   * @param id the id of the rule
   */
  public onStageReached(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.observability.onEvent('onStageReached', id, { ...options, types: [MigrationEventType.STAGE_REACHED] });
  }

  private v0(member: string): V0Provisioning {
    return this.provisioning instanceof V0Provisioning ? this.provisioning : this.refuse(member, 'v0');
  }

  private v1(member: string): V1Provisioning {
    return this.provisioning instanceof V1Provisioning ? this.provisioning : this.refuse(member, 'v1');
  }

  private refuse(member: string, release: string): never {
    throw new Error(`\`${member}\` belongs to KarpenterRelease.${release}, and \`release\` is KarpenterRelease.${this.release._generation.name} `
      + `(Karpenter ${this.release.version}): use what belongs to that, or set \`release\` to KarpenterRelease.${release}()`);
  }

  /** Puts a pool or a node class behind what it needs, and keeps it. */
  private join(part: IConstruct): void {
    this.footing.push(part);
    this.stageResource.comesAfter(after([this.chart._last], part));
  }

  /**
   * Nothing that a living Karpenter stands on may go before its removal was verified: what is made here, what users add to it later, and what
   * they made for it in the same stack, with the policies of its roles.
   */
  private keepFooting(Retention: typeof RetainExceptOnCreate): void {
    if (this.stage === MigrationStage.REMOVED) {
      return;
    }
    const readOnly: IConstruct[] = [this.survey, this.preflight, this.stageResource, this.observability];
    const roles = [this.nodeRole, this.controllerRole];
    Aspects.of(Stack.of(this)).add(new Retention(resource => !isWithin(readOnly, resource)
      && (isWithin([this, ...this.footing], resource) || isPolicyOf(roles, resource))));
  }

  private addOutputs(discovered: Discovered): void {
    const outputs: Record<string, string | undefined> = {
      Stage: this.stage,
      State: this.stageResource.state,
      StartExecution: `aws stepfunctions start-execution --state-machine-arn ${this.stateMachine.stateMachineArn}`,
      StatusCommand: `npx cdk-karpenter-migration status --cluster ${this.clusterName} --region ${Stack.of(this).region}`,
      KarpenterVersion: this.karpenterVersion,
      KubernetesVersion: this.survey.clusterVersion,
      Namespace: this.namespace,
      NodeRoleArn: this.nodeRole.roleArn,
      InstanceProfileName: this.instanceProfile?.instanceProfileName,
      ControllerRoleArn: this.controllerRole.roleArn,
      InterruptionQueueName: this.interruptionQueue?.queueName,
      SubnetIds: discovered.subnetIds,
      SecurityGroupIds: discovered.securityGroupIds,
      Warnings: this.preflight.warnings,
      AcceptedRisks: this.preflight.accepted,
    };
    const scope = new Construct(this, 'Outputs');
    Object.entries(outputs).forEach(([name, value]) => value === undefined || new CfnOutput(scope, name, { value }));
  }
}

/** Whether a resource is a policy that is attached to one of the roles, wherever it was made. */
function isPolicyOf(roles: readonly iam.IRole[], resource: CfnResource): boolean {
  if (!(resource instanceof iam.CfnPolicy || resource instanceof iam.CfnManagedPolicy)) {
    return false;
  }
  const stack = Stack.of(resource);
  const attached = (stack.resolve(resource.roles) as unknown[] | undefined ?? []).map(name => JSON.stringify(name));
  return roles.some(role => attached.includes(JSON.stringify(stack.resolve(role.roleName))));
}

/** Orders a part behind others; deletions go the other way round. */
function after<T extends IConstruct>(parts: IConstruct[], part: T): T {
  part.node.addDependency(...parts);
  return part;
}

/** None is made where the guide makes none. */
function defaultQueue(release: KarpenterRelease): InterruptionQueue {
  return release._generation.queueByDefault ? InterruptionQueue.managed() : InterruptionQueue.none();
}

interface MigrationOfStack { readonly migration: Construct; readonly clusterName: string }

/** The migrations of each stack. */
const MIGRATIONS = new WeakMap<Stack, MigrationOfStack[]>();

/** Refuses a second migration of a cluster in a stack: the claim would refuse it in the deployment, after half of it was made. */
function checkCluster(migration: Construct, { clusterName }: eks.ICluster): MigrationOfStack[] {
  const others = MIGRATIONS.get(Stack.of(migration)) ?? [];
  const other = others.find(one => one.clusterName === clusterName);
  if (other) {
    throw new Error(`"${migration.node.path}" and "${other.migration.node.path}" migrate the same cluster (${clusterName}), which takes one migration at a time: keep one, and `
      + 'give it what the other has by its properties and `add…` methods');
  }
  return others;
}

/** Of a cluster that is made in the app, the mode is known before the deployment. */
function checkAuthenticationMode(cluster: eks.ICluster, nodeAccess: NodeAccess): void {
  const mode = cluster instanceof eks.Cluster ? cluster.authenticationMode : undefined;
  const problem = mode && contradiction(nodeAccess._kind, mode, cluster.clusterName);
  if (problem) {
    throw new Error(`${problem.message}: ${problem.remedy}`);
  }
}

/** Refuses properties that contradict each other, and names that the Kubernetes API would refuse half-way through a deployment. */
function checkProps({ namespace, serviceAccountName, instanceProfile, nodeRole }: KarpenterMigrationProps, release: KarpenterRelease): void {
  checkNamespace('namespace', namespace);
  checkDnsName('serviceAccountName', serviceAccountName);
  if (instanceProfile && !release._generation.needsInstanceProfile) {
    throw new Error(`instanceProfile is set, and Karpenter ${release.version} makes the profiles of its nodes itself: leave it out, or name it in the node class of \`release\``);
  }
  if (instanceProfile && !nodeRole) {
    throw new Error('instanceProfile is set without nodeRole: set nodeRole to the role in that profile, because it must be let into the cluster and be passed');
  }
}
