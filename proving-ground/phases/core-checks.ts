import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand, Instance } from '@aws-sdk/client-ec2';
import { burstPods, karpenterInstances, karpenterNodes, startBurst } from './burst';
import { KARPENTER, networkSelectors } from './karpenter-objects';
import { karpenterPods, karpenterReady, restartKarpenter } from './karpenter-pods';
import { Check } from './report';
import { CLUSTER_NAME, World } from './world';
import { expectEqual, Refused, until } from '../cluster/until';
import { isReady, readyPods } from '../customer/customer';

/** What must hold of an installed Karpenter; each check is about one thing that a sabotage can break. */
export const CORE_CHECKS = {
  affinity: { step: 'Set node affinity', shows: 'seen', name: 'a replica of Karpenter stays pending rather than run outside of the node groups' },
  trust: { step: 'Create IAM roles', shows: 'seen', name: 'a restarted controller gets credentials by its service account\'s token' },
  tags: { step: 'Add tags to subnets and security groups', shows: 'seen', name: 'the node class selects the subnets and security groups of all node groups, and no others' },
  policy: { step: 'Create IAM roles', shows: 'seen', name: 'pods that wait make the controller launch an instance, and each of its calls is allowed' },
  launch: { step: 'Verify Karpenter', shows: 'seen', name: 'the instance has the tagged subnet, the tagged groups and our instance profile' },
  mapping: { step: 'Update aws-auth ConfigMap', shows: 'seen', name: 'the instance becomes a node by the mapping of its role' },
  running: { step: 'Verify Karpenter', shows: 'seen', name: 'the pods that waited run on the node' },
} as const satisfies Record<string, Check>;
export type CoreCheck = keyof typeof CORE_CHECKS;

/** Which checks make no sense after another one failed. */
export const NEEDS: Readonly<Record<CoreCheck, readonly CoreCheck[]>> = {
  affinity: [], trust: [], tags: [], policy: ['trust', 'tags'], launch: ['policy'], mapping: ['launch'], running: ['mapping'],
};

/** What a check must know of the deployment. */
export interface Installed {
  readonly controllerRoleArn: string;
  readonly instanceProfileName: string;
  readonly nodeRoleArn: string;
}

export function coreCheck(name: CoreCheck, world: World, installed: Installed): Promise<string> {
  switch (name) {
    case 'affinity': return staysInNodeGroups(world);
    case 'trust': return getsCredentials(world, installed);
    case 'tags': return selectsTheNetwork(world);
    case 'policy': return launches(world, installed);
    case 'launch': return launchedAsIntended(world, installed);
    case 'mapping': return joins(world);
    case 'running': return podsRun(world);
  }
}

const OUTSIDER = 'outsider';

async function staysInNodeGroups(world: World): Promise<string> {
  const groupNodes = await world.kube.list(`/api/v1/nodes?labelSelector=${encodeURIComponent('eks.amazonaws.com/nodegroup')}`);
  await world.kube.create('/api/v1/nodes', outsider());
  try {
    await until('the node outside of the node groups is Ready', 30, async () => isReady(await world.kube.get(`/api/v1/nodes/${OUTSIDER}`)));
    await cordon(world, groupNodes.map(node => node.metadata.name), true);
    const [victim] = await karpenterReady(world);
    await world.kube.delete(`/api/v1/namespaces/${KARPENTER.namespace}/pods/${victim.metadata.name}`);
    const replacement = await until('the scheduler has decided about the replacement', 60, async () => (await karpenterPods(world)).find(pod =>
      pod.metadata.creationTimestamp >= victim.metadata.creationTimestamp && pod.metadata.uid !== victim.metadata.uid
      && (pod.spec.nodeName === OUTSIDER || (!pod.spec.nodeName && pod.status.conditions?.some(unschedulable)))));
    if (replacement.spec.nodeName) {
      throw new Error(`${replacement.metadata.name} was scheduled to ${replacement.spec.nodeName}, which is in no node group`);
    }
    return replacement.status.conditions.find(unschedulable).message;
  } finally {
    await cordon(world, groupNodes.map(node => node.metadata.name), false);
    await world.kube.delete(`/api/v1/nodes/${OUTSIDER}`);
    for (const pod of (await karpenterPods(world)).filter(p => p.spec.nodeName === OUTSIDER)) {
      await world.kube.delete(`/api/v1/namespaces/${KARPENTER.namespace}/pods/${pod.metadata.name}`);
    }
    // Whether they get Ready is the business of other checks.
    await until('both replicas are scheduled again', 60, async () => {
      const pods = await karpenterPods(world);
      return pods.length === 2 && pods.every(pod => pod.spec.nodeName && pod.spec.nodeName !== OUTSIDER);
    });
  }
}

const unschedulable = (condition: { type: string; status: string; reason?: string }) =>
  condition.type === 'PodScheduled' && condition.status === 'False' && condition.reason === 'Unschedulable';

/** A hybrid node: roomy, Ready, and without the label of a managed node group. */
function outsider(): object {
  const resources = { cpu: '16', memory: '64Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: OUTSIDER,
      labels: { 'kubernetes.io/hostname': OUTSIDER, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', 'topology.kubernetes.io/zone': 'us-east-1a' },
    },
    spec: { providerID: `eks-hybrid:///us-east-1/${CLUSTER_NAME}/${OUTSIDER}` },
    status: { capacity: resources, allocatable: resources },
  };
}

async function cordon(world: World, nodes: readonly string[], unschedulableNow: boolean): Promise<void> {
  for (const name of nodes) {
    await world.kube.patch(`/api/v1/nodes/${name}`, { spec: { unschedulable: unschedulableNow ? true : null } });
  }
}

async function getsCredentials(world: World, installed: Installed): Promise<string> {
  const before = world.aws.calls.length;
  await restartKarpenter(world);
  const call = await until('the controller asks for credentials', 60, async () => world.aws.calls.slice(before)
    .find(c => c.action === 'AssumeRoleWithWebIdentity' && c.parameters.RoleArn === installed.controllerRoleArn));
  if (call.status !== 200) {
    throw new Error(`sts answered ${call.status} to AssumeRoleWithWebIdentity for ${installed.controllerRoleArn}`);
  }
  await karpenterReady(world);
  return `AssumeRoleWithWebIdentity for ${installed.controllerRoleArn} was answered ${call.status}`;
}

async function selectsTheNetwork(world: World): Promise<string> {
  const selectors = networkSelectors(await world.kube.get(KARPENTER.nodeClass));
  const filters = (selector: Record<string, string>) => Object.entries(selector).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] }));
  const { Subnets } = await world.ec2.send(new DescribeSubnetsCommand({ Filters: filters(selectors.subnets) }));
  const { SecurityGroups } = await world.ec2.send(new DescribeSecurityGroupsCommand({ Filters: filters(selectors.securityGroups) }));
  const [subnets, groups] = [Subnets!.map(s => s.SubnetId!).sort(), SecurityGroups!.map(g => g.GroupId!).sort()];
  expectEqual('subnets', subnets, [...world.customer.privateSubnetIds].sort());
  expectEqual('security groups', groups, securityGroups(world));
  return `${subnets.join(', ')}; ${groups.join(', ')}`;
}

/** Of `apps` those of its launch template, of the groups without one the cluster's. */
function securityGroups(world: World): string[] {
  return [world.customer.appsSecurityGroupId, world.customer.clusterSecurityGroupId].sort();
}

async function launches(world: World, installed: Installed): Promise<string> {
  const before = world.aws.calls.length;
  await startBurst(world);
  const role = installed.controllerRoleArn.split('/').pop()!;
  const calls = () => world.aws.calls.slice(before).filter(call => call.principal.includes(`/${role}/`));
  await until('an instance is launched', 90, async () => {
    refuseDenied(calls());
    return (await karpenterInstances(world)).length > 0;
  });
  return callsAllowed(world, installed, before);
}

/** What the controller called, its launches among it, is allowed; of what it called before `since` nobody asks that. */
export async function callsAllowed(world: World, installed: Installed, since = 0): Promise<string> {
  const role = installed.controllerRoleArn.split('/').pop()!;
  const of = (calls: World['aws']['calls']) => calls.filter(call => call.principal.includes(`/${role}/`));
  refuseDenied(of(world.aws.calls.slice(since)));
  const own = of(world.aws.calls);
  const actions = [...new Set(own.map(call => `${call.service}:${call.action}`))].sort();
  if (!actions.includes('ec2:CreateFleet')) {
    throw new Error(`no CreateFleet among the calls of the controller: ${actions.join(', ')}`);
  }
  return `allowed: ${actions.join(', ')}`;
}

function refuseDenied(calls: World['aws']['calls']): void {
  for (const call of calls) {
    for (const decision of call.decisions.filter(d => d.decision !== 'allowed')) {
      throw new Refused(`${decision.action} on ${decision.resource} is ${decision.decision} for ${call.principal}`);
    }
  }
}

async function launchedAsIntended(world: World, installed: Installed): Promise<string> {
  const instances = await karpenterInstances(world);
  for (const instance of instances) {
    if (!world.customer.privateSubnetIds.includes(instance.SubnetId!)) {
      throw new Error(`${instance.InstanceId} is in ${instance.SubnetId}, which no node group uses`);
    }
    expectEqual(`groups of ${instance.InstanceId}`, groupsOf(instance), securityGroups(world));
    expectEqual(`profile of ${instance.InstanceId}`, instance.IamInstanceProfile?.Arn?.split('/').pop(), installed.instanceProfileName);
  }
  return instances.map(i => `${i.InstanceId} (${i.InstanceType}) in ${i.SubnetId} with ${groupsOf(i).join(' and ')} and ${installed.instanceProfileName}`).join('; ');
}

function groupsOf(instance: Instance): string[] {
  return (instance.SecurityGroups ?? []).map(group => group.GroupId!).sort();
}

async function joins(world: World): Promise<string> {
  const instances = (await karpenterInstances(world)).map(instance => instance.InstanceId!);
  const nodes = await until('the instance is a node', 90, async () => {
    const failures = world.joiner.joinFailures.filter(failure => instances.includes(failure.instanceId));
    // The authenticator reads aws-auth with a little delay; one refusal may be just that.
    if (failures.length > 2) {
      throw new Refused(`the API server answered ${failures[0].status} to ${failures[0].nodeName}: ${failures[0].answer}`);
    }
    const found = await karpenterNodes(world);
    return found.length >= instances.length && found.every(isReady) ? found : undefined;
  });
  return nodes.map(node => `${node.metadata.name} (${CLUSTER_NAME}, ${node.metadata.labels['topology.kubernetes.io/zone']})`).join(', ');
}

async function podsRun(world: World): Promise<string> {
  const pods = await until('the pods of the burst are Ready', 90, async () => {
    const found = await burstPods(world);
    return found.length === 2 && (await readyPods(world.kube, found)).length === 2 && found;
  });
  const nodes = (await karpenterNodes(world)).map(node => node.metadata.name);
  for (const pod of pods) {
    if (!nodes.includes(pod.spec.nodeName)) {
      throw new Error(`${pod.metadata.name} runs on ${pod.spec.nodeName}, which is not Karpenter's`);
    }
  }
  return pods.map(pod => `${pod.metadata.name} on ${pod.spec.nodeName}`).join(', ');
}
