import type { StageAwsReader } from '../../../src/preflight/workloads/facts';
import { Counter, RECHECK_CALLS } from '../aws-meter';
import { Nodegroups, ZONES } from '../nodegroups';

const GI = 2 ** 30;
const TYPE = { name: 'm5.4xlarge', arch: 'amd64', resources: { cpu: 16, memory: 64 * GI } };

/** What the preflight asks an account for, in which nothing is in the way. */
export function stageReader(nodegroups: Nodegroups, counter: Counter): StageAwsReader {
  return {
    readShapes: async () => {
      counter.aws += RECHECK_CALLS;
      return (await nodegroups.nodegroups()).map(({ name, sizes: { desired } }) => ({
        name, desired, capacityType: 'ON_DEMAND', amiType: 'AL2023_x86_64_STANDARD', ownAmi: false, userData: false, labels: {}, taints: [], role: 'NodeRole',
      }));
    },
    selectSubnets: async () => ZONES.map(zone => ({ id: `subnet-${zone}`, zone, availableAddresses: 1_000_000, tags: {} })),
    readVcpus: async () => ({ quota: 1_000_000, running: 0 }),
    readPolicies: async () => [],
    readInstanceTypes: async () => [TYPE],
  };
}
