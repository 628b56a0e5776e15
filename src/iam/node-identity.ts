import { Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { IamNames } from './iam-names';
import { NodeInstanceProfile, NodeRole } from './node-role';

/** What a user has already; whatever is missing is made. */
export interface NodeIdentityOptions {
  readonly nodeRole?: iam.IRole;
  readonly instanceProfile?: iam.IInstanceProfile;
  readonly names?: IamNames;
}

export interface NodeIdentity {
  readonly role: iam.IRole;
  readonly instanceProfile: iam.IInstanceProfile;
}

/** The role and the instance profile of Karpenter's nodes: those given, untouched, else new ones below the scope. */
export function nodeIdentity(scope: Construct, options: NodeIdentityOptions = {}): NodeIdentity {
  const { instanceProfile, names } = options;
  if (instanceProfile) {
    return { role: roleOf(instanceProfile, options.nodeRole), instanceProfile };
  }
  const role = options.nodeRole ?? new NodeRole(scope, 'NodeRole', { roleName: names?.nodeRole });
  return {
    role,
    instanceProfile: new NodeInstanceProfile(scope, 'NodeInstanceProfile', { role, instanceProfileName: names?.instanceProfile }),
  };
}

function roleOf(instanceProfile: iam.IInstanceProfile, nodeRole?: iam.IRole): iam.IRole {
  const own = instanceProfile.role;
  if (!own && !nodeRole) {
    throw new Error('the instance profile was imported without its role, which the controller must pass and the cluster must admit: set `nodeRole` too, '
      + 'or import it with InstanceProfile.fromInstanceProfileAttributes({ instanceProfileArn, role })');
  }
  if (own && nodeRole && differ(own.roleArn, nodeRole.roleArn)) {
    throw new Error(`the instance profile holds role ${own.roleArn} but \`nodeRole\` is ${nodeRole.roleArn}: Karpenter's nodes have one role, `
      + 'remove `nodeRole` or pass the profile that holds it');
  }
  return (nodeRole ?? own)!;
}

function differ(a: string, b: string): boolean {
  return !Token.isUnresolved(a) && !Token.isUnresolved(b) && a !== b;
}
