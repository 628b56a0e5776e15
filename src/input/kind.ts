import { inspect } from 'util';
import { Token } from 'aws-cdk-lib';

/**
 * What a value may be.
 *
 * TypeScript keeps to types, other languages and casts do not: the context of an app gives texts for numbers and booleans, and a value of
 * another type is else found out where it is used, by an error that says nothing to whoever gave it, or by nobody.
 */
export interface Kind<T> {
  /** What to set, as it stands after "set". */
  readonly expected: string;
  /** Whether there must be a value. */
  readonly isRequired?: boolean;
  /** By name, for what has members. */
  readonly members?: { readonly [name: string]: Kind<any> };
  /** Only for the compiler, which so compares the kind with the property that it stands for. */
  readonly _of?: T;
  /** Throws on another value; never called without one. */
  check(what: string, value: unknown): void;
}

/** Refuses a value that is not of a kind; `what` is how a message calls it. Whether there is one is looked at too. */
export function checkKind<T>(what: string, value: unknown, kind: Kind<T>): void {
  if (value === undefined) {
    if (kind.isRequired) {
      throw new Error(`${what} is not set: set ${kind.expected}`);
    }
    return;
  }
  kind.check(what, value);
}

/** @throws the error that all kinds have: what it is, what was given, what to set */
export function refuse(what: string, value: unknown, expected: string): never {
  throw new Error(`${what} is ${shown(value)}: set ${expected}`);
}

const MAXIMUM_SHOWN = 120;

/** A value as a message shows it, short. */
export function shown(value: unknown): string {
  const text = whole(value);
  return text.length > MAXIMUM_SHOWN ? `${text.slice(0, MAXIMUM_SHOWN)}…` : text;
}

function whole(value: unknown): string {
  if (typeof value === 'string') {
    return `"${value}"`;
  }
  if (typeof value === 'function') {
    return value.name === '' ? 'a function' : `the function or class ${value.name}`;
  }
  if (Token.isUnresolved(value)) {
    return 'a token';
  }
  const name = typeof value === 'object' && value !== null ? nameOfClass(value.constructor) : undefined;
  return name ? `an object of class ${name}` : inspect(value, { depth: 1, breakLength: Infinity });
}

/** The mark by which jsii knows its classes, also those of another copy of a library. */
export const RUNTIME_TYPE = Symbol.for('jsii.rtti');

/** As users write it: a bundle of a library may have given a class another name. */
function nameOfClass(type: any): string | undefined {
  return type === undefined || type === Object || type === Array ? undefined : type[RUNTIME_TYPE]?.fqn.split('.').pop() ?? type.name;
}

/** How a message calls a member of something. */
export function memberOf(what: string, name: string): string {
  return within(what, `.${name}`) ?? `\`${name}\` of ${what}`;
}

/** How a message calls an entry of a list or a map. */
export function entryOf(what: string, key: number | string): string {
  const place = `[${typeof key === 'number' ? key : `"${key}"`}]`;
  return within(what, place) ?? `${what}, entry ${place}`;
}

/** Adds to a path, which stands between the first two backticks. */
function within(what: string, added: string): string | undefined {
  const end = what.startsWith('`') ? what.indexOf('`', 1) : -1;
  return end < 0 ? undefined : `${what.slice(0, end)}${added}${what.slice(end)}`;
}
