/**
 * The names under which records and marks stand at the things that they are about. A record holds the state found before the first change;
 * it is never written over and goes when the state is restored.
 */
const PREFIX = 'cdk-karpenter-migration';

/** On a Deployment or StatefulSet: the pod template's affinity before it was pinned. */
export const AFFINITY_RECORD = `${PREFIX}/affinity`;
/** On the Deployment of an EKS add-on: the add-on's configuration values before. */
export const ADDON_RECORD = `${PREFIX}/addon-configuration`;
/** On the Cluster Autoscaler's Deployment: its replicas before. */
export const REPLICAS_RECORD = `${PREFIX}/replicas`;
/** Tag of a node group: `minimum/maximum/desired` before. */
export const SIZES_RECORD = `${PREFIX}/sizes`;
/** Tag of a node group: `minimum/maximum` as we set it last, and the ones before that, to tell a change of the owner's from ours. */
export const SIZES_SET = `${PREFIX}/sizes-set`;
/** Tag of a node group: the id of the update of its sizes that we began last. */
export const UPDATE_RECORD = `${PREFIX}/update`;
/** Tag of a node group: `wanted/kept`, the nodes that the configuration wants to stay and those that do. */
export const TARGET_RECORD = `${PREFIX}/target`;
/** Tag of a node group: the Auto Scaling processes that we suspended. */
export const SUSPENDED_RECORD = `${PREFIX}/suspended`;
/** On a node that stays. */
export const KEEPER_MARK = `${PREFIX}/keeper`;
/** On a node that we cordoned: since when; one that was cordoned before has none. */
export const CORDON_RECORD = `${PREFIX}/cordoned`;
/** On a node of the current batch: JSON, since when, and the owners of the pods that were evicted from it. */
export const DRAIN_RECORD = `${PREFIX}/draining`;
/** On a node that got the label that takes it out of load balancers; one that had it before has none. */
export const EXCLUSION_RECORD = `${PREFIX}/excluded`;
/** On a pool: its limits before launches were stopped. */
export const LIMITS_RECORD = `${PREFIX}/limits`;
/** On a pool: JSON, who holds its voluntary disruption back, and its budgets before. */
export const BUDGETS_RECORD = `${PREFIX}/budgets`;
/** On a node: JSON as of the batch, for the one pod that moves from it to a node that stays. */
export const MOVE_RECORD = `${PREFIX}/moving`;
/** On a node that stays, while ordinary pods make room there for a pinned one: JSON, since when, and the owners of the pods that were evicted. */
export const CLEAR_RECORD = `${PREFIX}/clearing`;
/** Tag of a node group: since when its sizes are being restored. */
export const RESTORING_MARK = `${PREFIX}/restoring`;
/** On a pool: since when no claim and no node is left, only instances that EC2 still has. */
export const NODES_GONE_MARK = `${PREFIX}/nodes-gone`;
