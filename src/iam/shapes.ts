import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { textOf } from '../input/kinds';

/** IAM's rules for names. */
const named = (what: string, limit: number) => textOf(new RegExp(`^[\\w+=,.@-]{1,${limit}}$`), `the name of ${what}: at most ${limit} letters, digits or characters of "_+=,.@-"`);

export const ROLE_NAME = named('a role', 64);
export const INSTANCE_PROFILE_NAME = named('an instance profile', 128);
export const POLICY_NAME = named('a policy', 128);

/** Refuses a role of an account that is not the stack's, where both are known: nodes and controllers act in the account of the cluster. */
export function checkAccount(scope: Construct, what: string, role: iam.IRole): void {
  const [its, ours] = [role.env.account, Stack.of(scope).account];
  if (!Token.isUnresolved(its) && !Token.isUnresolved(ours) && its !== ours) {
    throw new Error(`${what} is "${role.roleArn}", of account ${its}, and the stack of the cluster is of ${ours}: set a role of that account, or leave it out for a new one`);
  }
}
