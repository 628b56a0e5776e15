import { AwsClusterReader, LambdaFactsReader } from './adapters/cluster-aws';
import { Ec2DiscoveryTags } from './adapters/discovery-tags-aws';
import { AwsStagePort, isRollingBack } from './adapters/stage-aws';
import { AwsStageReader, LambdaStageFactsReader } from './adapters/stage-facts-aws';
import { lambdaRunner } from './adapters/workflow-aws';
import { doneWithoutCluster } from './cluster-gone';
import { entry } from './lambda';
import { CLUSTER_SURVEY_TYPE, PREFLIGHT_TYPE } from '../cluster/contract';
import { preflightHandler } from '../cluster/preflight-handler';
import { surveyHandler } from '../cluster/survey-handler';
import { DISCOVERY_TAGS_RESOURCE_TYPE } from '../discovery-tags/contract';
import { discoveryTagsHandler } from '../discovery-tags/handler';
import { MIGRATION_STAGE_TYPE } from '../workflow/contract';
import { migrationStageHandler } from '../workflow/handler';
import { runTask, WorkflowTask } from '../workflow/runner';

const reader = new AwsClusterReader();

/** Everything that needs only AWS APIs. */
export const handler = entry(doneWithoutCluster({
  [CLUSTER_SURVEY_TYPE]: surveyHandler(reader),
  [PREFLIGHT_TYPE]: preflightHandler({
    reader,
    factsReader: functionArn => new LambdaFactsReader(functionArn),
    stagePorts: functionArn => ({ kubernetes: new LambdaStageFactsReader(functionArn), aws: new AwsStageReader() }),
    isRollingBack,
  }),
  [DISCOVERY_TAGS_RESOURCE_TYPE]: discoveryTagsHandler(new Ec2DiscoveryTags(), reader),
  [MIGRATION_STAGE_TYPE]: migrationStageHandler(properties => new AwsStagePort(properties, lambdaRunner)),
}), {}, task => runTask(task as WorkflowTask, lambdaRunner));
