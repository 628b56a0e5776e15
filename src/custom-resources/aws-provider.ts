import { Aspects, CustomResource, Names, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';
import { acceptFinding } from './accepted-findings';
import { AwsFunction } from './aws-function';
import { functionRole, HANDLER_FUNCTION, handlerLogs, ResourceProvider } from './two-phase-provider';
import { Waiter } from './waiter';

type PolicyKind = typeof iam.Policy | typeof iam.ManagedPolicy;

/** The constructs whose resources share a policy. */
const FAMILIES = new WeakSet<IConstruct>();

/**
 * The function that CloudFormation calls for every custom resource, once per stack.
 *
 * It stays outside the VPC: isolated clusters rarely have endpoints for EC2, Auto Scaling, EKS and the answers to CloudFormation. What needs the
 * Kubernetes API it asks another function for.
 */
export class AwsProvider extends Construct implements ResourceProvider {
  public static getOrCreate(scope: Construct): AwsProvider {
    const stack = Stack.of(scope);
    return (stack.node.tryFindChild('KarpenterMigrationAws') as AwsProvider | undefined) ?? new AwsProvider(stack, 'KarpenterMigrationAws');
  }

  /**
   * Lets all resources below a construct have one policy. They must go together: a policy is narrowed before what is taken out of a stack is
   * deleted.
   */
  public static shareRights(family: IConstruct): void {
    FAMILIES.add(family);
  }

  public readonly serviceToken: string;
  public readonly function: AwsFunction;
  public readonly logGroup = handlerLogs(this);
  private readonly waiter: Waiter;
  private readonly policies = new Map<string, iam.Policy | iam.ManagedPolicy>();

  private constructor(scope: Construct, id: string) {
    super(scope, id);
    this.function = new AwsFunction(this, 'Function', {
      ...HANDLER_FUNCTION,
      description: 'Karpenter migration: resources, and the steps of the workflow',
      logGroup: this.logGroup,
      role: functionRole(this, this.logGroup),
    });
    this.serviceToken = this.function.functionArn;
    this.waiter = new Waiter(this, 'Waiter', { function: this.function });
    // When all statements are there: a role that `iam.Role.customizeRoles` leaves to others copies them into CDK's report, and takes no policy.
    Aspects.of(this).add({ visit: node => node === this && this.attachPolicies() });
  }

  /** Lets the function do what a resource needs. It is there before the resource, and goes after it. */
  public allow(resource: CustomResource, statements: readonly iam.PolicyStatementProps[] = []): void {
    const family = familyOf(resource);
    const policy = this.policyOf(family, 'For', iam.Policy);
    this.add(policy, [{ actions: ['states:StartExecution'], resources: [this.waiter.stateMachineArn] }, ...statements]);
    resource.node.addDependency(policy);
  }

  /**
   * The same for what names something that is made after the first resource of a family: in a policy of its own, which those need not wait for.
   *
   * @param Kind a managed one where it is long: all inline policies of a role may have 10,240 characters together, and several migrations
   * share the role
   */
  public allowLate(resource: CustomResource, statements: readonly iam.PolicyStatementProps[], Kind: PolicyKind = iam.Policy): void {
    const policy = this.policyOf(resource.node.scope!, 'LateFor', Kind);
    this.add(policy, statements);
    resource.node.addDependency(policy);
  }

  private policyOf(family: IConstruct, prefix: string, Kind: PolicyKind): iam.Policy | iam.ManagedPolicy {
    const id = `${prefix}-${Names.nodeUniqueId(family.node)}`;
    const policy = this.policies.get(id) ?? new Kind(this, id, { document: new iam.PolicyDocument({ minimize: true }) });
    this.policies.set(id, policy);
    return policy;
  }

  private add(policy: iam.Policy | iam.ManagedPolicy, statements: readonly iam.PolicyStatementProps[]): void {
    policy.addStatements(...statements.map(statement => new iam.PolicyStatement(statement)));
  }

  private attachPolicies(): void {
    for (const policy of this.policies.values()) {
      if (policy instanceof iam.Policy) {
        this.function.role!.attachInlinePolicy(policy);
      } else {
        policy.attachToRole(this.function.role!);
      }
      if (JSON.stringify(Stack.of(this).resolve(policy.document)).includes('*')) {
        acceptFinding(policy, 'AwsSolutions-IAM5', 'what there is in the account is not known before, and some reads know no resources; the cluster and our tags bound the writes');
      }
    }
  }
}

/** Whose policies a resource has: of the whole that it is part of, or of its own. */
function familyOf(resource: CustomResource): IConstruct {
  return resource.node.scopes.find(scope => FAMILIES.has(scope)) ?? resource.node.scope!;
}
