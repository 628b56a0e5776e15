export type Tags = Readonly<Record<string, string>>;
export type ResourceKind = 'subnet' | 'security-group';

export interface TaggedResource {
  readonly id: string;
  readonly kind: ResourceKind;
  readonly tags: Tags;
}

/** Tags of subnets and security groups. */
export interface DiscoveryTagsPort {
  /** All subnets and security groups of the region that carry the tag, with this value if one is given. */
  carrying(key: string, value?: string): Promise<TaggedResource[]>;
  /** Sets the tags in one call: all of them or none. */
  add(id: string, tags: Tags): Promise<void>;
  /** Takes tags off if they have these values; succeeds where tag or resource are gone. */
  remove(id: string, tags: Tags): Promise<void>;
}
