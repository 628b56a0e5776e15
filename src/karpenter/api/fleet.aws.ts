import { EC2Client, paginateDescribeInstances } from '@aws-sdk/client-ec2';
import { InstanceView, RemovalAwsPort } from './fleet';
import { tagsOf } from '../../cluster/ec2-tags.aws';

/** EC2; it only reads. */
export class RemovalAws implements RemovalAwsPort {
  public constructor(private readonly clusterName: string, private readonly ec2 = new EC2Client({})) {}

  public async instances(ownerKey: string): Promise<InstanceView[]> {
    const found: InstanceView[] = [];
    const pages = paginateDescribeInstances({ client: this.ec2 }, {
      Filters: [
        { Name: 'tag-key', Values: [ownerKey] },
        { Name: `tag:kubernetes.io/cluster/${this.clusterName}`, Values: ['owned'] },
        { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped', 'shutting-down'] },
      ],
    });
    for await (const page of pages) {
      found.push(...(page.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []).map(({ InstanceId, Tags, State }) => ({
        id: InstanceId!,
        provisioner: tagsOf(Tags)[ownerKey],
        leaving: State?.Name === 'shutting-down',
      })));
    }
    return found;
  }
}

/** The tag that Karpenter 0.29 puts on its launch templates. */
export const LAUNCH_TEMPLATE_TAG = 'karpenter.k8s.aws/cluster';
