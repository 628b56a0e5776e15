import type * as k8s from '@kubernetes/client-node';
import { connect } from '../custom-resources/connection.kubernetes';
import { Fence } from '../custom-resources/fence';
import { ServedPort } from '../custom-resources/remote-ports';
import { FleetKubernetes } from '../karpenter/api/fleet.kubernetes';
import { KarpenterApi } from '../karpenter/api/karpenter-api';
import { apiOf } from '../karpenter/apis';
import { ClusterAutoscalerKubernetes } from '../workflow/cluster-autoscaler/autoscaler.kubernetes';
import { KubernetesWorkloads } from '../workflow/critical-workloads/workloads.kubernetes';
import { DrainingKubernetes } from '../workflow/draining/draining.kubernetes';
import { ClaimFence, RUN_METHODS, TRUSTED_MILLISECONDS } from '../workflow/run-record';
import { ConfigMapRuns } from '../workflow/run-record.kubernetes';
import { PortName, STEP_PORTS } from '../workflow/steps';

type Adapter = (config: k8s.KubeConfig, fence: Fence, api: KarpenterApi) => object;

/** A port whose every change is refused once the claim on the cluster has another generation than the caller's. */
function fenced(methods: readonly string[], adapter: Adapter): ServedPort {
  return {
    methods,
    connect: async ({ clusterName, kubectlRoleArn, generation, api }) => {
      const config = await connect(clusterName, kubectlRoleArn);
      const runs = new ConfigMapRuns(config);
      // The call before this one was mostly the one that entered the run.
      return adapter(config, new ClaimFence({ read: () => runs.readWithin(TRUSTED_MILLISECONDS) }, generation), apiOf(api));
    },
  };
}

/** What serves each port of a step. */
const ADAPTERS: Readonly<Record<PortName, Adapter>> = {
  'critical-workloads': (config, fence) => new KubernetesWorkloads(config, fence),
  'cluster-autoscaler': (config, fence) => new ClusterAutoscalerKubernetes(config, fence),
  'draining': (config, fence, api) => new DrainingKubernetes(config, api, fence),
  'fleet': (config, fence, api) => new FleetKubernetes(config, api, fence),
};

/** What the workflow asks of the Kubernetes API, by the names under which the other function asks for it. */
export const WORKFLOW_PORTS: Readonly<Record<string, ServedPort>> = {
  runs: { methods: RUN_METHODS, connect: async ({ clusterName, kubectlRoleArn }) => new ConfigMapRuns(await connect(clusterName, kubectlRoleArn)) },
  ...Object.fromEntries(STEP_PORTS.map(({ name, methods }) => [name, fenced(methods, ADAPTERS[name])])),
};
