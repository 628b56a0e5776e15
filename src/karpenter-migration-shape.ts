import { NODEGROUPS, REVISION } from './cluster/shapes';
import { KUBERNETES_HANDLER_OPTIONS } from './custom-resources/kubernetes-provider';
import { Discovery } from './discovery-tags/discovery';
import { ControllerPolicy } from './iam/controller-policy';
import { IamNames } from './iam/iam-names';
import { CLUSTER, duration, INSTANCE_PROFILE, ROLE } from './input/cdk-kinds';
import { ANY_TEXT, FLAG, instance, required } from './input/kinds';
import { checkShape, Shape, struct } from './input/shape';
import { InterruptionQueue } from './interruption/interruption-queue';
import { CHART_SOURCE, CONTROLLER_IMAGE_OPTIONS, RELEASE, VALUES } from './karpenter/shapes';
import { KarpenterMigrationProps } from './karpenter-migration-props';
import { NodeAccess } from './node-access/node-access';
import { checkTargets } from './workflow/scale-down/known-targets';
import { ACCEPTED_RISKS, CUT_OVER_OPTIONS, SCALE_DOWN_OPTIONS, STAGE } from './workflow/shapes';

const SHAPE: Shape<KarpenterMigrationProps> = {
  cluster: required(CLUSTER),
  stage: STAGE,
  cutOver: struct(CUT_OVER_OPTIONS),
  scaleDown: struct(SCALE_DOWN_OPTIONS),
  waitForRun: duration(),
  release: RELEASE,
  nodegroups: NODEGROUPS,
  hostNodegroups: NODEGROUPS,
  iamNames: instance(IamNames, 'IamNames.generated() or IamNames.guide(...)'),
  nodeRole: ROLE,
  instanceProfile: INSTANCE_PROFILE,
  controllerRole: ROLE,
  controllerPolicy: instance(ControllerPolicy, 'ControllerPolicy.scoped() or ControllerPolicy.guide()'),
  interruptionQueue: instance(InterruptionQueue, 'InterruptionQueue.managed() or another InterruptionQueue'),
  discovery: instance(Discovery, 'Discovery.tags() or Discovery.ids(...)'),
  nodeAccess: instance(NodeAccess, 'NodeAccess.auto() or another NodeAccess'),
  namespace: ANY_TEXT,
  serviceAccountName: ANY_TEXT,
  chartSource: CHART_SOURCE,
  controllerImage: struct(CONTROLLER_IMAGE_OPTIONS),
  values: VALUES,
  takeOver: FLAG,
  acceptedRisks: ACCEPTED_RISKS,
  revision: REVISION,
  kubernetesHandler: struct(KUBERNETES_HANDLER_OPTIONS),
};

/** Refuses properties that are of no use, before anything is made of them. */
export function checkMigration(props: KarpenterMigrationProps): void {
  checkShape('KarpenterMigration', props, SHAPE);
  checkTargets('`scaleDown.targets`', props.scaleDown?.targets, props.nodegroups);
}
