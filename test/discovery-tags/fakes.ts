import { ClusterFacts, ClusterReader, NetworkReader, NodegroupFacts } from '../../src/cluster/survey-port';
import { DiscoveryTagsPort, ResourceKind, TaggedResource, Tags } from '../../src/discovery-tags/plan';
import { cluster as healthyCluster, nodegroup as healthyNodegroup } from '../preflight/facts';

export function nodegroup(name: string, facts: Partial<NodegroupFacts> = {}): NodegroupFacts {
  return healthyNodegroup(name, { subnetIds: ['subnet-a'], ...facts });
}

export function cluster(...nodegroups: NodegroupFacts[]): ClusterFacts {
  return healthyCluster({ subnetIds: ['subnet-a'], nodegroups });
}

/** An account's network: tags by id, changed as EC2 would. */
export class FakeNetwork implements DiscoveryTagsPort, ClusterReader, NetworkReader {
  public readonly calls: string[] = [];
  /** How EC2 was asked: of how many resources at once. */
  public readonly requests: string[] = [];
  /** After so many changes, the next one fails. */
  public failsAfter = Infinity;
  public failure = new Error('EC2 is not available');

  constructor(private readonly tags: Record<string, Record<string, string>>, public facts: ClusterFacts = cluster(nodegroup('apps'))) {}

  public snapshot(): Record<string, Record<string, string>> {
    return JSON.parse(JSON.stringify(this.tags));
  }

  public all(): TaggedResource[] {
    return Object.entries(this.snapshot()).map(([id, tags]) => ({ id, kind: kindOf(id), tags }));
  }

  public async carrying(keys: readonly string[]): Promise<TaggedResource[]> {
    this.requests.push('carrying');
    return this.all().filter(({ tags }) => keys.some(key => tags[key] !== undefined));
  }

  /** One resource after the other, so that a failure comes in the middle. */
  public async add(ids: readonly string[], tags: Tags): Promise<void> {
    this.requests.push(`add ${ids.join(' ')}`);
    for (const id of ids) {
      this.record(`add ${id}`);
      Object.assign(this.tags[id], tags);
    }
  }

  public async remove(ids: readonly string[], tags: Tags): Promise<void> {
    this.requests.push(`remove ${ids.join(' ')}`);
    for (const id of ids) {
      this.record(`remove ${id}`);
      for (const [key, value] of Object.entries(tags)) {
        if (this.tags[id]?.[key] === value) {
          delete this.tags[id][key];
        }
      }
    }
  }

  public async readCluster(): Promise<ClusterFacts> {
    return this.facts;
  }

  public async readSubnets(ids: readonly string[], tolerant = false) {
    return this.read(ids, tolerant).map(one => ({ ...one, zone: 'us-east-1a', availableAddresses: 200 }));
  }

  public async readSecurityGroups(ids: readonly string[], tolerant = false) {
    return this.read(ids, tolerant);
  }

  private read(ids: readonly string[], tolerant: boolean) {
    return ids.filter(id => !tolerant || this.tags[id]).map(id => {
      if (!this.tags[id]) {
        throw new Error(`"${id}" does not exist in this account and region`);
      }
      return { id, tags: { ...this.tags[id] } };
    });
  }

  private record(call: string): void {
    if (this.calls.length >= this.failsAfter) {
      throw this.failure;
    }
    this.calls.push(call);
  }
}

function kindOf(id: string): ResourceKind {
  return id.startsWith('subnet-') ? 'subnet' : 'security-group';
}
