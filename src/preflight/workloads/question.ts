import { MigrationStage } from '../../words/migration-stage';
import { AutoscalerReference, ScaleDownConfiguration, WorkflowConfiguration, WorkloadReference } from '../../workflow/contract';

/** The question that the AWS function asks the Kubernetes function before a stage moves what runs, and before each batch. */
export const STAGE_FACTS_QUERY = 'stage-facts';

/** What a stage does to a cluster, as far as its checks must know it. */
export interface StagePlan {
  /** What is pinned to node groups, so that it need not fit on Karpenter's nodes. */
  readonly criticalWorkloads: readonly WorkloadReference[];
  /** What is scaled to zero before anything is drained. */
  readonly clusterAutoscaler: AutoscalerReference;
  /** Sizes of node groups, where they are not the guide's. */
  readonly targets: ScaleDownConfiguration['Targets'];
  /** Without a leading `v`; only where it decides about what the API of Karpenter takes. */
  readonly karpenterVersion?: string;
  /** Resources of which nodes have some number by the controller's settings, or `*` for all extended ones. */
  readonly uncounted?: readonly string[];
}

/** What is asked before what runs is moved. */
export interface StageQuestion extends StagePlan {
  /** The name of Karpenter's API. */
  readonly api: string;
  readonly clusterName: string;
  readonly kubectlRoleArn: string;
  readonly stage: MigrationStage;
  /** The node groups of the migration; all managed ones if undefined. */
  readonly nodegroups?: readonly string[];
  /** Where Karpenter lives. */
  readonly namespace: string;
  /** Our identity has worked with its rights a moment ago: nobody has to ask for them. */
  readonly hasRights?: boolean;
}

/** Nothing that runs is moved at INSTALL, and what stands in the way of moving it must not stand in the way of going back. */
export function movesWorkloads(stage: MigrationStage): boolean {
  return stage === MigrationStage.CUT_OVER || stage === MigrationStage.SCALE_DOWN;
}

/** The question as a run of the workflow asks it. */
export function stageQuestion(configuration: WorkflowConfiguration, stage: MigrationStage): StageQuestion {
  return {
    clusterName: configuration.ClusterName,
    kubectlRoleArn: configuration.KubectlRoleArn,
    stage,
    nodegroups: configuration.Nodegroups,
    namespace: configuration.Namespace,
    api: configuration.Api,
    criticalWorkloads: configuration.CriticalWorkloads,
    clusterAutoscaler: configuration.ClusterAutoscaler,
    targets: configuration.ScaleDown.Targets,
    karpenterVersion: configuration.KarpenterVersion,
    uncounted: configuration.Uncounted,
  };
}
