import {
  DescribeLaunchTemplateVersionsCommand, EC2Client, Image, InstanceTypeInfo,
  paginateDescribeImages, paginateDescribeInstanceTypes, paginateDescribeSubnets,
} from '@aws-sdk/client-ec2';
import { DescribeClusterCommand, EKSClient, Nodegroup } from '@aws-sdk/client-eks';
import { ImageDetails, InstanceTypeDetails, LaunchTemplateDetails, NodegroupDetails, PoolFacts } from './contract';
import { launchTemplateDetails } from './launch-template.aws';
import { describeNodegroup, nodegroupNames } from '../../cluster/readings.aws';
import { selectNodegroups } from '../../cluster/survey';
import { CLIENT_OPTIONS } from '../../custom-resources/client-options';
import { instanceType, LAUNCHABLE, taint, TYPES_AT_ONCE } from '../../preflight/workloads/facts.aws';
import { isDenied, reasonOf, Unread } from '../access/readings';

const LONGEST_FILTER = 200;
/** What EKS takes where neither a node group nor its launch template names a type. */
const DEFAULT_TYPE = 't3.medium';
const GONE = /^InvalidLaunchTemplate\w*\.\w*NotFound\w*$/;

/** A node group before its subnets and its image are looked up. */
interface Read { readonly nodegroup: Nodegroup; readonly template?: LaunchTemplateDetails; readonly templateType?: string; readonly unread?: boolean }

/** Reads node groups and all that makes their nodes what they are; changes nothing. */
export class AwsNodegroupReader {
  private unread: Unread[] = [];

  public constructor(private readonly eks = new EKSClient(CLIENT_OPTIONS), private readonly ec2 = new EC2Client(CLIENT_OPTIONS)) {}

  /**
   * What may not be read is a line among `unread`.
   *
   * @param wanted the names of the node groups of the migration, all managed ones if undefined; throws when one does not exist
   */
  public async read(clusterName: string, wanted?: readonly string[]): Promise<PoolFacts> {
    this.unread = [];
    const existing = await this.attempt(`the node groups of ${clusterName}`, 'eks:ListNodegroups', () => nodegroupNames(this.eks, clusterName));
    const reads: Read[] = [];
    for (const name of existing ? [...selectNodegroups(clusterName, existing, wanted)].sort() : []) {
      const nodegroup = await this.attempt(`node group ${name}`, 'eks:DescribeNodegroup', () => describeNodegroup(this.eks, clusterName, name));
      if (nodegroup && nodegroup.status !== 'DELETING') {
        reads.push(await this.withTemplate(nodegroup));
      }
    }
    const zones = await this.zonesOf(reads.flatMap(({ nodegroup }) => nodegroup.subnets ?? []));
    const images = await this.imagesOf(reads.flatMap(({ template }) => template?.image?.id ?? []));
    return {
      clusterName,
      nodegroups: reads.map(read => details(read, zones, images)),
      instanceTypes: reads.length > 0 ? await this.attempt('instance types', 'ec2:DescribeInstanceTypes', () => this.instanceTypes()) ?? [] : [],
      clusterSecurityGroupId: await this.attempt(`cluster ${clusterName}`, 'eks:DescribeCluster', async () => {
        const { cluster } = await this.eks.send(new DescribeClusterCommand({ name: clusterName }));
        return cluster?.resourcesVpcConfig?.clusterSecurityGroupId;
      }),
      unread: this.unread,
    };
  }

  /** Undefined, and a line, where one may not. */
  private async attempt<T>(what: string, action: string, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (!isDenied(error as Error)) {
        throw error;
      }
      this.unread.push({ what, why: reasonOf(error as Error), needs: [action] });
      return undefined;
    }
  }

  private async withTemplate(nodegroup: Nodegroup): Promise<Read> {
    const { id, version } = nodegroup.launchTemplate ?? {};
    if (id === undefined || version === undefined) {
      return { nodegroup };
    }
    const what = `launch template ${id} of node group ${nodegroup.nodegroupName}`;
    const data = await this.attempt(what, 'ec2:DescribeLaunchTemplateVersions', () => this.templateData(id, version));
    if (data === 'gone') {
      this.unread.push({ what, why: `it or its version ${version} is gone`, needs: [] });
    }
    return data === undefined || data === 'gone' ? { nodegroup, unread: true } : { nodegroup, template: launchTemplateDetails(id, version, data), templateType: data.InstanceType };
  }

  private async templateData(LaunchTemplateId: string, version: string) {
    try {
      const command = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: [version] });
      const { LaunchTemplateVersions: [found] = [] } = await this.ec2.send(command);
      return found?.LaunchTemplateData ?? {};
    } catch (error) {
      if (GONE.test((error as Error).name)) {
        return 'gone' as const;
      }
      throw error;
    }
  }

  private async zonesOf(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const zones = new Map<string, string>();
    await this.attempt('subnets', 'ec2:DescribeSubnets', async () => {
      for (const Values of batches(ids)) {
        for await (const { Subnets = [] } of paginateDescribeSubnets({ client: this.ec2 }, { Filters: [{ Name: 'subnet-id', Values }] })) {
          Subnets.forEach(({ SubnetId, AvailabilityZone }) => zones.set(SubnetId!, AvailabilityZone!));
        }
      }
    });
    return zones;
  }

  private async imagesOf(ids: readonly string[]): Promise<ReadonlyMap<string, ImageDetails>> {
    const images = new Map<string, ImageDetails>();
    await this.attempt('images', 'ec2:DescribeImages', async () => {
      for (const Values of batches(ids)) {
        // Images of EKS are deprecated after two years, and then only shown to who asks for that.
        for await (const { Images = [] } of paginateDescribeImages({ client: this.ec2 }, { Filters: [{ Name: 'image-id', Values }], IncludeDeprecated: true })) {
          Images.forEach(image => images.set(image.ImageId!, imageDetails(image)));
        }
      }
    });
    return images;
  }

  private async instanceTypes(): Promise<InstanceTypeDetails[]> {
    const types: InstanceTypeDetails[] = [];
    const which = { Filters: LAUNCHABLE, MaxResults: TYPES_AT_ONCE };
    for await (const { InstanceTypes = [] } of paginateDescribeInstanceTypes({ client: this.ec2 }, which)) {
      types.push(...InstanceTypes.map(instanceTypeDetails));
    }
    return types;
  }
}

function details(read: Read, zones: ReadonlyMap<string, string>, images: ReadonlyMap<string, ImageDetails>): NodegroupDetails {
  const { nodegroup, template, templateType, unread } = read;
  const { scalingConfig = {}, launchTemplate } = nodegroup;
  const types = nodegroup.instanceTypes?.length ? nodegroup.instanceTypes : templateType === undefined ? [] : [templateType];
  return {
    name: nodegroup.nodegroupName!,
    // What an unread template says is not known.
    instanceTypes: types.length > 0 || unread ? types : [DEFAULT_TYPE],
    capacityType: nodegroup.capacityType ?? 'ON_DEMAND',
    amiType: nodegroup.amiType ?? 'CUSTOM',
    diskSize: launchTemplate ? undefined : nodegroup.diskSize,
    labels: nodegroup.labels ?? {},
    taints: (nodegroup.taints ?? []).map(taint),
    subnets: [...new Set(nodegroup.subnets ?? [])].map(id => ({ id, zone: zones.get(id) })),
    sizes: { min: scalingConfig.minSize ?? 0, max: scalingConfig.maxSize ?? 0, desired: scalingConfig.desiredSize ?? 0 },
    ...nodegroup.remoteAccess?.ec2SshKey ? { remoteAccess: true } : {},
    ...nodegroup.nodeRepairConfig?.enabled ? { nodeRepair: true } : {},
    ...template ? { launchTemplate: { ...template, image: template.image && (images.get(template.image.id) ?? template.image) } } : {},
    ...unread ? { launchTemplateUnread: true } : {},
  };
}

function imageDetails(image: Image): ImageDetails {
  const { ImageId, Name, OwnerId, ImageOwnerAlias, Architecture, Platform, RootDeviceName, BlockDeviceMappings = [] } = image;
  const sizes = BlockDeviceMappings.map(({ DeviceName, Ebs }) => [DeviceName!, Ebs?.VolumeSize] as const);
  return {
    id: ImageId!,
    name: Name,
    owner: OwnerId,
    ownerAlias: ImageOwnerAlias,
    architecture: Architecture === undefined ? undefined : Architecture === 'arm64' ? 'arm64' : 'amd64',
    platform: Platform,
    rootDevice: RootDeviceName,
    volumeSizes: Object.fromEntries(sizes.flatMap(([name, size]) => size === undefined ? [] : [[name, size]])),
  };
}

function instanceTypeDetails(info: InstanceTypeInfo): InstanceTypeDetails {
  const { GpuInfo, NeuronInfo, InferenceAcceleratorInfo, FpgaInfo, MediaAcceleratorInfo, NetworkInfo, BareMetal, InstanceStorageInfo } = info;
  const cards = NetworkInfo?.MaximumNetworkInterfaces;
  const addresses = NetworkInfo?.Ipv4AddressesPerInterface;
  return {
    ...instanceType(info),
    gpu: GpuInfo?.Gpus?.[0]?.Name,
    accelerated: [GpuInfo, NeuronInfo, InferenceAcceleratorInfo, FpgaInfo, MediaAcceleratorInfo].some(one => one !== undefined),
    bareMetal: BareMetal ?? false,
    localNvme: InstanceStorageInfo?.NvmeSupport === 'required',
    // Each pod has an address of an interface, and two of the system share the node's.
    pods: cards === undefined || addresses === undefined ? undefined : cards * (addresses - 1) + 2,
  };
}

/** EC2 takes 200 values in a filter. */
function batches(ids: readonly string[]): string[][] {
  const all = [...new Set(ids)];
  return Array.from({ length: Math.ceil(all.length / LONGEST_FILTER) }, (_, index) =>
    all.slice(index * LONGEST_FILTER, (index + 1) * LONGEST_FILTER));
}
