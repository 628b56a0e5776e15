import { Budgets, KarpenterApi, Limits, NodeClassFacts, PoolFacts } from './karpenter-api';

/** Karpenter's objects in Kubernetes. The adapter lives in the function that may reach it, so everything here is JSON, and times are milliseconds since the epoch. */
export interface FleetPort {
  /** Everything that Karpenter has, and nothing where its kinds do not exist. */
  objects(): Promise<FleetObjects>;
  pools(): Promise<readonly PoolView[]>;
  claims(): Promise<readonly ClaimView[]>;
  /** Undefined where there is none of the name. */
  pool(name: string): Promise<PoolFacts | undefined>;
  /** What pools can make, without those that are being deleted. */
  supply(): Promise<FleetSupply>;
  nodeClasses(): Promise<readonly NodeClassView[]>;
  /** One guarded write; false where somebody wrote in between. */
  changePool(change: PoolChange): Promise<boolean>;
  /** Asks for the deletion of objects, one after the other; what is gone already is as good. */
  remove(objects: readonly Departing[]): Promise<void>;
}

export const FLEET_METHODS = ['objects', 'pools', 'claims', 'pool', 'supply', 'nodeClasses', 'changePool', 'remove'] as const satisfies readonly (keyof FleetPort)[];

/** No instance type fits into a limit of zero of it, so that nothing is launched while what runs goes on. */
export const USUAL_LIMIT = 'cpu';

export interface FleetObjects {
  readonly pools: readonly PoolView[];
  readonly claims: readonly ClaimView[];
  readonly nodes: readonly FleetNode[];
}

export interface FleetSupply {
  readonly pools: readonly PoolFacts[];
  readonly nodeClasses: readonly NodeClassFacts[];
}

export interface PoolView {
  readonly name: string;
  readonly uid: string;
  /** The resourceVersion that guards a change. */
  readonly version: string;
  /** Since when it is being deleted. */
  readonly leaving?: number;
  readonly limits: Limits | null;
  /** The resource whose limit of zero stops its launches; the usual one where it is left out. */
  readonly limitedBy?: string;
  /** Left out where the generation has none. */
  readonly budgets?: Budgets;
  /** Only our own records and marks. */
  readonly annotations: Readonly<Record<string, string>>;
}

export interface NodeClassView {
  readonly name: string;
  readonly uid: string;
  /** Since when it is being deleted. */
  readonly leaving?: number;
  /** The pools that refer to it. */
  readonly pools: readonly string[];
  /** Only our own marks. */
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ClaimView {
  readonly name: string;
  readonly uid: string;
  /** Of which pool it is. */
  readonly pool: string;
  readonly created: number;
  /** Since when it is being deleted. */
  readonly leaving?: number;
  /** Whether EC2 has given it an instance. */
  readonly launched: boolean;
  readonly nodeName?: string;
  readonly instanceId?: string;
  /** The conditions on the way to a node that do not hold yet; left out where all do. */
  readonly unmet?: readonly Condition[];
}

export interface Condition { readonly type: string; readonly status: string; readonly reason?: string; readonly message?: string }

/** What the nodes of draining do not tell. */
export interface FleetNode {
  readonly name: string;
  readonly uid: string;
  readonly pool: string;
  readonly leaving?: number;
}

/** A change of one pool; null removes, what is not mentioned stays. */
export interface PoolChange {
  readonly name: string;
  readonly version: string;
  /** A merge patch of the limits. */
  readonly limits?: Readonly<Record<string, unknown>> | null;
  readonly budgets?: Budgets;
  readonly annotations: Readonly<Record<string, string | null>>;
}

/** The uid tells an object from a later one of the same name. */
export interface Departing { readonly kind: 'claim' | 'node' | 'pool' | 'nodeClass'; readonly name: string; readonly uid: string }

/** An instance that Karpenter launched for this cluster and that EC2 still has. */
export interface InstanceView {
  readonly id: string;
  readonly pool: string;
  /** Its end has begun. */
  readonly leaving: boolean;
}

/** What Karpenter has at EC2. */
export interface FleetAwsPort {
  instances(): Promise<readonly InstanceView[]>;
}

/** One thing of Karpenter's that still exists, named as its owner would look for it. */
export interface Remaining {
  /** For example `machine/default-x7f2p`, `node/ip-10-0-1-7.ec2.internal`, `instance/i-0abc`. */
  readonly name: string;
  /** It is going already: waiting for it is enough. */
  readonly leaving: boolean;
}

/** Claims and nodes that Kubernetes still has, and instances that EC2 still has. */
export function remainingOf({ claims, nodes }: FleetObjects, instances: readonly InstanceView[], { kinds }: KarpenterApi): Remaining[] {
  return [
    ...claims.map(({ name, leaving }) => ({ name: `${kinds.claim.singular}/${name}`, leaving: leaving !== undefined })),
    ...nodes.map(({ name, leaving }) => ({ name: `node/${name}`, leaving: leaving !== undefined })),
    ...instances.map(({ id, leaving }) => ({ name: `instance/${id}`, leaving })),
  ];
}
