import {
  AutoScalingClient, AutoScalingGroup, DescribeInstanceRefreshesCommand, Instance as GroupInstance, paginateDescribeAutoScalingGroups,
  ResumeProcessesCommand, SuspendProcessesCommand, TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { EC2Client, Instance, paginateDescribeInstances } from '@aws-sdk/client-ec2';
import { DescribeUpdateCommand, EKSClient, Nodegroup, ResourceNotFoundException, TagResourceCommand, UntagResourceCommand, UpdateNodegroupConfigCommand } from '@aws-sdk/client-eks';
import { AutoScalingGroupState, InstanceState, NodegroupState, REBALANCING, Resizing, ScaleDownAwsPort, Sizes } from './port';
import { describeNodegroup, inParallel, nodegroupNames } from '../../cluster/readings.aws';
import { CLIENT_OPTIONS } from '../../custom-resources/client-options';
import { Fence } from '../../custom-resources/fence';
import { UPDATE_RECORD } from '../records';

/** Auto Scaling takes so many names in one call, and EC2 more. */
const NAMES = 50;
const GROUP_TAG = 'aws:autoscaling:groupName';
const REFRESHING = ['Pending', 'InProgress', 'Cancelling', 'RollbackInProgress', 'Baking'];
/** By these names Auto Scaling says that an instance does not end now. */
const REFUSALS = ['ValidationError', 'ScalingActivityInProgress', 'ScalingActivityInProgressFault', 'ResourceContention', 'ResourceContentionFault'];

/** By these EKS says that it cannot change a node group as it is now. */
const EKS_REFUSALS = ['ResourceInUseException', 'InvalidRequestException', 'InvalidParameterException'];

/** EKS, Auto Scaling and EC2. */
export class ScaleDownAws implements ScaleDownAwsPort {
  constructor(
    private readonly clusterName: string,
    private readonly fence: Fence,
    private readonly eks = new EKSClient(CLIENT_OPTIONS),
    private readonly autoScaling = new AutoScalingClient(CLIENT_OPTIONS),
    private readonly ec2 = new EC2Client(CLIENT_OPTIONS),
  ) {}

  public async nodegroups(): Promise<NodegroupState[]> {
    const names = await nodegroupNames(this.eks, this.clusterName);
    const described = (await inParallel(names, name => describeNodegroup(this.eks, this.clusterName, name))).filter(one => one !== undefined)
      // A group that is still being created, or could not be, has nothing to scale down.
      .filter(one => one.status !== 'DELETING' && one.resources?.autoScalingGroups?.[0]?.name !== undefined);
    const groups = await this.groups(described.map(groupName));
    const instances = await this.instances(described.map(groupName));
    return inParallel(described.filter(one => groups.has(groupName(one))), async one => {
      const name = groupName(one);
      const state = stateOf(one, groupState(groups.get(name)!, instances.filter(instance => tagOf(instance) === name)));
      return state.status === 'UPDATING' ? { ...state, ownUpdate: await this.isOurs(state) } : state;
    });
  }

  /** EKS takes one update of a group at a time. */
  private async isOurs({ name: nodegroupName, tags: { [UPDATE_RECORD]: updateId } }: NodegroupState): Promise<boolean> {
    if (updateId === undefined) {
      return false;
    }
    try {
      const { update } = await this.eks.send(new DescribeUpdateCommand({ name: this.clusterName, nodegroupName, updateId }));
      return update?.status === 'InProgress';
    } catch (error) {
      // EKS forgets updates that ended long ago.
      if (error instanceof ResourceNotFoundException) {
        return false;
      }
      throw error;
    }
  }

  public async tag(resourceArn: string, tags: Readonly<Record<string, string>>): Promise<void> {
    await this.fence.check();
    await this.eks.send(new TagResourceCommand({ resourceArn, tags }));
  }

  public async untag(resourceArn: string, keys: readonly string[]): Promise<void> {
    await this.fence.check();
    await this.eks.send(new UntagResourceCommand({ resourceArn, tagKeys: [...keys] }));
  }

  public async resize(nodegroupName: string, { min, max, desired }: Partial<Sizes>): Promise<Resizing> {
    await this.fence.check();
    const scalingConfig = { minSize: min, maxSize: max, desiredSize: desired };
    const update = new UpdateNodegroupConfigCommand({ clusterName: this.clusterName, nodegroupName, scalingConfig });
    let id: string | undefined;
    const refused = await unlessRefused(EKS_REFUSALS, async () => {
      id = (await this.eks.send(update)).update!.id!;
    });
    return refused === undefined ? { update: id! } : { refused };
  }

  public async suspendRebalancing(AutoScalingGroupName: string): Promise<void> {
    await this.fence.check();
    await this.autoScaling.send(new SuspendProcessesCommand({ AutoScalingGroupName, ScalingProcesses: [REBALANCING] }));
  }

  public async resumeRebalancing(AutoScalingGroupName: string): Promise<void> {
    await this.fence.check();
    await this.autoScaling.send(new ResumeProcessesCommand({ AutoScalingGroupName, ScalingProcesses: [REBALANCING] }));
  }

  public async refreshing(names: readonly string[]): Promise<string[]> {
    const found = await inParallel(names, async AutoScalingGroupName => {
      // The latest come first, and a group has one at a time.
      const { InstanceRefreshes } = await this.autoScaling.send(new DescribeInstanceRefreshesCommand({ AutoScalingGroupName, MaxRecords: 1 }));
      return InstanceRefreshes?.some(refresh => REFRESHING.includes(refresh.Status ?? '')) ? AutoScalingGroupName : undefined;
    });
    return found.filter(name => name !== undefined);
  }

  public async sizes(name: string): Promise<Sizes> {
    const group = (await this.groups([name])).get(name);
    if (!group) {
      throw new Error(`there is no Auto Scaling group "${name}" any more`);
    }
    return sizesOf(group);
  }

  public async terminate(InstanceId: string): Promise<string | undefined> {
    await this.fence.check();
    return unlessRefused(REFUSALS, () =>
      this.autoScaling.send(new TerminateInstanceInAutoScalingGroupCommand({ InstanceId, ShouldDecrementDesiredCapacity: true })));
  }

  private async groups(names: readonly string[]): Promise<Map<string, AutoScalingGroup>> {
    const found = new Map<string, AutoScalingGroup>();
    for (const some of chunks(names)) {
      for await (const page of paginateDescribeAutoScalingGroups({ client: this.autoScaling }, { AutoScalingGroupNames: some })) {
        page.AutoScalingGroups?.forEach(group => found.set(group.AutoScalingGroupName!, group));
      }
    }
    return found;
  }

  private async instances(names: readonly string[]): Promise<Instance[]> {
    const found: Instance[] = [];
    for (const some of chunks(names)) {
      const Filters = [
        { Name: `tag:${GROUP_TAG}`, Values: some },
        { Name: 'instance-state-name', Values: ['pending', 'running', 'shutting-down', 'stopping', 'stopped'] },
      ];
      for await (const page of paginateDescribeInstances({ client: this.ec2 }, { Filters })) {
        found.push(...(page.Reservations ?? []).flatMap(reservation => reservation.Instances ?? []));
      }
    }
    return found;
  }
}

/** The words of a refusal; undefined where there is none. */
async function unlessRefused(names: readonly string[], call: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    if (names.includes((error as Error).name)) {
      return (error as Error).message;
    }
    throw error;
  }
}

function stateOf(nodegroup: Nodegroup, group: AutoScalingGroupState): NodegroupState {
  const { minSize = 0, maxSize = 0, desiredSize = 0 } = nodegroup.scalingConfig ?? {};
  return {
    name: nodegroup.nodegroupName!,
    arn: nodegroup.nodegroupArn!,
    status: nodegroup.status!,
    issues: (nodegroup.health?.issues ?? []).map(issue => `${issue.code}: ${issue.message}`),
    sizes: { min: minSize, max: maxSize, desired: desiredSize },
    tags: nodegroup.tags ?? {},
    group,
  };
}

function groupState(group: AutoScalingGroup, instances: readonly Instance[]): AutoScalingGroupState {
  const members = group.Instances ?? [];
  const former = instances.filter(instance => instance.State?.Name === 'shutting-down' && !members.some(one => one.InstanceId === instance.InstanceId));
  return {
    name: group.AutoScalingGroupName!,
    sizes: sizesOf(group),
    suspended: (group.SuspendedProcesses ?? []).map(process => process.ProcessName!),
    instances: [
      ...members.map(member => instanceState(member, instances.find(one => one.InstanceId === member.InstanceId))),
      ...former.map(instance => ({ id: instance.InstanceId!, launched: launchOf(instance), counts: false, leaving: true })),
    ],
  };
}

function instanceState(member: GroupInstance, instance: Instance | undefined): InstanceState {
  return {
    id: member.InstanceId!,
    launched: launchOf(instance),
    counts: /^Pending|^InService$/.test(member.LifecycleState ?? ''),
    leaving: /^Terminat/.test(member.LifecycleState ?? '') || instance?.State?.Name === 'shutting-down',
  };
}

/** EC2 shows an instance a moment after Auto Scaling does. */
function launchOf(instance: Instance | undefined): number {
  return instance?.LaunchTime?.getTime() ?? Date.now();
}

function sizesOf(group: AutoScalingGroup): Sizes {
  return { min: group.MinSize!, max: group.MaxSize!, desired: group.DesiredCapacity! };
}

/** A managed node group has one. */
function groupName(nodegroup: Nodegroup): string {
  return nodegroup.resources!.autoScalingGroups![0].name!;
}

function tagOf(instance: Instance): string | undefined {
  return instance.Tags?.find(tag => tag.Key === GROUP_TAG)?.Value;
}

function chunks(names: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(names.length / NAMES) }, (_, index) => names.slice(index * NAMES, (index + 1) * NAMES));
}
