import { Cluster } from '@aws-sdk/client-eks';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Unreachable } from './readings';
import { CLIENT_OPTIONS } from '../../custom-resources/client-options';
import { describeCluster } from '../../custom-resources/cluster.aws';
import { bearerToken } from '../../custom-resources/eks-token.aws';

/** Who asks AWS, and where. */
export interface Session {
  readonly region: string;
  readonly account: string;
  /** The caller's ARN. */
  readonly caller: string;
}

/**
 * Takes the region and the credentials that all of AWS' tools take, unless the command line says others. All clients that are made afterwards are of this
 * session: they read the same environment.
 *
 * @throws Unreachable where there is no region, or nobody to ask as
 */
export async function openSession({ region, profile }: { readonly region?: string; readonly profile?: string }): Promise<Session> {
  if (profile !== undefined) {
    process.env.AWS_PROFILE = profile;
    // Keys of the environment would win over the profile that somebody named.
    delete process.env.AWS_ACCESS_KEY_ID;
    delete process.env.AWS_SECRET_ACCESS_KEY;
    delete process.env.AWS_SESSION_TOKEN;
  }
  if (region !== undefined) {
    process.env.AWS_REGION = region;
  }
  const sts = new STSClient(CLIENT_OPTIONS);
  const found = await orUnreachable('no region is set: add --region, or set AWS_REGION or the region of the profile', () => sts.config.region());
  process.env.AWS_REGION = found;
  await orUnreachable('there are no credentials for AWS: log in, set AWS_PROFILE, or add --profile', () => sts.config.credentials());
  const { Account, Arn } = await orUnreachable('AWS does not know the caller', () => sts.send(new GetCallerIdentityCommand({})));
  return { region: found, account: Account!, caller: Arn! };
}

/** @throws Unreachable where there is no such cluster, or it may not be read */
export async function readCluster(name: string, { region, caller }: Session): Promise<Cluster> {
  return orUnreachable(`cluster "${name}" cannot be read in ${region} as ${caller} (eks:DescribeCluster)`, () => describeCluster(name));
}

/** A token of EKS for the caller; EKS takes it for 15 minutes. */
export async function callerToken(clusterName: string, { region }: Session): Promise<string> {
  const { accessKeyId, secretAccessKey, sessionToken } = await new STSClient(CLIENT_OPTIONS).config.credentials();
  return bearerToken(clusterName, region, { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken });
}

async function orUnreachable<T>(says: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw new Unreachable(`${says}: ${(error as Error).message}`);
  }
}
