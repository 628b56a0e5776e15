import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';
import { MIGRATION_STAGE_TYPE, MigrationStageProperties, WorkflowConfiguration } from './contract';
import { EVENT_SOURCE } from './events/contract';
import { stepGrants } from './grants';
import { MigrationWorkflow } from './migration-workflow';
import { outermost } from '../cluster/owner';
import { partitionOf } from '../custom-resources/arns';
import { AwsProvider } from '../custom-resources/aws-provider';
import { KubernetesHandlerOptions } from '../custom-resources/kubernetes-handler-options';
import { KubernetesProvider } from '../custom-resources/kubernetes-provider';
import { twoPhaseResource } from '../custom-resources/two-phase-provider';
import { MigrationStage } from '../words/migration-stage';

export interface MigrationStageResourceProps {
  readonly cluster: eks.ICluster;
  readonly stage: MigrationStage;
  /** All but what the import of the cluster says. */
  readonly configuration: Omit<WorkflowConfiguration, 'ClusterName' | 'KubectlRoleArn' | 'KubernetesFunctionArn' | 'StackId'>;
  /** How long a deployment waits for a run that raises or lowers the stage. */
  readonly waitForRun: Duration;
  /** The tag of Karpenter's launch templates; its value is the cluster's name. */
  readonly launchTemplateTag: string;
  /** Whether even a creation that rolls back leaves everything, because it took over what was there. */
  readonly takesOver?: boolean;
  readonly revision?: string;
  readonly kubernetesHandler?: KubernetesHandlerOptions;
}

/** The custom resource that steers the migration, with the state machine that it steers; created after everything else and deleted before. */
export class MigrationStageResource extends Construct {
  public readonly workflow: MigrationWorkflow;
  /** How the run stood when the deployment ended. */
  public readonly state: string;
  private readonly resource: CustomResource;

  constructor(scope: Construct, id: string, props: MigrationStageResourceProps) {
    super(scope, id);
    const { cluster } = props;
    const aws = AwsProvider.getOrCreate(this);
    const kubernetes = KubernetesProvider.getOrCreate(this, cluster, props.kubernetesHandler);
    const configuration: WorkflowConfiguration = {
      ...props.configuration,
      ClusterName: cluster.clusterName,
      KubectlRoleArn: kubernetes.kubectlRoleArn,
      KubernetesFunctionArn: kubernetes.function.functionArn,
      StackId: outermost(Stack.of(this)).stackId,
    };
    this.workflow = new MigrationWorkflow(this, 'Workflow', { configuration });
    const properties: MigrationStageProperties = {
      ClusterName: configuration.ClusterName,
      KubectlRoleArn: configuration.KubectlRoleArn,
      KubernetesFunctionArn: configuration.KubernetesFunctionArn,
      StateMachineArn: this.workflow.stateMachine.stateMachineArn,
      Stage: props.stage,
      Owner: configuration.Owner,
      Api: configuration.Api,
      Configuration: Stack.of(this).toJsonString(configuration),
      WaitSeconds: props.waitForRun.toSeconds(),
      TakesOver: props.takesOver || undefined,
      Revision: props.revision,
    };
    this.resource = twoPhaseResource(this, aws, MIGRATION_STAGE_TYPE, properties);
    this.resource.node.addDependency(this.workflow.last);
    this.grant(this.resource, aws, kubernetes, props);
    this.state = this.resource.getAttString('State');
  }

  /** Steers nothing before something is there: neither by a deployment, nor by an execution that somebody starts with what this one says. */
  public comesAfter(part: IConstruct): void {
    this.workflow.stateMachine.node.defaultChild!.node.addDependency(part);
  }

  private grant(
    resource: CustomResource, aws: AwsProvider, kubernetes: KubernetesProvider,
    { cluster, configuration, launchTemplateTag }: MigrationStageResourceProps,
  ): void {
    const stack = Stack.of(this);
    kubernetes.allow(resource);
    aws.allowLate(resource, [
      ...this.workflow.rights,
      { actions: ['cloudformation:DescribeStacks'], resources: [...new Set([stack.stackId, outermost(stack).stackId])] },
      ...stepGrants(stack, cluster, configuration.ScaleDown),
      {
        actions: ['events:PutEvents'],
        resources: [stack.formatArn({ partition: partitionOf(this), service: 'events', resource: 'event-bus', resourceName: 'default' })],
        // One request may have several events.
        conditions: { 'ForAllValues:StringEquals': { 'events:source': EVENT_SOURCE } },
      },
      // These know no resources; what is found is filtered by the cluster's tag.
      { actions: ['ec2:DescribeInstances', 'ec2:DescribeLaunchTemplates'], resources: ['*'] },
      {
        actions: ['ec2:DeleteLaunchTemplate'],
        resources: [stack.formatArn({ partition: partitionOf(this), service: 'ec2', resource: 'launch-template', resourceName: '*' })],
        conditions: { StringEquals: { [`aws:ResourceTag/${launchTemplateTag}`]: cluster.clusterName } },
      },
    ], iam.ManagedPolicy);
  }
}
