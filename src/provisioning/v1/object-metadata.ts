import { Token } from 'aws-cdk-lib';
import { checkDnsName, checkKey, checkLabelValue } from '../../kubernetes/kubernetes-names';

/** Where Karpenter and this library keep their records at an object. */
const RECORDS = ['cdk-karpenter-migration', 'karpenter.sh', 'karpenter.k8s.aws'];

/** What the options of all kinds say about the object itself. */
export interface ObjectMetadata {
  readonly objectLabels?: { [key: string]: string };
  readonly objectAnnotations?: { [key: string]: string };
}

/** Refuses a name that Kubernetes refuses, or of which Karpenter cannot make a label. */
export function checkLabelledName(kind: string, name: string): void {
  checkDnsName(`${kind} name`, name);
  if (!Token.isUnresolved(name) && name.length > 63) {
    throw new Error(`${kind} name "${name}" has ${name.length} characters: write at most 63, as Karpenter makes a label of it`);
  }
}

/** Refuses metadata of an object that Kubernetes refuses, or that would change somebody else's records. */
export function checkObjectMetadata({ objectLabels = {}, objectAnnotations = {} }: ObjectMetadata): void {
  for (const [key, value] of Object.entries(objectLabels)) {
    checkOwnKey('object label key', key);
    checkLabelValue(`object label "${key}"`, value);
  }
  Object.keys(objectAnnotations).forEach((key) => checkOwnKey('object annotation key', key));
}

function checkOwnKey(what: string, key: string): void {
  checkKey(what, key);
  if (RECORDS.includes(key.split('/')[0])) {
    throw new Error(`${what} "${key}" is restricted, as Karpenter and this library keep records there: use a domain of your own`);
  }
}
