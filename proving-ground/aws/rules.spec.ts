import assert from 'assert/strict';
import { createSign } from 'crypto';
import { test } from 'node:test';
import * as path from 'path';
import * as ec2 from '@aws-sdk/client-ec2';
import * as lambda from '@aws-sdk/client-lambda';
import { clientConfig } from './client-config';
import { signedAs } from './gateway/query';
import { run } from '../parts/command';
import { pythonEnvironment } from '../parts/runtimes';
import { Workshop } from '../parts/workshop';
import { allow, ask, aws, clientOf, CLUSTERS, createRole, raw, roleExists, sessionOf, stack } from './rules/running-aws';
import './rules/access-entries';
import './rules/alarms';
import './rules/clusters';
import './rules/controller';
import './rules/events';
import './rules/faults';
import './rules/node-groups';
import './rules/step-functions';

/** Each rule of AWS that the gateway or a patch adds, seen to hold in a running local AWS without a cluster. */

const roleResource = (name: string, more: object = {}) => ({
  Type: 'AWS::IAM::Role', Properties: { RoleName: name, AssumeRolePolicyDocument: JSON.parse(allow({ Service: 'ec2.amazonaws.com' })) }, ...more,
});
const failing = (dependsOn: string[]) => ({
  Type: 'Custom::Failing', Properties: { ServiceToken: 'arn:aws:lambda:us-east-1:000000000000:function:none' }, DependsOn: dependsOn,
});

void test('a creation that rolls back deletes what RetainExceptOnCreate keeps later, and not what Retain keeps', async () => {
  const status = await stack('CreateStack', 'rollback', {
    Except: roleResource('rollback-except', { DeletionPolicy: 'RetainExceptOnCreate' }),
    Retain: roleResource('rollback-retain', { DeletionPolicy: 'Retain' }),
    Plain: roleResource('rollback-plain'),
    Failing: failing(['Except', 'Retain', 'Plain']),
  });
  assert.equal(status, 'ROLLBACK_COMPLETE');
  assert.deepEqual(await Promise.all(['rollback-except', 'rollback-retain', 'rollback-plain'].map(roleExists)), [false, true, false]);
});

void test('both policies keep a resource that leaves the template, and one whose stack is deleted', async () => {
  const kept = (suffix: string) => ({
    Except: roleResource(`kept-except-${suffix}`, { DeletionPolicy: 'RetainExceptOnCreate' }),
    Retain: roleResource(`kept-retain-${suffix}`, { DeletionPolicy: 'Retain' }),
    Plain: roleResource(`kept-plain-${suffix}`),
  });
  const other = { Other: roleResource('kept-other') };
  await stack('CreateStack', 'leaves', { ...kept('a'), ...other });
  assert.equal(await stack('UpdateStack', 'leaves', other), 'UPDATE_COMPLETE');
  await stack('CreateStack', 'deleted', kept('b'));
  assert.equal(await stack('DeleteStack', 'deleted'), 'DELETE_COMPLETE');
  for (const suffix of ['a', 'b']) {
    assert.deepEqual(await Promise.all(['except', 'retain', 'plain'].map(n => roleExists(`kept-${n}-${suffix}`))), [true, true, false]);
  }
});

void test('a replaced resource is kept by its UpdateReplacePolicy', async () => {
  const roles = (suffix: string) => ({ Kept: roleResource(`replaced-kept-${suffix}`, { UpdateReplacePolicy: 'Retain' }), Plain: roleResource(`replaced-plain-${suffix}`) });
  await stack('CreateStack', 'replaced', roles('a'));
  assert.equal(await stack('UpdateStack', 'replaced', roles('b')), 'UPDATE_COMPLETE');
  assert.deepEqual(await Promise.all(['replaced-kept-a', 'replaced-plain-a', 'replaced-kept-b'].map(roleExists)), [true, false, true]);
});

void test('an update that fails takes its new resources back, those that RetainExceptOnCreate keeps later as well', async () => {
  const old = { Old: roleResource('undone-old') };
  await stack('CreateStack', 'undone', old);
  const status = await stack('UpdateStack', 'undone', {
    ...old, New: roleResource('undone-new', { DeletionPolicy: 'RetainExceptOnCreate' }), Failing: failing(['New']),
  });
  assert.equal(status, 'UPDATE_ROLLBACK_COMPLETE');
  assert.deepEqual(await Promise.all(['undone-old', 'undone-new'].map(roleExists)), [true, false]);
});

void test('a stack that is made again generates new names, and an update keeps them', async () => {
  const role = (description: string) => {
    const { RoleName, ...properties } = roleResource('').Properties;
    return { Role: { Type: 'AWS::IAM::Role', DeletionPolicy: 'Retain', Properties: { ...properties, Description: description } } };
  };
  const name = async (): Promise<string> => (await ask('cloudformation', { Action: 'DescribeStackResources', StackName: 'again' }))
    .DescribeStackResourcesResult.StackResources.member.PhysicalResourceId;
  await stack('CreateStack', 'again', role('a'));
  const first = await name();
  await stack('UpdateStack', 'again', role('b'));
  assert.equal(await name(), first);
  await stack('DeleteStack', 'again');
  await stack('CreateStack', 'again', role('a'));
  assert.notEqual(await name(), first);
  assert.deepEqual(await Promise.all([first, await name()].map(roleExists)), [true, true]);
});

void test('conditions know the pseudo parameters', async () => {
  const Conditions = { Here: { 'Fn::And': [{ 'Fn::Equals': [{ Ref: 'AWS::Partition' }, 'aws'] }, { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] }] } };
  await stack('CreateStack', 'conditions', { There: { ...roleResource('conditions'), Condition: 'Here' } }, { Conditions });
  assert.equal(await roleExists('conditions'), true);
});

void test('a reference to an instance profile is its name, also after an update', async () => {
  const resources = (...roles: string[]) => ({
    A: roleResource('profile-a'),
    B: roleResource('profile-b'),
    Profile: { Type: 'AWS::IAM::InstanceProfile', Properties: { InstanceProfileName: 'referenced', Roles: roles.map(Ref => ({ Ref })) } },
  });
  const outputs = { Outputs: { Name: { Value: { Ref: 'Profile' } } } };
  const profile = () => ask('iam', { Action: 'GetInstanceProfile', InstanceProfileName: 'referenced' }).then(r => r.GetInstanceProfileResult.InstanceProfile);
  const check = async (role: string) => {
    const found = (await ask('cloudformation', { Action: 'DescribeStacks', StackName: 'reference' })).DescribeStacksResult.Stacks.member;
    assert.equal(found.Outputs.member.OutputValue, 'referenced');
    assert.equal((await profile()).Roles.member.RoleName, role);
  };
  await stack('CreateStack', 'reference', resources('A'), outputs);
  await check('profile-a');
  assert.equal(await stack('UpdateStack', 'reference', resources('B'), outputs), 'UPDATE_COMPLETE');
  await check('profile-b');
  assert.equal(await stack('DeleteStack', 'reference'), 'DELETE_COMPLETE');
  await assert.rejects(profile(), /NoSuchEntity/);
});

const responder = (bytes: number) => ({
  Role: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: JSON.parse(allow({ Service: 'lambda.amazonaws.com' })),
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
    },
  },
  Function: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      Timeout: 30,
      Code: {
        ZipFile: `exports.handler = async (event) => {
          const answer = { Status: 'SUCCESS', PhysicalResourceId: 'it', StackId: event.StackId, RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId, Data: {} };
          answer.Data.Padding = 'x'.repeat(${bytes} - JSON.stringify(answer).length - ',"Padding":""'.length + 1);
          await fetch(event.ResponseURL, { method: 'PUT', body: JSON.stringify(answer) });
        };`,
      },
    },
  },
  Answer: { Type: 'Custom::Answer', Properties: { ServiceToken: { 'Fn::GetAtt': ['Function', 'Arn'] } } },
});

void test('a custom resource whose response has more than 4096 bytes fails', async () => {
  assert.equal(await stack('CreateStack', 'fits', responder(4096)), 'CREATE_COMPLETE');
  assert.equal(await stack('CreateStack', 'too-long', responder(4097)), 'ROLLBACK_COMPLETE');
  const events = JSON.stringify(await ask('cloudformation', { Action: 'DescribeStackEvents', StackName: 'too-long' }));
  assert.match(events, /Response object is too long/);
  assert.deepEqual(aws.customResourceResponses.slice(0, 2).map(r => r.bytes), [4096, 4097]);
});

// IAM and Lambda

void test('the name of a role has at most 64 characters', async () => {
  await createRole('r'.repeat(64), allow({ Service: 'ec2.amazonaws.com' }));
  await assert.rejects(createRole('r'.repeat(65), allow({ Service: 'ec2.amazonaws.com' })), /ValidationError/);
});

const document = (bucket: string) => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}` }] });
const policy = (type: string, characters: number, more: object) => ({
  Type: type,
  Properties: { PolicyDocument: document('b'.repeat(characters - JSON.stringify(document('')).length)), ...more },
});

void test('policies have the sizes that IAM takes', async () => {
  const create = (name: string, resources: object) => stack('CreateStack', name, resources);
  assert.equal(await create('managed-fits', { Policy: policy('AWS::IAM::ManagedPolicy', 6144, {}) }), 'CREATE_COMPLETE');
  assert.equal(await create('managed-too-long', { Policy: policy('AWS::IAM::ManagedPolicy', 6145, {}) }), 'ROLLBACK_COMPLETE');
  const inline = (role: string, sizes: number[]) => ({
    Role: roleResource(role),
    ...Object.fromEntries(sizes.map((size, i) => [`P${i}`, policy('AWS::IAM::Policy', size, { PolicyName: `p${i}`, Roles: [{ Ref: 'Role' }] })])),
  });
  assert.equal(await create('inline-fits', inline('inline-fits', [5120, 5120])), 'CREATE_COMPLETE');
  assert.equal(await create('inline-too-long', inline('inline-too-long', [5120, 5121])), 'ROLLBACK_COMPLETE');
});

void test('a role in an instance profile cannot be deleted', async () => {
  await createRole('in-profile', allow({ Service: 'ec2.amazonaws.com' }));
  await ask('iam', { Action: 'CreateInstanceProfile', InstanceProfileName: 'profile' });
  await ask('iam', { Action: 'AddRoleToInstanceProfile', InstanceProfileName: 'profile', RoleName: 'in-profile' });
  await assert.rejects(ask('iam', { Action: 'DeleteRole', RoleName: 'in-profile' }), /DeleteConflict/);
});

const ZIP = Buffer.from('UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==', 'base64');

void test('a function cannot set variables that Lambda reserves', async () => {
  const Role = await createRole('reserved', allow({ Service: 'lambda.amazonaws.com' }));
  const client = new lambda.LambdaClient(clientConfig(aws));
  const create = (name: string) => client.send(new lambda.CreateFunctionCommand({
    FunctionName: 'reserved', Role, Runtime: 'nodejs24.x', Handler: 'i.h', Code: { ZipFile: ZIP }, Environment: { Variables: { [name]: 'x' } },
  }));
  await assert.rejects(create('AWS_REGION'), { name: 'InvalidParameterValueException' });
});

void test('a function needs a role that Lambda can assume', async () => {
  const Role = await createRole('not-for-lambda', allow({ Service: 'ec2.amazonaws.com' }));
  const client = new lambda.LambdaClient(clientConfig(aws));
  await assert.rejects(client.send(new lambda.CreateFunctionCommand({
    FunctionName: 'not-for-lambda', Role, Runtime: 'nodejs24.x', Handler: 'i.h', Code: { ZipFile: ZIP },
  })), { name: 'InvalidParameterValueException', message: 'The role defined for the function cannot be assumed by Lambda.' });
});

// STS

const ISSUER = CLUSTERS.prod.issuer;
const token = (claims: object = {}, { keys } = CLUSTERS.prod) => {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${encode({ alg: 'RS256' })}.${encode({
    iss: `https://${ISSUER}`, sub: 'system:serviceaccount:a:b', aud: ['sts.amazonaws.com'], exp: Date.now() / 1000 + 60, ...claims,
  })}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(keys.privateKey).toString('base64url')}`;
};
const providerOf = async ({ issuer }: { issuer: string }): Promise<string> => (await ask('iam', {
  'Action': 'CreateOpenIDConnectProvider', 'Url': `https://${issuer}`, 'ClientIDList.member.1': 'sts.amazonaws.com', 'ThumbprintList.member.1': 'a'.repeat(40),
})).CreateOpenIDConnectProviderResult.OpenIDConnectProviderArn;
const assumeWith = (RoleArn: string, WebIdentityToken: string) =>
  raw({}, { Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', RoleArn, RoleSessionName: 'test', WebIdentityToken });

void test('a web identity gets a role only with a valid token that the trust policy names', async () => {
  const provider = await providerOf(CLUSTERS.prod);
  const condition = { Condition: { StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com', [`${ISSUER}:sub`]: 'system:serviceaccount:a:b' } } };
  const role = await createRole('web', allow({ Federated: provider }, 'sts:AssumeRoleWithWebIdentity', condition));
  assert.equal((await assumeWith(role, token())).status, 200);
  assert.match((await assumeWith(role, token({ sub: 'system:serviceaccount:a:c' }))).text, /AccessDenied/);
  assert.match((await assumeWith(role, token({ aud: ['other'] }))).text, /Incorrect token audience/);
  assert.match((await assumeWith(role, token({ exp: 1 }))).text, /ExpiredTokenException/);
  assert.match((await assumeWith(role, token({ iss: 'https://other' }))).text, /InvalidIdentityToken/);
  assert.match((await assumeWith(role, token().slice(0, -4) + 'AAAA')).text, /InvalidIdentityToken/);
  // Another cluster of the account has a provider and keys of its own.
  const theirs = { iss: `https://${CLUSTERS.entries.issuer}` };
  const other = await createRole('web-of-another', allow({ Federated: await providerOf(CLUSTERS.entries) }, 'sts:AssumeRoleWithWebIdentity'));
  assert.equal((await assumeWith(other, token(theirs, CLUSTERS.entries))).status, 200);
  assert.match((await assumeWith(other, token())).text, /AccessDenied/);
  assert.match((await assumeWith(other, token(theirs))).text, /InvalidIdentityToken/);
});

void test('a key that nobody gave out, no key, and a key without its token are refused', async () => {
  const parameters = { Action: 'GetCallerIdentity', Version: '2011-06-15' };
  assert.match((await raw(signedAs('AKIASOMEBODY', 'us-east-1', 'sts'), parameters)).text, /InvalidClientTokenId/);
  assert.match((await raw({}, parameters)).text, /MissingAuthenticationToken/);
  const session = await sessionOf(await createRole('tokenless', allow({ AWS: 'arn:aws:iam::000000000000:root' })));
  assert.match((await raw(signedAs(session.AccessKeyId, 'us-east-1', 'sts'), parameters)).text, /InvalidClientTokenId/);
});

void test('a role is assumed only by whom it trusts', async () => {
  const stranger = await createRole('not-for-users', allow({ Service: 'ec2.amazonaws.com' }));
  await assert.rejects(sessionOf(stranger), /AccessDenied/);
});

// Permissions

void test('a role may do what its policies allow, under their conditions, and nothing else', async () => {
  const administrator = new ec2.EC2Client(clientConfig(aws));
  const tag = (Value: string): ec2.TagSpecification[] => [{ ResourceType: 'vpc', Tags: [{ Key: 'owner', Value }] }];
  const vpc = async (owner: string) => (await administrator.send(new ec2.CreateVpcCommand({ CidrBlock: '10.0.0.0/16', TagSpecifications: tag(owner) }))).Vpc!.VpcId!;
  const [ours, theirs] = [await vpc('us'), await vpc('them')];
  const client = await clientOf(await createRole('tagger', allow({ AWS: 'arn:aws:iam::000000000000:root' }), {
    Effect: 'Allow',
    Action: 'ec2:CreateTags',
    Resource: 'arn:aws:ec2:us-east-1:000000000000:vpc/*',
    Condition: { 'StringEquals': { 'aws:ResourceTag/owner': 'us' }, 'ForAllValues:StringEquals': { 'aws:TagKeys': ['key'] } },
  }));
  const create = (id: string, Key: string) => client.send(new ec2.CreateTagsCommand({ Resources: [id], Tags: [{ Key, Value: 'x' }] }));
  await create(ours, 'key');
  await assert.rejects(create(theirs, 'key'), { name: 'UnauthorizedOperation' });
  await assert.rejects(create(ours, 'other'), { name: 'UnauthorizedOperation' });
  await assert.rejects(client.send(new ec2.DescribeVpcsCommand({})), { name: 'UnauthorizedOperation' });
});

void test('a launch needs a permission for each resource that it uses or makes', async () => {
  const administrator = new ec2.EC2Client(clientConfig(aws));
  const VpcId = (await administrator.send(new ec2.CreateVpcCommand({ CidrBlock: '10.1.0.0/16' }))).Vpc!.VpcId!;
  const SubnetId = (await administrator.send(new ec2.CreateSubnetCommand({ VpcId, CidrBlock: '10.1.0.0/24' }))).Subnet!.SubnetId!;
  const group = async (GroupName: string) => (await administrator.send(new ec2.CreateSecurityGroupCommand({ VpcId, GroupName, Description: 'x' }))).GroupId!;
  const groups = [await group('by-id'), await group('in-interface')];
  await createRole('launched', allow({ Service: 'ec2.amazonaws.com' }));
  await ask('iam', { Action: 'CreateInstanceProfile', InstanceProfileName: 'launched' });
  await ask('iam', { Action: 'AddRoleToInstanceProfile', InstanceProfileName: 'launched', RoleName: 'launched' });
  await administrator.send(new ec2.CreateLaunchTemplateCommand({
    LaunchTemplateName: 'launch',
    LaunchTemplateData: {
      ImageId: 'ami-0e0001000000000a1',
      IamInstanceProfile: { Name: 'launched' },
      SecurityGroupIds: [groups[0]],
      NetworkInterfaces: [{ DeviceIndex: 0, Groups: [groups[1]] }],
    },
  }));
  const client = await clientOf(await createRole('launcher', allow({ AWS: 'arn:aws:iam::000000000000:root' }), { Effect: 'Allow', Action: '*', Resource: '*' }));
  const fleet = await client.send(new ec2.CreateFleetCommand({
    Type: 'instant',
    LaunchTemplateConfigs: [{ LaunchTemplateSpecification: { LaunchTemplateName: 'launch', Version: '1' }, Overrides: [{ InstanceType: 'm5.large', SubnetId }] }],
    TargetCapacitySpecification: { TotalTargetCapacity: 1, DefaultTargetCapacityType: 'on-demand' },
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'a', Value: 'b' }] }],
  }));
  assert.equal(fleet.Instances?.length, 1);
  const { decisions } = aws.calls.filter(c => c.action === 'CreateFleet').pop()!;
  const needed = decisions.map(d => `${d.action} ${d.resource.split(':').pop()}`);
  for (const need of [
    'ec2:CreateFleet fleet/new', 'ec2:CreateFleet instance/new', 'ec2:RunInstances instance/new', 'ec2:RunInstances network-interface/new',
    'ec2:RunInstances volume/new', 'ec2:RunInstances image/ami-0e0001000000000a1', `ec2:RunInstances subnet/${SubnetId}`,
    ...groups.map(id => `ec2:RunInstances security-group/${id}`), 'ec2:CreateTags instance/new', 'iam:PassRole role/launched',
  ]) {
    assert.ok(needed.includes(need), `${need} is not among ${needed.join(', ')}`);
  }
});

void test('a call of a role that no table knows is refused and recorded as unmapped', async () => {
  const client = await clientOf(await createRole('everything', allow({ AWS: 'arn:aws:iam::000000000000:root' }), { Effect: 'Allow', Action: '*', Resource: '*' }));
  await assert.rejects(client.send(new ec2.CreateVpcCommand({ CidrBlock: '10.0.0.0/16' })), { name: 'UnauthorizedOperation' });
  const last = aws.calls[aws.calls.length - 1];
  assert.deepEqual([last.action, last.decisions.map(d => d.decision), last.status], ['CreateVpc', ['unmapped'], 403]);
});

void test('a function calls AWS as a session of its own role', async () => {
  await stack('CreateStack', 'identity', {
    ...responder(4000),
    Function: { ...responder(4000).Function, Properties: { ...responder(4000).Function.Properties, Code: { ZipFile: 'exports.handler = async () => process.env.AWS_ACCESS_KEY_ID + " " + process.env.AWS_SESSION_TOKEN;' }, FunctionName: 'identity' } },
    Answer: undefined,
  });
  const client = new lambda.LambdaClient(clientConfig(aws));
  const answer = await client.send(new lambda.InvokeCommand({ FunctionName: 'identity' }));
  const [key, session] = JSON.parse(Buffer.from(answer.Payload!).toString()).split(' ');
  const identity = await raw({ ...signedAs(key, 'us-east-1', 'sts'), 'x-amz-security-token': session }, { Action: 'GetCallerIdentity', Version: '2011-06-15' });
  assert.match(identity.text, /:assumed-role\/identity-Role-\w+\/identity</);
});

void test('an answer of a function that Lambda would not hand on is an error of the function', async () => {
  const code = 'exports.handler = async ({ length }) => "x".repeat(length - 2);';
  await stack('CreateStack', 'talkative', {
    ...responder(4000),
    Function: { ...responder(4000).Function, Properties: { ...responder(4000).Function.Properties, Code: { ZipFile: code }, FunctionName: 'talkative' } },
    Answer: undefined,
  });
  const client = new lambda.LambdaClient(clientConfig(aws));
  const answerOf = async (length: number) => {
    const { FunctionError, Payload } = await client.send(new lambda.InvokeCommand({ FunctionName: 'talkative', Payload: Buffer.from(JSON.stringify({ length })) }));
    return { FunctionError, length: Payload!.length };
  };
  assert.deepEqual(await answerOf(6_291_556), { FunctionError: undefined, length: 6_291_556 });
  assert.equal((await answerOf(6_291_557)).FunctionError, 'Unhandled');
});

void test('the patches of the emulators hold by themselves', async () => {
  const output = await run(path.join(await pythonEnvironment(new Workshop(console.log)), 'python'), ['-m', 'pytest', '-q', path.join(__dirname, 'emulator')], {
    env: { ...process.env, PYTHONPATH: __dirname, PYTHONDONTWRITEBYTECODE: '1' },
  });
  assert.match(output, /\d+ passed/);
});
