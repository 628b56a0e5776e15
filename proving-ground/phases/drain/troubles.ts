import { AutoScalingClient, DescribeAutoScalingInstancesCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand, DescribeInstanceStatusCommand } from '@aws-sdk/client-ec2';
import { DescribeNodegroupCommand, EKSClient } from '@aws-sdk/client-eks';
import { untilRun } from './run';
import { clientConfig } from '../../aws/client-config';
import { query, signedAs } from '../../aws/gateway/query';
import { KubeObject } from '../../cluster/kube';
import { STOPS_AFTER_ANNOTATION } from '../../cluster/kwok-stages';
import { sleep } from '../../cluster/processes';
import { expectEqual, until } from '../../cluster/until';
import { allPodsReady } from '../../customer/customer';
import { onePod } from '../../customer/one-pod';
import { SHOP_NAMESPACE } from '../../customer/workloads';
import { breakNode, isNodeReady, mendNode } from '../node-trouble';
import { cordon } from '../outsider';
import { Report } from '../report';
import { CLUSTER_NAME, World } from '../world';

const STEP = 'Scale node groups down';
const NODEGROUP = 'eks.amazonaws.com/nodegroup';
const GROUP = 'apps';

/** Its role in its instance profile, as EKS made it. */
const NODE_ROLE = 'prod-nodes';
const ISSUE = 'IamInstanceProfileNotFound';

/** Somebody deletes the instance profile of a node group: EKS calls it DEGRADED. Gives what makes it again. */
export async function degrade(world: World): Promise<() => Promise<void>> {
  const { Reservations } = await world.ec2.send(new DescribeInstancesCommand({ Filters: [{ Name: 'tag:eks:nodegroup-name', Values: [GROUP] }] }));
  const InstanceProfileName = Reservations![0].Instances![0].IamInstanceProfile!.Arn!.split('/').pop()!;
  const { endpoint, env } = world.aws;
  const iam = (Action: string, more: Record<string, string> = {}) =>
    query(endpoint, 'iam', signedAs(env.AWS_ACCESS_KEY_ID, env.AWS_REGION, 'iam'), { Action, InstanceProfileName, ...more });
  await iam('RemoveRoleFromInstanceProfile', { RoleName: NODE_ROLE });
  await iam('DeleteInstanceProfile');
  expectEqual(`status of ${GROUP}`, await statusOf(world), 'DEGRADED');
  return async () => {
    await iam('CreateInstanceProfile');
    await iam('AddRoleToInstanceProfile', { RoleName: NODE_ROLE });
    expectEqual(`status of ${GROUP}`, await statusOf(world), 'ACTIVE');
  };
}

/** Its nodes go all the same, its sizes are set, and the run says what EKS says. */
export async function degradedIsSaid(world: World, report: Report): Promise<void> {
  await report.check({ step: STEP, shows: 'survives', name: 'a node group that is DEGRADED is scaled down like any other, and the run says what is wrong with it' }, async () => {
    const { says } = await untilRun(world, `the run says why ${GROUP} is DEGRADED`, 400, run => run.says.includes(`node group ${GROUP} is DEGRADED (${ISSUE}`));
    return says;
  });
}

async function statusOf(world: World): Promise<string> {
  const client = new EKSClient(clientConfig(world.aws));
  const { nodegroup } = await client.send(new DescribeNodegroupCommand({ clusterName: CLUSTER_NAME, nodegroupName: GROUP }));
  return nodegroup!.status!;
}

const ARCHIVE = 'archive';
const DEPLOYMENTS = `/apis/apps/v1/namespaces/${SHOP_NAMESPACE}/deployments`;
const PODS = `/api/v1/namespaces/${SHOP_NAMESPACE}/pods`;
const AN_HOUR = 3600;
/** Several looks of the migration, and less than what Kubernetes itself takes for the death of a node. */
const FLAP_SECONDS = 30;
const AFTERWARDS_SECONDS = 10;

/** A pod that has an hour to go, and takes it, on a node of a node group that will hardly stay: it is full, and nothing of the system runs there. */
export async function populateArchive(world: World): Promise<void> {
  const pods = await world.kube.list('/api/v1/pods');
  const on = ({ metadata }: KubeObject) => pods.filter(({ spec }) => spec.nodeName === metadata.name);
  const ordinary = ({ metadata }: KubeObject) => metadata.namespace === SHOP_NAMESPACE;
  const isOfNode = ({ metadata }: KubeObject) => metadata.ownerReferences?.[0].kind === 'DaemonSet';
  const nodes = (await world.kube.list(`/api/v1/nodes?labelSelector=${encodeURIComponent(`${NODEGROUP}=${GROUP}`)}`))
    .filter(node => on(node).every(pod => isOfNode(pod) || ordinary(pod)))
    .sort((a, b) => on(b).length - on(a).length);
  const names = nodes.slice(0, 3).map(({ metadata }) => metadata.name);
  // An affinity for a hostname, even a preferred one, would be a demand that Karpenter refuses.
  const others = (await world.kube.list('/api/v1/nodes')).map(({ metadata }) => metadata.name).filter(name => !names.includes(name));
  await cordon(world, others, true);
  await world.kube.create(DEPLOYMENTS, onePod({
    kind: 'Deployment',
    namespace: SHOP_NAMESPACE,
    name: ARCHIVE,
    resources: { requests: { cpu: '20m', memory: '32Mi' } },
    annotations: { [STOPS_AFTER_ANNOTATION]: `${AN_HOUR}s` },
    spec: { terminationGracePeriodSeconds: AN_HOUR },
  }));
  await until('it has a node', 60, async () => (await archivePods(world)).some(({ spec }) => spec.nodeName !== undefined));
  await cordon(world, others, false);
  await allPodsReady(world.kube, 60);
  const [{ spec }] = await archivePods(world);
  expectEqual(`${spec.nodeName} is one of ${names.join()}`, names.includes(spec.nodeName), true);
}

/** A kubelet that loses its way for a moment goes on with its pods: their node must not end before they have. */
export async function nodeFlaps(world: World, report: Report): Promise<void> {
  await report.check({ step: STEP, shows: 'survives', name: `a node that is not Ready for ${FLAP_SECONDS} s does not end under a pod that has an hour to go` }, async () => {
    const pod = await until('the pod is evicted', 400, async () => (await archivePods(world)).find(({ metadata }) => metadata.deletionTimestamp));
    const node: string = pod.spec.nodeName;
    const instance: string = (await world.kube.get(`/api/v1/nodes/${node}`)).spec.providerID.split('/').pop();
    await untilRun(world, 'only that pod is waited for', 240, run => run.says.includes(`waits until 1 pod of ${node} has ended`));
    await breakNode(world, node);
    const broken = Date.now();
    await sleep(FLAP_SECONDS * 1000);
    expectEqual(`${node} is Ready`, await isNodeReady(world, node), false);
    const looks = world.observers.observe(broken).audit.calls['list nodes'] ?? 0;
    expectEqual('the migration looked at nodes meanwhile', looks > 0, true);
    expectEqual('the instance then', await instanceState(world, instance), ['running', 'InService']);
    await mendNode(world, node);
    await sleep(AFTERWARDS_SECONDS * 1000);
    expectEqual('the instance afterwards', await instanceState(world, instance), ['running', 'InService']);
    expectEqual('the pod that ends', (await world.kube.get(`${PODS}/${pod.metadata.name}`)).metadata.uid, pod.metadata.uid);
    const ended = Date.now();
    await endNow(world, pod);
    await until('the instance ends', 240, async () => (await instanceState(world, instance))[0] !== 'running');
    const seconds = (at: number) => Math.round((at - broken) / 1000);
    return `${looks} looks at nodes in ${FLAP_SECONDS} s in which ${node} was not Ready; its pod ended after ${seconds(ended)} s, its instance after ${seconds(Date.now())} s`;
  });
}

/** Whoever still has an hour does not get it. */
export async function clearArchive(world: World): Promise<void> {
  await world.kube.delete(`${DEPLOYMENTS}/${ARCHIVE}`);
  await until('its pods are gone', 60, async () => {
    const pods = await archivePods(world);
    await Promise.all(pods.filter(({ metadata }) => metadata.deletionTimestamp).map(pod => endNow(world, pod)));
    return pods.length === 0;
  });
}

function archivePods({ kube }: World): Promise<KubeObject[]> {
  return kube.list(`${PODS}?labelSelector=${encodeURIComponent(`app=${ARCHIVE}`)}`);
}

async function endNow({ kube }: World, { metadata }: KubeObject): Promise<void> {
  await kube.delete(`${PODS}/${metadata.name}`, { gracePeriodSeconds: 0 });
}

/** To EC2 and to Auto Scaling; undefined where it is not theirs any more. */
async function instanceState(world: World, id: string): Promise<[string | undefined, string | undefined]> {
  const { InstanceStatuses } = await world.ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: [id], IncludeAllInstances: true }));
  const client = new AutoScalingClient(clientConfig(world.aws));
  const { AutoScalingInstances } = await client.send(new DescribeAutoScalingInstancesCommand({ InstanceIds: [id] }));
  return [InstanceStatuses?.[0]?.InstanceState?.Name, AutoScalingInstances?.[0]?.LifecycleState];
}
