import { readFileSync } from 'fs';
import { join } from 'path';
import { AWS_AUTH_DOCUMENTS, AwsAuthDocument, NODES } from './documents';
import { IdentityMapping, ListName, LISTS, mappingOf, readList } from '../../../src/node-access/authenticator';
import { AwsAuthUnreadable } from '../../../src/node-access/go-yaml-scalars';

/** What the aws-iam-authenticator itself says. */
interface Reading {
  readonly title: string;
  readonly roles: Readonly<Record<string, Mapping>>;
  readonly users: Readonly<Record<string, Mapping>>;
  readonly problem?: string;
}
interface Mapping { readonly username: string; readonly groups: readonly string[] | null }

const REAL = JSON.parse(readFileSync(join(__dirname, 'readings.json'), 'utf8')) as readonly Reading[];
const ACCOUNTS = /cannot unmarshal !!\w+ into \[\]string/;

function ours(list: ListName, { data }: AwsAuthDocument): { mappings: Record<string, Omit<Mapping, 'arn'>>; refused: boolean; damaged: boolean } {
  const byArn = (mappings: readonly IdentityMapping[]) =>
    Object.fromEntries(mappings.map(({ arn, username, groups }) => [arn.toLowerCase(), { username, groups }]));
  try {
    const { mappings, damage } = readList(list, data[list] ?? '');
    return { mappings: byArn(mappings), refused: false, damaged: damage.length > 0 };
  } catch (error) {
    expect(error).toBeInstanceOf(AwsAuthUnreadable);
    return { mappings: {}, refused: true, damaged: false };
  }
}

/** To Go, no list is not the same as an empty one; to whom a list of groups is for, it is. */
const withLists = (mappings: Readonly<Record<string, Mapping>>) =>
  Object.fromEntries(Object.entries(mappings).map(([arn, { username, groups }]) => [arn, { username, groups: groups ?? [] }]));

test('each document has the reading of its own, and there are enough', () => {
  expect(REAL.map(({ title }) => title)).toEqual(AWS_AUTH_DOCUMENTS.map(({ title }) => title));
  expect(new Set(REAL.map(({ title }) => title)).size).toBe(REAL.length);
  expect(REAL.length).toBeGreaterThanOrEqual(200);
});

test.each(AWS_AUTH_DOCUMENTS.filter(({ refusedByUs }) => !refusedByUs).map(document => [document.title, document] as const))(
  'we read %s as the authenticator does', (title, document) => {
    const real = REAL.find(one => one.title === title)!;
    const lists = { mapRoles: ours('mapRoles', document), mapUsers: ours('mapUsers', document) };

    expect(lists.mapRoles.mappings).toEqual(withLists(real.roles));
    expect(lists.mapUsers.mappings).toEqual(withLists(real.users));
    expect(Object.values(lists).some(({ refused, damaged }) => refused || damaged)).toBe(real.problem !== undefined && !ACCOUNTS.test(real.problem));
  });

test.each(AWS_AUTH_DOCUMENTS.filter(({ refusedByUs }) => refusedByUs).map(document => [document.title, document] as const))(
  'we refuse %s, which the authenticator takes', (title, document) => {
    expect(REAL.find(one => one.title === title)!.problem).toBeUndefined();
    expect(ours('mapRoles', document).refused).toBe(true);
  });

test('the mapping of a role is the one that the authenticator finds', () => {
  const found = AWS_AUTH_DOCUMENTS.flatMap(({ title, data, refusedByUs }) => {
    const real = REAL.find(one => one.title === title)!;
    const roles = real.roles[NODES.toLowerCase()];
    if (refusedByUs || !roles) {
      return [];
    }
    return [[title, mappingOf(readList('mapRoles', data.mapRoles), NODES), roles] as const];
  });
  expect(found.length).toBeGreaterThan(100);
  for (const [, mine, { username, groups }] of found) {
    expect(mine).toMatchObject({ username, groups: groups ?? [] });
  }
});

test('there are two lists of identities', () => {
  expect(LISTS).toEqual({ mapRoles: 'rolearn', mapUsers: 'userarn' });
});
