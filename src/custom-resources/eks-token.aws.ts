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

export function trustMissing(kubectlRoleArn: string, functionRoleArn: string): string {
  const statement = { Effect: 'Allow', Principal: { AWS: functionRoleArn }, Action: 'sts:AssumeRole' };
  return [
    `the function's role may not assume the kubectl role ${kubectlRoleArn};`,
    'import the cluster with kubectlLambdaRole set to a role that it trusts already,',
    `or add this statement to its trust policy (with the path of the first role, if it has one): ${JSON.stringify(statement)}`,
  ].join(' ');
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
