import * as k8s from '@kubernetes/client-node';
import { connect } from '../custom-resources/connection.kubernetes';
import { Fence } from '../custom-resources/fence';
import { ServedPort } from '../custom-resources/remote-ports';
import { FLEET_METHODS } from '../karpenter/api/fleet';
import { FleetKubernetes } from '../karpenter/api/fleet.kubernetes';
import { KarpenterApi } from '../karpenter/api/karpenter-api';
import { apiOf } from '../karpenter/apis';
import { ClusterAutoscalerKubernetes } from '../workflow/cluster-autoscaler/autoscaler.kubernetes';
import { AUTOSCALER_METHODS } from '../workflow/cluster-autoscaler/port';
import { WORKLOADS_METHODS } from '../workflow/critical-workloads/port';
import { KubernetesWorkloads } from '../workflow/critical-workloads/workloads.kubernetes';
import { DrainingKubernetes } from '../workflow/draining/draining.kubernetes';
import { DRAINING_METHODS } from '../workflow/draining/port';
import { ClaimFence } from '../workflow/fence';
import { RUN_METHODS } from '../workflow/run-record';
import { ConfigMapRuns } from '../workflow/run-record.kubernetes';

/** A port whose every change is refused once the claim on the cluster has another generation than the caller's. */
function fenced(methods: readonly string[], adapter: (config: k8s.KubeConfig, fence: Fence, api: KarpenterApi) => object): ServedPort {
  return {
    methods,
    connect: async ({ clusterName, kubectlRoleArn, generation, api }) => {
      const config = await connect(clusterName, kubectlRoleArn);
      return adapter(config, new ClaimFence(new ConfigMapRuns(config), generation), apiOf(api));
    },
  };
}

/** What the workflow asks of the Kubernetes API, by the names under which the other function asks for it. */
export const WORKFLOW_PORTS: Readonly<Record<string, ServedPort>> = {
  'runs': { methods: RUN_METHODS, connect: async ({ clusterName, kubectlRoleArn }) => new ConfigMapRuns(await connect(clusterName, kubectlRoleArn)) },
  'critical-workloads': fenced(WORKLOADS_METHODS, (config, fence) => new KubernetesWorkloads(config, fence)),
  'cluster-autoscaler': fenced(AUTOSCALER_METHODS, (config, fence) => new ClusterAutoscalerKubernetes(config, fence)),
  'draining': fenced(DRAINING_METHODS, (config, fence, api) => new DrainingKubernetes(config, api, fence)),
  'fleet': fenced(FLEET_METHODS, (config, fence, api) => new FleetKubernetes(config, api, fence)),
};
