import { randomUUID } from 'crypto';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { recheck } from './recheck.aws';
import { remotePort } from '../custom-resources/remote-port.aws';
import { FLEET_METHODS, FleetPort } from '../karpenter/api/fleet';
import { FleetAws } from '../karpenter/api/fleet.aws';
import { apiOf } from '../karpenter/apis';
import { ClusterAutoscalerAws } from '../workflow/cluster-autoscaler/autoscaler.aws';
import { autoscalerIsQuiet } from '../workflow/cluster-autoscaler/plan';
import { AUTOSCALER_METHODS, AutoscalerKubernetesPort } from '../workflow/cluster-autoscaler/port';
import { clusterAutoscalerStep } from '../workflow/cluster-autoscaler/step';
import { WorkflowConfiguration } from '../workflow/contract';
import { AwsAddons } from '../workflow/critical-workloads/addons.aws';
import { WORKLOADS_METHODS, WorkloadsPort } from '../workflow/critical-workloads/port';
import { criticalWorkloadsStep } from '../workflow/critical-workloads/step';
import { DRAINING_METHODS, DrainingPort } from '../workflow/draining/port';
import { ClaimFence } from '../workflow/fence';
import { removalStep } from '../workflow/removal/step';
import { RUN_METHODS, RunPort } from '../workflow/run-record';
import { RunnerPorts, StepOptions, Steps } from '../workflow/runner';
import { ScaleDownAws } from '../workflow/scale-down/nodegroups.aws';
import { scaleDownStep } from '../workflow/scale-down/step';
import { StageRunner } from '../workflow/stage.aws';

const lambda = new LambdaClient({});

/** The claim is read by any run; what may be changed with it is decided by its own record. */
const ANY_GENERATION = 0;

/** Everything of a run: AWS at first hand, the Kubernetes API through the function that may reach it. */
export const lambdaRunner = {
  runs: (configuration: WorkflowConfiguration) => runsOf(configuration),
  fleet: (configuration: WorkflowConfiguration) => portOf<FleetPort>(configuration, ANY_GENERATION, 'fleet', FLEET_METHODS),
  steps,
  newToken: randomUUID,
  now: () => new Date(),
} satisfies RunnerPorts & StageRunner;

function runsOf(configuration: WorkflowConfiguration): RunPort {
  return portOf<RunPort>(configuration, ANY_GENERATION, 'runs', RUN_METHODS);
}

function steps(configuration: WorkflowConfiguration, generation: number, options: StepOptions): Steps {
  const fence = new ClaimFence(runsOf(configuration), generation);
  const port = <P extends object>(name: string, methods: readonly (keyof P & string)[]) => portOf<P>(configuration, generation, name, methods);
  const autoscaler = port<AutoscalerKubernetesPort>('cluster-autoscaler', AUTOSCALER_METHODS);
  const draining = port<DrainingPort>('draining', DRAINING_METHODS);
  const fleet = port<FleetPort>('fleet', FLEET_METHODS);
  const { ClusterName, Api } = configuration;
  return {
    'critical-workloads': criticalWorkloadsStep({
      kubernetes: port<WorkloadsPort>('critical-workloads', WORKLOADS_METHODS),
      addons: new AwsAddons(ClusterName, fence),
    }, configuration),
    'cluster-autoscaler': clusterAutoscalerStep({ kubernetes: autoscaler, fleet, aws: new ClusterAutoscalerAws(ClusterName) }, configuration),
    'scale-down': scaleDownStep({
      kubernetes: draining,
      aws: new ScaleDownAws(ClusterName, fence),
      autoscalerIsQuiet: () => autoscalerIsQuiet(autoscaler, configuration),
      recheck: () => recheck(configuration),
    }, configuration, options),
    'removal': removalStep({ fleet, draining, aws: new FleetAws(ClusterName, apiOf(Api)) }, configuration, options),
  };
}

function portOf<P extends object>(configuration: WorkflowConfiguration, generation: number, name: string, methods: readonly (keyof P & string)[]): P {
  const { KubernetesFunctionArn, ClusterName, KubectlRoleArn, Api } = configuration;
  return remotePort<P>(lambda, {
    functionArn: KubernetesFunctionArn, clusterName: ClusterName, kubectlRoleArn: KubectlRoleArn, port: name, generation, api: Api,
  }, methods);
}
