import { DeleteLaunchTemplateCommand, EC2Client, Filter, paginateDescribeInstances, paginateDescribeLaunchTemplates } from '@aws-sdk/client-ec2';
import { FleetAwsPort, InstanceView } from './fleet';
import { KarpenterApi, RequiredTag } from './karpenter-api';
import { tagsOf } from '../../cluster/readings.aws';
import { CLIENT_OPTIONS } from '../../custom-resources/client-options';

/** What Karpenter has launched for one cluster. */
export class FleetAws implements FleetAwsPort {
  public constructor(
    private readonly clusterName: string, private readonly api: KarpenterApi, private readonly ec2 = new EC2Client(CLIENT_OPTIONS),
  ) {}

  public async instances(): Promise<InstanceView[]> {
    const { ownerLabel } = this.api;
    const found: InstanceView[] = [];
    const pages = paginateDescribeInstances({ client: this.ec2 }, {
      Filters: [
        ...filtersOf(this.api.instanceTags(this.clusterName)),
        { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped', 'shutting-down'] },
      ],
    });
    for await (const page of pages) {
      found.push(...(page.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []).map(({ InstanceId, Tags, State }) => ({
        id: InstanceId!,
        pool: tagsOf(Tags)[ownerLabel],
        leaving: State?.Name === 'shutting-down',
      })));
    }
    return found;
  }

  /** Deletes the launch templates, which Karpenter leaves behind when it stops; gives their names. */
  public async deleteLaunchTemplates(): Promise<string[]> {
    const names: string[] = [];
    const pages = paginateDescribeLaunchTemplates({ client: this.ec2 }, {
      Filters: filtersOf(this.api.launchTemplateTags(this.clusterName)),
    });
    for await (const page of pages) {
      for (const template of page.LaunchTemplates ?? []) {
        await this.ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: template.LaunchTemplateId }));
        names.push(template.LaunchTemplateName!);
      }
    }
    return names;
  }
}

function filtersOf(tags: readonly RequiredTag[]): Filter[] {
  return tags.map(({ key, value }) => value === undefined ? { Name: 'tag-key', Values: [key] } : { Name: `tag:${key}`, Values: [value] });
}
