import { NODEGROUP_LABEL, ZONE_LABEL } from '../../src/kubernetes/views';
import { NodegroupState, Resizing, ScaleDownAwsPort, Sizes } from '../../src/workflow/scale-down/port';

const GROUPS = ['a', 'b', 'c', 'd'];
export const ZONES = ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'];
/** Nodes are this old when a drain begins. */
const AGE = 3_600_000;

/** When something happens, and how it is told. */
export interface NodegroupOptions {
  /** Of all node groups together. */
  readonly nodes: number;
  readonly now: number;
  readonly seconds: { readonly updates: number; readonly instancesEnd: number };
  /** Does something later. */
  readonly in: (seconds: number, event: () => void) => void;
  /** Told when an instance has ended. */
  readonly ended: (id: string) => void;
}

/** An instance, and the labels that EKS gives its node. */
export interface Member { readonly id: string; readonly node: string; readonly labels: Readonly<Record<string, string>> }

/** Node groups as EKS and Auto Scaling show them, in memory. */
export class Nodegroups implements ScaleDownAwsPort {
  /** Those of the beginning. */
  public readonly members: readonly Member[];
  private readonly groups: NodegroupState[];
  private updates = 0;

  public constructor(private readonly options: NodegroupOptions) {
    const { nodes, now } = options;
    const members: Member[] = [];
    this.groups = GROUPS.map((name, index) => {
      const desired = Math.floor((nodes + index) / GROUPS.length);
      const sizes = { min: 1, max: desired * 2, desired };
      const instances = Array.from({ length: desired }, (_, each) => {
        const id = `i-${name}${each}`;
        members.push({ id, node: nodeOf(id), labels: { [NODEGROUP_LABEL]: name, [ZONE_LABEL]: ZONES[each % ZONES.length] } });
        return { id, launched: now - AGE, counts: true, leaving: false };
      });
      return { name, arn: `arn:${name}`, status: 'ACTIVE', issues: [], sizes, tags: {}, group: { name: `eks-${name}`, sizes: { ...sizes }, suspended: [], instances } };
    });
    this.members = members;
  }

  /** Instances that are there, those that end included. */
  public get instances(): number {
    return this.groups.reduce((sum, { group }) => sum + group.instances.length, 0);
  }

  public async nodegroups(): Promise<NodegroupState[]> {
    return structuredClone(this.groups);
  }

  public async tag(arn: string, tags: Readonly<Record<string, string>>): Promise<void> {
    this.change(({ arn: own }) => own === arn, group => ({ tags: { ...group.tags, ...tags } }));
  }

  public async untag(arn: string, keys: readonly string[]): Promise<void> {
    const without = (tags: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));
    this.change(({ arn: own }) => own === arn, group => ({ tags: without(group.tags) }));
  }

  public async resize(nodegroup: string, sizes: Partial<Sizes>): Promise<Resizing> {
    this.change(({ name }) => name === nodegroup, () => ({ status: 'UPDATING', ownUpdate: true }));
    this.options.in(this.options.seconds.updates, () => this.change(({ name }) => name === nodegroup, group => ({
      status: 'ACTIVE', ownUpdate: undefined, sizes: { ...group.sizes, ...sizes }, group: { ...group.group, sizes: { ...group.group.sizes, ...sizes } },
    })));
    this.updates += 1;
    return { update: String(this.updates) };
  }

  public async suspendRebalancing(name: string): Promise<void> {
    this.change(({ group }) => group.name === name, ({ group }) => ({ group: { ...group, suspended: ['AZRebalance'] } }));
  }

  public async resumeRebalancing(name: string): Promise<void> {
    this.change(({ group }) => group.name === name, ({ group }) => ({ group: { ...group, suspended: [] } }));
  }

  public async refreshing(): Promise<string[]> {
    return [];
  }

  public async sizes(name: string): Promise<Sizes> {
    return this.groups.find(({ group }) => group.name === name)!.group.sizes;
  }

  public async terminate(id: string): Promise<string | undefined> {
    const isMember = ({ group }: NodegroupState) => group.instances.some(one => one.id === id);
    this.change(isMember, ({ group }) => ({
      group: {
        ...group,
        sizes: { ...group.sizes, desired: group.sizes.desired - 1 },
        instances: group.instances.map(one => one.id === id ? { ...one, counts: false, leaving: true } : one),
      },
    }));
    this.options.in(this.options.seconds.instancesEnd, () => {
      this.change(isMember, ({ group, sizes }) => ({
        sizes: { ...sizes, desired: group.sizes.desired }, group: { ...group, instances: group.instances.filter(one => one.id !== id) },
      }));
      this.options.ended(id);
    });
    return undefined;
  }

  private change(is: (group: NodegroupState) => boolean, changed: (group: NodegroupState) => Partial<NodegroupState>): void {
    const index = this.groups.findIndex(is);
    this.groups[index] = { ...this.groups[index], ...changed(this.groups[index]) };
  }
}

export function nodeOf(instanceId: string): string {
  return `node-${instanceId}`;
}
