/**
 * What is checked before anything is changed; the names serve to accept a risk.
 */
export enum PreflightCheck {
  /** The cluster is ACTIVE. */
  CLUSTER_ACTIVE = 'CLUSTER_ACTIVE',

  /** The Kubernetes API answers our function. Accepting it does not help: everything that follows needs the API. */
  KUBERNETES_ACCESS = 'KUBERNETES_ACCESS',

  /** The cluster's Kubernetes version is one that the Karpenter release serves; the finding says which release does. */
  KUBERNETES_VERSION = 'KUBERNETES_VERSION',

  /** EKS publishes images of Amazon Linux 2, where a node class has them, for the cluster's Kubernetes version: up to 1.32. */
  NODE_IMAGES = 'NODE_IMAGES',

  /** EKS Auto Mode is off: with it the CRDs of NodePools and NodeClaims belong to EKS, which launches nodes for the same pods. */
  AUTO_MODE = 'AUTO_MODE',

  /**
   * A migration that runs keeps its generation of Karpenter: what the other one cannot read would be left behind. It cannot be accepted.
   */
  KARPENTER_GENERATION = 'KARPENTER_GENERATION',

  /**
   * The first deployment of a migration has stage `INSTALL`: a creation that rolls back takes its resources away, so it must not have moved
   * anything. It cannot be accepted.
   */
  FIRST_STAGE = 'FIRST_STAGE',

  /** The OIDC provider of the import is the one of the cluster's issuer. */
  OIDC_ISSUER = 'OIDC_ISSUER',

  /** There is a managed node group, those that are named exist, and those with a target are part of the migration. */
  NODEGROUPS = 'NODEGROUPS',

  /** The chosen sources give at least one subnet and one security group. */
  NETWORK_SELECTION = 'NETWORK_SELECTION',

  /**
   * There is a node with room for each replica of Karpenter in the host node groups; with Karpenter v1 in two zones, where these node
   * groups have nodes in two.
   */
  HOST_CAPACITY = 'HOST_CAPACITY',

  /** No subnet or security group that would be tagged carries somebody else's value of the discovery tag. */
  DISCOVERY_TAG = 'DISCOVERY_TAG',

  /** At most one selected security group carries `kubernetes.io/cluster/<name>`. */
  CLUSTER_SECURITY_GROUPS = 'CLUSTER_SECURITY_GROUPS',

  /** The authenticator can parse the roles in the aws-auth ConfigMap, where there is one. A warning for what it leaves out of its entries. */
  AWS_AUTH = 'AWS_AUTH',

  /**
   * No CDK stack applies the whole ConfigMap aws-auth, where nodes are let in by an entry of ours: the next change there would take that away. Of
   * a cluster that is made in the same app the entry is CDK's own, and nothing is found.
   */
  AWS_AUTH_OWNER = 'AWS_AUTH_OWNER',

  /**
   * The cluster's authentication mode knows the chosen way of node access: mode `API` ignores the aws-auth ConfigMap, `CONFIG_MAP` takes no
   * access entries. `NodeAccess.auto()` fits every mode.
   */
  AUTHENTICATION_MODE = 'AUTHENTICATION_MODE',

  /** No migration was abandoned in the cluster, unless `takeOver` says that this one takes it over. */
  ABANDONED_MIGRATION = 'ABANDONED_MIGRATION',

  /** No Karpenter of somebody else runs in the cluster. */
  OTHER_KARPENTER = 'OTHER_KARPENTER',

  /** No CRD of Karpenter belongs to somebody else. */
  OTHER_CRDS = 'OTHER_CRDS',

  /** No pool or node class of the same name as one that would be made exists. */
  OTHER_OBJECTS = 'OTHER_OBJECTS',

  /** The selected subnets have addresses left: none left is an error, fewer than 16 a warning. */
  SUBNET_ADDRESSES = 'SUBNET_ADDRESSES',

  /**
   * The Cluster Autoscaler serves no Auto Scaling groups of the cluster but those of the migration's node groups. It is checked before
   * the autoscaler is scaled to zero, when nobody would scale the others any more.
   */
  AUTOSCALER_SCOPE = 'AUTOSCALER_SCOPE',

  /** The AWS Node Termination Handler does not run: it would act on the same interruptions. Always a warning. */
  TERMINATION_HANDLER = 'TERMINATION_HANDLER',

  /**
   * From stage `CUT_OVER` on: our Kubernetes identity may evict pods and change nodes, Deployments, and Karpenter's pools and claims.
   * Accepting it does not help: the migration then pauses where it may not go on.
   */
  KUBERNETES_RIGHTS = 'KUBERNETES_RIGHTS',

  /**
   * From stage `CUT_OVER` on: there is a pool (Provisioner, NodePool) that makes nodes for pods, and its node class selects at least one
   * subnet.
   */
  POOLS = 'POOLS',

  /**
   * From stage `CUT_OVER` on: every workload on the node groups has a PodDisruptionBudget. Always a warning, as in the guide:
   * those that have none are listed, and may be unavailable while they move.
   */
  DISRUPTION_BUDGETS = 'DISRUPTION_BUDGETS',

  /**
   * From stage `CUT_OVER` on: no PodDisruptionBudget forbids every disruption for good, and no pod has two of them, which the
   * Eviction API refuses. A warning as long as the stage is `CUT_OVER`, because nothing is drained then.
   */
  BLOCKING_BUDGETS = 'BLOCKING_BUDGETS',

  /** From stage `CUT_OVER` on: every pod on nodes that go has a controller that makes it again. A warning at `CUT_OVER`. */
  BARE_PODS = 'BARE_PODS',

  /**
   * From stage `CUT_OVER` on: no pod on nodes that go carries the annotation by which it stays, which is `karpenter.sh/do-not-evict` in
   * Karpenter v0 and `karpenter.sh/do-not-disrupt` in v1; a warning at `CUT_OVER`.
   * `cluster-autoscaler.kubernetes.io/safe-to-evict: "false"` is always a warning, because it does not hold the drain up.
   */
  KEPT_PODS = 'KEPT_PODS',

  /**
   * From stage `CUT_OVER` on: no workload tolerates `node.kubernetes.io/unschedulable`, which keeps other pods off nodes that are drained. Always a
   * warning: such pods may come back to their node once they were evicted, and then they go with it.
   */
  CORDON_TOLERATIONS = 'CORDON_TOLERATIONS',

  /**
   * From stage `CUT_OVER` on: Karpenter's nodes can take all that runs on the node groups: selectors, required affinities and
   * tolerations fit a pool. A warning for CronJobs and for templates without a pod. Critical workloads are not counted.
   */
  PLACEMENT = 'PLACEMENT',

  /** From stage `CUT_OVER` on: the subnets of the pools cover the zones of the volumes that move. */
  VOLUME_ZONES = 'VOLUME_ZONES',

  /** From stage `CUT_OVER` on: no volume is the disk of a node that goes. A warning at `CUT_OVER`. */
  LOCAL_VOLUMES = 'LOCAL_VOLUMES',

  /** From stage `CUT_OVER` on: no pod writes into an emptyDir or hostPath, which stays behind. Always a warning. */
  SCRATCH_DATA = 'SCRATCH_DATA',

  /**
   * From stage `CUT_OVER` on: Karpenter's nodes have what the node groups' have: user data, disk, image, labels and taints.
   * Always a warning.
   */
  NODE_FEATURES = 'NODE_FEATURES',

  /**
   * From stage `CUT_OVER` on: the role of Karpenter's nodes has the policies of the node groups' roles, by their names, but for those that
   * nodes need for themselves. Always a warning: pods that use the role of their node may do less after they moved.
   */
  NODE_POLICIES = 'NODE_POLICIES',

  /** From stage `CUT_OVER` on: no node group is of Spot capacity while all pools are on-demand. Always a warning. */
  SPOT_NODEGROUPS = 'SPOT_NODEGROUPS',

  /**
   * From stage `CUT_OVER` on: the limits of the pools leave room for all that moves. An error at `SCALE_DOWN` where there
   * is no room for the pods of a single node.
   */
  POOL_LIMITS = 'POOL_LIMITS',

  /**
   * From stage `CUT_OVER` on: the account's quota of on-demand vCPUs (L-1216C47A) allows both fleets at once. An error at
   * `SCALE_DOWN` where it does not allow for the pods of a single node.
   */
  VCPU_QUOTA = 'VCPU_QUOTA',

  /**
   * From stage `CUT_OVER` on: the subnets of the pools have addresses for both fleets at once. An error at `SCALE_DOWN`
   * where there are fewer than the pods of a single node take.
   */
  FLEET_ADDRESSES = 'FLEET_ADDRESSES',
}
