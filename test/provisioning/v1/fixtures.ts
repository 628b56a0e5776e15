import { EC2NodeClass } from '../../../src/provisioning/v1/ec2-node-class';
import { EC2NodeClassOptions } from '../../../src/provisioning/v1/ec2-node-class-options';
import { NodePool } from '../../../src/provisioning/v1/node-pool';
import { NodePoolOptions } from '../../../src/provisioning/v1/node-pool-options';
import { importedCluster } from '../fixtures';

/** One stack for all objects that are rendered without a template: making one takes most of a test's time. */
const rendering = importedCluster();
let rendered = 0;

export function nodePoolManifest(options: NodePoolOptions): any {
  const { stack, cluster } = rendering;
  return new NodePool(stack, `NodePool${rendered++}`, { cluster, ...options })._toManifest();
}

/** A node class with an instance profile of its own, unless the options say otherwise: a role needs a stack. */
export function nodeClassManifest(options: EC2NodeClassOptions): any {
  const { stack, cluster } = rendering;
  const identity = options.role || 'instanceProfile' in options ? {} : { instanceProfile: 'nodes' };
  return new EC2NodeClass(stack, `NodeClass${rendered++}`, { cluster, ...identity, ...options })._toManifest();
}
