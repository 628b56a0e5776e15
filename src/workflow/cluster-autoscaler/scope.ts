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
  const words = wordsOf(given).map(word => expanded(word, environment));
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

/** Whether these are the words of something that scales node groups, whatever it is called. */
export function scalesGroups({ arguments: given }: Pick<AutoscalerDeployment, 'arguments'>): boolean {
  const words = wordsOf(given);
  return words.some(word => /(^|\/)cluster-autoscaler$/.test(word)) || flags(words, 'nodes').length + flags(words, 'node-group-auto-discovery').length > 0;
}

/** Whether the autoscaler cordons a node when it taints it. */
export function cordonsNodes({ arguments: given }: Pick<AutoscalerDeployment, 'arguments'>): boolean {
  return wordsOf(given).some(word => /^--?cordon-node-before-terminating(=(true|1|t))?$/i.test(word));
}

/** Which of these groups an autoscaler serves. */
export function servedGroups(scope: Scope, groups: readonly AutoScalingGroup[], names: readonly string[]): string[] {
  return names.filter(name => scope.named.includes(name)
    || groups.some(group => group.name === name && scope.discoveries.some(set => hasAll(group.tags, set))));
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
    const match = new RegExp(`^--?${flag}(?:=([^]*))?$`).exec(word);
    return match ? [match[1] ?? words[index + 1] ?? ''] : [];
  });
}

/** To the autoscaler a tag without a value is one with any. */
function tag(text: string): { key: string; value?: string } {
  const [key, ...values] = text.split('=');
  const value = values.join('=');
  return value === '' ? { key } : { key, value };
}

/** An argument of a container is one word, whatever blanks it has; only the line of a shell has several. */
function wordsOf(given: readonly string[]): string[] {
  const isShell = (word: string) => /(^|\/)(ba|da|a|z|k)?sh$/.test(word);
  return given.flatMap((argument, index) => {
    const isLine = index > 0 && /^-\w*c$/.test(given[index - 1]) && given.slice(0, index).some(isShell);
    return isLine ? shellWords(argument) : [argument];
  });
}

/** The words of a line, as a shell parts them; a quotation that does not end leaves the sign by which a word cannot be read. */
function shellWords(line: string): string[] {
  const parts = line.replace(/\\\n/g, ' ').match(/(?:\\[^]|'[^']*'|"(?:\\[^]|[^"\\])*"|[^\s;&|'"\\]|['"\\])+/g) ?? [];
  return parts.map(part => part.replace(/\\([^])|'([^']*)'|"((?:\\[^]|[^"\\])*)"|['"\\]/g, (_whole, escaped, single, double) =>
    escaped ?? single ?? (double as string | undefined)?.replace(/\\([^])/g, '$1') ?? '$'));
}

/** Two flags in one word are one to the autoscaler, and a mistake. */
const TWO_FLAGS = /\s--?(nodes|node-group-auto-discovery)\b/;

/** Kubernetes replaces `$(NAME)`, a shell `$NAME` and `${NAME}`. */
function expanded(word: string, environment: Readonly<Record<string, string>>): string {
  return word.replace(/\$(?:\((\w+)\)|\{(\w+)\}|(\w+))/g, (whole, kubernetes, braced, plain) => environment[kubernetes ?? braced ?? plain] ?? whole);
}

function isOpen(text: string): boolean {
  return text.includes('$') || TWO_FLAGS.test(text);
}
