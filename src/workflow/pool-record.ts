import { PoolView } from '../karpenter/api/fleet';
import { KarpenterApi } from '../karpenter/api/karpenter-api';

/** The command that takes a change of a pool's spec back, and the record of it away. */
export function undoCommand({ kinds }: KarpenterApi, pool: string, record: string, spec: object): string {
  const patch = { metadata: { annotations: { [record]: null } }, spec };
  return `kubectl patch ${kinds.pool.singular} ${pool} --type merge -p '${JSON.stringify(patch)}'`;
}

/**
 * What to say of a record that somebody has spoiled.
 *
 * @param about what it is a record of
 * @param its what to set by hand then
 */
export function spoiled({ words, kinds }: KarpenterApi, { name, annotations }: Pick<PoolView, 'name' | 'annotations'>, record: string, about: string, its: string): Error {
  return new Error(`the record of ${about} of ${words.pool} ${name} is ${JSON.stringify(annotations[record])}, which cannot be read: set its ${its} yourself and remove`
    + ` the annotation, kubectl annotate ${kinds.pool.singular} ${name} ${record}-`);
}
