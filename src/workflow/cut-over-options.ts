import { ClusterAutoscaler } from './cluster-autoscaler/cluster-autoscaler';
import { CriticalWorkload } from './critical-workloads/critical-workload';

/** What stage `CUT_OVER` does: critical workloads onto the node groups that stay, then the Cluster Autoscaler to zero. */
export interface CutOverOptions {
  /**
   * The workloads that are pinned to `hostNodegroups`, each once. An empty list pins nothing.
   *
   * @default CriticalWorkload.defaults()
   */
  readonly criticalWorkloads?: CriticalWorkload[];

  /**
   * The Cluster Autoscaler.
   *
   * @default ClusterAutoscaler.discovered()
   */
  readonly clusterAutoscaler?: ClusterAutoscaler;

  /**
   * The image of the pod that proves that Karpenter can launch a node, before the Cluster Autoscaler stops. It must run
   * until it is ended, as any user; set it where nodes cannot pull from public registries.
   *
   * @default 'public.ecr.aws/eks-distro/kubernetes/pause:3.7'
   */
  readonly canaryImage?: string;
}
