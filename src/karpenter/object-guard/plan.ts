import { ObjectGuardProperties } from './contract';
import { Outcome, done, waiting } from '../../custom-resources/lifecycle';

/** An object that still exists. */
export interface LeftObject {
  /** Somebody has deleted it, and finalizers keep it. */
  readonly leaving: boolean;
  /** What keeps it from going, in its own words: conditions that do not hold. */
  readonly says: readonly string[];
}

/** Objects of Karpenter in one cluster. */
export interface ObjectsPort {
  /** Undefined where there is no such object. */
  find(kind: ObjectGuardProperties['kind'], name: string): Promise<LeftObject | undefined>;
}

/**
 * Whether the object is gone that the stack has just deleted. CDK's kubectl provider reports it as deleted even if kubectl failed, or gave up
 * waiting for Karpenter.
 *
 * @throws where nobody has deleted it
 */
export function outcomeOf(left: LeftObject | undefined, { kind, word, name }: Pick<ObjectGuardProperties, 'kind' | 'word' | 'name'>): Outcome {
  if (!left) {
    return done();
  }
  if (!left.leaving) {
    throw new Error(`the ${word} "${name}" could not be deleted, the log of CDK's kubectl provider says why; run kubectl delete ${kind.singular} ${name}, then go on`);
  }
  const says = left.says.length > 0 ? ` (${left.says.join('; ')})` : '';
  return waiting(`Karpenter has not let the ${word} "${name}" go${says}: it waits for the last node of it, then takes along what it made for it at AWS; see the log of`
    + ` karpenter; if it is gone for good, delete that at AWS and kubectl patch ${kind.singular} ${name} --type merge -p '{"metadata":{"finalizers":null}}'`);
}
