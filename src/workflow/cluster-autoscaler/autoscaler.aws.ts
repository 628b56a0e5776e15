import { Activity, AutoScalingClient, DescribeScalingActivitiesCommand, paginateDescribeAutoScalingGroups } from '@aws-sdk/client-auto-scaling';
import { EKSClient } from '@aws-sdk/client-eks';
import { AutoscalerAwsPort, AutoScalingGroup } from './port';
import { describeNodegroup, nodegroupNames } from '../../cluster/readings.aws';
import { CLIENT_OPTIONS } from '../../custom-resources/client-options';

const ENDED: readonly (string | undefined)[] = ['Successful', 'Failed', 'Cancelled'];

/** Auto Scaling and EKS; it only reads. */
export class ClusterAutoscalerAws implements AutoscalerAwsPort {
  public constructor(
    private readonly clusterName: string,
    private readonly eks = new EKSClient(CLIENT_OPTIONS),
    private readonly autoScaling = new AutoScalingClient(CLIENT_OPTIONS),
  ) {}

  public async autoScalingGroups(): Promise<readonly AutoScalingGroup[]> {
    const groups: AutoScalingGroup[] = [];
    for await (const page of paginateDescribeAutoScalingGroups({ client: this.autoScaling }, {})) {
      groups.push(...(page.AutoScalingGroups ?? []).map(group => ({
        name: group.AutoScalingGroupName!,
        tags: Object.fromEntries((group.Tags ?? []).map(tag => [tag.Key!, tag.Value ?? ''])),
      })));
    }
    return groups;
  }

  public async nodegroupGroups(nodegroups?: readonly string[]): Promise<readonly string[]> {
    const names: string[] = [];
    for (const name of nodegroups ?? await nodegroupNames(this.eks, this.clusterName)) {
      const nodegroup = await describeNodegroup(this.eks, this.clusterName, name);
      names.push(...(nodegroup?.resources?.autoScalingGroups ?? []).map(group => group.name!));
    }
    return names;
  }

  public async scalingActivitiesInProgress(groups: readonly string[]): Promise<readonly string[]> {
    const found: string[] = [];
    for (const group of groups) {
      found.push(...(await this.activitiesOf(group)).map(activity => `${group}: ${activity.Description ?? activity.Cause} (${activity.StatusCode})`));
    }
    return found;
  }

  /** Auto Scaling names those in progress first, so a page with one that has ended is the last of interest. */
  private async activitiesOf(group: string): Promise<Activity[]> {
    const found: Activity[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.autoScaling.send(new DescribeScalingActivitiesCommand({ AutoScalingGroupName: group, NextToken }));
      const inProgress = (page.Activities ?? []).filter(({ StatusCode }) => !ENDED.includes(StatusCode));
      found.push(...inProgress);
      NextToken = inProgress.length === page.Activities?.length ? page.NextToken : undefined;
    } while (NextToken);
    return found;
  }
}
