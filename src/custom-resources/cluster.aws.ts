import { Cluster, DescribeClusterCommand, EKSClient, ResourceNotFoundException } from '@aws-sdk/client-eks';
import { CLIENT_OPTIONS } from './client-options';
import { CLUSTER_NOT_FOUND } from './cluster-gone';

class ClusterNotFound extends Error {
  public readonly name = CLUSTER_NOT_FOUND;
}

/** A cluster as EKS has it; one that is gone is an error by which a removal knows that it is done. */
export async function describeCluster(name: string, eks = new EKSClient(CLIENT_OPTIONS)): Promise<Cluster> {
  try {
    return (await eks.send(new DescribeClusterCommand({ name }))).cluster!;
  } catch (error) {
    throw error instanceof ResourceNotFoundException ? new ClusterNotFound(`there is no cluster "${name}"`) : error;
  }
}
