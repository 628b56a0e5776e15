import { AwsStageReader, LambdaStageFactsReader } from './stage-facts-aws';
import { stageFindings } from '../../cluster/stage-checks';
import { stageQuestion } from '../../cluster/stage-question';
import { readStageFacts } from '../../cluster/stage-reading';
import { judge } from '../../cluster/verdict';
import { WorkflowConfiguration } from '../../workflow/contract';
import { MigrationStage } from '../../workflow/migration-stage';
import { preflightPause } from '../../workflow/preflight-pause';
import { Progress } from '../../workflow/step';

/** Checks the preflight's assumptions about a drain again; undefined while they hold. */
export async function recheck(configuration: WorkflowConfiguration): Promise<Progress | undefined> {
  const question = stageQuestion(configuration, MigrationStage.SCALE_DOWN);
  const ports = { kubernetes: new LambdaStageFactsReader(configuration.KubernetesFunctionArn), aws: new AwsStageReader() };
  return preflightPause(judge(stageFindings(await readStageFacts(ports, question), question), configuration.AcceptedRisks));
}
