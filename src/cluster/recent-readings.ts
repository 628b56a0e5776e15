import { ClusterFacts, ClusterReader, NetworkReader, SubnetFacts } from './survey-port';

/** A preflight and what comes right after it. */
const RECENT_MILLISECONDS = 60_000;

interface Recent<T> { readonly value: T; readonly at: number }

/**
 * What one resource of a deployment has read, for the next one that only tells it: a preflight and a survey ask for the same within seconds.
 * Nothing may be decided by it, because somebody may have changed the cluster meanwhile.
 */
export class RecentReadings {
  /** Reads all of it, for whoever decides. */
  public readonly reading: ClusterReader & NetworkReader = {
    readCluster: async (name, nodegroups, tolerant) => {
      const facts = await this.reader.readCluster(name, nodegroups, tolerant);
      if (nodegroups === undefined) {
        this.clusters.set(name, { value: facts, at: this.now() });
      }
      return facts;
    },
    readSubnets: async (ids, tolerant) => {
      const found = await this.reader.readSubnets(ids, tolerant);
      found.forEach(subnet => this.subnets.set(subnet.id, { value: subnet, at: this.now() }));
      return found;
    },
    readSecurityGroups: (ids, tolerant) => this.reader.readSecurityGroups(ids, tolerant),
  };

  /** Reads only what was not read a moment ago, for whoever tells it. */
  public readonly telling: ClusterReader & NetworkReader = {
    ...this.reading,
    readCluster: async (name, nodegroups, tolerant) => this.recentCluster(name, nodegroups) ?? this.reader.readCluster(name, nodegroups, tolerant),
    readSubnets: async (ids, tolerant) => {
      const recent = ids.flatMap(id => this.recent(this.subnets.get(id)) ?? []);
      return recent.length === ids.length ? recent : this.reader.readSubnets(ids, tolerant);
    },
  };

  private readonly clusters = new Map<string, Recent<ClusterFacts>>();
  private readonly subnets = new Map<string, Recent<SubnetFacts>>();

  constructor(private readonly reader: ClusterReader & NetworkReader, private readonly now: () => number = Date.now) {}

  /** Undefined also where something that was asked for is not there: what that comes to is for the reader to say. */
  private recentCluster(name: string, nodegroups: readonly string[] | undefined): ClusterFacts | undefined {
    const facts = this.recent(this.clusters.get(name));
    const asked = facts?.nodegroups.filter(group => nodegroups === undefined || nodegroups.includes(group.name)) ?? [];
    const isThere = (group: string) => asked.some(one => one.name === group);
    const isWhole = (nodegroups ?? []).every(isThere) && !asked.some(({ launchTemplateGone }) => launchTemplateGone);
    return facts && isWhole ? { ...facts, nodegroups: asked } : undefined;
  }

  private recent<T>(one: Recent<T> | undefined): T | undefined {
    return one && this.now() - one.at <= RECENT_MILLISECONDS ? one.value : undefined;
  }
}
