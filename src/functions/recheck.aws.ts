import { preflightPause } from '../preflight/pause';
import { judge } from '../preflight/verdict';
import { stageFindings } from '../preflight/workloads/checks';
import { AwsStageReader, LambdaStageFactsReader } from '../preflight/workloads/facts.aws';
import { stageQuestion } from '../preflight/workloads/question';
import { readStageFacts } from '../preflight/workloads/reading';
import { MigrationStage } from '../words/migration-stage';
import { WorkflowConfiguration } from '../workflow/contract';
import { Progress } from '../workflow/step';

const aws = new AwsStageReader();

/** Checks the preflight's assumptions about a drain again; undefined while they hold. */
export async function recheck(configuration: WorkflowConfiguration): Promise<Progress | undefined> {
  const question = { ...stageQuestion(configuration, MigrationStage.SCALE_DOWN), hasRights: true };
  const ports = { kubernetes: new LambdaStageFactsReader(configuration.KubernetesFunctionArn), aws };
  return preflightPause(judge(stageFindings(await readStageFacts(ports, question), question), configuration.AcceptedRisks));
}
