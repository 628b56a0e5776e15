import { CutOverPlan, ScaleDownPlan } from './contract';
import { DrainFacts, predictDrain } from './drain';
import { ChosenRelease } from './release';
import { estimateTime } from './time';
import { StageFacts } from '../../preflight/workloads/facts';
import { findAutoscaler } from '../../workflow/cluster-autoscaler/plan';
import { AutoscalerDeployment } from '../../workflow/cluster-autoscaler/port';
import { WorkflowConfiguration } from '../../workflow/contract';
import { manyOf } from '../../workflow/draining/amount';

/** What INSTALL does, in sentences. */
export function installPlan(
  { Namespace, Replicas }: WorkflowConfiguration, { version }: ChosenRelease, pools: readonly string[],
): { readonly does: readonly string[] } {
  return {
    does: [
      'makes a role for Karpenter\'s nodes, one for its controller with a policy, and lets the nodes into the cluster',
      'tags the subnets and security groups of the node groups with karpenter.sh/discovery',
      `installs the CRDs, and Karpenter ${version} with ${Replicas} replicas on the node groups, in namespace ${Namespace}`,
      `makes ${pools.length === 1 ? 'the pool' : 'the pools'} ${pools.join(', ')}`,
      'moves nothing that runs: Karpenter and the Cluster Autoscaler both stand by for pods that wait for a node',
    ],
  };
}

/** @param found which of the critical workloads the cluster has, in the order of the configuration; undefined where it is not known */
export function cutOverPlan(
  { CriticalWorkloads, ClusterAutoscaler }: WorkflowConfiguration, found: ReadonlyArray<boolean | undefined>,
  deployments: readonly AutoscalerDeployment[] | undefined,
): CutOverPlan {
  const named = CriticalWorkloads.map(({ Kind, Namespace, Name }, index) => ({ name: `${Kind} ${Namespace}/${Name}`, exists: found[index] }));
  const autoscaler = deployments && findAutoscaler(deployments, ClusterAutoscaler);
  return {
    pinned: named.filter(({ exists }) => exists !== false).map(({ name }) => name),
    absent: named.filter(({ exists }) => exists === false).map(({ name }) => name),
    autoscalers: autoscaler?.kind === 'found' ? autoscaler.deployments.map(({ namespace, name, replicas }) => ({ name: `${namespace}/${name}`, replicas })) : [],
    ...autoscaler?.kind === 'unclear' ? { unclear: autoscaler.says } : {},
  };
}

export function scaleDownPlan(
  facts: DrainFacts, stage: StageFacts | undefined, configuration: WorkflowConfiguration, hasLoadBalancers: boolean, now: number,
): ScaleDownPlan {
  const drain = predictDrain(facts, configuration, now);
  const { DisruptionLimit, WorkloadLimits = [] } = configuration.ScaleDown;
  const unprotected = (stage?.workloads ?? []).filter(one => one.unprotected > 0 && !one.stays && one.kind !== 'Pod' && one.kind !== 'Job').map(one => {
    const own = WorkloadLimits.find(({ Kind, Namespace, Name }) => Kind === one.kind && Namespace === one.namespace && Name === one.name);
    return { workload: `${one.kind} ${one.namespace}/${one.name}`, pods: one.pods, atATime: manyOf(own?.Limit ?? DisruptionLimit, one.pods) };
  });
  return { ...drain, unprotected, time: estimateTime(drain, facts, configuration.ScaleDown, hasLoadBalancers) };
}
