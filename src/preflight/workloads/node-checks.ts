import { NodegroupShape, StageFacts } from './facts';
import { StageCheck } from './scope';
import { offersSpot, taintText } from './supply';
import { NodeTemplateFacts } from '../../karpenter/api/karpenter-api';
import { PreflightCheck } from '../../words/preflight-check';
import { error, named, warning } from '../verdict';

export const kubernetesRights: StageCheck = ({ facts }) => facts.denied.length === 0 ? [] : [error(
  PreflightCheck.KUBERNETES_RIGHTS,
  `our Kubernetes identity may not ${named(facts.denied)}`,
  'map the kubectl role to an administrator of the cluster, or bind its user to a ClusterRole that allows this',
)];

export const provisioners: StageCheck = ({ facts, supplies }) => {
  if (supplies.length > 0) {
    return [];
  }
  const why = facts.provisioners.map(({ name, nodeTemplate }) => facts.nodeTemplates.some(template => template.name === nodeTemplate)
    ? `AWSNodeTemplate ${nodeTemplate} of Provisioner ${name} selects no subnet`
    : `Provisioner ${name} has no AWSNodeTemplate (${nodeTemplate} does not exist)`);
  return [error(
    PreflightCheck.PROVISIONERS,
    why.length === 0 ? 'there is no Provisioner, so Karpenter makes no node' : `no Provisioner can make a node: ${named(why)}`,
    'deploy the migration with stage INSTALL, which makes both, and see that its subnets carry the discovery tag',
  )];
};

export const spotNodegroups: StageCheck = ({ facts, supplies }) => {
  const spot = facts.nodegroups.filter(nodegroup => nodegroup.capacityType === 'SPOT').map(nodegroup => nodegroup.name);
  return spot.length === 0 || supplies.length === 0 || offersSpot(supplies) ? [] : [warning(
    PreflightCheck.SPOT_NODEGROUPS,
    `node groups ${named(spot)} are of Spot capacity, and every Provisioner launches on-demand instances, which cost more`,
    'add a requirement that `karpenter.sh/capacity-type` is in spot and on-demand, if Spot is wanted',
  )];
};

export const nodeFeatures: StageCheck = ({ facts }) => {
  const templates = facts.nodeTemplates.filter(template => facts.provisioners.some(provisioner => provisioner.nodeTemplate === template.name));
  const lacking = templates.length === 0 ? [] : facts.nodegroups.flatMap((nodegroup) => {
    const features = [...ofMachine(nodegroup, templates), ...ofNode(nodegroup, facts)];
    return features.length === 0 ? [] : [`${nodegroup.name} (${features.join(', ')})`];
  });
  return lacking.length === 0 ? [] : [warning(
    PreflightCheck.NODE_FEATURES,
    `nodes of these node groups have what Karpenter's nodes will not have: ${named(lacking)}`,
    'give it to the node template (`userData`, `blockDeviceMappings`, `amiFamily`, `amiSelector`) or to the Provisioner (`labels`, `taints`), where workloads need it',
  )];
};

function ofMachine(nodegroup: NodegroupShape, templates: readonly NodeTemplateFacts[]): string[] {
  const features: string[] = [];
  if (nodegroup.userData && !templates.some(template => template.userData)) {
    features.push('user data');
  }
  // A launch template of the user's own says nothing here, and may well have all of it.
  const sizes = templates.map(template => template.diskGib);
  const biggest = sizes.includes(undefined) ? Infinity : Math.max(...sizes as number[]);
  if ((nodegroup.diskGib ?? 0) > biggest) {
    features.push(`a disk of ${nodegroup.diskGib} GiB instead of ${biggest}`);
  }
  const family = familyOf(nodegroup);
  if (!templates.some(template => template.ownAmi || template.amiFamily === family)) {
    features.push(nodegroup.ownAmi ? 'an own image' : `the image ${nodegroup.amiType}`);
  }
  return features;
}

function ofNode(nodegroup: NodegroupShape, facts: StageFacts): string[] {
  const labels = Object.entries(nodegroup.labels).filter(([key, value]) =>
    !facts.provisioners.some(provisioner => provisioner.labels[key] === value
      || provisioner.requirements.some(requirement => requirement.key === key && requirement.values.includes(value))));
  const taints = nodegroup.taints.filter(taint =>
    !facts.provisioners.some(provisioner => provisioner.taints.some(own => taintText(own) === taintText(taint))));
  return [...labels.map(([key, value]) => `label ${key}=${value}`), ...taints.map(taint => `taint ${taintText(taint)}`)];
}

/** What Karpenter calls the family of the images; undefined where it has none of that kind. */
function familyOf({ amiType, ownAmi }: Pick<NodegroupShape, 'amiType' | 'ownAmi'>): string | undefined {
  const families: ReadonlyArray<readonly [pattern: RegExp, family: string]> = [
    [/^AL2_/, 'AL2'], [/^BOTTLEROCKET_/, 'Bottlerocket'], [/^WINDOWS_.*_2019_/, 'Windows2019'], [/^WINDOWS_.*_2022_/, 'Windows2022'],
  ];
  return ownAmi ? undefined : families.find(([pattern]) => pattern.test(amiType))?.[1];
}
