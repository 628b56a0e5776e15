import { Fn, Token } from 'aws-cdk-lib';

/** Subnets and security groups that carry a tag; the key is a literal, the value may be a token. */
export interface TaggedNetwork {
  readonly tag: { readonly key: string; readonly value: string };
}

/** Subnets and security groups by id; each list may be a token. */
export interface NamedNetwork {
  readonly subnetIds: string[];
  readonly securityGroupIds: string[];
}

/** What Karpenter's nodes are connected to; every generation has a way of its own to say so. */
export type NodeNetwork = TaggedNetwork | NamedNetwork;

/** Ids with commas between them, for what takes no list. */
export function joinIds(ids: string[]): string {
  return Token.isUnresolved(ids) ? Fn.join(',', ids) : ids.join(',');
}
