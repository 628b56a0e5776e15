/**
 * How far a migration goes. A stage is a destination: the stack can be deployed with any stage after any other.
 *
 * With every stage, the nodes of a pool that was renamed or dropped are drained once the deployment is over, and the pool is deleted.
 *
 * @see https://karpenter.sh/v0.29/getting-started/migrating-from-cas/
 */
export enum MigrationStage {
  /**
   * Karpenter runs beside the Cluster Autoscaler and nothing that runs already is moved. The first deployment of a
   * stack must have this stage.
   */
  INSTALL = 'INSTALL',

  /**
   * Critical workloads are pinned to the node groups and the Cluster Autoscaler is scaled to zero, once a canary pod has proven that
   * Karpenter can launch a node. Nothing is drained; pods that turn pending from now on get nodes from Karpenter.
   *
   * @see https://karpenter.sh/v0.29/getting-started/migrating-from-cas/#set-nodeaffinity-for-critical-workloads-optional
   */
  CUT_OVER = 'CUT_OVER',

  /**
   * Node groups are drained to their minimum, several nodes at a time. Every PodDisruptionBudget is respected, and a workload without one lacks a quarter of its
   * pods at most, at least one.
   *
   * @see https://karpenter.sh/v0.29/getting-started/migrating-from-cas/#remove-cas
   */
  SCALE_DOWN = 'SCALE_DOWN',

  /**
   * Everything is undone: node groups, Cluster Autoscaler and critical workloads are as they were, and Karpenter's nodes
   * are drained and gone, so that the stack can be destroyed.
   *
   * The deployment fails, with the reason, as long as that is not complete; the next one goes on. Until a deployment with
   * this stage has succeeded, all that a living Karpenter stands on is kept, even when the stack is destroyed.
   */
  REMOVED = 'REMOVED',
}
