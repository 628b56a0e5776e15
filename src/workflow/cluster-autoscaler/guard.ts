import { awake, fullName, namedBy } from './plan';
import { AutoscalerDeployment, AutoscalerKubernetesPort } from './port';
import { WorkflowConfiguration } from '../contract';
import { PauseReason } from '../pause-reason';
import { blocked, Progress } from '../step';

/** Undefined while no Cluster Autoscaler can scale node groups; else who has put it back. */
export async function autoscalerIsQuiet(
  kubernetes: Pick<AutoscalerKubernetesPort, 'deployments'>, configuration: Pick<WorkflowConfiguration, 'ClusterAutoscaler'>,
): Promise<Progress | undefined> {
  const { ClusterAutoscaler: reference } = configuration;
  const back = awake(await kubernetes.deployments(namedBy(reference)), reference);
  return back && isBack(back);
}

export function isBack(deployment: AutoscalerDeployment): Progress {
  const { namespace, name, replicas, replicasManager } = deployment;
  return blocked(PauseReason.AUTOSCALER_IS_BACK, `the Cluster Autoscaler's Deployment ${fullName(deployment)} has ${replicas} ${replicas === 1 ? 'replica' : 'replicas'} again,`
    + ` set by ${replicasManager ?? 'a field manager that nobody recorded'}: let it have 0 there, or kubectl -n ${namespace} scale deployment ${name} --replicas=0`);
}
