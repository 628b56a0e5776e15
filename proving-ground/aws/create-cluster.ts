import { Cluster, CreateClusterCommand, CreateClusterCommandInput, DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { until } from '../cluster/until';

/** Makes a cluster and waits until it is ACTIVE. */
export async function createCluster(client: EKSClient, input: CreateClusterCommandInput): Promise<Cluster> {
  await client.send(new CreateClusterCommand(input));
  return until(`the cluster ${input.name} is ACTIVE`, 60, async () => {
    const { cluster } = await client.send(new DescribeClusterCommand({ name: input.name }));
    return cluster!.status === 'ACTIVE' && cluster!;
  });
}
