import { CfnJson, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/**
 * A map of conditions whose keys may hold names that are known only in the deployment.
 *
 * CloudFormation takes no functions in keys; `CfnJson` renders the whole map in the deployment instead.
 */
export function tokenKeys(scope: Construct, id: string, conditions: Record<string, unknown>): any {
  return Object.keys(conditions).some(key => Token.isUnresolved(key))
    ? new CfnJson(scope, id, { value: conditions })
    : conditions;
}
