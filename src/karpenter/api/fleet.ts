/** The question that the AWS function asks the Kubernetes function: what is left of Karpenter's nodes. */
export const REMAINING_QUERY = 'karpenter-remaining';

/** One thing of Karpenter's that still exists, named as its owner would look for it. */
export interface Remaining {
  /** For example `machine/default-x7f2p`, `node/ip-10-0-1-7.ec2.internal`, `instance/i-0abc`. */
  readonly name: string;
  /** It is going already: waiting for it is enough. */
  readonly leaving: boolean;
}

export interface MachineState {
  readonly name: string;
  readonly uid: string;
  readonly createdAt: string;
  readonly nodeName?: string;
  readonly terminating: boolean;
  readonly conditions: readonly { readonly type: string; readonly status: string; readonly reason?: string; readonly message?: string }[];
}

/** What the removal reads of Karpenter's objects; everything here is JSON, and times are milliseconds since the epoch. */
export interface KarpenterObjects {
  readonly provisioners: readonly ProvisionerView[];
  readonly machines: readonly MachineView[];
  readonly nodes: readonly KarpenterNode[];
}

export interface ProvisionerView {
  readonly name: string;
  readonly uid: string;
  /** The resourceVersion that guards a change. */
  readonly version: string;
  /** Since when it is being deleted. */
  readonly leaving?: number;
  readonly limits: Limits | null;
  /** Only our own records and marks. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** `spec.limits` of a Provisioner. */
export interface Limits { readonly resources?: Readonly<Record<string, string | number>> }

export interface MachineView {
  readonly name: string;
  readonly uid: string;
  /** Of which Provisioner it is. */
  readonly provisioner: string;
  readonly created: number;
  /** Since when it is being deleted. */
  readonly leaving?: number;
  /** Whether EC2 has given it an instance. */
  readonly launched: boolean;
  readonly nodeName?: string;
  readonly instanceId?: string;
}

/** What the nodes of draining do not tell. */
export interface KarpenterNode {
  readonly name: string;
  readonly uid: string;
  readonly provisioner: string;
  readonly leaving?: number;
}

/** A change of one Provisioner; null removes, what is not mentioned stays. */
export interface ProvisionerChange {
  readonly name: string;
  readonly version: string;
  /** A merge patch of `spec.limits`. */
  readonly limits?: LimitsPatch;
  readonly annotations: Readonly<Record<string, string | null>>;
}

export type LimitsPatch = { readonly resources: Readonly<Record<string, string | number | null>> | null } | null;

/** The uid tells an object from a later one of the same name. */
export interface Departing { readonly kind: 'machine' | 'node' | 'provisioner'; readonly name: string; readonly uid: string }

/** The Kubernetes API as far as the removal needs it, besides draining. */
export interface RemovalKubernetesPort {
  /** Everything that Karpenter has, and nothing where its kinds do not exist. */
  objects(ownerKey: string): Promise<KarpenterObjects>;
  /** One guarded write; false where somebody wrote in between. */
  changeProvisioner(change: ProvisionerChange): Promise<boolean>;
  /** Asks for the deletion of objects, one after the other; what is gone already is as good. */
  remove(objects: readonly Departing[]): Promise<void>;
}

export const REMOVAL_METHODS = ['objects', 'changeProvisioner', 'remove'] as const satisfies readonly (keyof RemovalKubernetesPort)[];

/** An instance that Karpenter launched for this cluster and that EC2 still has. */
export interface InstanceView {
  readonly id: string;
  readonly provisioner: string;
  /** Its end has begun. */
  readonly leaving: boolean;
}

/** EC2 as far as the removal needs it. */
export interface RemovalAwsPort {
  instances(ownerKey: string): Promise<readonly InstanceView[]>;
}
