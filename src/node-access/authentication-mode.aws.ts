import { DescribeClusterCommand, EKSClient, ResourceNotFoundException } from '@aws-sdk/client-eks';
import { CLUSTER_NOT_FOUND } from '../custom-resources/cluster-gone';

/** How a cluster authenticates by now; a cluster from before access entries says nothing about it. */
export async function readAuthenticationMode(clusterName: string, eks = new EKSClient({})): Promise<string> {
  try {
    const { cluster } = await eks.send(new DescribeClusterCommand({ name: clusterName }));
    return cluster!.accessConfig?.authenticationMode ?? 'CONFIG_MAP';
  } catch (error) {
    throw error instanceof ResourceNotFoundException
      ? Object.assign(new Error(`there is no cluster "${clusterName}"`), { name: CLUSTER_NOT_FOUND })
      : error;
  }
}
