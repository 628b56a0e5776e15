import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';

/** What `aws eks get-token` takes too: EKS has its own clock for how old a token may be, 15 minutes. */
const PRESIGN_SECONDS = 60;

/** Session credentials in the words of STS. */
export interface SessionCredentials {
  readonly AccessKeyId?: string;
  readonly SecretAccessKey?: string;
  readonly SessionToken?: string;
}

/** The role behind the ARN of a session; the session's ARN has lost the role's path. */
export function roleOfSession(callerArn: string): string {
  const session = /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(callerArn);
  return session ? `arn:${session[1]}:iam::${session[2]}:role/${session[3]}` : callerArn;
}

/** What CloudFormation puts behind a name that it makes: a new one with every new role. */
const GENERATED = /-[A-Za-z0-9]{12,13}$/;

/** How the function gets into the cluster; all of it holds also after a rollback, which takes a role of ours away. */
export function trustMissing(kubectlRoleArn: string, functionRoleArn: string): string {
  return [
    `the function's role may not assume the kubectl role ${kubectlRoleArn}, which must trust it, and CDK's own role for kubectl as well;`,
    'import the cluster with `kubectlLambdaRole` set to a role that the kubectl role trusts already, which serves both;',
    'or, where the kubectl role is made in the same app, let it trust `kubernetesRole` of the migration;',
    `or add this statement to its trust policy (with the path of the function's role, if it has one): ${JSON.stringify(trustStatement(functionRoleArn))}`,
  ].join(' ');
}

/** IAM forgets a principal with its role, and the next one has another name: a generated name is matched by what stays of it. */
function trustStatement(roleArn: string): object {
  const [, partition, account] = /^arn:([^:]+):iam::(\d+):/.exec(roleArn) ?? [];
  return account !== undefined && GENERATED.test(roleArn)
    ? {
      Effect: 'Allow',
      Principal: { AWS: `arn:${partition}:iam::${account}:root` },
      Action: 'sts:AssumeRole',
      Condition: { ArnLike: { 'aws:PrincipalArn': roleArn.replace(GENERATED, '-*') } },
    }
    : { Effect: 'Allow', Principal: { AWS: roleArn }, Action: 'sts:AssumeRole' };
}

/** Why a function gets no answer of a service, where that may be its network. */
export function noWay(service: string, region: string, { name, message }: Error): string {
  return `no answer from ${service}.${region} where the function for the Kubernetes API runs (${name}: ${message}): if it lasts, its subnets need a way out by a NAT `
    + `gateway, or an interface endpoint com.amazonaws.${region}.${service} whose security group admits the function's`;
}

/** A presigned GetCallerIdentity call, which EKS makes to learn who is asking. */
export async function bearerToken(clusterName: string, region: string, credentials: SessionCredentials, now = new Date()): Promise<string> {
  const hostname = `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  const signer = new SignatureV4({
    service: 'sts',
    region,
    sha256: Sha256,
    credentials: {
      accessKeyId: credentials.AccessKeyId!,
      secretAccessKey: credentials.SecretAccessKey!,
      sessionToken: credentials.SessionToken,
    },
  });
  const signed = await signer.presign(new HttpRequest({
    method: 'GET',
    protocol: 'https:',
    hostname,
    path: '/',
    query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    headers: { 'host': hostname, 'x-k8s-aws-id': clusterName },
  }), { expiresIn: PRESIGN_SECONDS, signingDate: now });
  const query = Object.entries(signed.query!).map(([name, value]) => `${percent(name)}=${percent(String(value))}`).join('&');
  return `k8s-aws-v1.${Buffer.from(`https://${hostname}/?${query}`).toString('base64url')}`;
}

/** Percent-encoding as signatures have it, which is stricter than encodeURIComponent. */
function percent(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
