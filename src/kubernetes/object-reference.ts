/**
 * On an object that a migration made: whose it is. A cluster takes one migration at a time, so whoever finds it knows that the object is of this
 * one, or of one whose place it takes, also where the claim is lost and under whatever name the object is known now.
 */
export const OWNER_ANNOTATION = 'cdk-karpenter-migration/owner';

/** A cluster-wide kind of custom objects. */
export interface ObjectKind {
  readonly plural: string;
  readonly version: string;
  readonly group: string;
}

/** A cluster-wide object of a custom kind. */
export interface ObjectReference extends ObjectKind {
  readonly name: string;
}

/** A reference as kubectl writes it in full: `<plural>.<version>.<group>/<name>`. */
export function referenceTo({ plural, version, group }: ObjectKind, name: string): string {
  return `${plural}.${version}.${group}/${name}`;
}

/**
 * Reads a reference as kubectl writes it in full.
 *
 * @throws when it is none
 */
export function parseObject(reference: string): ObjectReference {
  const match = /^([a-z][a-z0-9]*)\.(v[a-z0-9]+)\.([a-z0-9.-]+)\/([a-z0-9.-]+)$/.exec(reference);
  if (!match) {
    throw new Error(`"${reference}" is not an object, write <plural>.<version>.<group>/<name>, for example "widgets.v1.example.com/default"`);
  }
  const [, plural, version, group, name] = match;
  return { plural, version, group, name };
}
