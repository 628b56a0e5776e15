import { EKSClient } from '@aws-sdk/client-eks';
import { authenticationModeOf } from '../cluster/readings.aws';
import { describeCluster } from '../custom-resources/cluster.aws';

/** How a cluster authenticates by now. */
export async function readAuthenticationMode(clusterName: string, eks?: EKSClient): Promise<string> {
  return authenticationModeOf(await describeCluster(clusterName, eks));
}
