import { AutoScalingClient, DescribeAutoScalingGroupsCommand, DescribeScalingActivitiesCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeNodegroupCommand, EKSClient, ListNodegroupsCommand, ResourceNotFoundException } from '@aws-sdk/client-eks';
import { ClusterAutoscalerAws } from '../../../src/workflow/cluster-autoscaler/autoscaler.aws';

const REGION = { region: 'us-east-1' };

/** Node groups in pages of one, each with an Auto Scaling group; those called `gone` are gone. */
class FakeEks extends EKSClient {
  public constructor(private readonly nodegroups: string[]) {
    super(REGION);
  }

  public send = async (command: any): Promise<any> => {
    if (command instanceof ListNodegroupsCommand) {
      const start = Number(command.input.nextToken ?? 0);
      return { nodegroups: this.nodegroups.slice(start, start + 1), nextToken: start + 1 < this.nodegroups.length ? String(start + 1) : undefined };
    }
    if (command instanceof DescribeNodegroupCommand && command.input.nodegroupName !== 'gone') {
      return { nodegroup: { resources: { autoScalingGroups: [{ name: `${command.input.clusterName}-${command.input.nodegroupName}` }] } } };
    }
    throw new ResourceNotFoundException({ message: 'gone', $metadata: {} });
  };
}

/** Groups and activities in pages of two. */
class FakeAutoScaling extends AutoScalingClient {
  public readonly asked: string[] = [];

  public constructor(private readonly groups: object[] = [], private readonly activities: Record<string, string[]> = {}) {
    super(REGION);
  }

  public send = async (command: any): Promise<any> => {
    const start = Number(command.input.NextToken ?? 0);
    const page = <T>(all: T[]) => ({ items: all.slice(start, start + 2), NextToken: start + 2 < all.length ? String(start + 2) : undefined });
    if (command instanceof DescribeAutoScalingGroupsCommand) {
      const { items, NextToken } = page(this.groups);
      return { AutoScalingGroups: items, NextToken };
    }
    if (command instanceof DescribeScalingActivitiesCommand) {
      const group = command.input.AutoScalingGroupName!;
      this.asked.push(`${group} ${start}`);
      const { items, NextToken } = page(this.activities[group] ?? []);
      return { Activities: items.map((StatusCode, index) => ({ StatusCode, Description: `activity ${start + index}` })), NextToken };
    }
    throw new Error('unexpected call');
  };
}

test('all groups of the account are read with their tags', async () => {
  const groups = ['a', 'b', 'c'].map(name => ({ AutoScalingGroupName: name, Tags: name === 'a' ? [{ Key: 'k', Value: 'v' }, { Key: 'empty' }] : undefined }));
  expect(await new ClusterAutoscalerAws('prod', new FakeEks([]), new FakeAutoScaling(groups)).autoScalingGroups()).toEqual([
    { name: 'a', tags: { k: 'v', empty: '' } }, { name: 'b', tags: {} }, { name: 'c', tags: {} },
  ]);
});

test('the groups of all node groups, or of those that are named, are found; one that is gone has none', async () => {
  const aws = new ClusterAutoscalerAws('prod', new FakeEks(['apps', 'gone', 'system']), new FakeAutoScaling());
  expect(await aws.nodegroupGroups()).toEqual(['prod-apps', 'prod-system']);
  expect(await aws.nodegroupGroups(['system', 'gone'])).toEqual(['prod-system']);
});

test('activities in progress are read, and no further once one has ended', async () => {
  const autoScaling = new FakeAutoScaling([], {
    idle: ['Successful', 'Failed', 'Cancelled'],
    busy: ['InProgress', 'MidLifecycleAction', 'PreInService', 'Successful', 'Successful'],
  });
  const aws = new ClusterAutoscalerAws('prod', new FakeEks([]), autoScaling);
  expect(await aws.scalingActivitiesInProgress(['idle', 'busy'])).toEqual([
    'busy: activity 0 (InProgress)', 'busy: activity 1 (MidLifecycleAction)', 'busy: activity 2 (PreInService)',
  ]);
  expect(autoScaling.asked).toEqual(['idle 0', 'busy 0', 'busy 2']);
});
