import { Token } from 'aws-cdk-lib';
import { KARPENTER_V1 } from './karpenter-rules';
import { FORMERLY_FREE, FORMERLY_RESTRICTED, KUBERNETES_DOMAINS_SINCE, LABELS_SINCE } from './label-history';
import { checkKey } from '../../kubernetes/kubernetes-names';
import { translatedKey } from '../old-label-names';
import { WellKnownLabel } from '../well-known-label';

/** The label by which Karpenter knows whose a node is; it sets it itself, and nothing else may. */
const OWNER_LABEL = 'karpenter.sh/nodepool';

/** Only a kubelet knows it. */
const HOSTNAME_LABEL = 'kubernetes.io/hostname';

/** A key is restricted if what is before its "/" ends like one of these; "ends" is meant literally, without a dot before it. */
const RESTRICTED_DOMAINS = ['karpenter.sh', 'karpenter.k8s.aws'];

/** What Karpenter 0.29 knew and 1.0 does not. */
const FORMER: readonly string[] = [WellKnownLabel.INSTANCE_PODS];

/** What is known of labels; the node class is one too, though no pool needs to ask for its own. */
const WELL_KNOWN: readonly string[] = [...Object.values(WellKnownLabel), 'karpenter.k8s.aws/ec2nodeclass'].filter((key) => !FORMER.includes(key));


/** Refuses a label that Karpenter keeps for itself. */
export function checkNodeLabelKey(key: string): void {
  checkKey('label key', key);
  checkUnrestricted('label key', key);
}

/** Refuses a key of a requirement that Karpenter refuses. */
export function checkRequirementKey(key: string): void {
  if (key.length > KARPENTER_V1.requirementKey && !Token.isUnresolved(key)) {
    throw new Error(`requirement key "${key}" has ${key.length} characters: write at most ${KARPENTER_V1.requirementKey}`);
  }
  checkUnrestricted('requirement key', key);
}

/** The oldest minor version of Karpenter that takes a label or a requirement with this key; undefined if all of this generation do. */
export function labelSince(key: string): string | undefined {
  const domain = domainOf(key);
  const wasRestricted = FORMERLY_RESTRICTED.some((each) => domain.endsWith(each)) && !FORMERLY_FREE.some((each) => domain.endsWith(each))
    && !WELL_KNOWN.includes(translatedKey(key));
  return LABELS_SINCE[key] ?? (wasRestricted ? KUBERNETES_DOMAINS_SINCE : undefined);
}

function checkUnrestricted(what: string, key: string): void {
  if (Token.isUnresolved(key)) {
    return;
  }
  if (key === OWNER_LABEL) {
    throw new Error(`${what} "${key}" is restricted, as Karpenter sets it to the name of the NodePool: leave it out, and select by it in the pods`);
  }
  if (key === HOSTNAME_LABEL) {
    throw new Error(`${what} "${key}" is restricted, as only the kubelet knows the name of its node: leave it out`);
  }
  const domain = domainOf(key);
  const restricted = RESTRICTED_DOMAINS.find((each) => domain.endsWith(each));
  if (restricted && !WELL_KNOWN.includes(key)) {
    throw new Error(`${what} "${key}" is restricted, as its domain ends in "${restricted}", which Karpenter keeps for itself: `
      + 'use a constant of WellKnownLabel that Karpenter 1.0 and later know, or a domain of your own');
  }
}

/** What the API's rules look at: all before the first "/", or the whole key. */
function domainOf(key: string): string {
  return key.split('/')[0];
}
