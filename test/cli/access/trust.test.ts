import { trustsAccount } from '../../../src/cli/access/trust';

const allow = (Principal: unknown, Action: unknown = 'sts:AssumeRole', Effect = 'Allow') => JSON.stringify({ Statement: [{ Effect, Principal, Action }] });

test.each([
  ['the account', allow({ AWS: 'arn:aws:iam::111111111111:root' }), true],
  ['the account in China', allow({ AWS: 'arn:aws-cn:iam::111111111111:root' }), true],
  ['the account by its number', allow({ AWS: ['222222222222', '111111111111'] }), true],
  ['everybody', allow('*', ['sts:TagSession', 'sts:AssumeRole']), true],
  ['a single statement', JSON.stringify({ Statement: { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:*' } }), true],
  ['another account', allow({ AWS: 'arn:aws:iam::222222222222:root' }), false],
  ['one role', allow({ AWS: 'arn:aws:iam::111111111111:role/admin' }), false],
  ['a service', allow({ Service: 'ec2.amazonaws.com' }), false],
  ['the account for something else', allow({ AWS: '111111111111' }, 'sts:AssumeRoleWithWebIdentity'), false],
  ['the account, but not now', allow({ AWS: '111111111111' }, 'sts:AssumeRole', 'Deny'), false],
  ['nobody', '{}', false],
])('a role that trusts %s', (_name, document, expected) => {
  expect(trustsAccount(document, '111111111111')).toBe(expected);
});
