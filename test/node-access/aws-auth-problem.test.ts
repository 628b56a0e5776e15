import { awsAuthProblem } from '../../src/node-access/aws-auth-problem';

const ENTRY = '- rolearn: arn:aws:iam::111111111111:role/nodes\n  username: system:node:{{EC2PrivateDNSName}}\n  groups: [system:nodes]\n';

test.each<[string, Record<string, string>]>([
  ['nothing', {}],
  ['one entry and comments', { mapRoles: `# ours\n${ENTRY}` }],
  ['roles, users and accounts', { mapRoles: ENTRY, mapUsers: '- userarn: arn:aws:iam::111111111111:user/a\n', mapAccounts: '- "111111111111"\n' }],
  ['an empty text', { mapRoles: '' }],
  ['an empty list', { mapRoles: '[]' }],
  ['repeated keys, which the authenticator takes', { mapRoles: '- rolearn: a\n  username: x\n  username: y\n' }],
])('%s can be parsed', (_title, data) => {
  expect(awsAuthProblem(data)).toBeUndefined();
});

test.each<[string, Record<string, string>, RegExp]>([
  ['broken YAML', { mapRoles: '- rolearn: "a\n  username: b' }, /^mapRoles: Missing closing "quote/],
  ['tabs', { mapRoles: '- rolearn: a\n\tusername: b' }, /^mapRoles: /],
  ['a map', { mapRoles: 'rolearn: a' }, /^mapRoles: not a list$/],
  ['a text', { mapRoles: 'hello' }, /^mapRoles: not a list$/],
  ['an entry without a role', { mapRoles: `${ENTRY}- username: b\n` }, /^mapRoles: entry 2 has no rolearn$/],
  ['an empty entry', { mapRoles: '-\n' }, /^mapRoles: entry 1 has no rolearn$/],
  ['broken users', { mapRoles: ENTRY, mapUsers: '- rolearn: a' }, /^mapUsers: entry 1 has no userarn$/],
])('%s cannot be parsed', (_title, data, expected) => {
  expect(awsAuthProblem(data)).toMatch(expected);
});
