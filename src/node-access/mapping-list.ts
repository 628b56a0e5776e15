// eslint-disable-next-line import/no-extraneous-dependencies -- only the function's bundle has it, no construct imports this file
import { isMap, isScalar, isSeq, parseDocument, YAMLSeq } from 'yaml';

/**
 * The value of `mapRoles`: a YAML list inside a string. Positions come from the parsed document, but only text is
 * edited, so that comments, quotes, indentation and line ends of others stay as they are.
 */

/** What a node's role needs in order to join. */
const NODE_GROUPS = ['system:bootstrappers', 'system:nodes'];
/** Without the last one, pods on Windows reach no Service. */
const WINDOWS_GROUPS = [...NODE_GROUPS, 'eks:kube-proxy-windows'];
export const NODE_USERNAME = 'system:node:{{EC2PrivateDNSName}}';

/** The groups that nodes of an operating system have to be in. */
export function nodeGroups(windows: boolean): readonly string[] {
  return windows ? WINDOWS_GROUPS : NODE_GROUPS;
}

export interface Mapping {
  readonly rolearn: string;
  readonly groups: readonly unknown[];
}

/** A text with one more entry, and exactly what was put in. */
export interface Insertion {
  readonly text: string;
  readonly inserted: string;
}

interface ParsedList {
  readonly sequence?: YAMLSeq;
  readonly entries: readonly unknown[];
}

/** The entries that map a role; throws where the text is no list, with the place. */
export function mappingsOf(text: string, rolearn: string): Mapping[] {
  return parse(text).entries.filter(isMappingOf(rolearn)).map(entry => ({
    rolearn: entry.rolearn,
    groups: Array.isArray(entry.groups) ? entry.groups : [],
  }));
}

/** Adds the entry of a node role behind all others. */
export function insertMapping(text: string, rolearn: string, groups: readonly string[]): Insertion {
  const { sequence, entries } = parse(text);
  const wanted = [...entries, nodeMapping(rolearn, groups)];
  const candidates = sequence?.flow ? [intoFlow(text, sequence, rolearn, groups)] : intoBlock(text, sequence, rolearn, groups);
  const found = candidates.find(candidate => holds(candidate.text, wanted));
  if (!found) {
    throw new Error('mapRoles of the ConfigMap aws-auth has a form that no entry can be added to safely; write it as a plain list of entries');
  }
  return found;
}

/**
 * Takes out the entry that was put in; the text that was inserted if it is still there, else the entry wherever a
 * reformatted list has it now. A list without the entry comes back as it is.
 */
export function removeMapping(text: string, rolearn: string, inserted: string): string {
  const { sequence, entries } = parse(text);
  const index = ourIndex(entries, rolearn);
  if (index < 0 || !sequence) {
    return text;
  }
  const candidates = [...withoutText(text, inserted), ...withoutItem(text, sequence, index)];
  const found = candidates.find(candidate => entries.some((entry, i) =>
    isMappingOf(rolearn)(entry) && holds(candidate, entries.filter((_, other) => other !== i))));
  if (found === undefined) {
    throw new Error(`the entry of ${rolearn} cannot be taken out of mapRoles in the ConfigMap aws-auth safely; take it out by hand and go on`);
  }
  return found;
}

function parse(text: string): ParsedList {
  // The authenticator's own parser takes repeated keys, so they are no reason to stop here.
  const document = parseDocument(text, { keepSourceTokens: true, uniqueKeys: false, logLevel: 'error' });
  const [error] = document.errors;
  if (error) {
    const place = error.linePos ? ` at line ${error.linePos[0].line}, column ${error.linePos[0].col}` : '';
    throw new Error(`mapRoles of the ConfigMap aws-auth is not valid YAML${place}: ${error.message.split('\n')[0]}; correct it first, nothing was changed`);
  }
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    return { entries: [] };
  }
  if (!isSeq(document.contents)) {
    const kind = isMap(document.contents) ? 'a map' : 'a single value';
    throw new Error(`mapRoles of the ConfigMap aws-auth must be a list, got ${kind} at line 1, column 1; correct it first, nothing was changed`);
  }
  return { sequence: document.contents, entries: document.toJS() as unknown[] };
}

function nodeMapping(rolearn: string, groups: readonly string[]): object {
  return { groups, rolearn, username: NODE_USERNAME };
}

function isMappingOf(rolearn: string): (entry: unknown) => entry is { rolearn: string; groups?: unknown; username?: unknown } {
  return (entry): entry is { rolearn: string } => {
    const value = (entry as { rolearn?: unknown } | null)?.rolearn;
    // The authenticator compares role ARNs in lower case.
    return typeof value === 'string' && value.toLowerCase() === rolearn.toLowerCase();
  };
}

/** The entry as we write it if it is still so, else any entry of the role. */
function ourIndex(entries: readonly unknown[], rolearn: string): number {
  const ours = [NODE_GROUPS, WINDOWS_GROUPS].map(groups => JSON.stringify(nodeMapping(rolearn, groups)));
  const exact = entries.findIndex(entry => ours.includes(JSON.stringify(entry)));
  return exact >= 0 ? exact : entries.findIndex(isMappingOf(rolearn));
}

function holds(text: string, entries: readonly unknown[]): boolean {
  try {
    return JSON.stringify(parse(text).entries) === JSON.stringify(entries);
  } catch {
    return false;
  }
}

function intoFlow(text: string, sequence: YAMLSeq, rolearn: string, groups: readonly string[]): Insertion {
  const list = groups.map(group => JSON.stringify(group)).join(', ');
  const entry = `{groups: [${list}], rolearn: ${JSON.stringify(rolearn)}, username: ${JSON.stringify(NODE_USERNAME)}}`;
  const last = sequence.items.at(-1);
  return last === undefined
    ? insertAt(text, sequence.range![0] + 1, entry)
    : insertAt(text, rangeOf(last)[1], `, ${entry}`);
}

/** Directly behind the last entry; behind everything where the last entry's value reaches further than its lines. */
function intoBlock(text: string, sequence: YAMLSeq | undefined, rolearn: string, groups: readonly string[]): Insertion[] {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const indent = ' '.repeat(sequence ? indentOf(sequence) : 0);
  const entry = [
    '- groups:',
    ...groups.map(group => `  - ${group}`),
    `  rolearn: ${rolearn}`,
    `  username: ${NODE_USERNAME}`,
  ].map(line => indent + line).join(eol);
  const ends = sequence ? [endOfLine(text, rangeOf(sequence.items.at(-1))[1]), text.length] : [text.length];
  return ends.map(end => end === 0 || text[end - 1] === '\n' ? insertAt(text, end, entry + eol) : insertAt(text, end, eol + entry));
}

function insertAt(text: string, position: number, inserted: string): Insertion {
  return { text: text.slice(0, position) + inserted + text.slice(position), inserted };
}

function withoutText(text: string, inserted: string): string[] {
  const results: string[] = [];
  for (let at = text.indexOf(inserted); at >= 0; at = text.indexOf(inserted, at + 1)) {
    results.push(text.slice(0, at) + text.slice(at + inserted.length));
  }
  return results;
}

function withoutItem(text: string, sequence: YAMLSeq, index: number): string[] {
  const spans = sequence.flow ? flowSpans(sequence, index) : [blockSpan(text, sequence, index)];
  return spans.map(([start, end]) => text.slice(0, start) + text.slice(end));
}

/** An item with the comma that separates it from a neighbour; for the only one, also all between the brackets. */
function flowSpans(sequence: YAMLSeq, index: number): [number, number][] {
  const [before, item, after] = [index - 1, index, index + 1].map(i => sequence.items[i] as unknown);
  const [start, end] = rangeOf(item);
  if (after !== undefined) {
    return [[start, rangeOf(after)[0]]];
  }
  return before === undefined
    ? [[start, end], [sequence.range![0] + 1, sequence.range![1] - 1]]
    : [[rangeOf(before)[1], end]];
}

/** The whole lines of an item, from its dash on. */
function blockSpan(text: string, sequence: YAMLSeq, index: number): [number, number] {
  const token = sequence.srcToken;
  const dash = token?.type === 'block-seq' ? token.items[index].start.find(part => part.type === 'seq-item-ind') : undefined;
  const start = dash ? dash.offset : rangeOf(sequence.items[index])[0];
  return [text.lastIndexOf('\n', start - 1) + 1, endOfLine(text, rangeOf(sequence.items[index])[1])];
}

function indentOf(sequence: YAMLSeq): number {
  const token = sequence.srcToken;
  return token?.type === 'block-seq' ? token.indent : 0;
}

function rangeOf(node: unknown): [number, number, number] {
  return (node as { range: [number, number, number] }).range;
}

/** Behind the line on which a value ends, whose range may reach over blank lines that follow. */
function endOfLine(text: string, position: number): number {
  const newline = text.indexOf('\n', text.slice(0, position).trimEnd().length);
  return newline < 0 ? text.length : newline + 1;
}
