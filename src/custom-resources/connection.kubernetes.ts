import { AssumeRoleCommand, Credentials, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type * as k8s from '@kubernetes/client-node';
import { CLIENT_OPTIONS } from './client-options';
import { describeCluster } from './cluster.aws';
import { bearerToken, noWay, roleOfSession, trustMissing } from './eks-token.aws';
import { Query } from './lambda';
import { Connect } from './lifecycle';
import { text } from './properties';
import { TimedKubeConfig } from './timed-config.kubernetes';
import { isTransient } from './transient';

/** STS gives no shorter session, and a token outlives one call of a function by far. */
const SESSION_SECONDS = 900;
/** EKS takes a token for 15 minutes; five are left for the call that got it from here. */
const REUSE_MILLISECONDS = 10 * 60_000;

const connections = new Map<string, { readonly config: Promise<k8s.KubeConfig>; readonly until: number }>();

/** Connects to a cluster's API as its kubectl role. */
export async function connect(clusterName: string, kubectlRoleArn: string): Promise<k8s.KubeConfig> {
  const key = `${clusterName} ${kubectlRoleArn}`;
  const known = connections.get(key);
  if (known && known.until > Date.now()) {
    return known.config;
  }
  // Who comes meanwhile waits for the same one; one that failed is nobody's.
  const connection = { config: open(clusterName, kubectlRoleArn), until: Date.now() + REUSE_MILLISECONDS };
  connections.set(key, connection);
  try {
    return await connection.config;
  } catch (error) {
    if (connections.get(key) === connection) {
      connections.delete(key);
    }
    throw error;
  }
}

async function open(clusterName: string, kubectlRoleArn: string): Promise<k8s.KubeConfig> {
  const region = process.env.AWS_REGION!;
  const { endpoint, certificateAuthority } = await reaching('eks', region, () => describe(clusterName));
  const token = await bearerToken(clusterName, region, await assume(kubectlRoleArn, region));
  const config = new TimedKubeConfig();
  config.loadFromClusterAndUser(
    { name: clusterName, server: endpoint, caData: certificateAuthority, skipTLSVerify: false },
    { name: kubectlRoleArn, token },
  );
  return config;
}

/** Connects to the cluster that a query names. */
export function connectFor(query: Query): Promise<k8s.KubeConfig> {
  return connect(text(query, 'ClusterName'), text(query, 'KubectlRoleArn'));
}

/** Connects to the cluster that a request names and puts a port before it. */
export function through<P>(Port: new (config: k8s.KubeConfig) => P): Connect<P> {
  return async (clusterName, kubectlRoleArn) => new Port(await connect(clusterName, kubectlRoleArn));
}

/** Says where the way to a service ends: the function runs in subnets that the user has chosen. */
async function reaching<T>(service: string, region: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw isTransient(error)
      ? Object.assign(new Error(noWay(service, region, error as Error)), { name: (error as Error).name, cause: error })
      : error;
  }
}

async function describe(clusterName: string): Promise<{ endpoint: string; certificateAuthority: string }> {
  const { endpoint, certificateAuthority, status } = await describeCluster(clusterName);
  if (!endpoint || !certificateAuthority?.data) {
    throw new Error(`cluster "${clusterName}" has no endpoint, its status is ${status}: wait until it is ACTIVE`);
  }
  return { endpoint, certificateAuthority: certificateAuthority.data };
}

async function assume(kubectlRoleArn: string, region: string): Promise<Credentials> {
  // The regional endpoint answers in isolated VPCs too, where the global one has no interface endpoint.
  const sts = new STSClient({ ...CLIENT_OPTIONS, region });
  try {
    const { Credentials: credentials } = await reaching('sts', region, () => sts.send(new AssumeRoleCommand({
      RoleArn: kubectlRoleArn,
      RoleSessionName: 'cdk-karpenter-migration',
      DurationSeconds: SESSION_SECONDS,
    })));
    return credentials!;
  } catch (error) {
    if (!/^AccessDenied/.test((error as Error).name)) {
      throw error;
    }
    const { Arn: caller } = await sts.send(new GetCallerIdentityCommand({}));
    throw new Error(trustMissing(kubectlRoleArn, roleOfSession(caller!)));
  }
}
