import {
  CreateAccessEntryCommand, DeleteAccessEntryCommand, DescribeAccessEntryCommand, DescribeClusterCommand, DescribeNodegroupCommand, EKSClient,
  InvalidParameterException, ListAccessEntriesCommand, ListNodegroupsCommand, ResourceInUseException, ResourceNotFoundException, TagResourceCommand,
} from '@aws-sdk/client-eks';
import { GetRoleCommand, IAMClient, NoSuchEntityException } from '@aws-sdk/client-iam';
import { EksAccessEntries } from '../../src/node-access/access-entries.aws';

const ROLE = 'arn:aws:iam::111111111111:role/team/nodes';
const META = { $metadata: {} };

type Answers = ReadonlyArray<readonly [command: new (input: any) => { readonly input: object }, answer: (input: any) => object]>;

/** Clients that answer by type of command, and remember what they were sent. */
function scene(answers: Answers) {
  const sent: object[] = [];
  const send = async (command: { readonly input: object }): Promise<any> => {
    sent.push(command.input);
    const found = answers.find(([type]) => command instanceof type);
    if (!found) {
      throw new Error(`unexpected ${command.constructor.name}`);
    }
    return found[1](command.input);
  };
  const region = { region: 'us-east-1' };
  return { sent, port: new EksAccessEntries('prod', Object.assign(new EKSClient(region), { send }), Object.assign(new IAMClient(region), { send })) };
}

const throwing = (error: Error) => () => {
  throw error;
};
const described = (principalArn: string) => ({
  accessEntry: { principalArn, type: 'EC2_LINUX', accessEntryArn: `arn of ${principalArn}`, createdAt: new Date(5000), tags: { a: 'b' } },
});

test('an entry is read with its type, its age and its tags', async () => {
  const { port, sent } = scene([[DescribeAccessEntryCommand, input => described(input.principalArn)]]);
  expect(await port.find(ROLE)).toEqual({ principalArn: ROLE, type: 'EC2_LINUX', arn: `arn of ${ROLE}`, createdAt: 5000, tags: { a: 'b' } });
  expect(sent).toEqual([{ clusterName: 'prod', principalArn: ROLE }]);
});

test('no entry is nothing, another failure is one', async () => {
  expect(await scene([[DescribeAccessEntryCommand, throwing(new ResourceNotFoundException({ message: 'none', ...META }))]]).port.find(ROLE)).toBeUndefined();
  await expect(scene([[DescribeAccessEntryCommand, throwing(new Error('broken'))]]).port.find(ROLE)).rejects.toThrow('broken');
});

test('the entries of all pages are read, those of users and those that go meanwhile left out', async () => {
  const { port } = scene([
    [ListAccessEntriesCommand, ({ nextToken }) => nextToken
      ? { accessEntries: ['arn:aws:iam::111111111111:role/b', 'arn:aws:iam::111111111111:role/gone'] }
      : { accessEntries: ['arn:aws:iam::111111111111:user/me', 'arn:aws:iam::111111111111:role/a'], nextToken: '2' }],
    [DescribeAccessEntryCommand, ({ principalArn }) => principalArn.endsWith('gone')
      ? throwing(new ResourceNotFoundException({ message: 'none', ...META }))()
      : described(principalArn)],
  ]);
  expect((await port.ofRoles()).map(entry => entry.principalArn)).toEqual(['arn:aws:iam::111111111111:role/a', 'arn:aws:iam::111111111111:role/b']);
});

test.each<[string, () => object, string]>([
  ['is made', () => ({}), 'created'],
  ['is taken', throwing(new ResourceInUseException({ message: 'The specified access entry resource is already in use on this cluster.', ...META })), 'taken'],
  ['has a role that IAM has just made', throwing(new InvalidParameterException({ message: 'The specified principalArn is invalid: invalid principal.', ...META })), 'unknown role'],
])('an entry that %s is told', async (_, answer, expected) => {
  const { port, sent } = scene([[CreateAccessEntryCommand, answer]]);
  expect(await port.create(ROLE, 'EC2_LINUX', { owner: 'me' })).toBe(expected);
  expect(sent).toEqual([{ clusterName: 'prod', principalArn: ROLE, type: 'EC2_LINUX', tags: { owner: 'me' } }]);
});

test('other parameters that EKS refuses are an error', async () => {
  const refused = throwing(new InvalidParameterException({ message: 'The principalArn parameter format is not valid', ...META }));
  await expect(scene([[CreateAccessEntryCommand, refused]]).port.create('x', 'EC2_LINUX', {})).rejects.toThrow('format is not valid');
});

test('an entry is tagged by its own ARN and removed by its role, also one that is gone', async () => {
  const { port, sent } = scene([
    [TagResourceCommand, () => ({})],
    [DeleteAccessEntryCommand, throwing(new ResourceNotFoundException({ message: 'none', ...META }))],
  ]);
  await port.tag('arn:entry', { owner: 'me' });
  await port.remove(ROLE);
  expect(sent).toEqual([{ resourceArn: 'arn:entry', tags: { owner: 'me' } }, { clusterName: 'prod', principalArn: ROLE }]);
  await expect(scene([[DeleteAccessEntryCommand, throwing(new Error('broken'))]]).port.remove(ROLE)).rejects.toThrow('broken');
});

test('a role is found by its name, without its path', async () => {
  const { port, sent } = scene([[GetRoleCommand, () => ({ Role: { CreateDate: new Date(3000) } })]]);
  expect(await port.roleCreatedAt(ROLE)).toBe(3000);
  expect(sent).toEqual([{ RoleName: 'nodes' }]);
  expect(await scene([[GetRoleCommand, throwing(new NoSuchEntityException({ message: 'none', ...META }))]]).port.roleCreatedAt(ROLE)).toBeUndefined();
});

test('mode and roles of node groups are the cluster\'s', async () => {
  const { port } = scene([
    [DescribeClusterCommand, () => ({ cluster: { accessConfig: { authenticationMode: 'API' } } })],
    [ListNodegroupsCommand, () => ({ nodegroups: ['a', 'gone'] })],
    [DescribeNodegroupCommand, ({ nodegroupName }) => nodegroupName === 'gone'
      ? throwing(new ResourceNotFoundException({ message: 'none', ...META }))()
      : { nodegroup: { nodeRole: ROLE } }],
  ]);
  expect(await port.authenticationMode()).toBe('API');
  expect(await port.nodegroupRoles()).toEqual([ROLE]);
});
