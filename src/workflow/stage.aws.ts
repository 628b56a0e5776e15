import { DeleteLaunchTemplateCommand, EC2Client, paginateDescribeLaunchTemplates } from '@aws-sdk/client-ec2';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { ABANDON_QUERY, MigrationStageProperties, WorkflowConfiguration } from './contract';
import { SfnExecutions } from './executions.aws';
import { ExecutionsPort, StagePort } from './port';
import { RunPort } from './run-record';
import { RunnerPorts, Steps } from './runner';
import { ask } from '../custom-resources/query.aws';
import { isRollingBack } from '../custom-resources/rollback.aws';
import { REMAINING_QUERY, Remaining } from '../karpenter/api/fleet';
import { RemovalAws, LAUNCH_TEMPLATE_TAG } from '../karpenter/api/fleet.aws';

/** EC2 and CloudFormation at first hand, the Kubernetes API through the function that may reach it. */
export class AwsStagePort implements StagePort {
  private readonly ec2 = new EC2Client();
  private readonly lambda = new LambdaClient();

  public readonly runs: RunPort;
  public readonly executions: ExecutionsPort;
  private readonly configuration: WorkflowConfiguration;

  constructor(private readonly properties: MigrationStageProperties, private readonly runner: Pick<RunnerPorts, 'runs' | 'steps'>) {
    this.configuration = JSON.parse(properties.Configuration) as WorkflowConfiguration;
    this.runs = runner.runs(this.configuration);
    this.executions = new SfnExecutions(properties.StateMachineArn);
  }

  public steps(generation: number): Steps {
    return this.runner.steps(this.configuration, generation, { force: false });
  }

  public kubernetesRemaining(): Promise<readonly Remaining[]> {
    return ask(this.lambda, this.properties.KubernetesFunctionArn, {
      Query: REMAINING_QUERY,
      ClusterName: this.properties.ClusterName,
      KubectlRoleArn: this.properties.KubectlRoleArn,
      OwnerKey: this.properties.OwnerKey,
    });
  }

  public async abandonClaim(owner: string): Promise<void> {
    await ask(this.lambda, this.properties.KubernetesFunctionArn, {
      Query: ABANDON_QUERY,
      ClusterName: this.properties.ClusterName,
      KubectlRoleArn: this.properties.KubectlRoleArn,
      Owner: owner,
    });
  }

  public async instancesRemaining(): Promise<readonly Remaining[]> {
    const instances = await new RemovalAws(this.properties.ClusterName, this.ec2).instances(this.properties.OwnerKey);
    return instances.map(({ id, leaving }) => ({ name: `instance/${id}`, leaving }));
  }

  public async deleteLaunchTemplates(): Promise<readonly string[]> {
    const names: string[] = [];
    const pages = paginateDescribeLaunchTemplates({ client: this.ec2 }, {
      Filters: [{ Name: `tag:${LAUNCH_TEMPLATE_TAG}`, Values: [this.properties.ClusterName] }],
    });
    for await (const page of pages) {
      for (const template of page.LaunchTemplates ?? []) {
        await this.ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: template.LaunchTemplateId }));
        names.push(template.LaunchTemplateName!);
      }
    }
    return names;
  }

  public isRollingBack(stackId: string): Promise<boolean> {
    return isRollingBack(stackId);
  }
}
