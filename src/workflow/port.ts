import { RunPort } from './run-record';
import { Steps } from './runner';
import { Remaining } from '../karpenter/api/fleet';

/** How an execution of the state machine stands; undefined where Step Functions does not know it any more. */
export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'PENDING_REDRIVE' | undefined;

/** An execution by its ARN. Who starts it learns whether it runs, so that nobody has to ask for it then. */
export interface Started { readonly execution: string; readonly runs: boolean }

/** The state machine of a migration. */
export interface ExecutionsPort {
  /** Starts an execution of a generation, once for a name, however often it is called. */
  start(name: string, generation: number): Promise<Started>;
  status(execution: string): Promise<ExecutionStatus>;
  /** Ends all that run; one that has ended already is as good. */
  stopAll(): Promise<void>;
}

/** What the stage resource needs to know and do. */
export interface StagePort {
  readonly runs: RunPort;
  readonly executions: ExecutionsPort;
  /** The steps, in the name of a generation; what they begin they begin at once. */
  steps(generation: number): Steps;
  /** Claims and nodes that the Kubernetes API still has, and instances of this cluster's Karpenter that EC2 still has. */
  remaining(): Promise<readonly Remaining[]>;
  /** Deletes the launch templates of this cluster's Karpenter, which it leaves behind when it stops; gives their names. */
  deleteLaunchTemplates(): Promise<readonly string[]>;
  /** Whether CloudFormation is taking back a creation or an update of the stack. */
  isRollingBack(stackId: string): Promise<boolean>;
  /** Marks the claim on the cluster as abandoned, so that another stack may take over. */
  abandonClaim(owner: string): Promise<void>;
}
