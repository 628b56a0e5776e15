import { checkKind, Kind, memberOf, refuse, shown } from './kind';
import { isObject } from './kinds';

/** The kind of each property of a struct; the compiler asks for all of them, and for `required` where a property is. */
export type Shape<T> = {
  readonly [P in keyof T]-?: undefined extends T[P] ? Kind<NonNullable<T[P]>> : Kind<T[P]> & { readonly isRequired: true };
};

/** A struct within a struct. */
export function struct<T>(shape: Shape<T>): Kind<T> {
  const members = shape as Required<Kind<T>>['members'];
  const expected = `an object with ${described(members)}`;
  return {
    expected,
    members,
    check: (what, value) => {
      if (!isObject(value)) {
        refuse(what, value, expected);
      }
      checkMembers(what, name => memberOf(what, name), value, members);
    },
  };
}

/**
 * Refuses what does not have a shape: what is no object, lacks a property, has one of another kind or one that there is not.
 *
 * @param owner who is given it, such as `KarpenterMigration` or `Discovery.tags`
 */
export function checkShape<T>(owner: string, given: unknown, shape: Shape<T>): void {
  const { members, expected } = struct(shape);
  if (!isObject(given)) {
    const is = given === undefined ? 'not set' : shown(given);
    throw new Error(`what ${owner} is made of is ${is}: set ${expected}`);
  }
  // What makes a value says so: the error names no construct.
  const suffix = owner.includes('.') ? ` of ${owner}` : '';
  checkMembers(owner, name => `\`${name}\`${suffix}`, given, members!);
}

type Members = Required<Kind<unknown>>['members'];

function checkMembers(owner: string, nameOf: (name: string) => string, given: { readonly [name: string]: unknown }, members: Members): void {
  // A value from another language may have all properties, those that are not set as undefined.
  const unknown = Object.keys(given).find(name => !Object.prototype.hasOwnProperty.call(members, name) && given[name] !== undefined);
  if (unknown !== undefined) {
    const meant = nearest(unknown, members);
    const path = pathOf(nameOf(unknown));
    const advice = meant === undefined ? `set ${listed(namesOf(members))}` : `set ${pathOf(nameOf(meant))}`;
    throw new Error(`${path} is no property of ${owner}, got ${shown(given[unknown])}: ${advice}, or leave it out`);
  }
  Object.entries(members).forEach(([name, kind]) => checkKind(nameOf(name), given[name], kind));
}

/** Without whose it is. */
function pathOf(what: string): string {
  return what.replace(/ of [^`]*$/, '');
}

/** What an object must have, or may where it must have nothing. */
function described(members: Members): string {
  const names = namesOf(members);
  const needed = names.filter(name => members[name].isRequired);
  return needed.length > 0 ? needed.map(quoted).join(', ') : listed(names);
}

/** What begins with an underscore is not for users. */
function namesOf(members: Members): string[] {
  return Object.keys(members).filter(name => !name.startsWith('_'));
}

function listed(names: string[]): string {
  return `${names.length > 1 ? 'some of ' : ''}${names.map(quoted).join(', ')}`;
}

function quoted(name: string): string {
  return `\`${name}\``;
}

/** The property that was meant, as a path: one that is written like it, or of the same name in a struct within. */
function nearest(name: string, members: Members): string | undefined {
  const names = Object.keys(members);
  const alike = names.find(each => plain(each) === plain(name))
    ?? names.find(each => distance(plain(each), plain(name)) <= name.length / 4)
    ?? names.find(each => name.length >= 4 && plain(each).startsWith(plain(name)));
  if (alike !== undefined) {
    return alike;
  }
  for (const each of names) {
    const within = members[each].members;
    const found = within && Object.keys(within).find(inner => plain(inner) === plain(name));
    if (found !== undefined) {
      return `${each}.${found}`;
    }
  }
  return undefined;
}

/** Without what tells one way of writing from another: nodeRole, node_role, NodeRole. */
function plain(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, '').toLowerCase();
}

/** How many letters have to be added, taken away or changed. */
function distance(one: string, other: string): number {
  let previous = [...Array(other.length + 1).keys()];
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      row.push(Math.min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1)));
    }
    previous = row;
  }
  return previous[other.length];
}
