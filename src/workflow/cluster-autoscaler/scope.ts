import { AutoscalerDeployment, AutoScalingGroup } from './port';

/** Which Auto Scaling groups an autoscaler serves, by its flags. */
export interface Scope {
  /** Groups by name. */
  readonly named: readonly string[];
  /** Sets of tags; a group that has all of one set is served. A tag without a value is there with any. */
  readonly discoveries: readonly (readonly { readonly key: string; readonly value?: string }[])[];
  /** Flags that say nothing to us. */
  readonly unread: readonly string[];
}

/** Reads the autoscaler's flags, in both spellings, also from the line of a shell. */
export function scopeOf({ arguments: given, environment }: Pick<AutoscalerDeployment, 'arguments' | 'environment'>): Scope {
  const words = given.flatMap(argument => argument.split(/\s+/)).map(word => expanded(word.replace(/["']/g, ''), environment));
  const nodes = flags(words, 'nodes').map(value => ({ value, name: /^\d+:\d+:(.+)$/.exec(value)?.[1] }));
  const discoveries = flags(words, 'node-group-auto-discovery').map(value => ({ value, tags: /^asg:tag=(.+)$/.exec(value)?.[1] }));
  return {
    named: nodes.flatMap(({ name }) => name && !isOpen(name) ? [name] : []),
    discoveries: discoveries.flatMap(({ tags }) => tags && !isOpen(tags) ? [tags.split(',').map(tag)] : []),
    unread: [
      ...nodes.filter(({ name }) => !name || isOpen(name)).map(({ value }) => `--nodes=${value}`),
      ...discoveries.filter(({ tags }) => !tags || isOpen(tags)).map(({ value }) => `--node-group-auto-discovery=${value}`),
    ],
  };
}

/** Whether the autoscaler cordons a node when it taints it. */
export function cordonsNodes({ arguments: given }: Pick<AutoscalerDeployment, 'arguments'>): boolean {
  return given.flatMap(argument => argument.split(/\s+/)).some(word => /^--?cordon-node-before-terminating(=(true|1|t))?$/i.test(word));
}

/**
 * The groups that nobody would scale once the autoscaler is at zero: served by it, of this cluster or named by a flag, and of no node group
 * of the migration.
 */
export function foreignGroups(scope: Scope, groups: readonly AutoScalingGroup[], ours: readonly string[], clusterName: string): string[] {
  return groups
    .filter(({ name }) => !ours.includes(name))
    .filter(({ name, tags }) => scope.named.includes(name)
      || (isOfCluster(tags, clusterName) && scope.discoveries.some(set => hasAll(tags, set))))
    .map(({ name }) => name);
}

/** Neither flag is there, or one cannot be read: nobody can tell what the autoscaler serves. */
export function isUnknown(scope: Scope): boolean {
  return scope.unread.length > 0 || (scope.named.length === 0 && scope.discoveries.length === 0);
}

function hasAll(tags: Readonly<Record<string, string>>, wanted: Scope['discoveries'][number]): boolean {
  return wanted.every(({ key, value }) => key in tags && (value ?? tags[key]) === tags[key]);
}

function isOfCluster(tags: Readonly<Record<string, string>>, clusterName: string): boolean {
  return tags['eks:cluster-name'] === clusterName
    || `kubernetes.io/cluster/${clusterName}` in tags
    || `k8s.io/cluster-autoscaler/${clusterName}` in tags;
}

function flags(words: readonly string[], flag: string): string[] {
  return words.flatMap((word, index) => {
    const match = new RegExp(`^--?${flag}(?:=(.*))?$`).exec(word);
    return match ? [match[1] ?? words[index + 1] ?? ''] : [];
  });
}

function tag(text: string): { key: string; value?: string } {
  const [key, ...value] = text.split('=');
  return value.length > 0 ? { key, value: value.join('=') } : { key };
}

/** Kubernetes replaces `$(NAME)`, a shell `$NAME` and `${NAME}`. */
function expanded(word: string, environment: Readonly<Record<string, string>>): string {
  return word.replace(/\$(?:\((\w+)\)|\{(\w+)\}|(\w+))/g, (whole, kubernetes, braced, plain) => environment[kubernetes ?? braced ?? plain] ?? whole);
}

function isOpen(text: string): boolean {
  return text.includes('$');
}
