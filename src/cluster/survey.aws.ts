import {
  DescribeLaunchTemplateVersionsCommand, EC2Client, LaunchTemplateVersion, paginateDescribeSecurityGroups, paginateDescribeSubnets,
} from '@aws-sdk/client-ec2';
import { DescribeClusterCommand, EKSClient, Nodegroup } from '@aws-sdk/client-eks';
import { authenticationModeOf, describeNodegroup, hasPrivateEndpoint, inParallel, nodegroupNames, subnetFacts, tagsOf } from './readings.aws';
import { launchTemplateSecurityGroupIds, selectNodegroups } from './survey';
import { ClusterFacts, ClusterReader, NetworkReader, NodegroupFacts, SecurityGroupFacts, SubnetFacts } from './survey-port';
import { CLIENT_OPTIONS } from '../custom-resources/client-options';

const LONGEST_FILTER = 200;

interface TemplateVersion { readonly id: string; readonly version: string }

/** EKS and EC2 at first hand. */
export class AwsClusterReader implements ClusterReader, NetworkReader {
  constructor(private readonly eks = new EKSClient(CLIENT_OPTIONS), private readonly ec2 = new EC2Client(CLIENT_OPTIONS)) {}

  public async readCluster(name: string, nodegroups?: readonly string[], tolerant = false): Promise<ClusterFacts> {
    const { cluster } = await this.eks.send(new DescribeClusterCommand({ name }));
    return {
      name,
      arn: cluster!.arn!,
      status: cluster!.status!,
      version: cluster!.version!,
      platformVersion: cluster!.platformVersion ?? '',
      issuer: cluster!.identity?.oidc?.issuer,
      authenticationMode: authenticationModeOf(cluster!),
      ...cluster!.computeConfig?.enabled ? { autoMode: true } : {},
      ...hasPrivateEndpoint(cluster!) ? { privateEndpoint: true } : {},
      clusterSecurityGroupId: cluster!.resourcesVpcConfig?.clusterSecurityGroupId ?? '',
      vpcId: cluster!.resourcesVpcConfig?.vpcId ?? '',
      subnetIds: cluster!.resourcesVpcConfig?.subnetIds ?? [],
      nodegroups: await this.readNodegroups(name, nodegroups, tolerant),
    };
  }

  public async readSubnets(ids: readonly string[], tolerant = false): Promise<SubnetFacts[]> {
    const found: SubnetFacts[] = [];
    for (const some of batches(ids)) {
      const which = tolerant ? { Filters: [{ Name: 'subnet-id', Values: some }] } : { SubnetIds: some };
      for await (const page of paginateDescribeSubnets({ client: this.ec2 }, which)) {
        found.push(...(page.Subnets ?? []).map(subnetFacts));
      }
    }
    return inOrderOf(ids, found, tolerant);
  }

  public async readSecurityGroups(ids: readonly string[], tolerant = false): Promise<SecurityGroupFacts[]> {
    const found: SecurityGroupFacts[] = [];
    for (const some of batches(ids)) {
      const which = tolerant ? { Filters: [{ Name: 'group-id', Values: some }] } : { GroupIds: some };
      for await (const page of paginateDescribeSecurityGroups({ client: this.ec2 }, which)) {
        found.push(...(page.SecurityGroups ?? []).map(group => ({ id: group.GroupId!, tags: tagsOf(group.Tags) })));
      }
    }
    return inOrderOf(ids, found, tolerant);
  }

  private async readNodegroups(cluster: string, wanted: readonly string[] | undefined, tolerant: boolean): Promise<NodegroupFacts[]> {
    const existing = await nodegroupNames(this.eks, cluster);
    const names = selectNodegroups(cluster, existing, tolerant ? wanted?.filter(one => existing.includes(one)) : wanted);
    const facts = await inParallel(names, async (name) => {
      const nodegroup = await describeNodegroup(this.eks, cluster, name);
      return nodegroup && nodegroup.status !== 'DELETING' ? [await this.nodegroupFacts(nodegroup, tolerant)] : [];
    });
    return facts.flat();
  }

  private async nodegroupFacts(nodegroup: Nodegroup, tolerant: boolean): Promise<NodegroupFacts> {
    const { id, version } = nodegroup.launchTemplate ?? {};
    const launchTemplate = id && version ? { id, version } : undefined;
    const securityGroupIds = launchTemplate ? await this.securityGroupsOf(launchTemplate, tolerant) : [];
    return {
      name: nodegroup.nodegroupName!,
      status: nodegroup.status!,
      subnetIds: nodegroup.subnets ?? [],
      instanceTypes: nodegroup.instanceTypes ?? [],
      capacityType: nodegroup.capacityType ?? 'ON_DEMAND',
      amiType: nodegroup.amiType ?? 'CUSTOM',
      scaling: {
        min: nodegroup.scalingConfig?.minSize ?? 0,
        max: nodegroup.scalingConfig?.maxSize ?? 0,
        desired: nodegroup.scalingConfig?.desiredSize ?? 0,
      },
      autoScalingGroupNames: (nodegroup.resources?.autoScalingGroups ?? []).map(group => group.name!),
      launchTemplate,
      launchTemplateSecurityGroupIds: securityGroupIds ?? [],
      ...securityGroupIds ? {} : { launchTemplateGone: true },
    };
  }

  /** Undefined where the launch template is gone and that is tolerated. */
  private async securityGroupsOf(template: TemplateVersion, tolerant: boolean): Promise<readonly string[] | undefined> {
    const version = await this.launchTemplateVersion(template, tolerant);
    return version && launchTemplateSecurityGroupIds({
      networkInterfaces: (version.LaunchTemplateData?.NetworkInterfaces ?? []).map(card => ({ groups: card.Groups ?? [] })),
      securityGroupIds: version.LaunchTemplateData?.SecurityGroupIds ?? [],
    });
  }

  private async launchTemplateVersion({ id, version }: TemplateVersion, tolerant: boolean): Promise<LaunchTemplateVersion | undefined> {
    try {
      const { LaunchTemplateVersions: [found] = [] } = await this.ec2.send(
        new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: [version] }),
      );
      return found ?? {};
    } catch (error) {
      if (tolerant && /^InvalidLaunchTemplate\w*\.(\w*NotFound|NotFoundException)$/.test((error as Error).name)) {
        return undefined;
      }
      throw error;
    }
  }
}

/** EC2 takes 200 values in a filter, and an empty list of ids for all there are. */
function batches(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / LONGEST_FILTER) }, (_, index) =>
    ids.slice(index * LONGEST_FILTER, (index + 1) * LONGEST_FILTER));
}

function inOrderOf<T extends { readonly id: string }>(ids: readonly string[], found: readonly T[], tolerant: boolean): T[] {
  return ids.flatMap(id => {
    const one = found.find(candidate => candidate.id === id);
    if (!one && tolerant) {
      return [];
    }
    if (!one) {
      throw new Error(`"${id}" does not exist in this account and region`);
    }
    return one;
  });
}
