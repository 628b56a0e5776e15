import { Names, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';
import { acceptFinding, acceptFindingOfStatements } from './accepted-findings';
import { AwsFunction } from './aws-function';
import { acceptBasicExecution, HANDLER_FUNCTION, handlerLogs, twoPhaseProvider } from './two-phase-provider';

/**
 * The function behind every custom resource that needs only AWS APIs, once per stack.
 *
 * It stays outside the VPC: isolated clusters rarely have endpoints for EC2, Auto Scaling and EKS.
 */
export class AwsProvider extends Construct {
  public static getOrCreate(scope: Construct): AwsProvider {
    const stack = Stack.of(scope);
    return (stack.node.tryFindChild('KarpenterMigrationAws') as AwsProvider | undefined) ?? new AwsProvider(stack, 'KarpenterMigrationAws');
  }

  public readonly serviceToken: string;
  public readonly function: AwsFunction;
  private wildcardsAccepted = false;

  private constructor(scope: Construct, id: string) {
    super(scope, id);
    const logGroup = handlerLogs(this);
    this.function = new AwsFunction(this, 'Function', {
      ...HANDLER_FUNCTION,
      description: 'Karpenter migration: resources that need AWS APIs only',
      logGroup,
    });
    acceptBasicExecution(this.function.role!);
    this.serviceToken = twoPhaseProvider(this, this.function, logGroup).serviceToken;
  }

  /** Adds what one resource type needs; call it next to the resource, so that an unused type grants nothing. */
  public allow(statement: iam.PolicyStatementProps): void {
    this.function.addToRolePolicy(new iam.PolicyStatement(statement));
    if (!this.wildcardsAccepted) {
      this.wildcardsAccepted = true;
      acceptFindingOfStatements(this.function.role!, 'AwsSolutions-IAM5',
        'node groups and their network are not known before; EC2 knows no resources for reads, and tags bound the writes');
    }
  }

  /**
   * A policy of its own for what one resource needs, which is there before the resource and goes after it.
   *
   * The function does not wait for it, so it may name what is made long after the function. It is kept with the function, not with the
   * resource: a role that has a policy cannot be deleted.
   *
   * @param wildcards why there are some
   * @param Kind a managed one where it is long: all inline policies of a role may have 10,240 characters together, and several migrations
   * share the role
   */
  public allowFor(
    resource: IConstruct, wildcards: string, statements: iam.PolicyStatementProps[], Kind: typeof iam.Policy | typeof iam.ManagedPolicy = iam.Policy,
  ): void {
    const policy = new Kind(this, `For-${Names.nodeUniqueId(resource.node)}`, { statements: statements.map(statement => new iam.PolicyStatement(statement)) });
    if (policy instanceof iam.Policy) {
      // By the role, and last: one that `iam.Role.customizeRoles` leaves to others puts the statements into CDK's report and takes no policy.
      this.function.role!.attachInlinePolicy(policy);
    } else {
      policy.attachToRole(this.function.role!);
    }
    acceptFinding(policy, 'AwsSolutions-IAM5', wildcards);
    resource.node.addDependency(policy);
  }
}
