import {
  AutoScalingClient, DescribeAutoScalingGroupsCommand, DescribeInstanceRefreshesCommand, ResumeProcessesCommand, SuspendProcessesCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeNodegroupCommand, EKSClient, ListNodegroupsCommand, ResourceNotFoundException, TagResourceCommand, UntagResourceCommand,
  UpdateNodegroupConfigCommand,
} from '@aws-sdk/client-eks';
import { ScaleDownAws } from '../../../src/workflow/scale-down/nodegroups.aws';

const REGION = { region: 'us-east-1' };
const LAUNCHED = new Date('2023-11-14T22:13:20Z');

/** All three services, with writes in order with the checks of the fence. */
class FakeAccount {
  public readonly log: (string | object)[] = [];
  public refusal?: Error;
  public refreshes: object[] = [];

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
    this.log.push({ [(command as object).constructor.name]: (command as { input: object }).input });
    if (this.refusal) {
      throw this.refusal;
    }
    return {};
  }

  private nodegroup(name: string): object {
    if (name === 'gone') {
      throw new ResourceNotFoundException({ message: 'gone', $metadata: {} });
    }
    return {
      nodegroup: {
        nodegroupName: name,
        nodegroupArn: `arn:${name}`,
        status: name === 'ending' ? 'DELETING' : 'ACTIVE',
        tags: { a: 'b' },
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
  expect(await account.adapter().resize('apps', { min: 1 })).toBe('Nodegroup cannot be updated');
  account.refusal = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
  await expect(account.adapter().resize('apps', { min: 1 })).rejects.toThrow('not authorized');
});

test('only a refresh that goes on counts', async () => {
  const account = new FakeAccount();
  account.refreshes = [{ Status: 'Successful' }];
  expect(await account.adapter().refreshing(['asg'])).toEqual([]);
  account.refreshes = [{ Status: 'InProgress' }];
  expect(await account.adapter().refreshing(['asg'])).toEqual(['asg']);
});
