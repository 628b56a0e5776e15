import { NodegroupShape, StageFacts, usedNodeClasses } from './facts';
import { StageCheck } from './scope';
import { NodeClassFacts } from '../../karpenter/api/karpenter-api';
import { isElastic, offersSpot } from '../../karpenter/api/pool-offer';
import { taintText } from '../../kubernetes/node-offer';
import { PreflightCheck } from '../../words/preflight-check';
import { error, named, warning } from '../verdict';

const kubernetesRights: StageCheck = ({ facts }) => facts.denied.length === 0 ? [] : [error(
  PreflightCheck.KUBERNETES_RIGHTS,
  `our Kubernetes identity may not ${named(facts.denied)}`,
  'map the kubectl role to an administrator of the cluster, or bind its user to a ClusterRole that allows this',
)];

const pools: StageCheck = ({ facts, offers, api: { words } }) => {
  if (offers.length > 0) {
    return [];
  }
  const why = facts.pools.map((pool) => {
    const { name, nodeClass } = pool;
    if (!isElastic(pool)) {
      return `${words.pool} ${name} keeps a fixed number of nodes`;
    }
    return facts.nodeClasses.some(one => one.name === nodeClass)
      ? `${words.nodeClass} ${nodeClass} of ${words.pool} ${name} selects no subnet`
      : `${words.pool} ${name} has no ${words.nodeClass} (${nodeClass} does not exist)`;
  });
  return [error(
    PreflightCheck.POOLS,
    why.length === 0 ? `there is no ${words.pool}, so Karpenter makes no node` : `no ${words.pool} can make a node: ${named(why)}`,
    'deploy the migration with stage INSTALL, which makes both, and see that its subnets carry the discovery tag',
  )];
};

const spotNodegroups: StageCheck = (scope) => {
  const { facts, offers, api, api: { words } } = scope;
  const spot = facts.nodegroups.filter(nodegroup => nodegroup.capacityType === 'SPOT').map(nodegroup => nodegroup.name);
  return spot.length === 0 || offers.length === 0 || offersSpot(offers, api) ? [] : [warning(
    PreflightCheck.SPOT_NODEGROUPS,
    `node groups ${named(spot)} are of Spot capacity, and every ${words.pool} launches on-demand instances, which cost more`,
    'add a requirement that `karpenter.sh/capacity-type` is in spot and on-demand, if Spot is wanted',
  )];
};

const nodeFeatures: StageCheck = ({ facts, api: { words } }) => {
  const nodeClasses = usedNodeClasses(facts);
  const lacking = nodeClasses.length === 0 ? [] : facts.nodegroups.flatMap((nodegroup) => {
    const features = [...ofInstance(nodegroup, nodeClasses), ...ofNode(nodegroup, facts)];
    return features.length === 0 ? [] : [`${nodegroup.name} (${features.join(', ')})`];
  });
  return lacking.length === 0 ? [] : [warning(
    PreflightCheck.NODE_FEATURES,
    `nodes of these node groups have what Karpenter's nodes will not have: ${named(lacking)}`,
    `give it to the ${words.plainNodeClass} (${words.nodeClassFields}) or to the ${words.pool} (\`labels\`, \`taints\`), where workloads need it`,
  )];
};

/** What nodes need for themselves; those of Karpenter have it by policies of their own. */
const OF_NODES = /^(AmazonEKSWorkerNode(Minimal)?Policy|AmazonEKS_CNI_Policy|AmazonEC2ContainerRegistry(ReadOnly|PullOnly)|AmazonSSMManagedInstanceCore)$/;

const nodePolicies: StageCheck = ({ facts, api: { words } }) => {
  const { nodegroups, nodegroupPolicies, karpenterPolicies, policiesProblem } = facts;
  if (!nodegroupPolicies || !karpenterPolicies) {
    return [warning(PreflightCheck.NODE_POLICIES, `the policies of the nodes' roles are not known: ${policiesProblem}`,
      'see that the role of Karpenter\'s nodes has what pods need that use the role of their node, or let our function read them '
      + '(iam:ListAttachedRolePolicies, iam:ListRolePolicies, iam:GetInstanceProfile)')];
  }
  const has = (policy: string) => karpenterPolicies.some(policies => policies.includes(policy));
  const lacking = nodegroups.flatMap(({ name, role }) => {
    const policies = nodegroupPolicies[role].filter(policy => !OF_NODES.test(policy) && !has(policy));
    return policies.length === 0 ? [] : [`${name} (${policies.join(', ')} of role ${role})`];
  });
  return karpenterPolicies.length === 0 || lacking.length === 0 ? [] : [warning(
    PreflightCheck.NODE_POLICIES,
    `the roles of these node groups have policies that the role of Karpenter's nodes lacks, so pods that use the role of their node may do less after they moved: ${named(lacking)}`,
    `give such pods a role of their own (IRSA, EKS Pod Identity), or attach the policies to the role of the ${words.plainNodeClass}, \`migration.nodeRole\``,
  )];
};

export const NODE_CHECKS: readonly StageCheck[] = [kubernetesRights, pools, spotNodegroups, nodeFeatures, nodePolicies];

function ofInstance(nodegroup: NodegroupShape, nodeClasses: readonly NodeClassFacts[]): string[] {
  const features: string[] = [];
  if (nodegroup.userData && !nodeClasses.some(nodeClass => nodeClass.userData)) {
    features.push('user data');
  }
  // A launch template of the user's own says nothing here, and may well have all of it.
  const sizes = nodeClasses.map(nodeClass => nodeClass.diskGib);
  const biggest = sizes.includes(undefined) ? Infinity : Math.max(...sizes as number[]);
  if ((nodegroup.diskGib ?? 0) > biggest) {
    features.push(`a disk of ${nodegroup.diskGib} GiB instead of ${biggest}`);
  }
  const family = familyOf(nodegroup);
  if (!nodeClasses.some(nodeClass => nodeClass.ownAmi || nodeClass.amiFamily === family)) {
    features.push(nodegroup.ownAmi ? 'an own image' : `the image ${nodegroup.amiType}`);
  }
  return features;
}

function ofNode(nodegroup: NodegroupShape, facts: StageFacts): string[] {
  const labels = Object.entries(nodegroup.labels).filter(([key, value]) =>
    !facts.pools.some(pool => pool.labels[key] === value
      || pool.requirements.some(requirement => requirement.key === key && requirement.values.includes(value))));
  const taints = nodegroup.taints.filter(taint =>
    !facts.pools.some(pool => [...pool.taints, ...pool.startupTaints ?? []].some(own => taintText(own) === taintText(taint))));
  return [...labels.map(([key, value]) => `label ${key}=${value}`), ...taints.map(taint => `taint ${taintText(taint)}`)];
}

/** What Karpenter calls the family of the images; undefined where it has none of that kind. */
function familyOf({ amiType, ownAmi }: Pick<NodegroupShape, 'amiType' | 'ownAmi'>): string | undefined {
  const families: ReadonlyArray<readonly [pattern: RegExp, family: string]> = [
    [/^AL2_/, 'AL2'], [/^AL2023_/, 'AL2023'], [/^BOTTLEROCKET_/, 'Bottlerocket'], [/^WINDOWS_.*_2019_/, 'Windows2019'], [/^WINDOWS_.*_2022_/, 'Windows2022'],
    [/^WINDOWS_.*_2025_/, 'Windows2025'],
  ];
  return ownAmi ? undefined : families.find(([pattern]) => pattern.test(amiType))?.[1];
}
