import { randomUUID } from 'crypto';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { recheck } from './recheck.aws';
import { ASKING_OPTIONS } from '../custom-resources/client-options';
import { joining } from '../custom-resources/query.aws';
import { remotePort } from '../custom-resources/remote-port';
import { FleetPort } from '../karpenter/api/fleet';
import { FleetAws } from '../karpenter/api/fleet.aws';
import { apiOf } from '../karpenter/apis';
import { ClusterAutoscalerAws } from '../workflow/cluster-autoscaler/autoscaler.aws';
import { autoscalerIsQuiet } from '../workflow/cluster-autoscaler/guard';
import { AutoscalerKubernetesPort } from '../workflow/cluster-autoscaler/port';
import { CLUSTER_AUTOSCALER } from '../workflow/cluster-autoscaler/row';
import { clusterAutoscalerStep } from '../workflow/cluster-autoscaler/step';
import { WorkflowConfiguration } from '../workflow/contract';
import { AwsAddons } from '../workflow/critical-workloads/addons.aws';
import { WorkloadsPort } from '../workflow/critical-workloads/port';
import { CRITICAL_WORKLOADS } from '../workflow/critical-workloads/row';
import { criticalWorkloadsStep } from '../workflow/critical-workloads/step';
import { CloudWatchAlarms } from '../workflow/draining/gate/alarms.aws';
import { gateOf } from '../workflow/draining/gate/gate';
import { PlaceholderPort } from '../workflow/draining/placeholders/port';
import { DrainingPort } from '../workflow/draining/port';
import { DefaultEventBus } from '../workflow/events/events.aws';
import { deploymentOf } from '../workflow/former-pools/deployment.aws';
import { FORMER_POOLS } from '../workflow/former-pools/row';
import { formerPoolsStep } from '../workflow/former-pools/step';
import { REMOVAL } from '../workflow/removal/row';
import { removalStep } from '../workflow/removal/step';
import { ClaimFence, RUN_METHODS, RunPort } from '../workflow/run-record';
import { RunnerPorts, StepOptions, Steps } from '../workflow/runner';
import { ScaleDownAws } from '../workflow/scale-down/nodegroups.aws';
import { SCALE_DOWN } from '../workflow/scale-down/row';
import { scaleDownStep } from '../workflow/scale-down/step';
import { StageRunner } from '../workflow/stage.aws';

const ask = joining(new LambdaClient(ASKING_OPTIONS));

/** The claim is read by any run; what may be changed with it is decided by its own record. */
const ANY_GENERATION = 0;

/** Everything of a run: AWS at first hand, the Kubernetes API through the function that may reach it. */
export const lambdaRunner = {
  runs: (configuration: WorkflowConfiguration) => runsOf(configuration),
  fleet: (configuration: WorkflowConfiguration) => portOf<FleetPort>(configuration, ANY_GENERATION, REMOVAL.port.name, REMOVAL.port.methods),
  steps,
  events: new DefaultEventBus(),
  newToken: randomUUID,
  now: () => new Date(),
} satisfies RunnerPorts & StageRunner;

function runsOf(configuration: WorkflowConfiguration): RunPort {
  return portOf<RunPort>(configuration, ANY_GENERATION, 'runs', RUN_METHODS);
}

function steps(configuration: WorkflowConfiguration, generation: number, options: StepOptions): Steps {
  const fence = new ClaimFence(runsOf(configuration), generation);
  const port = <P extends object>(of: { readonly name: string; readonly methods: readonly (keyof P & string)[] }) =>
    portOf<P>(configuration, generation, of.name, of.methods);
  const autoscaler = port<AutoscalerKubernetesPort>(CLUSTER_AUTOSCALER.port);
  const draining = port<DrainingPort & PlaceholderPort>(SCALE_DOWN.port);
  const fleet = port<FleetPort>(REMOVAL.port);
  const { ClusterName, Api, StackId } = configuration;
  const aws = new FleetAws(ClusterName, apiOf(Api));
  const mayBegin = gateOf(configuration, options.anytime ?? false, new CloudWatchAlarms());
  return {
    [CRITICAL_WORKLOADS.name]: criticalWorkloadsStep({
      kubernetes: port<WorkloadsPort>(CRITICAL_WORKLOADS.port),
      addons: new AwsAddons(ClusterName, fence),
    }, configuration),
    [CLUSTER_AUTOSCALER.name]: clusterAutoscalerStep({ kubernetes: autoscaler, fleet, aws: new ClusterAutoscalerAws(ClusterName) }, configuration),
    [SCALE_DOWN.name]: scaleDownStep({
      kubernetes: draining,
      aws: new ScaleDownAws(ClusterName, fence),
      fleet,
      mayBegin,
      autoscalerIsQuiet: () => autoscalerIsQuiet(autoscaler, new ClusterAutoscalerAws(ClusterName), configuration),
      recheck: () => recheck(configuration),
    }, configuration, options),
    [FORMER_POOLS.name]: formerPoolsStep({ fleet, draining, aws, mayBegin, deployment: () => deploymentOf(StackId) }, configuration, options),
    [REMOVAL.name]: removalStep({ fleet, draining, aws, mayBegin }, configuration, options),
  };
}

function portOf<P extends object>(configuration: WorkflowConfiguration, generation: number, name: string, methods: readonly (keyof P & string)[]): P {
  const { KubernetesFunctionArn, ClusterName, KubectlRoleArn, Api } = configuration;
  return remotePort<P>(ask, {
    functionArn: KubernetesFunctionArn, clusterName: ClusterName, kubectlRoleArn: KubectlRoleArn, port: name, generation, api: Api,
  }, methods);
}
