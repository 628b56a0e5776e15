import {
  CreateTagsCommand, DeleteTagsCommand, EC2Client, paginateDescribeSecurityGroups, paginateDescribeSubnets, Tag,
} from '@aws-sdk/client-ec2';
import { DiscoveryTagsPort, TaggedResource, Tags } from './plan';
import { tagsOf } from '../cluster/readings.aws';
import { CLIENT_OPTIONS } from '../custom-resources/client-options';

/** Tags of subnets and security groups, at EC2. */
export class Ec2DiscoveryTags implements DiscoveryTagsPort {
  constructor(private readonly ec2 = new EC2Client(CLIENT_OPTIONS)) {}

  public async carrying(key: string, value?: string): Promise<TaggedResource[]> {
    const Filters = [value === undefined ? { Name: 'tag-key', Values: [key] } : { Name: `tag:${key}`, Values: [value] }];
    const found: TaggedResource[] = [];
    for await (const page of paginateDescribeSubnets({ client: this.ec2 }, { Filters })) {
      found.push(...(page.Subnets ?? []).map(subnet => ({ id: subnet.SubnetId!, kind: 'subnet' as const, tags: tagsOf(subnet.Tags) })));
    }
    for await (const page of paginateDescribeSecurityGroups({ client: this.ec2 }, { Filters })) {
      found.push(...(page.SecurityGroups ?? []).map(group => ({ id: group.GroupId!, kind: 'security-group' as const, tags: tagsOf(group.Tags) })));
    }
    return found;
  }

  public async add(id: string, tags: Tags): Promise<void> {
    await this.ec2.send(new CreateTagsCommand({ Resources: [id], Tags: listOf(tags) }));
  }

  public async remove(id: string, tags: Tags): Promise<void> {
    try {
      await this.ec2.send(new DeleteTagsCommand({ Resources: [id], Tags: listOf(tags) }));
    } catch (error) {
      if (!GONE.includes((error as Error).name)) {
        throw error;
      }
    }
  }
}

const GONE = ['InvalidSubnetID.NotFound', 'InvalidGroup.NotFound', 'InvalidGroupId.NotFound'];

function listOf(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
