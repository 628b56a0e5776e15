import { KarpenterReleaseV1Options } from './release-options';
import { ANY_TEXT, known } from '../../input/kinds';
import { Shape, struct } from '../../input/shape';
import { EC2_NODE_CLASS_OPTIONS } from '../../provisioning/v1/ec2-node-class-shape';
import { NODE_POOL_OPTIONS } from '../../provisioning/v1/node-pool-shape';

export const RELEASE_V1_OPTIONS: Shape<KarpenterReleaseV1Options> = {
  // Which one there is, the versions know.
  version: known(ANY_TEXT),
  nodePool: struct(NODE_POOL_OPTIONS),
  nodeClass: struct(EC2_NODE_CLASS_OPTIONS),
};
