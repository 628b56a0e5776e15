import { Token } from 'aws-cdk-lib';
import { checkKind, entryOf, Kind, memberOf, refuse, RUNTIME_TYPE } from './kind';

/** The largest number that 32 bit fields of an API hold. */
export const MAXIMUM_INT32 = 2 ** 31 - 1;

/** What must be there. */
export function required<T>(kind: Kind<T>): Kind<T> & { readonly isRequired: true } {
  return { ...kind, isRequired: true };
}

/** What decides at synthesis, so that no token can stand for it. */
export function known<T>(kind: Kind<T>): Kind<T> {
  return {
    ...kind,
    check: (what, value) => {
      if (Token.isUnresolved(value)) {
        throw new Error(`${what} is a token: set a value that is known at synthesis, ${kind.expected}`);
      }
      kind.check(what, value);
    },
  };
}

/** A kind for which a token may stand. */
function late<T>(expected: string, isGood: (value: unknown) => boolean): Kind<T> {
  return {
    expected,
    check: (what, value) => {
      if (!Token.isUnresolved(value) && !isGood(value)) {
        refuse(what, value, expected);
      }
    },
  };
}

/** Any text, an empty one too. */
export const ANY_TEXT: Kind<string> = late('a text', value => typeof value === 'string');

/** A text that is not empty, and good by what else is asked of it. */
export function text(expected: string = 'a text that is not empty', isGood: (value: string) => boolean = value => value !== ''): Kind<string> {
  return late(expected, value => typeof value === 'string' && isGood(value));
}

/** A text of a pattern. */
export const textOf = (pattern: RegExp, expected: string): Kind<string> => text(expected, value => pattern.test(value));

export const TEXT: Kind<string> = text();

/** CloudFormation knows no boolean that is late, and a token is always true where it decides. */
export const FLAG: Kind<boolean> = {
  expected: 'true or false, without quotation marks',
  check: (what, value) => {
    if (typeof value !== 'boolean') {
      refuse(what, value, FLAG.expected);
    }
  },
};

/** Any number, which is looked at where it is used. */
export const NUMBER: Kind<number> = late('a number', value => typeof value === 'number');

/** A whole number within its limits. */
export function integer(minimum: number, maximum: number = Number.MAX_SAFE_INTEGER): Kind<number> {
  const allowed = maximum === Number.MAX_SAFE_INTEGER ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
  return late(`a whole number ${allowed}`, value => Number.isSafeInteger(value) && (value as number) >= minimum && (value as number) <= maximum);
}

/** A value of an enum. */
export function oneOf<T extends string>(values: { readonly [name: string]: T } | readonly T[]): Kind<T> {
  const allowed: readonly unknown[] = [...new Set(Object.values(values))];
  return late(`one of ${allowed.join(', ')}`, value => allowed.includes(value));
}

/** What is allowed in a list. */
interface ListRules<T> {
  /** What to say to an empty one; by default it may be empty. */
  readonly empty?: string;
  readonly maximum?: number;
  /** By what two entries are the same; by default each may come twice. */
  readonly identity?: (entry: T) => unknown;
}

/** A list; a token may stand for all of it, or for an entry. */
export function list<T>(kind: Kind<T>, { empty, maximum, identity }: ListRules<T> = {}): Kind<T[]> {
  const expected = `a list, each entry ${kind.expected}`;
  return {
    expected,
    check: (what, value) => {
      if (Token.isUnresolved(value)) {
        return;
      }
      if (!Array.isArray(value)) {
        refuse(what, value, expected);
      }
      if (value.length === 0 && empty !== undefined) {
        throw new Error(`${what} is empty: ${empty}`);
      }
      if (maximum !== undefined && value.length > maximum) {
        throw new Error(`${what} has ${value.length} entries: give at most ${maximum}`);
      }
      value.forEach((entry, index) => kind.check(entryOf(what, index), entry));
      const names = identity ? value.map(identity) : [];
      const twice = names.find((name, index) => name !== undefined && !Token.isUnresolved(name) && names.indexOf(name) !== index);
      if (twice !== undefined) {
        throw new Error(`${what} names ${typeof twice === 'string' ? `"${twice}"` : String(twice)} twice: keep one of them`);
      }
    },
  };
}

/** Values by keys that a user chooses. */
export function map<T>(kind: Kind<T>): Kind<{ [key: string]: T }> {
  const expected = `an object, the value of each key ${kind.expected}`;
  return {
    expected,
    check: (what, value) => {
      if (!isObject(value)) {
        if (!Token.isUnresolved(value)) {
          refuse(what, value, expected);
        }
        return;
      }
      Object.entries(value).forEach(([key, entry]) => entry === undefined || kind.check(entryOf(what, key), entry));
    },
  };
}

/** An object of whatever is in it, of which some members are looked at. */
export function free(members: { readonly [name: string]: Kind<any> } = {}, expected: string = 'an object'): Kind<{ [key: string]: any }> {
  return {
    expected,
    check: (what, value) => {
      if (Token.isUnresolved(value)) {
        return;
      }
      if (!isObject(value)) {
        refuse(what, value, expected);
      }
      Object.entries(members).forEach(([name, kind]) => checkKind(memberOf(what, name), value[name], kind));
    },
  };
}

/** A class, abstract or with a private constructor: all have a prototype. */
interface Type<T> { readonly name: string; readonly prototype: T }

/** An instance of one of our classes, of this copy of the library or of another. */
export function instance<T>(type: Type<T>, expected: string): Kind<T> {
  return {
    expected,
    check: (what, value) => {
      if (!isInstance(value, type)) {
        refuse(what, value, expected);
      }
    },
  };
}

/** Whether a value is of a class, or of the same class of another copy of its library. */
export function isInstance(value: unknown, type: Type<unknown>): boolean {
  const own = markOf(type);
  return classesOf(value).some(each => each === type || (own !== undefined && markOf(each) === own));
}

function classesOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  const prototype = Object.getPrototypeOf(value);
  return prototype === null ? [] : [prototype.constructor, ...classesOf(prototype)];
}

function markOf(type: unknown): string | undefined {
  return typeof type === 'function' && Object.prototype.hasOwnProperty.call(type, RUNTIME_TYPE) ? (type as any)[RUNTIME_TYPE].fqn : undefined;
}

/** Not a list, and not what stands for something late. */
export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Token.isUnresolved(value);
}
