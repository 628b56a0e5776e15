import { AwsClusterReader } from '../cluster/survey.aws';
import { Ec2DiscoveryTags } from '../discovery-tags/tags.aws';
import { AwsStagePort } from '../workflow/stage.aws';
import { AwsStageReader, LambdaStageFactsReader } from '../preflight/workloads/facts.aws';
import { lambdaRunner } from './runner.aws';
import { doneWithoutCluster } from '../custom-resources/cluster-gone';
import { entry } from '../custom-resources/lambda';
import { CLUSTER_SURVEY_TYPE } from '../cluster/contract';
import { preflightHandler } from '../preflight/handler';
import { surveyHandler } from '../cluster/survey-handler';
import { DISCOVERY_TAGS_RESOURCE_TYPE } from '../discovery-tags/contract';
import { discoveryTagsHandler } from '../discovery-tags/handler';
import { MIGRATION_STAGE_TYPE } from '../workflow/contract';
import { migrationStageHandler } from '../workflow/handler';
import { runTask, WorkflowTask } from '../workflow/runner';
import { isRollingBack } from "../custom-resources/rollback.aws";
import { PREFLIGHT_TYPE } from "../preflight/contract";
import { LambdaFactsReader } from "../preflight/facts.aws";

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
