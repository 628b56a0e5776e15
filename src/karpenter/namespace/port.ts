/** A namespace as it was read, with what proves that nobody has changed it since. */
export interface FoundNamespace {
  readonly annotations: Readonly<Record<string, string>>;
  readonly terminating: boolean;
  readonly version: string;
}

/** An object in a namespace that nothing else owns. */
export interface Inhabitant {
  readonly kind: string;
  readonly name: string;
  /** The type of a secret; other kinds have none. */
  readonly type?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Namespaces of one cluster. All writes answer false if somebody else was quicker. */
export interface NamespacePort {
  read(name: string): Promise<FoundNamespace | undefined>;
  /** Workloads, services, volume claims, service accounts, secrets and ConfigMaps, without those that another object owns. */
  inhabitants(name: string): Promise<Inhabitant[]>;
  create(name: string, annotations: Readonly<Record<string, string>>): Promise<boolean>;
  annotate(name: string, annotations: Readonly<Record<string, string>>, version: string): Promise<boolean>;
  discard(name: string, version: string): Promise<boolean>;
}
