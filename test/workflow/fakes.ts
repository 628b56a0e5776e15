import { Remaining } from '../../src/karpenter/api/fleet';
import { MigrationStage } from '../../src/words/migration-stage';
import { MigrationStageProperties, ScaleDownConfiguration, WorkflowConfiguration } from '../../src/workflow/contract';
import { ExecutionsPort, ExecutionStatus, StagePort, Started } from '../../src/workflow/port';
import { Beginning, begun, entered, Lease, left, RunRecord, RunReport, RunPort } from '../../src/workflow/run-record';
import { Steps } from '../../src/workflow/runner';
import { Assessment, done, Progress, Step } from '../../src/workflow/step';
import { StepName } from '../../src/workflow/steps';

export const OWNER = 'stack/Migration';

export const SCALE_DOWN: ScaleDownConfiguration = {
  Targets: [],
  BatchSize: { Count: 1 },
  DisruptionLimit: { Percentage: 25 },
  WorkloadLimits: [],
  PauseSeconds: 0,
  DeregistrationSeconds: 0,
  Force: false,
};

export const configuration: WorkflowConfiguration = {
  ClusterName: 'prod',
  KubectlRoleArn: 'arn:aws:iam::111111111111:role/kubectl',
  KubernetesFunctionArn: 'arn:aws:lambda:us-east-1:111111111111:function:k',
  Owner: OWNER,
  Api: 'karpenter.sh/v1alpha5',
  Namespace: 'karpenter',
  Release: 'karpenter',
  Replicas: 2,
  Cpu: '1',
  Memory: '1Gi',
  Pools: ['default'],
  NodeClasses: ['default'],
  StackId: 'arn:aws:cloudformation:us-east-1:111111111111:stack/Karpenter/1',
  CriticalWorkloads: [],
  ClusterAutoscaler: { Kind: 'discovered' },
  CanaryImage: 'pause',
  ScaleDown: SCALE_DOWN,
  PatienceMinutes: 60,
  AcceptedRisks: [],
};

export const properties: MigrationStageProperties = {
  ClusterName: configuration.ClusterName,
  KubectlRoleArn: configuration.KubectlRoleArn,
  KubernetesFunctionArn: configuration.KubernetesFunctionArn,
  StateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:m',
  Stage: MigrationStage.INSTALL,
  Owner: OWNER,
  Api: configuration.Api,
  Configuration: JSON.stringify(configuration),
  WaitSeconds: 3000,
};

/** The claim of a cluster, with the transitions of the real one. */
export class FakeRuns implements RunPort {
  public record: RunRecord | undefined = { owner: OWNER, generation: 0 };

  public async read(): Promise<RunRecord | undefined> {
    return this.record;
  }

  public async begin(beginning: Beginning): Promise<RunRecord> {
    this.record = begun(this.record!, beginning);
    return this.record;
  }

  public async enter(generation: number, lease: Lease, now: number): Promise<Lease | false> {
    const after = entered(this.record!, generation, lease, now);
    this.record = after ?? this.record;
    return after?.lease ?? false;
  }

  public async leave(token: string, report?: RunReport): Promise<void> {
    this.record = left(this.record!, token, report);
  }

  /** What a call of a run leaves behind. */
  public reports(report: Omit<RunReport, 'generation' | 'execution'>): void {
    this.record = { ...this.record!, report: { generation: this.record!.generation, execution: 'execution', ...report } };
  }
}

export class FakeStep implements Step {
  public calls: string[] = [];
  public progress: () => Progress = () => done('all is done');
  public stopping: () => void = () => undefined;

  public async assess(): Promise<Assessment> {
    return { applied: 'nothing', says: 'nothing is applied' };
  }

  public async apply(): Promise<Progress> {
    this.calls.push('apply');
    return this.progress();
  }

  public async revert(): Promise<Progress> {
    this.calls.push('revert');
    return this.progress();
  }

  public async stop(): Promise<void> {
    this.calls.push('stop');
    this.stopping();
  }
}

export function fakeSteps(): Record<StepName, FakeStep> & Steps {
  return {
    'critical-workloads': new FakeStep(), 'cluster-autoscaler': new FakeStep(), 'scale-down': new FakeStep(), 'former-pools': new FakeStep(), 'removal': new FakeStep(),
  };
}

export class FakeExecutions implements ExecutionsPort {
  public started: string[] = [];
  public stopped = 0;
  public state: ExecutionStatus = 'RUNNING';

  public asked = 0;

  public async start(name: string): Promise<Started> {
    if (!this.started.includes(name)) {
      this.started.push(name);
    }
    return { execution: `execution:${name}`, runs: this.state === 'RUNNING' };
  }

  public async status(): Promise<ExecutionStatus> {
    this.asked++;
    return this.state;
  }

  public async stopAll(): Promise<void> {
    this.stopped++;
  }
}

export class FakeStage implements StagePort {
  public readonly runs = new FakeRuns();
  public readonly executions = new FakeExecutions();
  public readonly theSteps = fakeSteps();
  public machines: Remaining[] = [];
  public instances: Remaining[] = [];
  public launchTemplates = ['karpenter.k8s.aws/123'];
  public rollingBack = false;
  public abandonedBy: string[] = [];
  public steps = () => this.theSteps;
  public remaining = async () => [...this.machines, ...this.instances];
  public deleteLaunchTemplates = async () => this.launchTemplates.splice(0);
  public isRollingBack = async () => this.rollingBack;
  public abandonClaim = async (owner: string) => { this.abandonedBy.push(owner); };
}
