import { GetInstanceProfileCommand, IAMClient, NoSuchEntityException, paginateListAttachedRolePolicies, paginateListRolePolicies } from '@aws-sdk/client-iam';
import { RolePolicies } from './facts';
import { CLIENT_OPTIONS } from '../../custom-resources/client-options';
import { NodeIdentity } from '../../karpenter/api/karpenter-api';

/** What roles are allowed by, from IAM. */
export class RolePoliciesAws {
  /** What was read does not change while a run asks again and again. */
  private readonly known = new Map<string, Promise<RolePolicies>>();

  public constructor(private readonly iam = new IAMClient(CLIENT_OPTIONS)) {}

  public policiesOf(identity: NodeIdentity): Promise<RolePolicies> {
    const key = JSON.stringify(identity);
    const policies = this.known.get(key) ?? this.read(identity);
    this.known.set(key, policies);
    policies.catch(() => this.known.delete(key));
    return policies;
  }

  private async read(identity: NodeIdentity): Promise<RolePolicies> {
    try {
      const role = 'role' in identity ? identity.role : await this.roleIn(identity.instanceProfile);
      return role === undefined ? [] : await this.ofRole(role);
    } catch (error) {
      if (error instanceof NoSuchEntityException) {
        return [];
      }
      throw error;
    }
  }

  private async roleIn(InstanceProfileName: string): Promise<string | undefined> {
    const { InstanceProfile } = await this.iam.send(new GetInstanceProfileCommand({ InstanceProfileName }));
    return InstanceProfile?.Roles?.[0]?.RoleName;
  }

  private async ofRole(RoleName: string): Promise<RolePolicies> {
    const names: string[] = [];
    for await (const { AttachedPolicies } of paginateListAttachedRolePolicies({ client: this.iam }, { RoleName })) {
      names.push(...(AttachedPolicies ?? []).map(({ PolicyName }) => PolicyName!));
    }
    for await (const { PolicyNames } of paginateListRolePolicies({ client: this.iam }, { RoleName })) {
      names.push(...(PolicyNames ?? []).map(name => `${name} (inline)`));
    }
    return names;
  }
}
