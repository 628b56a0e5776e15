/**
 * How far a migration goes. A stage is a destination: the stack can be deployed with any stage after any other.
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
   * Karpenter launches nothing more and has no node left, so that the stack can be destroyed.
   *
   * The deployment fails, with their names, as long as Machines, nodes or instances of Karpenter exist. Until a
   * deployment with this stage has succeeded, all that a living Karpenter stands on is kept, even when the stack is
   * destroyed.
   */
  REMOVED = 'REMOVED',
}
