import { AWSNodeTemplate } from './aws-node-template';
import { Deprovisioning } from './deprovisioning';
import { ContainerRuntime, KubeletConfiguration } from './kubelet-configuration';
import { ProvisionerOptions } from './provisioner-options';
import { duration } from '../../input/cdk-kinds';
import { ANY_TEXT, instance, integer, oneOf } from '../../input/kinds';
import { Shape, struct } from '../../input/shape';
import { KARPENTER } from '../karpenter-rules';
import { KUBELET_SETTINGS, LABELS, POOL_LIMITS, REQUIREMENTS, TAINTS } from '../shapes';

const KUBELET_CONFIGURATION: Shape<KubeletConfiguration> = { ...KUBELET_SETTINGS, containerRuntime: oneOf(ContainerRuntime) };

export const PROVISIONER_OPTIONS: Shape<ProvisionerOptions> = {
  name: ANY_TEXT,
  nodeTemplate: instance(AWSNodeTemplate, 'migration.addNodeTemplate(...) or another AWSNodeTemplate'),
  nodeTemplateName: ANY_TEXT,
  requirements: REQUIREMENTS,
  labels: LABELS,
  annotations: LABELS,
  taints: TAINTS,
  startupTaints: TAINTS,
  kubeletConfiguration: struct(KUBELET_CONFIGURATION),
  deprovisioning: instance(Deprovisioning, 'Deprovisioning.consolidation() or Deprovisioning.whenEmpty(...)'),
  expireAfter: duration(),
  limits: struct(POOL_LIMITS),
  weight: integer(KARPENTER.weight.minimum, KARPENTER.weight.maximum),
};
