// eslint-disable-next-line import/no-extraneous-dependencies -- only the function's bundle has it, no construct imports this file
import { isSeq, YAMLSeq } from 'yaml';
import { isOf, ListReading, mappingOf, readList } from './authenticator';
import { NODE_USERNAME, nodeGroups } from './contract';
import { BYTE_ORDER_MARK } from './go-yaml';
import { AwsAuthUnreadable, Json } from './go-yaml-scalars';

/**
 * The value of `mapRoles`: a YAML list inside a string. What it says is what the authenticator reads, and positions come from there, but
 * only text is edited, so that comments, quotes, indentation and line ends of others stay as they are.
 */

/** Whom the entry of a role makes its nodes, by what counts in the end. */
export interface RoleMapping {
  readonly username: string;
  readonly groups: readonly string[];
  /** What the authenticator leaves out of the entries of the role because it is of another kind. */
  readonly damage: readonly string[];
}

/** A text with one more entry, and exactly what was put in. */
export interface Insertion {
  readonly text: string;
  readonly inserted: string;
}

interface ParsedList extends ListReading {
  readonly sequence?: YAMLSeq;
  /** What the entries say, all of it. */
  readonly entries: readonly Json[];
}

/** The mapping of a role, of several the last one; throws where the authenticator takes nothing of the text, with the place. */
export function roleMapping(text: string, rolearn: string): RoleMapping | undefined {
  const list = parse(text);
  const mapping = mappingOf(list, rolearn);
  return mapping && { ...mapping, damage: list.damage.filter(({ index }) => isOf(list.mappings[index], rolearn)).map(({ says }) => says) };
}

/** Adds the entry of a node role behind all others. */
export function insertMapping(source: string, rolearn: string, groups: readonly string[]): Insertion {
  const [mark, text] = withoutMark(source);
  const { sequence, entries } = parse(text);
  const wanted = [...entries, nodeMapping(rolearn, groups)];
  const candidates = sequence?.flow ? [intoFlow(text, sequence, rolearn, groups)] : intoBlock(text, sequence, rolearn, groups);
  const found = candidates.find(candidate => holds(candidate.text, wanted));
  if (!found) {
    throw new Error('mapRoles of the ConfigMap aws-auth has a form that no entry can be added to safely; write it as a plain list of entries');
  }
  return { ...found, text: mark + found.text };
}

/**
 * Takes out the entry that was put in; the text that was inserted if it is still there, else the entry wherever a
 * reformatted list has it now. A list without the entry comes back as it is.
 *
 * One that the authenticator cannot read any more is not in the way as long as our text stands in it, once.
 */
export function removeMapping(source: string, rolearn: string, inserted: string): string {
  const [mark, text] = withoutMark(source);
  const list = parsed(text);
  if (list instanceof AwsAuthUnreadable) {
    const [found, ...others] = withoutText(text, inserted);
    if (found === undefined || others.length > 0) {
      throw unreadable(list);
    }
    return mark + found;
  }
  const { sequence, entries, mappings } = list;
  const index = ourIndex(list, rolearn);
  if (index < 0 || !sequence) {
    return source;
  }
  const candidates = [...withoutText(text, inserted), ...withoutItem(text, sequence, index)];
  const found = candidates.find(candidate => mappings.some((mapping, i) =>
    isOf(mapping, rolearn) && holds(candidate, entries.filter((_, other) => other !== i))));
  if (found === undefined) {
    throw new Error(`the entry of ${rolearn} cannot be taken out of mapRoles in the ConfigMap aws-auth safely; take it out by hand and go on`);
  }
  return mark + found;
}

function parse(text: string): ParsedList {
  const list = parsed(text);
  if (list instanceof AwsAuthUnreadable) {
    throw unreadable(list);
  }
  return list;
}

function parsed(text: string): ParsedList | AwsAuthUnreadable {
  try {
    const reading = readList('mapRoles', text);
    const { contents, value } = reading.yaml ?? {};
    return { ...reading, sequence: isSeq(contents) ? contents : undefined, entries: value as readonly Json[] | null | undefined ?? [] };
  } catch (error) {
    if (error instanceof AwsAuthUnreadable) {
      return error;
    }
    throw error;
  }
}

function unreadable({ message }: AwsAuthUnreadable): Error {
  return new Error(`mapRoles of the ConfigMap aws-auth cannot be read, so that no role in it is mapped: ${message}; correct it first, nothing was changed`);
}

/** Places in a text are counted without the mark at its beginning. */
function withoutMark(source: string): [mark: string, text: string] {
  const [mark = ''] = BYTE_ORDER_MARK.exec(source) ?? [];
  return [mark, source.slice(mark.length)];
}

function nodeMapping(rolearn: string, groups: readonly string[]): Json {
  return { groups, rolearn, username: NODE_USERNAME };
}

/** The entry as we write it if it is still so, else any entry of the role. */
function ourIndex({ entries, mappings }: ParsedList, rolearn: string): number {
  const ours = [nodeGroups(false), nodeGroups(true)].map(groups => JSON.stringify(nodeMapping(rolearn, groups)));
  const exact = entries.findIndex(entry => ours.includes(JSON.stringify(entry)));
  return exact >= 0 ? exact : mappings.findIndex(mapping => isOf(mapping, rolearn));
}

function holds(text: string, entries: readonly Json[]): boolean {
  const list = parsed(text);
  return !(list instanceof AwsAuthUnreadable) && JSON.stringify(list.entries) === JSON.stringify(entries);
}

function intoFlow(text: string, sequence: YAMLSeq, rolearn: string, groups: readonly string[]): Insertion {
  const list = groups.map(group => JSON.stringify(group)).join(', ');
  // Keys in quotes as well: the list may be JSON, and others may read it as such.
  const entry = `{"groups": [${list}], "rolearn": ${JSON.stringify(rolearn)}, "username": ${JSON.stringify(NODE_USERNAME)}}`;
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
