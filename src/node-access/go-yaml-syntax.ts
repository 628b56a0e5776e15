import { CST, Document, isCollection, isScalar, Pair, ParsedNode, Scalar, visit } from 'yaml';
import { AwsAuthUnreadable, isUnquoted } from './go-yaml-scalars';

/** What yaml.v2 takes for characters of a text. */
const UNPRINTABLE = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
/** Behind a backslash. */
const ESCAPES = '0abt\tnvfre "\'\\N_LPxuU\n\r';
const NAME = /^[0-9A-Za-z_-]+$/;
/** Blanks and dashes at the beginning of a line, and a tab among them. */
const TAB = /^ *(?:-(?: +-)* *)?\t/gm;

/** Refuses what no text of YAML may have, whatever is in it. */
export function checkText(text: string): void {
  const unprintable = UNPRINTABLE.exec(text);
  if (unprintable) {
    const code = unprintable[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    throw new AwsAuthUnreadable(`control characters are not allowed, got U+${code} at ${placeOf(text, unprintable.index)}`);
  }
  checkPreamble(text);
}

/** Refuses what our parser took and yaml.v2 does not. */
export function checkSyntax(text: string, document: Document.Parsed): void {
  checkTabs(text, document);
  visit(document, {
    Alias: (_, { source, range }) => checkName(text, source, range![0]),
    Collection: (_, { anchor, range }) => checkName(text, anchor, range![0]),
    Scalar: (_, node, path) => {
      checkName(text, node.anchor, node.range![0]);
      checkEscapes(text, node);
      if (isUnquoted(node) && path.some(isFlow)) {
        checkInFlow(text, node);
      }
    },
    Pair: (_, pair, path) => {
      if (path.some(isFlow)) {
        checkFlowPair(text, pair as Pair<ParsedNode, ParsedNode | null>);
      }
    },
  });
}

/** Of directives only those of YAML 1.1 are known, and a document does not begin with its end. */
function checkPreamble(text: string): void {
  for (const line of text.split(/\r?\n/)) {
    if (/^%/.test(line) && !/^%(TAG\s|YAML +1\.1\s*(#|$))/.test(line)) {
      throw new AwsAuthUnreadable(`found incompatible YAML document or unknown directive "${line}"`);
    }
    if (/^\.\.\.(\s|$)/.test(line)) {
      throw new AwsAuthUnreadable('did not find expected node content before "..."');
    }
    if (!/^\s*(#|$)|^%/.test(line)) {
      return;
    }
  }
}

/** A tab is no indentation, not even of an empty line, but within brackets and texts. */
function checkTabs(text: string, document: Document.Parsed): void {
  const free: Array<readonly [from: number, to: number]> = [];
  visit(document, {
    Scalar: (_, node) => {
      if (!isUnquoted(node)) {
        free.push([node.range![0], node.range![1]]);
      }
    },
    Collection: (_, node) => {
      if (isFlow(node)) {
        free.push([node.range![0], node.range![1]]);
      }
    },
  });
  for (const { index, 0: blanks } of text.matchAll(TAB)) {
    const tab = index + blanks.length - 1;
    if (tab < document.range[2] && !free.some(([from, to]) => from < tab && tab < to)) {
      throw new AwsAuthUnreadable(`not valid YAML at ${placeOf(text, tab)}: found a tab character that violates indentation`);
    }
  }
}

function checkName(text: string, name: string | undefined, position: number): void {
  if (name !== undefined && !NAME.test(name)) {
    throw new AwsAuthUnreadable(`not valid YAML at ${placeOf(text, position)}: the name "${name}" of an anchor has other characters than letters, digits, _ and -`);
  }
}

function checkEscapes(text: string, { type, srcToken, range }: Scalar): void {
  const quoted = type === Scalar.QUOTE_DOUBLE ? (srcToken as CST.FlowScalar).source : '';
  for (const [, escaped] of quoted.matchAll(/\\([\s\S])/g)) {
    if (!ESCAPES.includes(escaped)) {
      throw new AwsAuthUnreadable(`not valid YAML at ${placeOf(text, range![0])}: found unknown escape character "\\${escaped}"`);
    }
  }
}

/** Within brackets a question mark begins a key, and a colon in front a value. */
function checkInFlow(text: string, { source = '', range }: Scalar): void {
  if (source.includes('?') || source.startsWith(':')) {
    throw new AwsAuthUnreadable(`not valid YAML at ${placeOf(text, range![0])}: "${source}" within brackets needs quotes`);
  }
}

function checkFlowPair(text: string, { key, value }: Pair<ParsedNode, ParsedNode | null>): void {
  if (!isScalar(key)) {
    return;
  }
  const [from, to] = key.range;
  if (value !== null && text.slice(from, to).includes('\n')) {
    throw new AwsAuthUnreadable(`not valid YAML at ${placeOf(text, from)}: a key within brackets must be on one line`);
  }
  if (isUnquoted(key) && /^:[,[\]{}]/.test(text.slice(to, to + 2))) {
    throw new AwsAuthUnreadable(`not valid YAML at ${placeOf(text, from)}: "${key.source}:" within brackets needs quotes`);
  }
}

function isFlow(node: unknown): boolean {
  return isCollection(node) && node.flow === true;
}

function placeOf(text: string, position: number): string {
  const before = text.slice(0, position).split('\n');
  return `line ${before.length}, column ${before.at(-1)!.length + 1}`;
}
