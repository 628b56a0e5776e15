import { parse } from 'yaml';
import { withoutPath } from '../../src/node-access/contract';
import { AwsAuth, Change, CREATED_ANNOTATION, planAdd, planKeep, planRemove, RECORDS_ANNOTATION } from '../../src/node-access/plan';

const ROLE = 'arn:aws:iam::111111111111:role/KarpenterNode';
const OTHER_ROLE = 'arn:aws:iam::111111111111:role/KarpenterNode-2';
const OWNER = 'stack/Mapping';
const OURS = {
  groups: ['system:bootstrappers', 'system:nodes'],
  rolearn: ROLE,
  username: 'system:node:{{EC2PrivateDNSName}}',
};
const FOREIGN_BLOCK = '- groups:\n  - system:masters\n  rolearn: arn:aws:iam::111111111111:role/Admin\n  username: admin\n';

const DOCUMENTS: [name: string, text: string][] = [
  ['empty text', ''],
  ['blank lines', '\n\n'],
  ['only a comment', '# nobody yet\n'],
  ['only a comment, no newline at the end', '# nobody yet'],
  ['an empty document', '---\n'],
  ['an empty flow list', '[]'],
  ['an empty flow list and a newline', '[]\n'],
  ['an empty flow list with space', '[ ]\n'],
  ['an empty flow list over lines', '[\n]\n'],
  ['an empty flow list with a comment', '[ # nobody yet\n]\n'],
  ['an empty flow list behind a marker', '--- []\n'],
  ['one entry', FOREIGN_BLOCK],
  ['one entry, no newline at the end', FOREIGN_BLOCK.trimEnd()],
  ['one entry and blank lines', `${FOREIGN_BLOCK}\n\n`],
  ['one entry and trailing spaces', `${FOREIGN_BLOCK.trimEnd()}  \n`],
  ['two entries', FOREIGN_BLOCK + FOREIGN_BLOCK.replace('Admin', 'Viewer')],
  ['indented entries', FOREIGN_BLOCK.replace(/^/gm, '    ').trimEnd() + '\n'],
  ['indented entries, no newline at the end', FOREIGN_BLOCK.trimEnd().replace(/^/gm, '  ')],
  ['comments before, between and behind', `# first\n${FOREIGN_BLOCK}# second\n${FOREIGN_BLOCK.replace('Admin', 'Viewer')}# last\n`],
  ['a comment on the last line', `${FOREIGN_BLOCK.trimEnd()} # do not touch\n`],
  ['a comment on the last line, no newline', `${FOREIGN_BLOCK.trimEnd()} # do not touch`],
  ['an entry that is commented out at the end', `${FOREIGN_BLOCK}# - groups:\n#   - system:nodes\n#   rolearn: old\n`],
  ['quoted values', '- "rolearn": "arn:aws:iam::111111111111:role/Admin"\n  \'groups\': [ "system:masters" ]\n  username: \'it\'\'s\'\n'],
  ['an entry on the dash line and extra spaces', '-   rolearn:   arn:aws:iam::111111111111:role/Admin\n    groups:   [system:masters]\n'],
  ['a dash on a line of its own', '-\n  rolearn: arn:aws:iam::111111111111:role/Admin\n  groups:\n    - system:masters\n'],
  ['flow entries in a block list', '- {rolearn: "arn:aws:iam::111111111111:role/Admin", groups: [system:masters]}\n'],
  ['a flow list', '[{rolearn: "arn:aws:iam::111111111111:role/Admin", groups: ["system:masters"]}]'],
  ['a flow list with a trailing comma', '[{rolearn: "arn:aws:iam::111111111111:role/Admin"}, ]\n'],
  ['a flow list over lines with comments', '[\n  {rolearn: "a"}, # one\n  {rolearn: "b"} # two\n]\n'],
  ['JSON', '[{"rolearn":"arn:aws:iam::111111111111:role/Admin","groups":["system:masters"]}]'],
  ['indented JSON', `${JSON.stringify([{ rolearn: 'a', groups: ['b'] }], undefined, 2)}\n`],
  ['Windows line ends', FOREIGN_BLOCK.replace(/\n/g, '\r\n')],
  ['Windows line ends, no newline at the end', FOREIGN_BLOCK.trimEnd().replace(/\n/g, '\r\n')],
  ['document markers', `---\n${FOREIGN_BLOCK}...\n`],
  ['a folded value at the end', '- rolearn: a\n  username: >-\n    some\n    body\n'],
  ['a kept literal value at the end', '- rolearn: a\n  username: |+\n    somebody\n\n'],
  ['a literal value without newline at the end', '- rolearn: a\n  username: |\n    somebody'],
  ['an anchor and an alias', '- &admin\n  rolearn: a\n  groups: &masters [system:masters]\n- rolearn: b\n  groups: *masters\n'],
  ['a repeated key, as the authenticator takes it', '- rolearn: a\n  groups: [x]\n  groups: [y]\n'],
  ['an empty entry at the end', '- rolearn: a\n-\n'],
  ['words of other scripts', '- rolearn: a\n  username: "ålesund-東京-😀"\n'],
  ['a tab before a comment', '- rolearn: a\t# tab\n'],
];

/** What a Kubernetes API server would hold afterwards. */
function after(change: Change, before: AwsAuth | undefined): AwsAuth | undefined {
  switch (change.kind) {
    case 'none': return before;
    case 'discard': return undefined;
    default: return change.content;
  }
}

const add = (before: AwsAuth | undefined, role = ROLE, owner = OWNER) => after(planAdd(before, role, owner), before);
const remove = (before: AwsAuth | undefined, role = ROLE, owner = OWNER) => after(planRemove(before, role, owner), before);
const holding = (mapRoles: string): AwsAuth => ({ data: { mapRoles, mapUsers: '- userarn: x # keep\n' }, annotations: {} });
const entriesOf = (content: AwsAuth | undefined) => parse(content!.data.mapRoles, { uniqueKeys: false }) as unknown[];

test('the table is large enough to mean something', () => {
  expect(DOCUMENTS.length).toBeGreaterThanOrEqual(25);
  expect(new Set(DOCUMENTS.map(([, text]) => text)).size).toBe(DOCUMENTS.length);
});

describe.each(DOCUMENTS)('mapRoles with %s', (_name, text) => {
  const before = holding(text);
  const added = add(before)!;

  test('gets exactly one entry more, at the end', () => {
    expect(entriesOf(added)).toEqual([...(parse(text, { uniqueKeys: false }) as unknown[] | null ?? []), OURS]);
  });

  test('keeps every byte that was there, in order', () => {
    const [{ text: inserted }] = JSON.parse(added.annotations[RECORDS_ANNOTATION]) as [{ text: string }];
    const at = added.data.mapRoles.indexOf(inserted);

    expect(added.data.mapRoles.slice(0, at) + added.data.mapRoles.slice(at + inserted.length)).toBe(text);
    expect(added.data.mapUsers).toBe(before.data.mapUsers);
  });

  test('keeps the newline at the end, or the lack of it', () => {
    expect(added.data.mapRoles.endsWith('\n')).toBe(text.endsWith('\n') || text === '');
  });

  test('is not changed a second time', () => {
    expect(planAdd(added, ROLE, OWNER)).toEqual({ kind: 'none' });
  });

  test('is restored to the byte, annotations included', () => {
    expect(remove(added)).toEqual(before);
  });

  test('is restored to the byte after two roles came and went in any order', () => {
    const both = add(added, OTHER_ROLE, 'stack/Other');

    expect(remove(remove(both, OTHER_ROLE, 'stack/Other'))).toEqual(before);
    expect(remove(remove(both), OTHER_ROLE, 'stack/Other')).toEqual(before);
  });

  test('keeps what others did in the meantime', () => {
    const edited = { ...added, data: { ...added.data, mapRoles: `# edited\n${added.data.mapRoles}` } };

    expect(remove(edited)!.data.mapRoles).toBe(`# edited\n${text}`);
  });
});

test('an entry that others append behind ours stays', () => {
  const added = add(holding(FOREIGN_BLOCK))!;
  const appended = '- rolearn: later # by somebody\n';
  const edited = { ...added, data: { ...added.data, mapRoles: added.data.mapRoles + appended } };

  expect(remove(edited)!.data.mapRoles).toBe(FOREIGN_BLOCK + appended);
});

test('an entry that others append behind ours in a text without a newline at the end stays', () => {
  const text = FOREIGN_BLOCK.trimEnd();
  const added = add(holding(text))!;
  const edited = { ...added, data: { ...added.data, mapRoles: `${added.data.mapRoles}\n- rolearn: later\n` } };

  expect(remove(edited)!.data.mapRoles).toBe(`${text}\n- rolearn: later\n`);
});

test('an entry that others add to the flow list that held only ours stays', () => {
  const added = add(holding('[]'))!;
  const edited = { ...added, data: { ...added.data, mapRoles: added.data.mapRoles.replace(/\]$/, ', {"rolearn": "later"}]') } };

  expect(entriesOf(remove(edited))).toEqual([{ rolearn: 'later' }]);
});

test('an entry that lost its neighbours in a flow list is taken out', () => {
  const added = add(holding('[{"rolearn": "a"}]'))!;
  const edited = { ...added, data: { ...added.data, mapRoles: added.data.mapRoles.replace('{"rolearn": "a"}, ', '') } };

  expect(remove(edited)!.data.mapRoles).toBe('[]');
});

test('the only entry of a flow list goes with a comma that others put behind it', () => {
  const added = add(holding('[]'))!;
  const edited = { ...added, data: { ...added.data, mapRoles: added.data.mapRoles.replace(/^\[\{/, '[ {').replace('}]', '},]').replace('"system:nodes"', '"system:nodes" ') } };

  expect(entriesOf(remove(edited))).toEqual([]);
});

test.each([
  ['a comment within', (text: string) => text.replace('  - system:nodes\n', '  - system:nodes # karpenter\n')],
  ['keys in another order', () => `${FOREIGN_BLOCK}- rolearn: ${ROLE}\n  username: ${OURS.username}\n  groups:\n    - system:bootstrappers\n    - system:nodes\n`],
  ['another group added', (text: string) => text.replace('  - system:nodes\n', '  - system:nodes\n  - more\n')],
])('our entry is taken out although others changed it: %s', (_name, edit) => {
  const added = add(holding(FOREIGN_BLOCK))!;
  const edited = { ...added, data: { ...added.data, mapRoles: edit(added.data.mapRoles) } };

  expect(edited.data.mapRoles).not.toBe(added.data.mapRoles);
  expect(remove(edited)).toEqual(holding(FOREIGN_BLOCK));
});

test('a list that a tool has written anew as JSON loses only our entry', () => {
  const added = add(holding(FOREIGN_BLOCK))!;
  const edited = { ...added, data: { ...added.data, mapRoles: JSON.stringify(entriesOf(added)) } };

  expect(entriesOf(remove(edited))).toEqual(parse(FOREIGN_BLOCK));
});

test('an entry that others have taken out already is only forgotten', () => {
  const added = add(holding(FOREIGN_BLOCK))!;
  const edited = { ...added, data: { ...added.data, mapRoles: FOREIGN_BLOCK } };

  expect(remove(edited)).toEqual(holding(FOREIGN_BLOCK));
});

test('an entry that others have taken out is put in again', () => {
  const added = add(holding(FOREIGN_BLOCK))!;
  const again = add({ ...added, data: { ...added.data, mapRoles: FOREIGN_BLOCK } });

  expect(again).toEqual(added);
});

test('an entry that was there before is neither changed nor recorded, and survives', () => {
  const before = holding(`- rolearn: ${ROLE}\n  groups: [system:nodes, system:bootstrappers]\n  username: "system:node:{{EC2PrivateDNSName}}"\n`);

  expect(planAdd(before, ROLE, OWNER)).toEqual({ kind: 'none' });
  expect(planRemove(before, ROLE, OWNER)).toEqual({ kind: 'none' });
});

test('the authenticator ignores the case of an ARN, and so does the search for an entry', () => {
  const before = holding(`- rolearn: ${ROLE.toUpperCase()}\n  username: "${OURS.username}"\n  groups: [system:nodes, system:bootstrappers]\n`);

  expect(planAdd(before, ROLE, OWNER)).toEqual({ kind: 'none' });
});

test('an entry that maps the role to other groups is an error, for nodes could not join with it', () => {
  const before = holding(`- rolearn: ${ROLE}\n  username: "${OURS.username}"\n  groups: [system:masters]\n`);

  expect(() => planAdd(before, ROLE, OWNER)).toThrow(/maps .*KarpenterNode already, but not to system:bootstrappers and system:nodes.*nothing was changed/);
});

describe('an entry of the role is judged as the authenticator reads it', () => {
  const GROUPS = '  groups: [system:bootstrappers, system:nodes]\n';
  const USERNAME = '  username: system:node:{{EC2PrivateDNSName}}\n';
  const entry = (more: string) => `- rolearn: ${ROLE}\n${more}`;

  test.each<[string, string, RegExp]>([
    ['another username', entry(`  username: ec2-user\n${GROUPS}`), /maps .*KarpenterNode already, but as "ec2-user" and not as "system:node:\{\{EC2PrivateDNSName\}\}"/],
    ['no username', entry(GROUPS), /maps .*KarpenterNode already, but as "" and not as "system:node:/],
    ['a username for a session', entry(`  username: "system:node:{{SessionName}}"\n${GROUPS}`), /but as "system:node:\{\{SessionName\}\}" and not as/],
    ['neither', entry('  username: a\n  groups: [system:nodes]\n'), /but not to system:bootstrappers, and as "a" and not as "system:node/],
    ['a username that is a number', entry(`  username: 12345\n${GROUPS}`), /but as "" and not as "system:node:.*\(entry 1: username is the number 12345 and no text, put it in quotes\)/],
    ['a text for groups', entry(`${USERNAME}  groups: system:nodes\n`), /but not to system:bootstrappers and system:nodes.*\(entry 1: groups is a text and no list\)/],
    ['one group each in two entries', entry(`${USERNAME}  groups: [system:bootstrappers]\n`) + entry(`${USERNAME}  groups: [system:nodes]\n`), /but not to system:bootstrappers/],
    ['a last entry that is another one', entry(USERNAME + GROUPS) + entry('  username: a\n  groups: [b]\n'), /but not to .*, and as "a"/],
    ['a merge behind it', `- &admin {rolearn: x, username: admin, groups: [system:masters]}\n${entry(USERNAME + GROUPS)}  <<: *admin\n  rolearn: ${ROLE}\n`, /but not to .*, and as "admin"/],
  ])('%s is an error, for nodes could not join', (_name, mapRoles, message) => {
    expect(() => planAdd(holding(mapRoles), ROLE, OWNER)).toThrow(message);
    expect(() => planAdd(holding(mapRoles), ROLE, OWNER)).toThrow(/its nodes could not join; correct that entry or take it out, nothing was changed/);
  });

  test.each([
    ['a first entry that the last one makes good', entry('  username: a\n') + entry(USERNAME + GROUPS)],
    ['a merge', `- &nodes {username: "system:node:{{EC2PrivateDNSName}}", groups: [system:bootstrappers, system:nodes]}\n- <<: *nodes\n  rolearn: ${ROLE}\n`],
    ['keys in other cases', `- RoleARN: ${ROLE}\n  Username: "system:node:{{EC2PrivateDNSName}}"\n  GROUPS: [system:bootstrappers, system:nodes]\n`],
    ['damage elsewhere', `${entry(USERNAME + GROUPS)}- rolearn: x\n  username: 12345\n`],
  ])('%s lets nodes in', (_name, mapRoles) => {
    expect(planAdd(holding(mapRoles), ROLE, OWNER)).toEqual({ kind: 'none' });
  });
});

describe('what the authenticator makes of a whole list', () => {
  const laughs = ['- &a0 {rolearn: x}', ...[1, 2, 3, 4, 5, 6].map(n => `- &a${n} {k: [${Array(10).fill(`*a${n - 1}`).join(', ')}]}`)].join('\n');

  test.each([
    ['a username that begins with braces', `${FOREIGN_BLOCK}- rolearn: a\n  username: {{SessionName}}\n`, /invalid map key/],
    ['aliases without end', laughs, /excessive aliasing/],
    ['an alias to nothing', '- rolearn: *missing\n', /unknown anchor 'missing'/],
    ['a merge of a text', '- <<: a\n', /map merge requires map/],
  ])('%s lets nobody in, so nothing is added', (_name, mapRoles, message) => {
    expect(() => planAdd(holding(mapRoles), ROLE, OWNER)).toThrow(/mapRoles of the ConfigMap aws-auth cannot be read, so that no role in it is mapped: .*; correct it first, nothing was changed/);
    expect(() => planAdd(holding(mapRoles), ROLE, OWNER)).toThrow(message);
  });

  test.each([
    ['entries that it reads in parts', `${FOREIGN_BLOCK}- rolearn: a\n  username: 12345\n  groups: system:masters\n- hello\n`],
    ['merges', '- &n {rolearn: a, groups: [b]}\n- <<: *n\n  username: c\n'],
    ['hundreds of uses of an alias', `- &n {rolearn: x, groups: [a]}\n${'- *n\n'.repeat(300)}`],
    ['a second document', `${FOREIGN_BLOCK}---\n- rolearn: a\n`],
    ['a byte order mark', `\ufeff${FOREIGN_BLOCK}`],
  ])('%s takes our entry, which counts, and gives it back to the byte', (_name, mapRoles) => {
    const before = holding(mapRoles);
    const added = add(before)!;

    expect(planAdd(added, ROLE, OWNER)).toEqual({ kind: 'none' });
    expect(remove(added)).toEqual(before);
  });

  test('a list that somebody made unreadable loses our entry, as long as it stands there as we wrote it', () => {
    const added = add(holding(FOREIGN_BLOCK))!;
    const broken = '- rolearn: a\n  username: {{SessionName}}\n';

    expect(remove({ ...added, data: { ...added.data, mapRoles: added.data.mapRoles + broken } })).toEqual(holding(FOREIGN_BLOCK + broken));
    const changed = added.data.mapRoles.replace('  - system:nodes\n', '  - system:nodes # ours\n');
    expect(() => remove({ ...added, data: { ...added.data, mapRoles: changed + broken } })).toThrow(/cannot be read/);
  });

  test.each(DOCUMENTS.filter(([name]) => name.includes('JSON')))('%s stays JSON', (_name, text) => {
    const added = add(holding(text))!;

    expect(JSON.parse(added.data.mapRoles)).toEqual([...JSON.parse(text) as unknown[], OURS]);
  });
});

test('a role with a path is mapped without it', () => {
  expect(entriesOf(add(holding(''), 'arn:aws:iam::111111111111:role/team/a/KarpenterNode'))).toEqual([OURS]);
  expect(withoutPath('arn:aws-cn:iam::111111111111:role/path/Name')).toBe('arn:aws-cn:iam::111111111111:role/Name');
  expect(withoutPath('arn:aws:iam::111111111111:role/Na+me=,.@-_1')).toBe('arn:aws:iam::111111111111:role/Na+me=,.@-_1');
});

test.each(['', 'KarpenterNode', 'arn:aws:iam::111111111111:user/x', 'arn:aws:iam::1:role/x', 'arn:aws:iam::111111111111:role/'])('"%s" is no role', (arn) => {
  expect(() => withoutPath(arn)).toThrow(`must be the ARN of an IAM role, got "${arn}"`);
});

test.each([
  ['a bracket that is not closed', '- groups: [a\n', /not valid YAML at line \d+, column \d+/],
  ['a tab for indentation', '- rolearn: a\n\t\tgroups: b\n  : c\n', /not valid YAML at line \d+, column \d+/],
  ['a map', 'rolearn: a\n', /must be a list, got a map at line 1, column 1/],
  ['a single value', 'nothing', /must be a list, got a single value at line 1, column 1/],
  ['quotes with nothing in them', '""', /has a form that no entry can be added to safely/],
  ['a word for nothing', 'null', /has a form that no entry can be added to safely/],
])('mapRoles with %s is an error before any change', (_name, text, message) => {
  expect(() => planAdd(holding(text), ROLE, OWNER)).toThrow(message);
});

describe('a ConfigMap that is not there', () => {
  const made = add(undefined)!;

  test('is made with our entry', () => {
    expect(planAdd(undefined, ROLE, OWNER).kind).toBe('create');
    expect(Object.keys(made.data)).toEqual(['mapRoles']);
    expect(entriesOf(made)).toEqual([OURS]);
    expect(made.annotations[CREATED_ANNOTATION]).toBe('true');
  });

  test('goes again when nothing else came in', () => {
    expect(planRemove(made, ROLE, OWNER)).toEqual({ kind: 'discard' });
    expect(planRemove(undefined, ROLE, OWNER)).toEqual({ kind: 'none' });
  });

  test('goes only with the last of two entries', () => {
    const both = add(made, OTHER_ROLE)!;

    expect(planRemove(remove(both, ROLE), OTHER_ROLE, OWNER)).toEqual({ kind: 'discard' });
  });

  test('stays with the entries that others brought, and nothing of ours', () => {
    const edited = { ...made, data: { mapRoles: made.data.mapRoles + FOREIGN_BLOCK } };

    expect(remove(edited)).toEqual({ data: { mapRoles: FOREIGN_BLOCK }, annotations: {} });
  });

  test('stays with other keys and annotations', () => {
    expect(remove({ ...made, data: { ...made.data, mapUsers: '[]' } })).toEqual({ data: { mapUsers: '[]' }, annotations: {} });
    expect(remove({ ...made, annotations: { ...made.annotations, mine: 'x' } })).toEqual({ data: {}, annotations: { mine: 'x' } });
  });
});

test('a ConfigMap without mapRoles loses the key again', () => {
  const before: AwsAuth = { data: { mapAccounts: '[]' }, annotations: { mine: 'x' } };

  expect(entriesOf(add(before))).toEqual([OURS]);
  expect(remove(add(before))).toEqual(before);
});

test('a ConfigMap without mapRoles loses the key with the last of two entries, whichever that is', () => {
  const before: AwsAuth = { data: {}, annotations: {} };
  const both = add(add(before), OTHER_ROLE);

  expect(remove(remove(both), OTHER_ROLE)).toEqual(before);
  expect(remove(remove(both, OTHER_ROLE), ROLE)).toEqual(before);
});

test('an entry belongs to whoever applied it last', () => {
  const takenOver = add(add(holding(FOREIGN_BLOCK)), ROLE, 'new stack/Mapping');

  expect(planRemove(takenOver, ROLE, OWNER)).toEqual({ kind: 'none' });
  expect(remove(takenOver, ROLE, 'new stack/Mapping')).toEqual(holding(FOREIGN_BLOCK));
});

test('removing a role also removes what the same owner mapped before it, and nothing later', () => {
  const both = add(add(holding(FOREIGN_BLOCK)), OTHER_ROLE)!;

  expect(entriesOf(remove(both, ROLE))).toEqual([...parse(FOREIGN_BLOCK) as unknown[], { ...OURS, rolearn: OTHER_ROLE }]);
  expect(remove(both, OTHER_ROLE)).toEqual(holding(FOREIGN_BLOCK));
});

test('going back to the role before makes it the last one again', () => {
  const back = add(add(add(holding(FOREIGN_BLOCK)), OTHER_ROLE), ROLE);

  expect(entriesOf(remove(back, OTHER_ROLE))).toHaveLength(2);
  expect(remove(back, ROLE)).toEqual(holding(FOREIGN_BLOCK));
});

test.each(['{', '[{"rolearn":1}]', '{}'])('damaged records (%s) are an error before any change', (json) => {
  const damaged: AwsAuth = { data: {}, annotations: { [RECORDS_ANNOTATION]: json } };

  expect(() => planAdd(damaged, ROLE, OWNER)).toThrow(/cdk-karpenter-migration\/role-mappings .* is damaged/);
  expect(() => planRemove(damaged, ROLE, OWNER)).toThrow(/is damaged/);
});

describe('Windows nodes', () => {
  const WINDOWS = { ...OURS, groups: [...OURS.groups, 'eks:kube-proxy-windows'] };

  test.each(DOCUMENTS)('get an entry with their group in mapRoles with %s, which is taken out again', (_name, text) => {
    const before = holding(text);
    const added = after(planAdd(before, ROLE, OWNER, true), before);

    expect(entriesOf(added).at(-1)).toEqual(WINDOWS);
    expect(planAdd(added, ROLE, OWNER, true)).toEqual({ kind: 'none' });
    expect(remove(added)).toEqual(before);
  });

  test('are kept out by an entry of somebody else without it, which is an error', () => {
    const foreign = holding(FOREIGN_BLOCK + `- groups: [system:bootstrappers, system:nodes]\n  rolearn: ${ROLE}\n  username: "${OURS.username}"\n`);

    expect(planAdd(foreign, ROLE, OWNER)).toEqual({ kind: 'none' });
    expect(() => planAdd(foreign, ROLE, OWNER, true)).toThrow('but not to eks:kube-proxy-windows');
  });
});

describe('where nodes get in otherwise', () => {
  const keep = (before: AwsAuth | undefined, role = ROLE, owner = OWNER) => after(planKeep(before, role, owner), before);

  test.each<[string, AwsAuth | undefined]>([
    ['no ConfigMap', undefined],
    ['entries of others', holding(FOREIGN_BLOCK)],
    ['an entry of somebody else for the role', holding(`- groups: [a]\n  rolearn: ${ROLE}\n  username: x\n`)],
    ['a list that cannot be read', holding('- [')],
  ])('%s is left as it is', (_name, before) => {
    expect(planKeep(before, ROLE, OWNER)).toEqual({ kind: 'none' });
    expect(remove(before)).toEqual(before);
  });

  test('an entry of ours stays, whoever had it, and is taken out by who keeps it', () => {
    const before = holding(FOREIGN_BLOCK);
    const kept = keep(add(before), ROLE, 'another/Mapping')!;

    expect(entriesOf(kept).at(-1)).toEqual(OURS);
    expect(planKeep(kept, ROLE, 'another/Mapping')).toEqual({ kind: 'none' });
    expect(remove(kept)).toEqual(kept);
    expect(remove(kept, ROLE, 'another/Mapping')).toEqual(before);
  });

  test('the entry of a former role goes with the role that took its place, and nothing that others have for that one', () => {
    const before = holding(FOREIGN_BLOCK + `- groups: [a]\n  rolearn: ${OTHER_ROLE}\n  username: x\n`);
    const kept = keep(add(before), OTHER_ROLE)!;

    expect(entriesOf(kept).at(-1)).toEqual(OURS);
    expect(planKeep(kept, OTHER_ROLE, OWNER)).toEqual({ kind: 'none' });
    expect(remove(kept, OTHER_ROLE)).toEqual(before);
  });

  test('a role that is mapped after all has one record', () => {
    const before = holding(FOREIGN_BLOCK);
    const mapped = add(keep(add(before), OTHER_ROLE), OTHER_ROLE)!;

    expect(JSON.parse(mapped.annotations[RECORDS_ANNOTATION])).toHaveLength(2);
    expect(remove(mapped, OTHER_ROLE)).toEqual(before);
  });
});
