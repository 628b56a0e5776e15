import { labelsOfType } from '../../karpenter/api/instance-types';
import { matches } from '../../kubernetes/scheduling';
import { WellKnownLabel } from '../../provisioning/well-known-label';
import { InstanceTypeDetails } from '../pools/contract';
import { PoolProposal } from '../pools/proposal';

/** What no instance type decides. */
const OF_NODES: readonly string[] = [WellKnownLabel.ZONE, WellKnownLabel.CAPACITY_TYPE, WellKnownLabel.OS];

/** The instance types that the requirements of a pool allow; those with accelerators or bare metal only where it asks for nothing else. */
export function typesOf({ requirements }: Pick<PoolProposal, 'requirements'>, known: readonly InstanceTypeDetails[]): InstanceTypeDetails[] {
  const ofTypes = requirements.filter(({ key }) => !OF_NODES.includes(key));
  const allowed = known.filter((type) => {
    const labels = new Map<string, string>([...labelsOfType(type), ...type.localNvme ? [[WellKnownLabel.INSTANCE_LOCAL_NVME, '1'] as const] : []]);
    return ofTypes.every(requirement => matches(requirement, labels.get(requirement.key)));
  });
  // As Karpenter does: exotic types only where nothing else is there.
  const generic = allowed.filter(({ accelerated, bareMetal }) => !accelerated && !bareMetal);
  return generic.length > 0 ? generic : allowed;
}
