import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand, Instance } from '@aws-sdk/client-ec2';
import { GetInstanceProfileCommand, IAMClient } from '@aws-sdk/client-iam';
import { burstPods, karpenterInstances, karpenterNodes, startBurst } from './burst';
import { KarpenterObjects } from './karpenter-objects';
import { karpenterReady, restartKarpenter } from './karpenter-pods';
import { staysInNodeGroups } from './outsider';
import { Check } from './report';
import { World } from './world';
import { clientConfig } from '../aws/client-config';
import { expectEqual, Refused, until } from '../cluster/until';
import { isReady, readyPods } from '../customer/customer';

/** What must hold of an installed Karpenter; each check is about one thing that a sabotage can break. */
export const CORE_CHECKS = {
  affinity: { step: 'Set node affinity', shows: 'seen', name: 'a replica of Karpenter stays pending rather than run outside of the node groups' },
  trust: { step: 'Create IAM roles', shows: 'seen', name: 'a restarted controller gets credentials by its service account\'s token' },
  tags: { step: 'Add tags to subnets and security groups', shows: 'seen', name: 'the node class selects the subnets and security groups of all node groups, and no others' },
  images: { step: 'Create default provisioner', shows: 'seen', name: 'the node class has found its images' },
  queue: { step: 'Deploy Karpenter', shows: 'seen', name: 'what EC2 says reaches the controller by a rule and its queue' },
  policy: { step: 'Create IAM roles', shows: 'seen', name: 'pods that wait make the controller launch an instance, and each of its calls is allowed' },
  launch: { step: 'Verify Karpenter', shows: 'seen', name: 'the instance has the tagged subnet, the tagged groups and the profile of our node role' },
  mapping: { step: 'Update aws-auth ConfigMap', shows: 'seen', name: 'the instance becomes a node by the mapping of its role' },
  running: { step: 'Verify Karpenter', shows: 'seen', name: 'the pods that waited run on the node' },
} as const satisfies Record<string, Check>;
export type CoreCheck = keyof typeof CORE_CHECKS;

/** Which checks make no sense after another one failed. */
export const NEEDS: Readonly<Record<CoreCheck, readonly CoreCheck[]>> = {
  affinity: [], trust: [], tags: [], images: ['trust'], queue: ['trust'], policy: ['trust', 'tags', 'images'], launch: ['policy'], mapping: ['launch'], running: ['mapping'],
};

/** What a check must know of the deployment. */
export interface Installed {
  readonly controllerRoleArn: string;
  /** Undefined where Karpenter makes one itself. */
  readonly instanceProfileName?: string;
  readonly nodeRoleArn: string;
}

/** The checks that make sense for a generation. */
export function coreChecksOf({ imagesCondition, hasQueue }: KarpenterObjects): CoreCheck[] {
  return (Object.keys(CORE_CHECKS) as CoreCheck[]).filter(name => (name !== 'images' || imagesCondition) && (name !== 'queue' || hasQueue));
}

/** @param since how many calls there were when the checks began, for a call that is denied then fails a check of its own */
export function coreCheck(name: CoreCheck, world: World, installed: Installed, since: number): Promise<string> {
  switch (name) {
    case 'images': return findsImages(world);
    case 'queue': return listens(world, installed);
    case 'affinity': return staysInNodeGroups(world);
    case 'trust': return getsCredentials(world, installed);
    case 'tags': return selectsTheNetwork(world);
    case 'policy': return launches(world, installed, since);
    case 'launch': return launchedAsIntended(world, installed);
    case 'mapping': return joins(world);
    case 'running': return podsRun(world);
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
  const selectors = world.karpenter.networkSelectors(await world.kube.get(world.karpenter.nodeClass));
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

/** What it says about the spec as it is now. */
async function findsImages(world: World): Promise<string> {
  const type = world.karpenter.imagesCondition;
  return until(`the condition ${type} of the node class`, 30, async () => {
    const { metadata, status } = await world.kube.get(world.karpenter.nodeClass);
    const condition = status?.conditions?.find((one: { type: string }) => one.type === type);
    if (condition?.status !== 'True' || condition.observedGeneration !== metadata.generation) {
      throw new Error(`${type} is ${condition?.status}: ${condition?.message}`);
    }
    return status.amis.map((image: { name: string }) => image.name).join(', ');
  });
}

/** A recommendation about an instance that nobody knows: it is taken from the queue and leads to nothing. */
async function listens(world: World, installed: Installed): Promise<string> {
  const before = world.aws.calls.length;
  await world.aws.emit('EC2 Instance Rebalance Recommendation', { 'instance-id': 'i-00000000000000000' });
  return until('the controller takes the message from its queue', 40, async () => {
    const calls = callsOf(world, installed, before).filter(({ service }) => service === 'sqs');
    const taken = calls.find(({ action, status }) => action === 'DeleteMessage' && status === 200);
    if (!taken) {
      throw new Error(`it called ${calls.map(({ action, status }) => `${action} (${status})`).join(', ') || 'no queue'}`);
    }
    return `${taken.parameters.QueueUrl}: ${taken.action} was answered ${taken.status}`;
  });
}

function callsOf(world: World, installed: Installed, since = 0): World['aws']['calls'] {
  const role = installed.controllerRoleArn.split('/').pop()!;
  return world.aws.calls.slice(since).filter(call => call.principal.includes(`/${role}/`));
}

async function launches(world: World, installed: Installed, since: number): Promise<string> {
  await startBurst(world);
  await until('an instance is launched', 180, async () => {
    refuseDenied(callsOf(world, installed, since));
    return (await karpenterInstances(world)).length > 0;
  });
  return callsAllowed(world, installed, since);
}

/** What the controller called, its launches among it, is allowed; of what it called before `since` nobody asks that. */
export async function callsAllowed(world: World, installed: Installed, since = 0): Promise<string> {
  refuseDenied(callsOf(world, installed, since));
  const actions = [...new Set(callsOf(world, installed).map(call => `${call.service}:${call.action}`))].sort();
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
    expectEqual(`profile of ${instance.InstanceId}`, profileOf(instance), installed.instanceProfileName ?? profileOf(instance));
    expectEqual(`role of ${instance.InstanceId}`, await roleIn(world, profileOf(instance)), installed.nodeRoleArn);
  }
  return instances.map(i => `${i.InstanceId} (${i.InstanceType}) in ${i.SubnetId} with ${groupsOf(i).join(' and ')} and ${profileOf(i)}`).join('; ');
}

function profileOf(instance: Instance): string {
  return instance.IamInstanceProfile?.Arn?.split('/').pop() ?? 'none';
}

async function roleIn(world: World, profile: string): Promise<string | undefined> {
  const { InstanceProfile } = await new IAMClient(clientConfig(world.aws)).send(new GetInstanceProfileCommand({ InstanceProfileName: profile }));
  return InstanceProfile!.Roles![0]?.Arn;
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
  return nodes.map(node => `${node.metadata.name} (${world.clusterName}, ${node.metadata.labels['topology.kubernetes.io/zone']})`).join(', ');
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
