/** What is known about one managed node group of a cluster. */
export interface NodegroupFacts {
  readonly name: string;
  /** As EKS says it: `ACTIVE`, `UPDATING`, `DEGRADED` …; never `DELETING`, such groups are left out. */
  readonly status: string;
  readonly subnetIds: readonly string[];
  readonly instanceTypes: readonly string[];
  /** `ON_DEMAND`, `SPOT` or `CAPACITY_BLOCK`. */
  readonly capacityType: string;
  readonly amiType: string;
  readonly scaling: { readonly min: number; readonly max: number; readonly desired: number };
  readonly autoScalingGroupNames: readonly string[];
  /** Undefined where the group was made without a launch template; the one that EKS then makes itself is not shown. */
  readonly launchTemplate?: { readonly id: string; readonly version: string };
  /**
   * The groups of the launch template's first network interface, else its `SecurityGroupIds`.
   *
   * Empty where there are none: EKS then attaches the cluster security group.
   */
  readonly launchTemplateSecurityGroupIds: readonly string[];
  /** The launch template, or its version, was deleted; its security groups are not known then. */
  readonly launchTemplateGone?: boolean;
}

/** What AWS knows about a cluster and those of its node groups that were asked for. */
export interface ClusterFacts {
  readonly name: string;
  readonly arn: string;
  /** As EKS says it; `ACTIVE` when it serves. */
  readonly status: string;
  /** The Kubernetes version, major and minor: `1.27`. */
  readonly version: string;
  /** The EKS platform version: `eks.5`. */
  readonly platformVersion: string;
  /** The URL of the OIDC issuer, with `https://`. */
  readonly issuer?: string;
  /** `CONFIG_MAP`, `API` or `API_AND_CONFIG_MAP`; `CONFIG_MAP` where EKS says nothing, as before access entries existed. */
  readonly authenticationMode: string;
  /** Its endpoint answers to nobody outside of its VPC, or only to some addresses. */
  readonly privateEndpoint?: boolean;
  /** EKS Auto Mode is on: EKS runs nodes itself, by a Karpenter of its own. */
  readonly autoMode?: boolean;
  readonly clusterSecurityGroupId: string;
  readonly vpcId: string;
  /** The subnets of the control plane's network interfaces. */
  readonly subnetIds: readonly string[];
  /** In the order of their names. */
  readonly nodegroups: readonly NodegroupFacts[];
}

/** What is known about a subnet. */
export interface SubnetFacts {
  readonly id: string;
  readonly zone: string;
  readonly availableAddresses: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** What is known about a security group. */
export interface SecurityGroupFacts {
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Reads a cluster; changes nothing. */
export interface ClusterReader {
  /**
   * @param nodegroups the names of the node groups to read, all managed ones if undefined; throws when one does not
   * exist, naming those that do. Groups in deletion are left out, named or not.
   * @param tolerant whether node groups that do not exist are left out, and launch templates that do not are facts
   */
  readCluster(name: string, nodegroups?: readonly string[], tolerant?: boolean): Promise<ClusterFacts>;
}

/** Reads the network that nodes live in; changes nothing. */
export interface NetworkReader {
  /** In the order of the ids; throws when one does not exist, unless tolerant. */
  readSubnets(ids: readonly string[], tolerant?: boolean): Promise<SubnetFacts[]>;
  /** In the order of the ids; throws when one does not exist, unless tolerant. */
  readSecurityGroups(ids: readonly string[], tolerant?: boolean): Promise<SecurityGroupFacts[]>;
}
