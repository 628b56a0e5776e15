import { AccessEntry, DescribeAccessEntryCommand, DescribeClusterCommand, EKSClient, ListAccessEntriesCommand } from '@aws-sdk/client-eks';
import { Check, Report } from './report';
import { World } from './world';
import { clientConfig } from '../aws/client-config';
import { expectEqual } from '../cluster/until';

const AWS_AUTH = '/api/v1/namespaces/kube-system/configmaps/aws-auth';
const STEP = 'Update aws-auth ConfigMap';

/** Who may join the cluster, and come to it. */
export interface NodeAccess {
  /** Undefined where there is none, as in a cluster that never knew it. */
  readonly awsAuth?: Readonly<Record<string, string>>;
  /** By the ARN of who is let in; empty where the mode allows none. */
  readonly entries: Readonly<Record<string, AccessEntry>>;
}

export async function nodeAccess(world: World): Promise<NodeAccess> {
  return {
    awsAuth: (await world.kube.find(AWS_AUTH))?.data,
    entries: await accessEntries(world),
  };
}

async function accessEntries(world: World): Promise<NodeAccess['entries']> {
  const client = new EKSClient(clientConfig(world.aws));
  const { cluster } = await client.send(new DescribeClusterCommand({ name: world.clusterName }));
  if (cluster!.accessConfig!.authenticationMode === 'CONFIG_MAP') {
    return {};
  }
  const { accessEntries: principals = [] } = await client.send(new ListAccessEntriesCommand({ clusterName: world.clusterName }));
  return Object.fromEntries(await Promise.all(principals.map(async (principalArn) => {
    const { accessEntry } = await client.send(new DescribeAccessEntryCommand({ clusterName: world.clusterName, principalArn }));
    return [principalArn, accessEntry!] as const;
  })));
}

/** The installation lets the role of Karpenter's nodes in, as the mode of the cluster asks for, and touches nothing else. */
export async function letIn(world: World, report: Report, before: NodeAccess, nodeRoleArn: string): Promise<void> {
  const check = (name: string): Check => ({ step: STEP, shows: 'seen', name });
  if (world.authenticationMode === 'CONFIG_MAP') {
    await report.check(check('aws-auth has one more entry, the rest is there byte for byte'), async () => mapped(await nodeAccess(world), before, nodeRoleArn));
  } else {
    await report.check(check('there is one more access entry, for Linux nodes; all others and aws-auth are as they were'), async () =>
      entered(await nodeAccess(world), before, nodeRoleArn));
  }
}

function mapped(now: NodeAccess, before: NodeAccess, nodeRoleArn: string): string {
  expectEqual('mapUsers', now.awsAuth?.mapUsers, before.awsAuth?.mapUsers);
  const [mapRoles, old] = [now.awsAuth!.mapRoles, before.awsAuth!.mapRoles];
  if (!mapRoles.startsWith(old)) {
    throw new Error(`what was there changed: ${mapRoles}`);
  }
  const added = mapRoles.slice(old.length);
  for (const part of ['system:bootstrappers', 'system:nodes', 'system:node:{{EC2PrivateDNSName}}', nodeRoleArn]) {
    expectEqual(`occurrences of ${part} in ${added}`, added.split(part).length - 1, 1);
  }
  return added.trim();
}

function entered(now: NodeAccess, before: NodeAccess, nodeRoleArn: string): string {
  expectEqual('aws-auth', now.awsAuth, before.awsAuth);
  const { [nodeRoleArn]: added, ...others } = now.entries;
  expectEqual('other access entries', others, before.entries);
  expectEqual(`type of the access entry of ${nodeRoleArn}`, added?.type, 'EC2_LINUX');
  return `${nodeRoleArn}: ${added.type}, ${added.username}, beside ${Object.keys(others).length} others`;
}

/** After a removal everybody is let in who was, and nobody else. */
export async function notLetInAnyMore(world: World, report: Report, before: NodeAccess): Promise<void> {
  await report.check({ step: STEP, shows: 'undone', name: 'aws-auth is as before, byte for byte, and so are the access entries' }, async () => {
    expectEqual('who is let in', await nodeAccess(world), before);
    return `aws-auth is equal, and ${Object.keys(before.entries).length} access entries`;
  });
}
