import { Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { MIGRATION_STAGE_TYPE, MigrationStageProperties } from './contract';
import { MigrationStage } from './migration-stage';
import { AwsProvider } from '../handlers/aws-provider';
import { KubernetesHandlerOptions } from '../handlers/kubernetes-handler-options';
import { KubernetesProvider } from '../handlers/kubernetes-provider';
import { twoPhaseResource } from '../handlers/two-phase-provider';

export interface MigrationStageResourceProps {
  readonly cluster: eks.ICluster;
  readonly stage: MigrationStage;
  readonly owner: string;
  readonly ownerKey: string;
  readonly revision?: string;
  readonly kubernetesHandler?: KubernetesHandlerOptions;
}

/** The custom resource that steers the migration; created after everything else and deleted before. */
export class MigrationStageResource extends Construct {
  constructor(scope: Construct, id: string, props: MigrationStageResourceProps) {
    super(scope, id);
    const aws = AwsProvider.getOrCreate(this);
    const kubernetes = KubernetesProvider.getOrCreate(this, props.cluster, props.kubernetesHandler);
    this.grant(aws, kubernetes, props);
    const properties: MigrationStageProperties = {
      ClusterName: props.cluster.clusterName,
      KubectlRoleArn: kubernetes.kubectlRoleArn,
      KubernetesFunctionArn: kubernetes.function.functionArn,
      Stage: props.stage,
      Owner: props.owner,
      OwnerKey: props.ownerKey,
      Revision: props.revision,
    };
    twoPhaseResource(this, aws, MIGRATION_STAGE_TYPE, properties);
  }

  private grant(aws: AwsProvider, kubernetes: KubernetesProvider, props: MigrationStageResourceProps): void {
    const stack = Stack.of(this);
    aws.allow({ actions: ['lambda:InvokeFunction'], resources: [kubernetes.function.functionArn] });
    aws.allow({ actions: ['cloudformation:DescribeStacks'], resources: [stack.stackId] });
    // These two know no resources; what is found is filtered by the cluster's tag.
    aws.allow({ actions: ['ec2:DescribeInstances', 'ec2:DescribeLaunchTemplates'], resources: ['*'] });
    aws.allow({
      actions: ['ec2:DeleteLaunchTemplate'],
      resources: [stack.formatArn({ service: 'ec2', resource: 'launch-template', resourceName: '*' })],
      conditions: { StringEquals: { 'aws:ResourceTag/karpenter.k8s.aws/cluster': props.cluster.clusterName } },
    });
  }
}
