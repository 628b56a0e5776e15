import { LambdaClient } from '@aws-sdk/client-lambda';
import { ABANDON_QUERY, MigrationStageProperties, WorkflowConfiguration } from './contract';
import { SfnExecutions } from './executions.aws';
import { ExecutionsPort, StagePort } from './port';
import { RunPort } from './run-record';
import { RunnerPorts, Steps } from './runner';
import { ASKING_OPTIONS } from '../custom-resources/client-options';
import { ask } from '../custom-resources/query.aws';
import { isRollingBack } from '../custom-resources/rollback.aws';
import { FleetPort, Remaining, remainingOf } from '../karpenter/api/fleet';
import { FleetAws } from '../karpenter/api/fleet.aws';
import { KarpenterApi } from '../karpenter/api/karpenter-api';
import { apiOf } from '../karpenter/apis';

/** What the stage resource reaches through the function for the Kubernetes API. */
export type StageRunner = Pick<RunnerPorts, 'runs' | 'steps'> & { readonly fleet: (configuration: WorkflowConfiguration) => FleetPort };

/** EC2 and CloudFormation at first hand, the Kubernetes API through the function that may reach it. */
export class AwsStagePort implements StagePort {
  private readonly lambda = new LambdaClient(ASKING_OPTIONS);

  public readonly runs: RunPort;
  public readonly executions: ExecutionsPort;
  private readonly configuration: WorkflowConfiguration;
  private readonly api: KarpenterApi;
  private readonly aws: FleetAws;

  constructor(private readonly properties: MigrationStageProperties, private readonly runner: StageRunner) {
    this.configuration = JSON.parse(properties.Configuration) as WorkflowConfiguration;
    this.runs = runner.runs(this.configuration);
    this.api = apiOf(properties.Api);
    this.aws = new FleetAws(properties.ClusterName, this.api);
    this.executions = new SfnExecutions(properties.StateMachineArn);
  }

  public steps(generation: number): Steps {
    return this.runner.steps(this.configuration, generation, { force: false, anytime: true });
  }

  public async remaining(): Promise<readonly Remaining[]> {
    return remainingOf(await this.runner.fleet(this.configuration).objects(), await this.aws.instances(), this.api);
  }

  public async abandonClaim(owner: string): Promise<void> {
    await ask(this.lambda, this.properties.KubernetesFunctionArn, {
      Query: ABANDON_QUERY,
      ClusterName: this.properties.ClusterName,
      KubectlRoleArn: this.properties.KubectlRoleArn,
      Owner: owner,
    });
  }

  public deleteLaunchTemplates(): Promise<readonly string[]> {
    return this.aws.deleteLaunchTemplates();
  }

  public isRollingBack(stackId: string): Promise<boolean> {
    return isRollingBack(stackId);
  }
}
