import { Token } from 'aws-cdk-lib';
import { checkKind } from '../input/kind';
import { required, TEXT } from '../input/kinds';

/** IAM's limits for names. */
const ROLE_NAME_LIMIT = 64;
const OTHER_NAME_LIMIT = 128;

/**
 * Physical names for the IAM resources of a migration.
 *
 * IAM names are unique in an account over all regions, so two clusters of one name in two regions need generated names.
 */
export abstract class IamNames {
  /** Names that CloudFormation generates from the stack and the logical id; they never collide. */
  public static generated(): IamNames {
    return new GeneratedNames();
  }

  /**
   * The names of Karpenter's migration guide: `KarpenterNodeRole-<cluster>` and so on.
   *
   * A name that IAM does not take is an error when it is read: the guide's names leave 46 characters for the cluster in
   * the node role, 40 in the controller role and 99 in the instance profile.
   *
   * @param clusterName the name of the cluster; not checked if it is a token
   * @see https://karpenter.sh/v0.29/getting-started/migrating-from-cas/
   */
  public static guide(clusterName: string): IamNames {
    checkKind('the name of the cluster that IamNames.guide is given', clusterName, required(TEXT));
    return new GuideNames(clusterName);
  }

  /** The name of the role of Karpenter's nodes, undefined if generated. */
  public abstract readonly nodeRole?: string;
  /** The name of the instance profile of Karpenter's nodes, undefined if generated. */
  public abstract readonly instanceProfile?: string;
  /** The name of the controller's role, undefined if generated. */
  public abstract readonly controllerRole?: string;
  /** The name of the controller's policy, undefined if generated. */
  public abstract readonly controllerPolicy?: string;
}

class GeneratedNames extends IamNames {
  public readonly nodeRole = undefined;
  public readonly instanceProfile = undefined;
  public readonly controllerRole = undefined;
  public readonly controllerPolicy = undefined;
}

class GuideNames extends IamNames {
  constructor(private readonly clusterName: string) {
    super();
  }

  public get nodeRole(): string {
    return this.name('KarpenterNodeRole-', 'node role', ROLE_NAME_LIMIT);
  }

  public get instanceProfile(): string {
    return this.name('KarpenterNodeInstanceProfile-', 'instance profile', OTHER_NAME_LIMIT);
  }

  public get controllerRole(): string {
    return this.name('KarpenterControllerRole-', 'controller role', ROLE_NAME_LIMIT);
  }

  public get controllerPolicy(): string {
    return this.name('KarpenterControllerPolicy-', 'controller policy', OTHER_NAME_LIMIT);
  }

  private name(prefix: string, what: string, limit: number): string {
    const allowed = limit - prefix.length;
    if (!Token.isUnresolved(this.clusterName) && this.clusterName.length > allowed) {
      throw new Error(`the guide's name for the ${what} leaves ${allowed} characters for the cluster name, "${this.clusterName}" has `
        + `${this.clusterName.length} (IAM takes ${limit} in all): use IamNames.generated() or pass a ${what} of your own`);
    }
    return `${prefix}${this.clusterName}`;
  }
}
