import { AccessEntry, EntryStep, ownerTag, planEntry, planRemoval, WantedEntry } from '../../src/node-access/access-entry-plan';

const ROLE = 'arn:aws:iam::111111111111:role/team/nodes';
const WANTED: WantedEntry = { clusterName: 'prod', roleArn: ROLE, type: 'EC2_LINUX', owner: 'Stack/Migration/AccessEntry' };
const OURS = { 'cdk-karpenter-migration/owner': 'Stack/Migration/AccessEntry' };
const ANOTHERS = { 'cdk-karpenter-migration/owner': 'Gone/Migration/AccessEntry' };

const entry = (changes: Partial<AccessEntry> = {}): AccessEntry =>
  ({ principalArn: ROLE, type: 'EC2_LINUX', arn: 'arn:entry', createdAt: 2000, tags: {}, ...changes });

test.each<[string, AccessEntry | undefined, EntryStep]>([
  ['no entry', undefined, 'create'],
  ['one of somebody else that fits', entry({ tags: { team: 'platform' } }), 'none'],
  ['ours', entry({ tags: OURS }), 'none'],
  ['one that another migration of ours made', entry({ tags: ANOTHERS }), 'own'],
  ['ours of another type', entry({ tags: OURS, type: 'EC2_WINDOWS' }), 'replace'],
  ['another migration\'s of another type', entry({ tags: ANOTHERS, type: 'EC2_WINDOWS' }), 'replace'],
  ['ours for a role that was deleted and made again', entry({ tags: OURS, createdAt: 999 }), 'replace'],
  ['one that was made in the same moment as the role', entry({ createdAt: 1000 }), 'none'],
])('%s means: %s', (_, found, step) => {
  expect(planEntry(found, WANTED, 1000)).toBe(step);
});

test('a role that cannot be found makes no entry too old', () => {
  expect(planEntry(entry({ createdAt: 1 }), WANTED, undefined)).toBe('none');
});

test.each(['STANDARD', 'EC2_WINDOWS', 'FARGATE_LINUX', 'EC2', 'HYBRID_LINUX'])('an entry of somebody else of type %s is an error that says what to do', (type) => {
  expect(() => planEntry(entry({ type }), WANTED, 1000)).toThrow(new RegExp(
    `role/team/nodes in cluster "prod" is of type ${type}, its nodes need EC2_LINUX.*aws eks delete-access-entry --cluster-name prod `
    + '--principal-arn arn:aws:iam::111111111111:role/team/nodes\\..*`nodeRole`.*Nothing was changed$'));
});

test('only an entry for Windows hints at the option for it', () => {
  expect(() => planEntry(entry({ type: 'EC2_WINDOWS' }), WANTED)).toThrow('NodeAccess.auto({ windows: true })');
  expect(() => planEntry(entry({ type: 'STANDARD' }), WANTED)).not.toThrow('windows: true');
});

test('an entry of somebody else that is older than the role is an error, because EKS remembers the former role', () => {
  expect(() => planEntry(entry({ createdAt: 999 }), WANTED, 1000)).toThrow(/is older than the role, which was made anew since.*delete-access-entry/);
});

test('a removal takes what the owner has, for whatever role, and leaves all else', () => {
  const entries = [
    entry({ principalArn: 'ours', tags: OURS }),
    entry({ principalArn: 'former', tags: OURS }),
    entry({ principalArn: 'another\'s', tags: ANOTHERS }),
    entry({ principalArn: 'foreign', tags: { team: 'platform' } }),
  ];
  expect(planRemoval(entries, WANTED.owner, ['foreign'])).toEqual({ leaving: ['ours', 'former'], staying: [] });
  expect(planRemoval(entries, 'Nobody', [])).toEqual({ leaving: [], staying: [] });
});

test('a removal leaves the entry of a role that a managed node group has', () => {
  expect(planRemoval([entry({ tags: OURS }), entry({ principalArn: 'former', tags: OURS })], WANTED.owner, [ROLE]))
    .toEqual({ leaving: ['former'], staying: [ROLE] });
});

describe('an owner as the value of a tag', () => {
  test.each(['Stack/Migration/AccessEntry', 'Größe: 10+1 = a_b-c.d@e', 'x'.repeat(256)])('%s stays as it is', (owner) => {
    expect(ownerTag(owner)).toBe(owner);
  });

  test.each(['Stack/My#Migration', 'Stack/a(b)', 'x'.repeat(257), `${'x'.repeat(300)}#`])('%s gets what EKS takes', (owner) => {
    expect(ownerTag(owner)).toMatch(/^[\p{L}\p{N} +\-=._:/@]{14,256}$/u);
    expect(ownerTag(owner)).toBe(ownerTag(owner));
  });

  test('two owners are never taken for one', () => {
    const owners = ['a#b', 'a*b', 'a_b', `${'x'.repeat(300)}1`, `${'x'.repeat(300)}2`];
    expect(new Set(owners.map(ownerTag)).size).toBe(owners.length);
  });
});
