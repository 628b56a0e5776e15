/** Why a run pauses. Each has an article of this name in docs/runbook.md. */
export enum PauseReason {
  /** A PodDisruptionBudget allows no disruption now. */
  DISRUPTION_BUDGET = 'DisruptionBudget',
  /** A workload without a PodDisruptionBudget lacks as many pods as it may already. */
  DISRUPTION_LIMIT = 'DisruptionLimit',
  /** A pod carries the annotation by which it stays: `karpenter.sh/do-not-evict`, with Karpenter v1 `karpenter.sh/do-not-disrupt`. */
  KEPT_POD = 'KeptPod',
  /** A pod has no controller that would make it again. */
  BARE_POD = 'BarePod',
  /** An admission policy refuses an eviction, or its namespace is being deleted. */
  EVICTION_REFUSED = 'EvictionRefused',
  /** Somebody makes a node schedulable that is being drained. */
  NODE_UNCORDONED = 'NodeUncordoned',
  /** A pod's selector, affinity or volume fits node groups only, or no node of Karpenter's. */
  NOWHERE_TO_GO = 'NowhereToGo',
  /** The replacement of an evicted pod does not become Ready. */
  REPLACEMENT_NOT_READY = 'ReplacementNotReady',
  /** Karpenter does not get a node Ready: capacity, limits, quotas, network, node access. */
  NO_NEW_NODE = 'NoNewNode',
  /** An evicted pod outlives its grace period. */
  POD_NOT_ENDING = 'PodNotEnding',
  /** A volume is still attached to an emptied node. */
  VOLUME_ATTACHED = 'VolumeAttached',
  /** The nodes that stay have no room for Karpenter or a pinned pod. */
  KEEPERS_FULL = 'KeepersFull',
  /** No Deployment of the Cluster Autoscaler was found, or several. */
  AUTOSCALER_UNCLEAR = 'AutoscalerUnclear',
  /** The Cluster Autoscaler serves node groups outside of the migration. */
  AUTOSCALER_SHARED = 'AutoscalerShared',
  /** Somebody put the Cluster Autoscaler's replicas back. */
  AUTOSCALER_IS_BACK = 'AutoscalerIsBack',
  /** The Cluster Autoscaler's pods, or the scaling that it began, do not come to an end. */
  AUTOSCALER_STILL_ACTIVE = 'AutoscalerStillActive',
  /** The pods of a workload that was changed, or of the Cluster Autoscaler on its way back, do not become available. */
  ROLLOUT_STUCK = 'RolloutStuck',
  /** A workload cannot be pinned: its kind, or a term that nothing could satisfy. */
  NOT_PINNABLE = 'NotPinnable',
  /** An EKS add-on refuses the configuration, or does not become ACTIVE. */
  ADDON_NOT_ACTIVE = 'AddonNotActive',
  /** A node group is not ACTIVE, an update or instance refresh goes on, or EKS or Auto Scaling refuses a change. */
  NODEGROUP_BUSY = 'NodegroupBusy',
  /** A node group has more instances than nodes that stay, and nobody knows what runs on the others. */
  UNDRAINED_INSTANCE = 'UndrainedInstance',
  /** An instance whose end has begun does not end. */
  INSTANCE_NOT_ENDING = 'InstanceNotEnding',
  /** Restored node groups do not get their nodes Ready. */
  NODES_NOT_READY = 'NodesNotReady',
  /** Claims, nodes or instances belong to a pool (Provisioner, NodePool) that is not of this migration. */
  FOREIGN_POOL = 'ForeignPool',
  /** Karpenter's webhooks do not answer, so nothing of Karpenter can be changed. */
  WEBHOOKS_UNREACHABLE = 'WebhooksUnreachable',
  /** Karpenter does not end its nodes. */
  CONTROLLER_NOT_WORKING = 'ControllerNotWorking',
  /** AWS or the Kubernetes API refuses calls because there are too many. */
  THROTTLED = 'Throttled',
  /** Somebody writes the same things again and again, and ours never gets in between. */
  OVERTAKEN = 'Overtaken',
  /** Our function may not do what it has to. */
  ACCESS_DENIED = 'AccessDenied',
  /** AWS or the Kubernetes API does not answer, or not in time. */
  NO_ANSWER = 'NoAnswer',
  /** Calls of our function end in the middle, one after the other: out of time or of memory. */
  CALL_LOST = 'CallLost',
  /** The deployment that dropped or renamed a pool or node class does not come to an end. */
  DEPLOYMENT_GOES_ON = 'DeploymentGoesOn',
  /** A check of the preflight no longer holds. */
  PREFLIGHT = 'Preflight',
  /** An alarm of `scaleDown.pauseWhile` is in `ALARM`. */
  ALARM_RINGS = 'AlarmRings',
  /** An alarm of `scaleDown.pauseWhile` does not exist. */
  ALARM_MISSING = 'AlarmMissing',
  /** None of `scaleDown.maintenanceWindows` is open. */
  OUTSIDE_MAINTENANCE_WINDOWS = 'OutsideMaintenanceWindows',
  /** An error that nobody foresaw; the log has all of it. */
  UNEXPECTED = 'Unexpected',
}

/** What the user wants to be waited for. Nobody is in the way and nobody has to mend anything, so no patience runs. */
const AWAITED: readonly (PauseReason | undefined)[] = [PauseReason.ALARM_RINGS, PauseReason.OUTSIDE_MAINTENANCE_WINDOWS];

export function isAwaited(reason: PauseReason | undefined): boolean {
  return AWAITED.includes(reason);
}
