import { KarpenterReleaseV0Options } from './release-options';
import { ANY_TEXT, known } from '../../input/kinds';
import { Shape, struct } from '../../input/shape';
import { AWS_NODE_TEMPLATE_OPTIONS } from '../../provisioning/v0/aws-node-template-shape';
import { PROVISIONER_OPTIONS } from '../../provisioning/v0/provisioner-shape';

export const RELEASE_V0_OPTIONS: Shape<KarpenterReleaseV0Options> = {
  // Which one there is, the versions know.
  version: known(ANY_TEXT),
  provisioner: struct(PROVISIONER_OPTIONS),
  nodeTemplate: struct(AWS_NODE_TEMPLATE_OPTIONS),
};
