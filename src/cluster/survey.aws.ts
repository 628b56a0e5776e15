import {
  DescribeLaunchTemplateVersionsCommand, EC2Client, paginateDescribeSecurityGroups, paginateDescribeSubnets,
} from '@aws-sdk/client-ec2';
import { DescribeClusterCommand, EKSClient, Nodegroup } from '@aws-sdk/client-eks';
import { authenticationModeOf, describeNodegroup, nodegroupNames, subnetFacts, tagsOf } from './readings.aws';
import { launchTemplateSecurityGroupIds, selectNodegroups } from './survey';
import { ClusterFacts, ClusterReader, NetworkReader, NodegroupFacts, SecurityGroupFacts, SubnetFacts } from './survey-port';

/** EKS and EC2 at first hand. */
export class AwsClusterReader implements ClusterReader, NetworkReader {
  constructor(private readonly eks = new EKSClient({}), private readonly ec2 = new EC2Client({})) {}

  public async readCluster(name: string, nodegroups?: readonly string[]): Promise<ClusterFacts> {
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
      clusterSecurityGroupId: cluster!.resourcesVpcConfig?.clusterSecurityGroupId ?? '',
      vpcId: cluster!.resourcesVpcConfig?.vpcId ?? '',
      subnetIds: cluster!.resourcesVpcConfig?.subnetIds ?? [],
      nodegroups: await this.readNodegroups(name, nodegroups),
    };
  }

  public async readSubnets(ids: readonly string[]): Promise<SubnetFacts[]> {
    const found: SubnetFacts[] = [];
    // EC2 takes an empty list of ids for all there are.
    const pages = ids.length > 0 ? paginateDescribeSubnets({ client: this.ec2 }, { SubnetIds: [...ids] }) : [];
    for await (const page of pages) {
      found.push(...(page.Subnets ?? []).map(subnetFacts));
    }
    return inOrderOf(ids, found);
  }

  public async readSecurityGroups(ids: readonly string[]): Promise<SecurityGroupFacts[]> {
    const found: SecurityGroupFacts[] = [];
    const pages = ids.length > 0 ? paginateDescribeSecurityGroups({ client: this.ec2 }, { GroupIds: [...ids] }) : [];
    for await (const page of pages) {
      found.push(...(page.SecurityGroups ?? []).map(group => ({ id: group.GroupId!, tags: tagsOf(group.Tags) })));
    }
    return inOrderOf(ids, found);
  }

  private async readNodegroups(cluster: string, wanted?: readonly string[]): Promise<NodegroupFacts[]> {
    const existing = await nodegroupNames(this.eks, cluster);
    const facts: NodegroupFacts[] = [];
    for (const name of selectNodegroups(cluster, existing, wanted)) {
      const nodegroup = await describeNodegroup(this.eks, cluster, name);
      if (nodegroup && nodegroup.status !== 'DELETING') {
        facts.push(await this.nodegroupFacts(nodegroup));
      }
    }
    return facts;
  }

  private async nodegroupFacts(nodegroup: Nodegroup): Promise<NodegroupFacts> {
    const { id, version } = nodegroup.launchTemplate ?? {};
    const launchTemplate = id && version ? { id, version } : undefined;
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
      launchTemplateSecurityGroupIds: launchTemplate ? await this.securityGroupsOf(launchTemplate) : [],
    };
  }

  private async securityGroupsOf(template: { readonly id: string; readonly version: string }): Promise<readonly string[]> {
    const { LaunchTemplateVersions: [version] = [] } = await this.ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: template.id, Versions: [template.version] }),
    );
    return launchTemplateSecurityGroupIds({
      networkInterfaces: (version?.LaunchTemplateData?.NetworkInterfaces ?? []).map(card => ({ groups: card.Groups ?? [] })),
      securityGroupIds: version?.LaunchTemplateData?.SecurityGroupIds ?? [],
    });
  }
}

function inOrderOf<T extends { readonly id: string }>(ids: readonly string[], found: readonly T[]): T[] {
  return ids.map(id => {
    const one = found.find(candidate => candidate.id === id);
    if (!one) {
      throw new Error(`"${id}" does not exist in this account and region`);
    }
    return one;
  });
}
