/** How the deployment stands that a run belongs to. */
export type DeploymentState = 'going on' | 'over' | 'taken back';

/** Old resources are deleted in the cleanup: by then there is no way back. */
const OVER = /^(CREATE|UPDATE|IMPORT)_COMPLETE(_CLEANUP_IN_PROGRESS)?$/;
const GOING_ON = /^(CREATE|UPDATE|IMPORT|REVIEW)_IN_PROGRESS$/;

/** @param status as CloudFormation says it; what failed, is rolled back or deleted counts as taken back, because nobody may rely on it */
export function stateOf(status: string): DeploymentState {
  return OVER.test(status) ? 'over' : GOING_ON.test(status) ? 'going on' : 'taken back';
}
