import { Consolidation, NodeExpiry } from './disruption';
import { DisruptionBudget } from './disruption-budget';
import { EC2NodeClass } from './ec2-node-class';
import { NodePoolOptions } from './node-pool-options';
import { duration } from '../../input/cdk-kinds';
import { ANY_TEXT, instance, integer, list } from '../../input/kinds';
import { Shape, struct } from '../../input/shape';
import { KARPENTER } from '../karpenter-rules';
import { KARPENTER_V1 } from './karpenter-rules';
import { LABELS, POOL_LIMITS, REQUIREMENTS, TAINTS } from '../shapes';

export const NODE_POOL_OPTIONS: Shape<NodePoolOptions> = {
  name: ANY_TEXT,
  nodeClass: instance(EC2NodeClass, 'migration.addNodeClass(...) or another EC2NodeClass'),
  nodeClassName: ANY_TEXT,
  requirements: REQUIREMENTS,
  labels: LABELS,
  annotations: LABELS,
  objectLabels: LABELS,
  objectAnnotations: LABELS,
  taints: TAINTS,
  startupTaints: TAINTS,
  consolidation: instance(Consolidation, 'Consolidation.whenEmptyOrUnderutilized(...) or another Consolidation'),
  disruptionBudgets: list(instance(DisruptionBudget, 'DisruptionBudget.nodes(...) or DisruptionBudget.percentage(...)'), { maximum: KARPENTER_V1.budgets }),
  expireAfter: instance(NodeExpiry, 'NodeExpiry.after(...) or NodeExpiry.never()'),
  terminationGracePeriod: duration(),
  limits: struct(POOL_LIMITS),
  weight: integer(KARPENTER.weight.minimum, KARPENTER.weight.maximum),
};
