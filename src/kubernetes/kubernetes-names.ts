import { Token } from 'aws-cdk-lib';
import { checkKind } from '../input/kind';
import { ANY_TEXT, required } from '../input/kinds';

const NEEDED_TEXT = required(ANY_TEXT);

/** Kubernetes' limit for the name part of a key, for a label value and for a DNS label. */
const MAXIMUM_LENGTH = 63;
const MAXIMUM_PREFIX_LENGTH = 253;

const NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_1035_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/** Refuses what is not a key as labels, taints and annotations have it: an optional DNS prefix with "/", then a name. */
export function checkKey(what: string, key: string): void {
  checkKind(what, key, NEEDED_TEXT);
  if (Token.isUnresolved(key)) {
    return;
  }
  const parts = key.split('/');
  const name = parts[parts.length - 1];
  const prefixIsGood = parts.length === 1 || (parts.length === 2 && parts[0].length <= MAXIMUM_PREFIX_LENGTH && DNS_SUBDOMAIN.test(parts[0]));
  if (!prefixIsGood || name.length > MAXIMUM_LENGTH || !NAME.test(name)) {
    throw new Error(`${what} "${key}" is not a Kubernetes key: write an optional lower-case DNS name and "/", then at most `
      + `${MAXIMUM_LENGTH} letters, digits, "-", "_" or "." that begin and end with a letter or digit, such as "example.com/team"`);
  }
}

/** Refuses what a label, and therefore a taint and a requirement, cannot have as its value. */
export function checkLabelValue(what: string, value: string): void {
  checkKind(`the value of ${what}`, value, NEEDED_TEXT);
  if (Token.isUnresolved(value)) {
    return;
  }
  if (value.length > MAXIMUM_LENGTH || (value !== '' && !NAME.test(value))) {
    throw new Error(`${what} has the value "${value}", which is not a label value: write at most ${MAXIMUM_LENGTH} letters, digits, `
      + '"-", "_" or "." that begin and end with a letter or digit');
  }
}

/**
 * Refuses an object name that Karpenter's webhooks refuse.
 *
 * They want a DNS label that begins with a letter, which is narrower than what Kubernetes itself allows for the kind.
 */
export function checkObjectName(kind: string, name: string): void {
  checkKind(`${kind} name`, name, NEEDED_TEXT);
  if (Token.isUnresolved(name)) {
    return;
  }
  if (name.length > MAXIMUM_LENGTH || !DNS_1035_LABEL.test(name)) {
    throw new Error(`${kind} name "${name}" is not a DNS label: write at most ${MAXIMUM_LENGTH} lower-case letters, digits or "-" `
      + 'that begin with a letter and end with a letter or digit');
  }
}

/** Refuses what Kubernetes does not take as the name of a namespace. */
export function checkNamespace(property: string, name: string | undefined): void {
  refuseUnless(property, name, text => text.length <= MAXIMUM_LENGTH && DNS_LABEL.test(text), 'a DNS label: at most 63 lower-case letters, digits or "-"');
}

/** Refuses what Kubernetes does not take as the name of most objects. */
export function checkDnsName(property: string, name: string | undefined): void {
  refuseUnless(property, name, text => text.length <= MAXIMUM_PREFIX_LENGTH && DNS_SUBDOMAIN.test(text),
    'a DNS name: at most 253 lower-case letters, digits, "-" or "."');
}

function refuseUnless(property: string, name: string | undefined, isGood: (text: string) => boolean, description: string): void {
  checkKind(property, name, ANY_TEXT);
  if (name !== undefined && !Token.isUnresolved(name) && !isGood(name)) {
    throw new Error(`${property} "${name}" is not ${description} that begin and end with a letter or digit`);
  }
}
