import { QueryError, QueryService, query, signedAs } from './query';
import { XmlNode, members } from './xml';

/** A role as IAM has it. */
export interface Role {
  readonly arn: string;
  readonly name: string;
  readonly trust: any;
  readonly maxSessionSeconds: number;
}

/** An instance profile as IAM has it. */
export interface InstanceProfile {
  /** With its path. */
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Undefined where it is empty. */
  readonly roleArn?: string;
}

/** What an instance gets from one version of a launch template. */
export interface LaunchTemplate {
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly imageId?: string;
  readonly instanceProfile?: string;
  readonly securityGroupIds: readonly string[];
  /** Tags for what a launch creates, by type of resource. */
  readonly tagSpecifications: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Asks the emulators questions about the account, past the gateway and in nobody's name. */
export class Account {
  constructor(
    private readonly urls: { readonly ministack: string; readonly moto: string },
    private readonly id: string,
    private readonly region: string,
  ) {}

  public async role(name: string): Promise<Role | undefined> {
    const answer: any = await this.query('iam', { Action: 'GetRole', RoleName: name });
    const role = answer?.GetRoleResult?.Role;
    return role && {
      arn: role.Arn,
      name: role.RoleName,
      trust: JSON.parse(decodeURIComponent(role.AssumeRolePolicyDocument)),
      maxSessionSeconds: Number(role.MaxSessionDuration || 3600),
    };
  }

  /** Every policy of a role, inline and attached, by name. */
  public async rolePolicies(name: string): Promise<{ name: string; policy: any }[]> {
    const iam = (parameters: Record<string, string>) => this.query('iam', parameters) as Promise<any>;
    const inline = await iam({ Action: 'ListRolePolicies', RoleName: name });
    const attached = await iam({ Action: 'ListAttachedRolePolicies', RoleName: name });
    return Promise.all([
      ...members(inline?.ListRolePoliciesResult?.PolicyNames).map(async (policy: string) => {
        const answer = await iam({ Action: 'GetRolePolicy', RoleName: name, PolicyName: policy });
        return { name: policy, policy: JSON.parse(decodeURIComponent(answer.GetRolePolicyResult.PolicyDocument)) };
      }),
      ...members(attached?.ListAttachedRolePoliciesResult?.AttachedPolicies).map(async ({ PolicyArn }: any) => {
        const version = (await iam({ Action: 'GetPolicy', PolicyArn }))?.GetPolicyResult?.Policy?.DefaultVersionId ?? 'v1';
        const answer = await iam({ Action: 'GetPolicyVersion', PolicyArn, VersionId: version });
        const document = answer?.GetPolicyVersionResult?.PolicyVersion?.Document;
        return { name: PolicyArn, policy: document ? JSON.parse(decodeURIComponent(document)) : { Version: '2012-10-17', Statement: [] } };
      }),
    ]);
  }

  /** Undefined where there is no such profile. */
  public async instanceProfile(name: string): Promise<InstanceProfile | undefined> {
    const answer: any = await this.query('iam', { Action: 'GetInstanceProfile', InstanceProfileName: name });
    const found = answer?.GetInstanceProfileResult?.InstanceProfile;
    return found && {
      arn: found.Arn,
      tags: Object.fromEntries(members(found.Tags).map(tag => [tag.Key, tag.Value ?? ''])),
      roleArn: members(found.Roles)[0]?.Arn,
    };
  }

  public async createInstanceProfile(name: string, roleName: string): Promise<void> {
    await this.query('iam', { Action: 'CreateInstanceProfile', InstanceProfileName: name });
    const added = await this.query('iam', { Action: 'AddRoleToInstanceProfile', InstanceProfileName: name, RoleName: roleName });
    if (!added) {
      throw new Error(`there is no role ${roleName}`);
    }
  }

  /** The role in the profile of an instance. */
  public async roleOfInstance(instanceId: string): Promise<string> {
    const answer: any = await this.ec2({ 'Action': 'DescribeInstances', 'InstanceId.1': instanceId });
    const instance = members(members(answer?.reservationSet)[0]?.instancesSet)[0];
    const profile = instance?.iamInstanceProfile?.arn?.split('/').pop();
    const role = profile && (await this.instanceProfile(profile))?.roleArn;
    if (!role) {
      throw new Error(`instance ${instanceId} has no role: its profile is ${profile ?? 'none'}`);
    }
    return role;
  }

  public async oidcProvider(arn: string): Promise<{ audiences: string[] } | undefined> {
    const answer: any = await this.query('iam', { Action: 'GetOpenIDConnectProvider', OpenIDConnectProviderArn: arn });
    const found = answer?.GetOpenIDConnectProviderResult;
    return found && { audiences: members(found.ClientIDList) };
  }

  /** Tags of EC2 resources, by id. */
  public async ec2Tags(ids: readonly string[]): Promise<Record<string, Record<string, string>>> {
    const filters = Object.fromEntries(ids.map((id, i) => [`Filter.1.Value.${i + 1}`, id]));
    const answer: any = ids.length ? await this.ec2({ 'Action': 'DescribeTags', 'Filter.1.Name': 'resource-id', ...filters }) : undefined;
    const tags: Record<string, Record<string, string>> = Object.fromEntries(ids.map(id => [id, {}]));
    for (const { resourceId, key, value } of members(answer?.tagSet)) {
      tags[resourceId][key] = value ?? '';
    }
    return tags;
  }

  public async launchTemplate(id: string | undefined, name: string | undefined, version: string | undefined): Promise<LaunchTemplate | undefined> {
    const which: Record<string, string> = id ? { LaunchTemplateId: id } : { LaunchTemplateName: name! };
    const answer: any = await this.ec2({ 'Action': 'DescribeLaunchTemplateVersions', ...which, 'LaunchTemplateVersion.1': version ?? '$Default' });
    const [found] = members(answer?.launchTemplateVersionSet);
    if (!found) {
      return undefined;
    }
    const data = found.launchTemplateData;
    const interfaces = members(data.networkInterfaceSet);
    const groups = [...members(data.securityGroupIdSet), ...interfaces.flatMap(i => i.groupSet?.groupId ?? [])];
    return {
      id: found.launchTemplateId,
      tags: (await this.ec2Tags([found.launchTemplateId]))[found.launchTemplateId],
      imageId: data.imageId,
      instanceProfile: data.iamInstanceProfile?.name ?? data.iamInstanceProfile?.arn?.split('/').pop(),
      securityGroupIds: groups,
      tagSpecifications: Object.fromEntries(members(data.tagSpecificationSet).map(specification =>
        [specification.resourceType, Object.fromEntries(members(specification.tagSet).map(t => [t.key, t.value ?? '']))])),
    };
  }

  /** The answer of a read of EKS. */
  public async eks(path: string): Promise<any> {
    const response = await fetch(this.urls.moto + path, { headers: this.headers('eks') });
    return response.ok ? response.json() : undefined;
  }

  public async autoScalingGroupOf(instanceId: string): Promise<{ arn: string; tags: Record<string, string> } | undefined> {
    const instances: any = await this.query('autoscaling', { 'Action': 'DescribeAutoScalingInstances', 'InstanceIds.member.1': instanceId });
    const name = members(instances?.DescribeAutoScalingInstancesResult?.AutoScalingInstances)[0]?.AutoScalingGroupName;
    return name && this.autoScalingGroup(name);
  }

  public async autoScalingGroup(name: string): Promise<{ arn: string; tags: Record<string, string> } | undefined> {
    const groups: any = await this.query('autoscaling', { 'Action': 'DescribeAutoScalingGroups', 'AutoScalingGroupNames.member.1': name });
    const [group] = members(groups?.DescribeAutoScalingGroupsResult?.AutoScalingGroups);
    return group && { arn: group.AutoScalingGroupARN, tags: Object.fromEntries(members(group.Tags).map(t => [t.Key, t.Value])) };
  }

  public ec2(parameters: Record<string, string>): Promise<XmlNode | undefined> {
    return this.query('ec2', parameters);
  }

  /** Undefined where the thing asked for does not exist; every other failure is thrown. */
  private async query(service: QueryService, parameters: Record<string, string>): Promise<XmlNode | undefined> {
    try {
      return await query(service === 'iam' ? this.urls.ministack : this.urls.moto, service, this.headers(service), parameters);
    } catch (error) {
      if (error instanceof QueryError && (error.status === 404 || /NoSuchEntity|NotFound/.test(error.code))) {
        return undefined;
      }
      throw error;
    }
  }

  private headers(service: string): Record<string, string> {
    return { ...signedAs('gateway', this.region, service), 'x-moto-account-id': this.id };
  }
}
