import { Token } from 'aws-cdk-lib';
import { checkKey } from '../../kubernetes/kubernetes-names';
import { OLD_LABEL_NAMES } from '../old-label-names';
import { WellKnownLabel } from '../well-known-label';

/** The label by which Karpenter knows whose a node is; it sets it itself, and nothing else may. */
const OWNER_LABEL = 'karpenter.sh/provisioner-name';

/** A key is restricted if its domain ends like one of these; "ends" is meant literally, without a dot before it. */
const RESTRICTED_DOMAINS = ['kubernetes.io', 'k8s.io', 'karpenter.sh', 'karpenter.k8s.aws'];

/** Domains that a kubelet may set labels of; exactly these, not what is below them. */
const FREE_DOMAINS = ['node.kubernetes.io', 'kops.k8s.io'];

/** What later versions of Karpenter know; with this one a node never has them. */
const LATER: readonly string[] = [
  WellKnownLabel.ZONE_ID,
  WellKnownLabel.INSTANCE_CPU_MANUFACTURER,
  WellKnownLabel.INSTANCE_CPU_SUSTAINED_CLOCK_SPEED_MHZ,
  WellKnownLabel.INSTANCE_EBS_BANDWIDTH,
  WellKnownLabel.INSTANCE_CAPABILITY_FLEX,
  WellKnownLabel.INSTANCE_TENANCY,
  WellKnownLabel.CAPACITY_RESERVATION_ID,
  WellKnownLabel.CAPACITY_RESERVATION_TYPE,
  WellKnownLabel.CAPACITY_RESERVATION_INTERRUPTIBLE,
  WellKnownLabel.PLACEMENT_GROUP_ID,
  WellKnownLabel.PLACEMENT_GROUP_PARTITION,
];

const WELL_KNOWN: readonly string[] = Object.values(WellKnownLabel).filter((key) => !LATER.includes(key));

/** Refuses a label that Karpenter keeps for itself or for the kubelet. */
export function checkNodeLabelKey(what: string, key: string): void {
  checkKey(what, key);
  if (!Token.isUnresolved(key)) {
    checkUnrestricted(what, key);
  }
}

/** Refuses a key of a requirement that Karpenter refuses; old names are allowed, which it translates in requirements, though not in labels. */
export function checkRequirementKey(key: string): void {
  if (!Token.isUnresolved(key) && !Object.keys(OLD_LABEL_NAMES).includes(key)) {
    checkUnrestricted('requirement key', key);
  }
}

function checkUnrestricted(what: string, key: string): void {
  if (key === OWNER_LABEL) {
    throw new Error(`${what} "${key}" is restricted, as Karpenter sets it to the name of the Provisioner: leave it out, and select by it in the pods`);
  }
  if (LATER.includes(key)) {
    throw new Error(`${what} "${key}" is known to Karpenter 1.0 and later only, so that no node of a Provisioner has it: leave it out`);
  }
  const domain = key.includes('/') ? key.split('/')[0] : '';
  const restricted = RESTRICTED_DOMAINS.find((each) => domain.endsWith(each));
  if (restricted && !WELL_KNOWN.includes(key) && !FREE_DOMAINS.includes(domain)) {
    throw new Error(`${what} "${key}" is restricted, as its domain ends in "${restricted}", which Kubernetes and Karpenter keep for themselves: `
      + `use a constant of WellKnownLabel, a domain of your own, or ${FREE_DOMAINS.map((each) => `"${each}"`).join(' or ')}`);
  }
}
