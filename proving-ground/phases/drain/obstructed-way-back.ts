import { AutoScalingClient, DescribeAutoScalingGroupsCommand, DescribeScalingActivitiesCommand } from '@aws-sdk/client-auto-scaling';
import { CreateNetworkInterfaceCommand, DeleteNetworkInterfaceCommand, DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { untilRun } from './run';
import { allAsBefore, undisturbedSince, Waypoint } from './way-back';
import { clientConfig } from '../../aws/client-config';
import { sleep } from '../../cluster/processes';
import { expectEqual, until } from '../../cluster/until';
import { VARIANT } from '../karpenter-objects';
import { breakNode, isNodeReady, mendNode } from '../node-trouble';
import { Report } from '../report';
import { World } from '../world';

const STEP = 'Assumptions';
const NODEGROUP = 'eks.amazonaws.com/nodegroup';
/** Node groups that have lost nodes elsewhere get them back elsewhere. */
const ZONES: readonly string[] = ['us-east-1a', 'us-east-1b', 'us-east-1c'];
const FULL_ZONE = ZONES[2];
const FINDING = 'SUBNET_ADDRESSES';
/** As many as an interface of the biggest instances has. */
const ADDRESSES_OF_AN_INTERFACE = 50;
/** Auto Scaling looks whether zones are even once in a while, and moves one instance at a time. */
const EVEN_SECONDS = 300;

/**
 * Goes back to INSTALL where a raise would be refused: a subnet has no address left, and a node that stayed is not Ready. Auto Scaling brings back in the
 * other zones what it can, and makes the zones even when there is room again.
 */
export async function obstructedWayBack(world: World, report: Report, waypoint: Waypoint): Promise<void> {
  const from = world.observers.mark('INSTALL, with obstacles');
  const { subnet, free } = await fill(world);
  await report.check({ step: STEP, shows: 'survives', name: 'no full subnet and no node that is not Ready is in the way of going back' }, async () => {
    const { name, nodegroup } = await nodeWithFewPods(world);
    await breakNode(world, name);
    const deployment = world.cdk.deploy(VARIANT, { variant: 'bigbatches', stage: 'INSTALL' });
    const waits = await untilRun(world, 'only the node that is not Ready is waited for', 400, run => run.stage === 'INSTALL' && lacksOne(run.says, nodegroup));
    expectEqual(`${name} is Ready`, await isNodeReady(world, name), false);
    await mendNode(world, name);
    expectEqual('exit code', (await deployment).code, 0);
    const warnings = warningsOf(world);
    if (!warnings.includes(FINDING) || !warnings.includes(subnet)) {
      throw new Error(`the full subnet ${subnet} is not among the warnings: ${warnings}`);
    }
    expectEqual('launches that the full subnet refused', await refusedLaunches(world, subnet) > 0, true);
    return `${waits.says}; warnings: ${warnings}`;
  });
  await undisturbedSince(world, report, from);
  await report.check({ step: STEP, shows: 'survives', name: 'the same subnet refuses a raise' }, async () => {
    const { code, output } = await world.cdk.deploy(VARIANT, { variant: 'bigbatches', stage: 'CUT_OVER' });
    const found = new RegExp(`${FINDING}: [^;]*${subnet}[^;\n]*`).exec(output.replace(/\s+/g, ' '));
    if (code === 0 || !found) {
      throw new Error(`it was not refused by name: ${output.slice(-2000)}`);
    }
    return found[0];
  });
  await free();
  await until('the zones of all groups are even again', EVEN_SECONDS, () => zonesAreEven(world));
  await allAsBefore(world, report, waypoint);
}

/** Somebody else's network interfaces take all addresses of a subnet, and every one that gets free, until they are gone. */
async function fill({ ec2, customer }: World): Promise<{ readonly subnet: string; readonly free: () => Promise<void> }> {
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [...customer.privateSubnetIds] }));
  const subnet = Subnets!.find(({ AvailabilityZone }) => AvailabilityZone === FULL_ZONE)!.SubnetId!;
  const left = async () => (await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [subnet] }))).Subnets![0].AvailableIpAddressCount!;
  const interfaces: string[] = [];
  const takeAll = async () => {
    for (let addresses = await left(); addresses > 0; addresses -= ADDRESSES_OF_AN_INTERFACE) {
      const more = Math.min(ADDRESSES_OF_AN_INTERFACE, addresses) - 1;
      const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand({
        SubnetId: subnet, Description: 'somebody else', SecondaryPrivateIpAddressCount: more > 0 ? more : undefined,
      }));
      interfaces.push(NetworkInterface!.NetworkInterfaceId!);
    }
  };
  await takeAll();
  expectEqual(`free addresses of ${subnet}`, await left(), 0);
  const stop = new AbortController();
  const keeping = (async () => {
    while (!stop.signal.aborted) {
      await sleep(1000);
      await takeAll();
    }
  })();
  // Whoever frees the subnet hears of it.
  keeping.catch(() => undefined);
  return {
    subnet,
    free: async () => {
      stop.abort();
      await keeping;
      for (const NetworkInterfaceId of interfaces) {
        await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
      }
    },
  };
}

/** Of the nodes that stayed. */
async function nodeWithFewPods({ kube }: World): Promise<{ readonly name: string; readonly nodegroup: string }> {
  const pods = await kube.list('/api/v1/pods');
  const nodes = await kube.list(`/api/v1/nodes?labelSelector=${encodeURIComponent(NODEGROUP)}`);
  const count = (name: string) => pods.filter(({ spec }) => spec.nodeName === name).length;
  const [{ metadata }] = nodes.sort((a, b) => count(a.metadata.name) - count(b.metadata.name));
  return { name: metadata.name, nodegroup: metadata.labels[NODEGROUP] };
}

async function zonesAreEven({ aws }: World): Promise<boolean> {
  const { AutoScalingGroups = [] } = await new AutoScalingClient(clientConfig(aws)).send(new DescribeAutoScalingGroupsCommand({}));
  return AutoScalingGroups.every(({ DesiredCapacity, Instances = [] }) => {
    const counts = ZONES.map(zone => Instances.filter(({ AvailabilityZone }) => AvailabilityZone === zone).length);
    return Instances.length === DesiredCapacity && Instances.every(({ LifecycleState }) => LifecycleState === 'InService')
      && Math.max(...counts) - Math.min(...counts) <= 1;
  });
}

function lacksOne(says: string, nodegroup: string): boolean {
  const [, ready, all] = new RegExp(`(\\d+) of (\\d+) nodes of ${nodegroup} are Ready`).exec(says) ?? [];
  return ready !== undefined && Number(ready) === Number(all) - 1;
}

function warningsOf(world: World): string {
  const outputs = world.cdk.outputs();
  return outputs[Object.keys(outputs).find(name => name.startsWith('MigrationOutputsWarnings'))!];
}

async function refusedLaunches({ aws }: World, subnet: string): Promise<number> {
  const { Activities = [] } = await new AutoScalingClient(clientConfig(aws)).send(new DescribeScalingActivitiesCommand({}));
  return Activities.filter(({ StatusCode, StatusMessage }) => StatusCode === 'Failed' && StatusMessage?.includes(`not enough free addresses in subnet '${subnet}'`)).length;
}
