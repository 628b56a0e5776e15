import { Scalar } from 'yaml';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Why the authenticator refuses a list of aws-auth as a whole, so that nothing of it counts. */
export class AwsAuthUnreadable extends Error {}

/** What yaml.v2 does not take for a text, by the spellings that it knows. */
const WORDS: ReadonlyMap<string, boolean | null | number> = new Map<string, boolean | null | number>([
  ...['y', 'yes', 'true', 'on'].flatMap(word => spellings(word)).map(word => [word, true] as const),
  ...['n', 'no', 'false', 'off'].flatMap(word => spellings(word)).map(word => [word, false] as const),
  ...['', '~', ...spellings('null')].map(word => [word, null] as const),
  ...['.nan', '.NaN', '.NAN'].map(word => [word, NaN] as const),
  ...['', '+', '-'].flatMap(sign => ['.inf', '.Inf', '.INF'].map(word => [sign + word, sign === '-' ? -Infinity : Infinity] as const)),
]);

const INTEGER = /^[-+]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9]\d*)$/;
const FRACTION = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/;
const POINT_FRACTION = /^\.\d+(_?\d+)*([eE][-+]?\d+)?$/;
/** A point in time stays a text. */
const DATE = /^\d{4}-\d{1,2}-\d{1,2}([Tt ]|$)/;
const STANDARD = 'tag:yaml.org,2002:';

function spellings(word: string): string[] {
  return [word, word[0].toUpperCase() + word.slice(1), word.toUpperCase()];
}

/**
 * The value of a scalar.
 *
 * Which number it is does not matter, as long as JSON has it: nothing in aws-auth is one.
 *
 * @throws AwsAuthUnreadable where it is not what its tag says
 */
export function scalarValue(node: Scalar | null): Json {
  if (node === null) {
    return null;
  }
  const text = String(node.value ?? '');
  const tag = shortTag(node);
  if (tag === undefined) {
    return isUnquoted(node) ? plain(text) : text;
  }
  switch (tag) {
    case '!!binary':
      return binary(text);
    case '!!bool':
    case '!!int':
    case '!!float':
    case '!!null':
      return ofKind(text, tag);
    default:
      // One of the user's own says nothing.
      return text;
  }
}

/** Whether a key sets the keys of other maps. */
export function isMergeKey(node: Scalar): boolean {
  const tag = shortTag(node);
  return node.value === '<<' && (tag === '!!merge' || (isUnquoted(node) && tag === undefined));
}

/** What is not there at all is without quotes, too. */
export function isUnquoted({ type }: Scalar): boolean {
  return type === undefined || type === Scalar.PLAIN;
}

function shortTag({ tag }: Scalar): string | undefined {
  return tag?.startsWith(STANDARD) ? `!!${tag.slice(STANDARD.length)}` : tag;
}

function plain(text: string): Json {
  const word = WORDS.get(text);
  if (word !== undefined) {
    return word;
  }
  const number = digits(text);
  const isNumber = INTEGER.test(number) || (text.startsWith('.') ? POINT_FRACTION.test(text) : FRACTION.test(number) && Number.isFinite(Number(number)));
  return isNumber && !DATE.test(text) ? Number(number) || 0 : text;
}

function ofKind(text: string, tag: '!!bool' | '!!int' | '!!float' | '!!null'): Json {
  const value = plain(text);
  const fits = {
    '!!bool': typeof value === 'boolean',
    '!!int': typeof value === 'number' && INTEGER.test(digits(text)),
    '!!float': typeof value === 'number',
    '!!null': value === null,
  };
  if (!fits[tag]) {
    throw new AwsAuthUnreadable(`cannot decode \`${text}\` as a ${tag}`);
  }
  return value;
}

function digits(text: string): string {
  return text.replaceAll('_', '');
}

function binary(text: string): string {
  const bytes = text.replace(/[\r\n]/g, '');
  if (bytes.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(bytes)) {
    throw new AwsAuthUnreadable('!!binary value contains invalid base64 data');
  }
  return Buffer.from(bytes, 'base64').toString('utf8');
}
