import { CfnOutput, Lazy, Token } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, IConstruct } from 'constructs';
import { Claim } from './cluster/claim';
import { ClusterSurvey } from './cluster/cluster-survey';
import { assertImport } from './cluster/import-requirements';
import { retainAlways, retainExceptOnCreate } from './custom-resources/retention';
import { Discovery, DiscoverySelectors } from './discovery-tags/discovery';
import { ControllerRole } from './iam/controller-role';
import { IamNames } from './iam/iam-names';
import { NodeInstanceProfile, NodeRole } from './iam/node-role';
import { KarpenterChart } from './karpenter/karpenter-chart';
import { KarpenterCrds } from './karpenter/karpenter-crds';
import { KarpenterRelease } from './karpenter/karpenter-release';
import { KarpenterNamespace } from './karpenter/namespace/karpenter-namespace';
import { KarpenterMigrationProps } from './karpenter-migration-props';
import { checkDnsName, checkNamespace } from './kubernetes/kubernetes-names';
import { NodeAccess } from './node-access/node-access';
import { Preflight } from './preflight/preflight';
import { DEFAULT_NAME } from './provisioning/manifest';
import { AWSNodeTemplate } from './provisioning/v0/aws-node-template';
import { Provisioner } from './provisioning/v0/provisioner';
import { ProvisionerOptions } from './provisioning/v0/provisioner-options';
import { MigrationStage } from './words/migration-stage';
import { PreflightCheck } from './words/preflight-check';
import { waitForRun, workflowOptions } from './workflow/configuration';
import { MigrationStageResource } from './workflow/migration-stage-resource';

/**
 * Moves an existing EKS cluster from the Cluster Autoscaler to Karpenter, as Karpenter's migration guide does.
 *
 * Everything that it makes is kept, even when the stack is destroyed, until a deployment with `MigrationStage.REMOVED`
 * has verified that no node of Karpenter is left; a creation that rolls back leaves nothing but the CRDs.
 *
 * @see https://karpenter.sh/v0.29/getting-started/migrating-from-cas/
 */
export class KarpenterMigration extends Construct {
  /** The role of Karpenter's nodes. */
  public readonly nodeRole: iam.IRole;
  /** The instance profile of Karpenter's nodes. */
  public readonly instanceProfile: iam.IInstanceProfile;
  /** The role of Karpenter's controller. */
  public readonly controllerRole: iam.IRole;
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
  /** The node template of the first Provisioner; undefined where `provisioner` brings its own. */
  public readonly nodeTemplate?: AWSNodeTemplate;
  /** The first Provisioner. */
  public readonly provisioner: Provisioner;
  /** What moves workloads and node groups, and puts them back; its executions show where a migration is and what it waits for. */
  public readonly stateMachine: sfn.StateMachine;

  private readonly cluster: eks.ICluster;
  private readonly stage: MigrationStage;
  private readonly stageResource: MigrationStageResource;
  private readonly retain: (part: IConstruct) => void;
  /** How nodes of Provisioners are launched that do not say so themselves. */
  private readonly launch: Pick<ProvisionerOptions, 'nodeTemplate' | 'nodeTemplateName'>;
  private readonly provisionerNames = new Set<string>();

  constructor(scope: Construct, id: string, props: KarpenterMigrationProps) {
    super(scope, id);
    const { cluster, nodegroups, hostNodegroups = nodegroups, revision, kubernetesHandler } = props;
    const release = props.release ?? KarpenterRelease.v0();
    const discovery = props.discovery ?? Discovery.tags();
    const nodeAccess = props.nodeAccess ?? NodeAccess.awsAuth();
    const names = props.iamNames ?? IamNames.generated();
    this.cluster = cluster;
    this.stage = props.stage ?? MigrationStage.INSTALL;
    this.retain = props.takeOver ? retainAlways : retainExceptOnCreate;
    this.karpenterVersion = release.version;
    assertImport(this, cluster, { kubernetesApi: true, kubectl: true, openIdConnectProvider: true, kubernetesHandler });
    checkProps(props);

    // Assumptions
    this.preflight = new Preflight(this, 'Preflight', {
      cluster,
      release,
      nodegroups,
      hostNodegroups,
      ...discovery._network(),
      nodeAccess,
      namespace: props.namespace,
      provisionerNames: [],
      takeOver: props.takeOver,
      stage: this.stage,
      criticalWorkloads: props.cutOver?.criticalWorkloads,
      clusterAutoscaler: props.cutOver?.clusterAutoscaler,
      targets: props.scaleDown?.targets,
      // What stands in the way of an installation must not stand in the way of its removal.
      acceptedRisks: this.stage === MigrationStage.REMOVED ? Object.values(PreflightCheck) : props.acceptedRisks,
      revision,
      kubernetesHandler,
    });
    this.survey = after([this.preflight], new ClusterSurvey(this, 'Survey', { cluster, nodegroups, revision }));
    const claim = after([this.survey, this.preflight], new Claim(this, 'Claim', { cluster, kubernetesHandler }));

    // Create IAM roles
    this.nodeRole = props.nodeRole ?? after([claim], new NodeRole(this, 'NodeRole', { roleName: names.nodeRole }));
    this.instanceProfile = props.instanceProfile ?? after([claim], new NodeInstanceProfile(this, 'InstanceProfile', {
      role: this.nodeRole,
      instanceProfileName: names.instanceProfile,
    }));
    const controllerRole = after([claim], new ControllerRole(this, 'ControllerRole', {
      cluster,
      nodeRole: this.nodeRole,
      role: props.controllerRole,
      policy: props.controllerPolicy,
      ...props.controllerRole ? {} : { roleName: names.controllerRole, policyName: names.controllerPolicy },
      namespace: props.namespace ?? release.defaultNamespace,
      serviceAccountName: props.serviceAccountName ?? release.defaultServiceAccountName,
    }));
    this.controllerRole = controllerRole.role;

    // Add tags to subnets and security groups
    const selectors = discovery._bind(this, {
      cluster,
      nodegroups,
      allowSeveralClusterSecurityGroups: props.acceptedRisks?.includes(PreflightCheck.CLUSTER_SECURITY_GROUPS),
      revision,
    });

    // Update aws-auth ConfigMap
    const access = nodeAccess._bind(this, { cluster, role: this.nodeRole, revision, kubernetesHandler });

    // Deploy Karpenter, set node affinity
    const namespace = after([claim], new KarpenterNamespace(this, 'Namespace', {
      cluster,
      namespace: props.namespace ?? release.defaultNamespace,
      revision,
      kubernetesHandler,
    }));
    this.namespace = namespace.namespaceName;
    const crds = after([claim], new KarpenterCrds(this, 'Crds', { cluster, release, chartSource: props.chartSource, revision, kubernetesHandler }));
    const footing = [selectors.tags, access].filter(part => part !== undefined).map(part => after([claim], part));
    // Roles of the user's own count with the policies that the same app gives them.
    const identities = [controllerRole, this.controllerRole, this.nodeRole, this.instanceProfile];
    this.chart = after([namespace, crds, ...identities, ...footing], new KarpenterChart(this, 'Karpenter', {
      cluster,
      release,
      chartSource: props.chartSource,
      controllerImage: props.controllerImage,
      namespace: this.namespace,
      serviceAccountName: props.serviceAccountName,
      hostNodegroups,
      values: props.values,
      controllerRole: this.controllerRole,
      instanceProfileName: this.instanceProfile.instanceProfileName,
      kubernetesHandler,
      revision,
    }));

    // Set nodeAffinity for critical workloads, remove CAS, verify Karpenter; and all of it back
    this.stageResource = after([claim, this.chart], new MigrationStageResource(this, 'Stage', {
      cluster,
      stage: this.stage,
      configuration: {
        Owner: claim.owner,
        Api: release._api,
        Nodegroups: nodegroups,
        HostNodegroups: hostNodegroups,
        Namespace: this.namespace,
        Release: this.chart.releaseName,
        Replicas: release.replicas,
        Cpu: release.controllerCpu,
        Memory: release.controllerMemory,
        Pools: Lazy.list({ produce: () => [...this.provisionerNames] }),
        AcceptedRisks: props.acceptedRisks ?? [],
        ...workflowOptions(props.cutOver, props.scaleDown),
      },
      waitForRun: waitForRun(props.waitForRun),
      launchTemplateTag: release._launchTemplateTag,
      revision,
      kubernetesHandler,
    }));
    this.stateMachine = this.stageResource.workflow.stateMachine;

    // Create default provisioner
    this.nodeTemplate = this.addNodeTemplate(props, selectors);
    this.launch = { nodeTemplate: this.nodeTemplate ?? props.provisioner?.nodeTemplate, nodeTemplateName: props.provisioner?.nodeTemplateName };
    this.provisioner = this.addProvisioner('Provisioner', props.provisioner ?? {});

    this.keepFooting();
    this.addOutputs(selectors);
  }

  /**
   * Adds another Provisioner, applied once Karpenter's webhooks answer.
   *
   * @param id the id of the construct, which is part of the Provisioner's identity
   * @param options its node template is that of the first Provisioner unless it names one; its `name` must be another one than that
   * of every Provisioner so far
   */
  public addProvisioner(id: string, options: ProvisionerOptions): Provisioner {
    this.takeName(options.name ?? DEFAULT_NAME);
    const launch = bringsNodeTemplate(options) ? {} : this.launch;
    const provisioner = after([this.chart], new Provisioner(this, id, { ...options, ...launch, cluster: this.cluster }));
    this.preflight._addPoolName(provisioner.provisionerName);
    this.stageResource.node.addDependency(provisioner);
    if (this.stage === MigrationStage.REMOVED) {
      provisioner._markRemoved();
    } else {
      this.retain(provisioner);
    }
    return provisioner;
  }

  /** Two objects of one name would be one object that two resources change. */
  private takeName(name: string): void {
    if (!Token.isUnresolved(name) && this.provisionerNames.has(name)) {
      throw new Error(`the migration has a Provisioner "${name}" already: set \`name\` to one that is not among ${[...this.provisionerNames].join(', ')}`);
    }
    this.provisionerNames.add(name);
  }

  private addNodeTemplate(props: KarpenterMigrationProps, selectors: DiscoverySelectors): AWSNodeTemplate | undefined {
    if (bringsNodeTemplate(props.provisioner)) {
      return undefined;
    }
    const { subnetSelector, securityGroupSelector } = selectors;
    const template = new AWSNodeTemplate(this, 'NodeTemplate', {
      cluster: this.cluster,
      subnetSelector,
      ...props.nodeTemplate?.launchTemplateName === undefined ? { securityGroupSelector } : {},
      ...props.nodeTemplate,
    });
    this.preflight._addObject(`awsnodetemplates.v1alpha1.karpenter.k8s.aws/${template.nodeTemplateName}`);
    this.stageResource.node.addDependency(template);
    return after([this.chart], template);
  }

  /** Nothing that a living Karpenter stands on may go before its removal was verified. */
  private keepFooting(): void {
    if (this.stage === MigrationStage.REMOVED) {
      return;
    }
    const readOnly: IConstruct[] = [this.survey, this.preflight, this.stageResource];
    this.node.children.filter(child => !readOnly.includes(child)).forEach(child => this.retain(child));
  }

  private addOutputs(selectors: DiscoverySelectors): void {
    const outputs: Record<string, string> = {
      Stage: this.stage,
      State: this.stageResource.state,
      StartExecution: `aws stepfunctions start-execution --state-machine-arn ${this.stateMachine.stateMachineArn}`,
      KarpenterVersion: this.karpenterVersion,
      KubernetesVersion: this.survey.clusterVersion,
      Namespace: this.namespace,
      NodeRoleArn: this.nodeRole.roleArn,
      InstanceProfileName: this.instanceProfile.instanceProfileName,
      ControllerRoleArn: this.controllerRole.roleArn,
      SubnetIds: selectors.tags?.subnetIds ?? selectors.subnetSelector['aws-ids'],
      SecurityGroupIds: selectors.tags?.securityGroupIds ?? selectors.securityGroupSelector['aws-ids'],
      Warnings: this.preflight.warnings,
      AcceptedRisks: this.preflight.accepted,
    };
    const scope = new Construct(this, 'Outputs');
    Object.entries(outputs).forEach(([name, value]) => new CfnOutput(scope, name, { value }));
  }
}

/** Orders a part behind others; deletions go the other way round. */
function after<T extends IConstruct>(parts: IConstruct[], part: T): T {
  part.node.addDependency(...parts);
  return part;
}

/** Refuses properties that contradict each other, and names that the Kubernetes API would refuse half-way through a deployment. */
export function checkProps(props: KarpenterMigrationProps): void {
  const { namespace, serviceAccountName, instanceProfile, nodeRole, nodeTemplate, provisioner } = props;
  checkNamespace('namespace', namespace);
  checkDnsName('serviceAccountName', serviceAccountName);
  if (instanceProfile && !nodeRole) {
    throw new Error('instanceProfile is set without nodeRole: set nodeRole to the role in that profile, because it must be let into the cluster and be passed');
  }
  if (nodeTemplate && bringsNodeTemplate(provisioner)) {
    const given = provisioner?.nodeTemplateName === undefined ? 'nodeTemplate' : `nodeTemplateName ("${provisioner.nodeTemplateName}")`;
    throw new Error(`provisioner.${given} is set, so nodeTemplate would have no effect: keep one of them`);
  }
}

/** Whether a Provisioner's nodes are launched by a node template of its own. */
export function bringsNodeTemplate(options: ProvisionerOptions = {}): boolean {
  return options.nodeTemplate !== undefined || options.nodeTemplateName !== undefined;
}
