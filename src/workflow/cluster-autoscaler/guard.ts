import { awake, fullName, isBack, looksLikeAutoscaler, matches, namedBy } from './plan';
import { AutoscalerAwsPort, AutoscalerDeployment, AutoscalerKubernetesPort } from './port';
import { isUnknown, scalesGroups, scopeOf, servedGroups } from './scope';
import { PreflightCheck } from '../../words/preflight-check';
import { WorkflowConfiguration } from '../contract';
import { PauseReason } from '../pause-reason';
import { blocked, Progress } from '../step';

export type GuardConfiguration = Pick<WorkflowConfiguration, 'ClusterAutoscaler' | 'Nodegroups' | 'AcceptedRisks'>;

/** Undefined while nothing can scale the node groups of the migration; else who has put an autoscaler back, or which other one still does. */
export async function autoscalerIsQuiet(
  kubernetes: Pick<AutoscalerKubernetesPort, 'deployments'>, aws: Pick<AutoscalerAwsPort, 'autoScalingGroups' | 'nodegroupGroups'>, configuration: GuardConfiguration,
): Promise<Progress | undefined> {
  const { ClusterAutoscaler: reference } = configuration;
  const candidates = await kubernetes.deployments(namedBy(reference));
  const back = awake(candidates, reference);
  return back ? isBack(back) : othersThatScale(candidates, aws, configuration);
}

/** Autoscalers that nobody has named, which run and serve node groups of the migration: naming one of several would leave these to the drain. */
export async function othersThatScale(
  candidates: readonly AutoscalerDeployment[], aws: Pick<AutoscalerAwsPort, 'autoScalingGroups' | 'nodegroupGroups'>,
  { ClusterAutoscaler: reference, Nodegroups, AcceptedRisks }: GuardConfiguration,
): Promise<Progress | undefined> {
  const others = candidates.filter(each => each.replicas > 0 && each.record === undefined && !matches(each, reference)
    && (looksLikeAutoscaler(each.name, each.labels) || scalesGroups(each)));
  // Who says that there is none, or accepts the risk, has looked.
  if (others.length === 0 || reference.Kind === 'absent' || AcceptedRisks.includes(PreflightCheck.AUTOSCALER_SCOPE)) {
    return undefined;
  }
  const ours = await aws.nodegroupGroups(Nodegroups);
  const groups = await aws.autoScalingGroups();
  const says = others.flatMap(other => {
    const scope = scopeOf(other);
    const served = servedGroups(scope, groups, ours);
    if (served.length > 0) {
      return [`Deployment ${fullName(other)} scales ${served.join(', ')}`];
    }
    return isUnknown(scope) ? [`Deployment ${fullName(other)} is an autoscaler, and its flags do not tell whether it scales node groups of the migration`] : [];
  });
  return says.length === 0 ? undefined : blocked(PauseReason.AUTOSCALER_UNCLEAR, `${says.join('; ')}: name it too, with ClusterAutoscaler.deployments([…]), let it have`
    + ` 0 replicas, or accept the risk ${PreflightCheck.AUTOSCALER_SCOPE}`);
}
