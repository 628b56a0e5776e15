import {
  CreateAccessEntryCommand, DeleteAccessEntryCommand, DescribeAccessEntryCommand, EKSClient, InvalidParameterException, paginateListAccessEntries,
  ResourceInUseException, ResourceNotFoundException, TagResourceCommand,
} from '@aws-sdk/client-eks';
import { GetRoleCommand, IAMClient, NoSuchEntityException } from '@aws-sdk/client-iam';
import { AccessEntry, AccessEntryPort } from './access-entry-plan';
import { readAuthenticationMode } from './authentication-mode.aws';
import { NodeEntryType } from './contract';
import { describeNodegroup, nodegroupNames } from '../cluster/readings.aws';
import { CLIENT_OPTIONS } from '../custom-resources/client-options';

/** The access entries of one cluster, at EKS. */
export class EksAccessEntries implements AccessEntryPort {
  public constructor(
    private readonly clusterName: string, private readonly eks = new EKSClient(CLIENT_OPTIONS), private readonly iam = new IAMClient(CLIENT_OPTIONS),
  ) {}

  public authenticationMode(): Promise<string> {
    return readAuthenticationMode(this.clusterName, this.eks);
  }

  public async find(principalArn: string): Promise<AccessEntry | undefined> {
    try {
      const { accessEntry } = await this.eks.send(new DescribeAccessEntryCommand({ clusterName: this.clusterName, principalArn }));
      return {
        principalArn,
        type: accessEntry!.type!,
        arn: accessEntry!.accessEntryArn!,
        createdAt: accessEntry!.createdAt!.getTime(),
        tags: accessEntry!.tags ?? {},
      };
    } catch (error) {
      return unless(error instanceof ResourceNotFoundException, error);
    }
  }

  public async ofRoles(): Promise<AccessEntry[]> {
    const found: AccessEntry[] = [];
    for await (const page of paginateListAccessEntries({ client: this.eks }, { clusterName: this.clusterName })) {
      for (const role of (page.accessEntries ?? []).filter(arn => arn.includes(':role/'))) {
        const entry = await this.find(role);
        found.push(...entry ? [entry] : []);
      }
    }
    return found;
  }

  public async create(principalArn: string, type: NodeEntryType, tags: Readonly<Record<string, string>>): Promise<'created' | 'taken' | 'unknown role'> {
    try {
      await this.eks.send(new CreateAccessEntryCommand({ clusterName: this.clusterName, principalArn, type, tags: { ...tags } }));
      return 'created';
    } catch (error) {
      if (error instanceof ResourceInUseException) {
        return 'taken';
      }
      // All that EKS says about a role that IAM made a moment ago.
      if (error instanceof InvalidParameterException && /principalArn is invalid/.test(error.message)) {
        return 'unknown role';
      }
      throw error;
    }
  }

  public async tag(entryArn: string, tags: Readonly<Record<string, string>>): Promise<void> {
    await this.eks.send(new TagResourceCommand({ resourceArn: entryArn, tags: { ...tags } }));
  }

  public async remove(principalArn: string): Promise<void> {
    try {
      await this.eks.send(new DeleteAccessEntryCommand({ clusterName: this.clusterName, principalArn }));
    } catch (error) {
      unless(error instanceof ResourceNotFoundException, error);
    }
  }

  public async roleCreatedAt(roleArn: string): Promise<number | undefined> {
    try {
      const { Role } = await this.iam.send(new GetRoleCommand({ RoleName: roleArn.split('/').pop() }));
      return Role!.CreateDate!.getTime();
    } catch (error) {
      return unless(error instanceof NoSuchEntityException, error);
    }
  }

  public async nodegroupRoles(): Promise<string[]> {
    const roles: string[] = [];
    for (const name of await nodegroupNames(this.eks, this.clusterName)) {
      const role = (await describeNodegroup(this.eks, this.clusterName, name))?.nodeRole;
      roles.push(...role ? [role] : []);
    }
    return roles;
  }
}

/** Takes an error that is expected for nothing; every other one is thrown. */
function unless(isExpected: boolean, error: unknown): undefined {
  if (!isExpected) {
    throw error;
  }
  return undefined;
}
