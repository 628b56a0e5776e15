import { Instance } from '@aws-sdk/client-ec2';
import { DescribeClusterCommand, EKSClient, UpdateClusterConfigCommand } from '@aws-sdk/client-eks';
import { endBurst, karpenterInstances } from './burst';
import { CORE_CHECKS, coreCheck, Installed } from './core-checks';
import { Report } from './report';
import { CLUSTER_NAME, World } from './world';
import { clientConfig } from '../aws/client-config';
import { eksToken } from '../cluster/eks-token';
import { Kube } from '../cluster/kube';
import { sleep } from '../cluster/processes';
import { until } from '../cluster/until';

const STEP = 'Update aws-auth ConfigMap';
/** How long the authenticator takes to look at its files again, and more. */
const AUTHENTICATOR_MILLISECONDS = 5000;

/** The cluster stops to believe aws-auth while Karpenter's nodes run: all of them stay in, and new ones come. */
export async function entriesAlone(world: World, report: Report, installed: Installed): Promise<void> {
  await report.check({ step: STEP, shows: 'survives', name: 'a node of Karpenter is still let in when the cluster believes access entries alone' }, async () => {
    const client = new EKSClient(clientConfig(world.aws));
    const [instance] = await karpenterInstances(world);
    await asNode(world, instance);
    await client.send(new UpdateClusterConfigCommand({ name: CLUSTER_NAME, accessConfig: { authenticationMode: 'API' } }));
    await until('the authentication mode is API', 60, async () =>
      (await client.send(new DescribeClusterCommand({ name: CLUSTER_NAME }))).cluster!.accessConfig!.authenticationMode === 'API');
    await sleep(AUTHENTICATOR_MILLISECONDS);
    return `${await asNode(world, instance)} reads itself before and after it`;
  });
  await report.check({ step: STEP, shows: 'survives', name: 'and a new one comes in' }, async () => {
    await endBurst(world);
    await coreCheck('policy', world, installed, world.aws.calls.length);
    return coreCheck('mapping', world, installed, 0);
  });
  await report.check(CORE_CHECKS.running, () => coreCheck('running', world, installed, 0));
  await endBurst(world);
}

/** Asks the API server as the kubelet of an instance does, with a token of its role; gives the node's name. */
async function asNode(world: World, instance: Instance): Promise<string> {
  const { AWS_REGION: region, AWS_CA_BUNDLE: caFile } = world.aws.env;
  const token = await eksToken(await world.aws.credentialsForInstance(instance.InstanceId!), CLUSTER_NAME, region);
  const kube = new Kube({ token, caFile });
  try {
    return (await kube.get(`/api/v1/nodes/${instance.PrivateDnsName}`)).metadata.name;
  } finally {
    kube.close();
  }
}
