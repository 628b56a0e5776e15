import { Cluster, EKSClient, ListAssociatedAccessPoliciesCommand, paginateListAccessEntries } from '@aws-sdk/client-eks';
import { GetRoleCommand, IAMClient, ListOpenIDConnectProvidersCommand, NoSuchEntityException } from '@aws-sdk/client-iam';
import { trustsAccount } from './trust';
import { CLIENT_OPTIONS } from '../../custom-resources/client-options';

/** The access policy that makes a role an administrator of the cluster. */
const ADMINISTRATOR = 'AmazonEKSClusterAdminPolicy';
/** A cluster may have a thousand entries, and each costs a question. */
const MOST_ENTRIES = 50;

/** What AWS tells about the import of a cluster, beside the cluster itself. */
export class ImportAws {
  public constructor(private readonly eks = new EKSClient(CLIENT_OPTIONS), private readonly iam = new IAMClient(CLIENT_OPTIONS)) {}

  /** The ARN of the IAM OIDC provider of the cluster's issuer; undefined where the account has none. */
  public async openIdConnectProvider({ identity }: Cluster): Promise<string | undefined> {
    const issuer = identity?.oidc?.issuer?.replace(/^https:\/\//, '');
    const { OpenIDConnectProviderList: all = [] } = await this.iam.send(new ListOpenIDConnectProvidersCommand({}));
    return issuer === undefined ? undefined : all.find(({ Arn }) => Arn?.endsWith(`:oidc-provider/${issuer}`))?.Arn;
  }

  /** Which of some roles exist and let roles of the account become them; the first of many are asked. */
  public async trusting(roles: readonly string[], account: string): Promise<string[]> {
    const found: string[] = [];
    for (const arn of roles.slice(0, MOST_ENTRIES)) {
      if (arn.split(':')[4] === account && await this.trusts(arn, account)) {
        found.push(arn);
      }
    }
    return found;
  }

  private async trusts(arn: string, account: string): Promise<boolean> {
    try {
      const { Role } = await this.iam.send(new GetRoleCommand({ RoleName: arn.split('/').pop() }));
      return trustsAccount(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '{}'), account);
    } catch (error) {
      // What aws-auth names may have been deleted long ago.
      if (error instanceof NoSuchEntityException) {
        return false;
      }
      throw error;
    }
  }

  /** Roles that access entries make administrators of the cluster. */
  public async administrators({ name: clusterName, accessConfig }: Cluster): Promise<string[]> {
    if ((accessConfig?.authenticationMode ?? 'CONFIG_MAP') === 'CONFIG_MAP') {
      return [];
    }
    const roles: string[] = [];
    for await (const { accessEntries } of paginateListAccessEntries({ client: this.eks }, { clusterName })) {
      roles.push(...(accessEntries ?? []).filter(arn => /:role\//.test(arn) && !/:role\/aws-service-role\//.test(arn)));
    }
    const found: string[] = [];
    for (const principalArn of roles.slice(0, MOST_ENTRIES)) {
      const { associatedAccessPolicies = [] } = await this.eks.send(new ListAssociatedAccessPoliciesCommand({ clusterName, principalArn }));
      if (associatedAccessPolicies.some(({ policyArn, accessScope }) => policyArn?.endsWith(`/${ADMINISTRATOR}`) && accessScope?.type === 'cluster')) {
        found.push(principalArn);
      }
    }
    return found;
  }
}
