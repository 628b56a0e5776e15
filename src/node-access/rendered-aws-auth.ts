import { Aspects, Stack, Token } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { NODE_USERNAME, nodeGroups } from './contract';

/**
 * Maps a role in CDK's own list of a cluster that is made in the same app.
 *
 * Once anything uses `cluster.awsAuth`, as CDK's node groups do, CDK renders the whole ConfigMap, and each change of it takes away what others
 * have put in. As long as nothing uses it, nothing may: a list with our role alone would take away what EKS has put in for its node groups.
 * Which of both holds is known when the app is synthesized.
 *
 * @param mapping comes after the list once the role is in it
 * @returns whether the role is in the list, for whoever asks during the synthesis
 */
export function listWhereRendered(mapping: Construct, cluster: eks.ICluster, role: iam.IRole, windows: boolean): () => boolean {
  let isListed = false;
  const list = () => {
    const awsAuth = renderedBy(cluster);
    if (!isListed && awsAuth && takes(awsAuth, role)) {
      isListed = true;
      refuseCircle(awsAuth, role);
      awsAuth.addRoleMapping(withoutPath(awsAuth, mapping, role), { username: NODE_USERNAME, groups: [...nodeGroups(windows)] });
      mapping.node.addDependency(awsAuth);
    }
  };
  Aspects.of(mapping).add({ visit: node => node === mapping && list() });
  return () => isListed;
}

/** The list of a cluster that is made in the app, if anything has used it. */
function renderedBy(cluster: eks.ICluster): eks.AwsAuth | undefined {
  const child = cluster instanceof eks.Cluster ? cluster.node.tryFindChild('AwsAuth') : undefined;
  return child instanceof eks.AwsAuth ? child : undefined;
}

/** The stack of the list cannot name what a stack that needs the cluster makes: each would wait for the other. */
function takes(awsAuth: eks.AwsAuth, role: iam.IRole): boolean {
  return Stack.of(role) === Stack.of(awsAuth) || !Token.isUnresolved(role.roleName);
}

/** The authenticator drops the path of a role before it compares, and CDK leaves it in. */
function withoutPath(awsAuth: eks.AwsAuth, mapping: Construct, role: iam.IRole): iam.IRole {
  const arn = Stack.of(awsAuth).formatArn({ service: 'iam', region: '', resource: 'role', resourceName: role.roleName });
  return iam.Role.fromRoleArn(awsAuth, `NodeRole-${mapping.node.addr}`, arn, { mutable: false });
}

/** CloudFormation would find the circle in the deployment, and name logical ids. */
function refuseCircle(awsAuth: eks.AwsAuth, role: iam.IRole): void {
  const waiting = role.node.scopes.find(scope => scope.node.dependencies.some(other => awsAuth.node.scopes.includes(other)));
  if (waiting) {
    throw new Error(`"${waiting.node.path}" depends on all of the cluster "${awsAuth.node.scope!.node.path}", and so on its aws-auth, which names the role `
      + `"${role.node.path}" and comes after it: let it depend on the node groups of the cluster instead`);
  }
}
