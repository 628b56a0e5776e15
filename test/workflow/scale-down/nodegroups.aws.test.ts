import {
  AutoScalingClient, DescribeAutoScalingGroupsCommand, DescribeInstanceRefreshesCommand, ResumeProcessesCommand, SuspendProcessesCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeNodegroupCommand, DescribeUpdateCommand, EKSClient, ListNodegroupsCommand, ResourceNotFoundException, TagResourceCommand,
  UntagResourceCommand, UpdateNodegroupConfigCommand,
} from '@aws-sdk/client-eks';
import { ScaleDownAws } from '../../../src/workflow/scale-down/nodegroups.aws';

const REGION = { region: 'us-east-1' };
const LAUNCHED = new Date('2023-11-14T22:13:20Z');

/** All three services, with writes in order with the checks of the fence. */
class FakeAccount {
  public readonly log: (string | object)[] = [];
  public refusal?: Error;
  public refreshes: object[] = [];
  public status = 'ACTIVE';
  public tags: Record<string, string> = { a: 'b' };
  /** By its id; EKS knows no other ones. */
  public updates: Record<string, string> = {};

  public adapter(check = async () => { this.log.push('fence'); }): ScaleDownAws {
    const [eks, autoScaling, ec2] = [new EKSClient(REGION), new AutoScalingClient(REGION), new EC2Client(REGION)];
    for (const client of [eks, autoScaling, ec2]) {
      (client as { send: unknown }).send = async (command: unknown) => this.answer(command);
    }
    return new ScaleDownAws('prod', { check }, eks, autoScaling, ec2);
  }

  private answer(command: unknown): object {
    if (command instanceof ListNodegroupsCommand) {
      return command.input.nextToken ? { nodegroups: ['gone', 'ending'] } : { nodegroups: ['apps'], nextToken: 'more' };
    }
    if (command instanceof DescribeNodegroupCommand) {
      return this.nodegroup(command.input.nodegroupName!);
    }
    if (command instanceof DescribeAutoScalingGroupsCommand) {
      return {
        AutoScalingGroups: command.input.AutoScalingGroupNames!.map(AutoScalingGroupName => ({
          AutoScalingGroupName,
          MinSize: 1,
          MaxSize: 5,
          DesiredCapacity: 2,
          SuspendedProcesses: [{ ProcessName: 'AZRebalance' }],
          Instances: [
            { InstanceId: 'i-1', LifecycleState: 'InService' }, { InstanceId: 'i-2', LifecycleState: 'Terminating:Wait' }, { InstanceId: 'i-3', LifecycleState: 'Pending:Wait' },
            { InstanceId: 'i-4', LifecycleState: 'Standby' }, { InstanceId: 'i-5', LifecycleState: 'InService' },
          ],
        })),
      };
    }
    if (command instanceof DescribeInstancesCommand) {
      const instance = (InstanceId: string, Name = 'running') =>
        ({ InstanceId, LaunchTime: LAUNCHED, State: { Name }, Tags: [{ Key: 'aws:autoscaling:groupName', Value: 'eks-apps' }] });
      return { Reservations: [{ Instances: [...['i-1', 'i-2', 'i-3', 'i-4'].map(id => instance(id)), instance('i-5', 'shutting-down'), instance('i-6', 'shutting-down')] }] };
    }
    if (command instanceof DescribeInstanceRefreshesCommand) {
      return { InstanceRefreshes: this.refreshes };
    }
    if (command instanceof DescribeUpdateCommand) {
      const status = this.updates[command.input.updateId!];
      if (command.input.name !== 'prod' || command.input.nodegroupName !== 'apps' || status === undefined) {
        throw new ResourceNotFoundException({ message: 'no such update', $metadata: {} });
      }
      return { update: { status } };
    }
    this.log.push({ [(command as object).constructor.name]: (command as { input: object }).input });
    if (this.refusal) {
      throw this.refusal;
    }
    return command instanceof UpdateNodegroupConfigCommand ? { update: { id: 'update-1' } } : {};
  }

  private nodegroup(name: string): object {
    if (name === 'gone') {
      throw new ResourceNotFoundException({ message: 'gone', $metadata: {} });
    }
    return {
      nodegroup: {
        nodegroupName: name,
        nodegroupArn: `arn:${name}`,
        status: name === 'ending' ? 'DELETING' : this.status,
        tags: this.tags,
        scalingConfig: { minSize: 1, maxSize: 5, desiredSize: 3 },
        resources: { autoScalingGroups: [{ name: `eks-${name}` }] },
        health: { issues: [{ code: 'AsgInstanceLaunchFailures', message: 'no capacity' }] },
      },
    };
  }
}

test('a node group comes with its Auto Scaling group and instances; groups that go are left out', async () => {
  const instance = (id: string, counts: boolean, leaving: boolean) => ({ id, launched: LAUNCHED.getTime(), counts, leaving });
  expect(await new FakeAccount().adapter().nodegroups()).toEqual([{
    name: 'apps',
    arn: 'arn:apps',
    status: 'ACTIVE',
    issues: ['AsgInstanceLaunchFailures: no capacity'],
    sizes: { min: 1, max: 5, desired: 3 },
    tags: { a: 'b' },
    group: {
      name: 'eks-apps',
      sizes: { min: 1, max: 5, desired: 2 },
      suspended: ['AZRebalance'],
      instances: [
        instance('i-1', true, false), instance('i-2', false, true), instance('i-3', true, false), instance('i-4', false, false), instance('i-5', true, true),
        instance('i-6', false, true),
      ],
    },
  }]);
});

test('the fence is checked before each write, and writes change no more than they say', async () => {
  const account = new FakeAccount();
  const aws = account.adapter();
  await aws.tag('arn', { a: 'b' });
  await aws.untag('arn', ['a']);
  await aws.resize('apps', { min: 1 });
  await aws.suspendRebalancing('asg');
  await aws.resumeRebalancing('asg');
  await aws.terminate('i-1');
  const processes = { AutoScalingGroupName: 'asg', ScalingProcesses: ['AZRebalance'] };
  expect(account.log).toEqual([
    { [TagResourceCommand.name]: { resourceArn: 'arn', tags: { a: 'b' } } },
    { [UntagResourceCommand.name]: { resourceArn: 'arn', tagKeys: ['a'] } },
    { [UpdateNodegroupConfigCommand.name]: { clusterName: 'prod', nodegroupName: 'apps', scalingConfig: { minSize: 1 } } },
    { [SuspendProcessesCommand.name]: processes },
    { [ResumeProcessesCommand.name]: processes },
    { [TerminateInstanceInAutoScalingGroupCommand.name]: { InstanceId: 'i-1', ShouldDecrementDesiredCapacity: true } },
  ].flatMap(write => ['fence', write]));
});

test('a fence that is shut lets nothing through', async () => {
  const account = new FakeAccount();
  const aws = account.adapter(async () => { throw new Error('replaced'); });
  for (const write of [() => aws.tag('a', {}), () => aws.untag('a', []), () => aws.resize('a', {}), () => aws.suspendRebalancing('a'), () => aws.resumeRebalancing('a'), () => aws.terminate('a')]) {
    await expect(write()).rejects.toThrow('replaced');
  }
  expect(account.log).toEqual([]);
});

test('a refusal of Auto Scaling is an answer, every other error is one', async () => {
  const account = new FakeAccount();
  account.refusal = Object.assign(new Error('desiredSize equals minSize'), { name: 'ValidationError' });
  expect(await account.adapter().terminate('i-1')).toBe('desiredSize equals minSize');
  account.refusal = Object.assign(new Error('Rate exceeded'), { name: 'Throttling' });
  await expect(account.adapter().terminate('i-1')).rejects.toThrow('Rate exceeded');
});

test.each(['ResourceInUseException', 'InvalidRequestException', 'InvalidParameterException'])('what EKS refuses is an answer (%s), every other error is one', async name => {
  const account = new FakeAccount();
  account.refusal = Object.assign(new Error('Nodegroup cannot be updated'), { name });
  expect(await account.adapter().resize('apps', { min: 1 })).toEqual({ refused: 'Nodegroup cannot be updated' });
  account.refusal = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
  await expect(account.adapter().resize('apps', { min: 1 })).rejects.toThrow('not authorized');
});

test('the id of an update is told', async () => {
  expect(await new FakeAccount().adapter().resize('apps', { min: 1 })).toEqual({ update: 'update-1' });
});

test.each([
  ['the one that we began last', { 'cdk-karpenter-migration/update': 'update-1' }, true],
  ['another one, because ours has ended', { 'cdk-karpenter-migration/update': 'update-0' }, false],
  ['another one, because EKS has forgotten ours', { 'cdk-karpenter-migration/update': 'unknown' }, false],
  ['another one, because we began none', {}, false],
])('the update that goes on is %s', async (_, tags, ownUpdate) => {
  const account = Object.assign(new FakeAccount(), { status: 'UPDATING', tags, updates: { 'update-0': 'Successful', 'update-1': 'InProgress' } });
  expect(await account.adapter().nodegroups()).toMatchObject([{ name: 'apps', status: 'UPDATING', ownUpdate }]);
});

test('only a refresh that goes on counts', async () => {
  const account = new FakeAccount();
  account.refreshes = [{ Status: 'Successful' }];
  expect(await account.adapter().refreshing(['asg'])).toEqual([]);
  account.refreshes = [{ Status: 'InProgress' }];
  expect(await account.adapter().refreshing(['asg'])).toEqual(['asg']);
});
