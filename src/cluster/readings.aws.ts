import { Subnet, Tag } from '@aws-sdk/client-ec2';
import { Cluster, DescribeNodegroupCommand, EKSClient, Nodegroup, paginateListNodegroups, ResourceNotFoundException } from '@aws-sdk/client-eks';
import { SubnetFacts } from './survey-port';

/** Calls at a time; EKS and Auto Scaling throttle early. */
const CALLS = 5;

/** Calls for each item, a few at a time; the answers in the order of the items. */
export async function inParallel<T, R>(items: readonly T[], call: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += CALLS) {
    results.push(...await Promise.all(items.slice(start, start + CALLS).map(call)));
  }
  return results;
}

/** The names of all managed node groups of a cluster. */
export async function nodegroupNames(client: EKSClient, clusterName: string): Promise<string[]> {
  const names: string[] = [];
  for await (const page of paginateListNodegroups({ client }, { clusterName })) {
    names.push(...page.nodegroups ?? []);
  }
  return names;
}

/** Undefined for a group that is not there; one that has gone since it was listed was in deletion. */
export async function describeNodegroup(client: EKSClient, clusterName: string, nodegroupName: string): Promise<Nodegroup | undefined> {
  try {
    return (await client.send(new DescribeNodegroupCommand({ clusterName, nodegroupName }))).nodegroup;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) {
      return undefined;
    }
    throw error;
  }
}

/** How a cluster authenticates; one from before access entries says nothing about it. */
export function authenticationModeOf({ accessConfig }: Cluster): string {
  return accessConfig?.authenticationMode ?? 'CONFIG_MAP';
}

/** Whether a function needs a way into the VPC to reach the API. */
export function hasPrivateEndpoint({ resourcesVpcConfig }: Cluster): boolean {
  const { endpointPublicAccess = true, publicAccessCidrs = [] } = resourcesVpcConfig ?? {};
  return !endpointPublicAccess || (publicAccessCidrs.length > 0 && !publicAccessCidrs.includes('0.0.0.0/0'));
}

/** EC2's list of tags by key. */
export function tagsOf(tags: readonly Tag[] = []): Record<string, string> {
  return Object.fromEntries(tags.map(tag => [tag.Key!, tag.Value ?? '']));
}

export function subnetFacts({ SubnetId, AvailabilityZone, AvailableIpAddressCount, Tags }: Subnet): SubnetFacts {
  return { id: SubnetId!, zone: AvailabilityZone!, availableAddresses: AvailableIpAddressCount!, tags: tagsOf(Tags) };
}
