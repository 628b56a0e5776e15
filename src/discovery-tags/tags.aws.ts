import {
  CreateTagsCommand, DeleteTagsCommand, EC2Client, paginateDescribeSecurityGroups, paginateDescribeSubnets, Tag,
} from '@aws-sdk/client-ec2';
import { DiscoveryTagsPort, TaggedResource, Tags } from './plan';
import { tagsOf } from '../cluster/readings.aws';
import { CLIENT_OPTIONS } from '../custom-resources/client-options';

/** Tags of subnets and security groups, at EC2. */
export class Ec2DiscoveryTags implements DiscoveryTagsPort {
  constructor(private readonly ec2 = new EC2Client(CLIENT_OPTIONS)) {}

  public async carrying(keys: readonly string[]): Promise<TaggedResource[]> {
    const Filters = [{ Name: 'tag-key', Values: [...keys] }];
    const found: TaggedResource[] = [];
    for await (const page of paginateDescribeSubnets({ client: this.ec2 }, { Filters })) {
      found.push(...(page.Subnets ?? []).map(subnet => ({ id: subnet.SubnetId!, kind: 'subnet' as const, tags: tagsOf(subnet.Tags) })));
    }
    for await (const page of paginateDescribeSecurityGroups({ client: this.ec2 }, { Filters })) {
      found.push(...(page.SecurityGroups ?? []).map(group => ({ id: group.GroupId!, kind: 'security-group' as const, tags: tagsOf(group.Tags) })));
    }
    return found;
  }

  public async add(ids: readonly string[], tags: Tags): Promise<void> {
    for (const some of batches(ids)) {
      await this.ec2.send(new CreateTagsCommand({ Resources: some, Tags: listOf(tags) }));
    }
  }

  public async remove(ids: readonly string[], tags: Tags): Promise<void> {
    for (const some of batches(ids)) {
      await this.untag(some, tags);
    }
  }

  private async untag(ids: string[], tags: Tags): Promise<void> {
    try {
      await this.ec2.send(new DeleteTagsCommand({ Resources: ids, Tags: listOf(tags) }));
    } catch (error) {
      if (!GONE.includes((error as Error).name)) {
        throw error;
      }
      // One that is gone must not keep the others from it.
      for (const id of ids.length > 1 ? ids : []) {
        await this.untag([id], tags);
      }
    }
  }
}

/** EC2 takes a thousand resources in a call; a subnet and its security groups come in dozens. */
const MOST_IN_A_CALL = 200;

function batches(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / MOST_IN_A_CALL) }, (_, index) =>
    ids.slice(index * MOST_IN_A_CALL, (index + 1) * MOST_IN_A_CALL));
}

const GONE = ['InvalidSubnetID.NotFound', 'InvalidGroup.NotFound', 'InvalidGroupId.NotFound'];

function listOf(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
