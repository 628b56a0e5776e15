import { EC2_NODE_CLASSES } from './ec2-node-class-table';
import { nodeClassManifest, nodePoolManifest } from './fixtures';
import { RefusedRow } from './manifest-row';
import { ManifestRow, manifestTable, saidOf } from './manifest-table';
import { NODE_POOLS } from './node-pool-table';
import { rulesOf, schemaErrors, withServerDefaults } from '../schemas';

const ROWS = manifestTable();
const RULES = { NodePool: rulesOf('NodePool'), EC2NodeClass: rulesOf('EC2NodeClass') };
const ACCEPTED = ROWS.filter((row) => !row.objection).map((row): [string, ManifestRow] => [`${row.kind} with ${row.name}`, row]);
const REFUSED = ROWS.filter((row) => row.objection).map((row): [string, ManifestRow] => [`${row.kind} with ${row.name}`, row]);

type Refused = [name: string, make: () => void, complaint: string];
function refusedByUs<O>(kind: string, rows: readonly RefusedRow<O>[], render: (options: O) => unknown): Refused[] {
  return rows.flatMap(({ name, ours }): Refused[] => ours ? [[`${kind} with ${name}`, () => render(ours.options()), ours.complaint]] : []);
}

test('the tables are long, and each row has a name of its own', () => {
  const names = [...ACCEPTED, ...REFUSED].map(([name]) => name);

  expect(ACCEPTED.length).toBeGreaterThanOrEqual(60);
  expect(REFUSED.length).toBeGreaterThanOrEqual(60);
  expect(new Set(names).size).toBe(names.length);
});

test.each(ACCEPTED)('the schema takes a %s, and the API server has nothing to fill in', (_, { kind, manifest }) => {
  expect(schemaErrors(kind, manifest)).toEqual([]);
  expect(withServerDefaults(kind, manifest)).toEqual(manifest);
});

test.each(REFUSED)('the definition refuses a %s', (_, { kind, manifest, objection }) => {
  const errors = schemaErrors(kind, manifest);
  if ('rule' in objection!) {
    expect(RULES[kind].map(({ message }) => message)).toContain(objection.rule);
    expect(errors).toEqual([]);
  } else {
    expect(errors.map((error) => error.split(' ')[0])).toContain(objection!.field);
  }
});

test.each([
  ...refusedByUs('NodePool', NODE_POOLS.refused, nodePoolManifest),
  ...refusedByUs('EC2NodeClass', EC2_NODE_CLASSES.refused, nodeClassManifest),
])('we refuse a %s too', (_, make, complaint) => {
  expect(make).toThrow(complaint);
});

test.each([
  [{ rule: 'role cannot be empty' }, 'role cannot be empty'],
  [{ field: '/spec' }, 'spec'],
  [{ field: '/spec/disruption/budgets/0/reasons/1' }, 'spec.disruption.budgets[0].reasons[1]'],
])('an objection is found in what the API server says: %j', (objection, said) => {
  expect(saidOf(objection)).toBe(said);
});

test.each(['NodePool', 'EC2NodeClass'] as const)('every rule of %s on a single object has a row that breaks it', (kind) => {
  const rules = RULES[kind].filter(({ rule }) => !rule.includes('oldSelf')).map(({ message }) => message);
  const broken = REFUSED.map(([, row]) => row).filter((row) => row.kind === kind).map(({ objection }) => 'rule' in objection! ? objection.rule : '');

  expect([...new Set(rules)].filter((message) => !broken.includes(message))).toEqual([]);
});
