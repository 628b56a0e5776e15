import { kubernetesHandlers, NO_WAY } from './kubernetes-handlers';
import { lambdaRunner } from './runner.aws';
import { CLUSTER_SURVEY_TYPE } from '../cluster/contract';
import { RecentReadings } from '../cluster/recent-readings';
import { surveyHandler } from '../cluster/survey-handler';
import { AwsClusterReader } from '../cluster/survey.aws';
import { doneWithoutCluster } from '../custom-resources/cluster-gone';
import { serving } from '../custom-resources/lambda';
import { asking } from '../custom-resources/query.aws';
import { remoteHandlers } from '../custom-resources/remote-handlers';
import { LambdaRequestPorts } from '../custom-resources/requests.aws';
import { isRollingBack } from '../custom-resources/rollback.aws';
import { DISCOVERY_TAGS_RESOURCE_TYPE } from '../discovery-tags/contract';
import { discoveryTagsHandler } from '../discovery-tags/handler';
import { Ec2DiscoveryTags } from '../discovery-tags/tags.aws';
import { SPOT_ROLE_TYPE } from '../iam/spot-role/contract';
import { spotRoleHandler } from '../iam/spot-role/handler';
import { IamSpotRole } from '../iam/spot-role/spot-role.aws';
import { EksAccessEntries } from '../node-access/access-entries.aws';
import { accessEntryHandler } from '../node-access/access-entry-handler';
import { ACCESS_ENTRY_TYPE } from '../node-access/contract';
import { PREFLIGHT_TYPE } from '../preflight/contract';
import { LambdaFactsReader } from '../preflight/facts.aws';
import { preflightHandler } from '../preflight/handler';
import { AwsStageReader, LambdaStageFactsReader } from '../preflight/workloads/facts.aws';
import { MIGRATION_STAGE_TYPE } from '../workflow/contract';
import { migrationStageHandler } from '../workflow/handler';
import { runTask, WorkflowTask } from '../workflow/runner';
import { AwsStagePort } from '../workflow/stage.aws';

const reader = new AwsClusterReader();
/** A function that is called again is the same process for a while. */
const readings = new RecentReadings(reader);

/** What CloudFormation and the state machine of the workflow call. */
export const handler = serving({
  ...doneWithoutCluster({
    [CLUSTER_SURVEY_TYPE]: surveyHandler(readings.telling),
    [PREFLIGHT_TYPE]: preflightHandler({
      reader: readings.reading,
      factsReader: functionArn => new LambdaFactsReader(functionArn),
      stagePorts: functionArn => ({ kubernetes: new LambdaStageFactsReader(functionArn), aws: new AwsStageReader() }),
      isRollingBack,
    }),
    [DISCOVERY_TAGS_RESOURCE_TYPE]: discoveryTagsHandler(new Ec2DiscoveryTags(), reader),
    [SPOT_ROLE_TYPE]: spotRoleHandler(new IamSpotRole()),
    [ACCESS_ENTRY_TYPE]: accessEntryHandler(clusterName => new EksAccessEntries(clusterName)),
    [MIGRATION_STAGE_TYPE]: migrationStageHandler(properties => new AwsStagePort(properties, lambdaRunner)),
  }),
  ...remoteHandlers(kubernetesHandlers(NO_WAY), asking()),
}, new LambdaRequestPorts(), task => runTask(task as WorkflowTask, lambdaRunner));
