import { awsAuthProblems } from '../../src/node-access/aws-auth-problem';

const ENTRY = '- rolearn: arn:aws:iam::111111111111:role/nodes\n  username: system:node:{{EC2PrivateDNSName}}\n  groups: [system:nodes]\n';

test.each<[string, Record<string, string>]>([
  ['nothing', {}],
  ['one entry and comments', { mapRoles: `# ours\n${ENTRY}` }],
  ['roles, users and accounts', { mapRoles: ENTRY, mapUsers: '- userarn: arn:aws:iam::111111111111:user/a\n', mapAccounts: '- "111111111111"\n' }],
  ['an empty text', { mapRoles: '' }],
  ['an empty list', { mapRoles: '[]' }],
  ['repeated keys, which the authenticator takes', { mapRoles: '- rolearn: a\n  username: a\n  username: b\n' }],
  ['a hundred uses of an alias', { mapRoles: `- &n ${ENTRY.slice(2).replace(/^ {2}/gm, '    ')}`.replace('&n ', '&n\n    ') + '- *n\n'.repeat(100) }],
  ['merges', { mapRoles: '- &n {rolearn: a, groups: [b]}\n- <<: *n\n  username: c\n' }],
])('%s is as it was meant', (_title, data) => {
  expect(awsAuthProblems(data)).toEqual({ damage: [] });
});

test.each<[string, Record<string, string>, RegExp]>([
  ['broken YAML', { mapRoles: '- rolearn: "a\n  username: b' }, /^mapRoles: not valid YAML at line 2, column \d+: Missing closing "quote/],
  ['tabs', { mapRoles: '- rolearn: a\n\tusername: b' }, /^mapRoles: /],
  ['a map', { mapRoles: 'rolearn: a' }, /^mapRoles: must be a list, got a map/],
  ['a text', { mapRoles: 'hello' }, /^mapRoles: must be a list, got a single value/],
  ['a username that begins with braces', { mapRoles: `${ENTRY}- rolearn: a\n  username: {{SessionName}}\n` }, /^mapRoles: invalid map key: \{"SessionName":null\}; .* needs quotes/],
  ['aliases without end', { mapRoles: ['- &a0 [x]', ...[1, 2, 3, 4, 5].map(n => `- &a${n} [${Array(10).fill(`*a${n - 1}`).join()}]`)].join('\n') }, /excessive aliasing/],
])('%s maps no role', (_title, data, expected) => {
  expect(awsAuthProblems(data).unreadable).toMatch(expected);
});

test.each<[string, Record<string, string>, string[]]>([
  ['an entry without a role', { mapRoles: `${ENTRY}- username: b\n` }, ['mapRoles: entry 2 has no rolearn']],
  ['an empty entry', { mapRoles: '-\n' }, ['mapRoles: entry 1 has no rolearn']],
  ['values of other kinds', { mapRoles: `${ENTRY}- rolearn: a\n  username: 12345\n  groups: system:masters\n` }, [
    'mapRoles: entry 2: groups is a text and no list', 'mapRoles: entry 2: username is the number 12345 and no text, put it in quotes',
  ]],
  ['users without one', { mapRoles: ENTRY, mapUsers: '- rolearn: a' }, ['mapUsers: entry 1 has no userarn']],
  ['users that are no list', { mapRoles: ENTRY, mapUsers: 'a: b' }, ['mapUsers: must be a list, got a map at line 1, column 1, so that no user is mapped']],
])('of %s the rest counts', (_title, data, damage) => {
  expect(awsAuthProblems(data)).toEqual({ damage });
});
