import assert from 'assert/strict';
import { test } from 'node:test';
import * as ec2 from '@aws-sdk/client-ec2';
import { clientConfig } from '../client-config';
import { allow, ask, aws, clientOf, createRole, sessionOf } from './running-aws';
import { queryJson, signedAs } from '../gateway/query';

/** Rules of the calls that only the controller of Karpenter 1.x makes. */

const ROOT = { AWS: 'arn:aws:iam::000000000000:root' };
const EVERYTHING = { Effect: 'Allow', Action: '*', Resource: '*' };

/** Calls IAM as a role that has one statement; gives the answer's text. */
async function iamOf(role: string, statement: object): Promise<(parameters: Record<string, string>) => Promise<string>> {
  const session = await sessionOf(await createRole(role, allow(ROOT), statement));
  return async (parameters) => {
    const response = await fetch(aws.endpoint, {
      method: 'POST',
      headers: { ...signedAs(session.AccessKeyId, 'us-east-1', 'iam'), 'x-amz-security-token': session.SessionToken },
      body: new URLSearchParams({ ...parameters, Version: '2010-05-08' }),
    });
    return response.text();
  };
}

const tagged = (owner: string) => ({ 'Tags.member.1.Key': 'owner', 'Tags.member.1.Value': owner });

void test('a profile is made under its path, and only with the tags that the policy asks for', async () => {
  const iam = await iamOf('profile-maker', {
    Effect: 'Allow',
    Action: ['iam:CreateInstanceProfile', 'iam:TagInstanceProfile'],
    Resource: 'arn:aws:iam::000000000000:instance-profile/karpenter/*',
    Condition: { StringEquals: { 'aws:RequestTag/owner': 'us' } },
  });
  const create = (name: string, more: Record<string, string>) => iam({ Action: 'CreateInstanceProfile', InstanceProfileName: name, ...more });
  assert.match(await create('made', { Path: '/karpenter/', ...tagged('us') }), /instance-profile\/karpenter\/made</);
  assert.match(await create('elsewhere', { Path: '/', ...tagged('us') }), /AccessDenied/);
  assert.match(await create('theirs', { Path: '/karpenter/', ...tagged('them') }), /AccessDenied/);
});

void test('a profile is tagged at its creation only by whom may tag it', async () => {
  const iam = await iamOf('profile-untagger', { Effect: 'Allow', Action: 'iam:CreateInstanceProfile', Resource: '*' });
  assert.match(await iam({ Action: 'CreateInstanceProfile', InstanceProfileName: 'bare' }), /<InstanceProfileName>bare</);
  assert.match(await iam({ Action: 'CreateInstanceProfile', InstanceProfileName: 'with-tags', ...tagged('us') }), /iam:TagInstanceProfile/);
});

void test('a profile is changed and deleted by its own tags, and a role goes into it only if it may be passed', async () => {
  for (const owner of ['us', 'them']) {
    await ask('iam', { Action: 'CreateInstanceProfile', InstanceProfileName: `of-${owner}`, ...tagged(owner) });
  }
  const passed = await createRole('passed', allow({ Service: 'ec2.amazonaws.com' }));
  await createRole('not-passed', allow({ Service: 'ec2.amazonaws.com' }));
  const change = ['AddRoleToInstanceProfile', 'RemoveRoleFromInstanceProfile', 'DeleteInstanceProfile', 'TagInstanceProfile', 'GetInstanceProfile'];
  const iam = await iamOf('profile-keeper', { Effect: 'Allow', Action: change.map(action => `iam:${action}`), Resource: '*', Condition: { StringEquals: { 'aws:ResourceTag/owner': 'us' } } });
  for (const Action of change) {
    assert.match(await iam({ Action, InstanceProfileName: 'of-them', RoleName: 'passed', ...tagged('us') }), new RegExp(`iam:${Action} on resource: [^<]*of-them`));
  }
  const add = (RoleName: string) => iam({ Action: 'AddRoleToInstanceProfile', InstanceProfileName: 'of-us', RoleName });
  assert.match(await add('passed'), /iam:PassRole/);
  await ask('iam', {
    Action: 'PutRolePolicy',
    RoleName: 'profile-keeper',
    PolicyName: 'pass',
    PolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'iam:PassRole', Resource: passed, Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } } }],
    }),
  });
  // The gateway remembers policies for a moment.
  await new Promise(resolve => setTimeout(resolve, 2500));
  assert.match(await add('not-passed'), /iam:PassRole/);
  assert.match(await add('passed'), /AddRoleToInstanceProfileResponse/);
  assert.match(await iam({ Action: 'RemoveRoleFromInstanceProfile', InstanceProfileName: 'of-us', RoleName: 'passed' }), /RemoveRoleFromInstanceProfileResponse/);
  assert.match(await iam({ Action: 'DeleteInstanceProfile', InstanceProfileName: 'of-us' }), /DeleteInstanceProfileResponse/);
});

void test('profiles are listed, and the status of instances read, with the action alone', async () => {
  const iam = await iamOf('lister', { Effect: 'Allow', Action: ['iam:ListInstanceProfiles', 'ec2:DescribeInstanceStatus'], Resource: '*' });
  assert.match(await iam({ Action: 'ListInstanceProfiles' }), /ListInstanceProfilesResponse/);
  const client = await clientOf(await createRole('status', allow(ROOT), { Effect: 'Allow', Action: 'ec2:DescribeInstanceStatus', Resource: '*' }));
  assert.ok((await client.send(new ec2.DescribeInstanceStatusCommand({}))).InstanceStatuses);
});

/** What a launch is tried with. */
async function template(name: string) {
  const administrator = new ec2.EC2Client(clientConfig(aws));
  const VpcId = (await administrator.send(new ec2.CreateVpcCommand({ CidrBlock: '10.2.0.0/16' }))).Vpc!.VpcId!;
  const SubnetId = (await administrator.send(new ec2.CreateSubnetCommand({ VpcId, CidrBlock: '10.2.0.0/24' }))).Subnet!.SubnetId!;
  const group = (await administrator.send(new ec2.CreateSecurityGroupCommand({ VpcId, GroupName: name, Description: 'x' }))).GroupId!;
  await createRole(name, allow({ Service: 'ec2.amazonaws.com' }));
  await ask('iam', { Action: 'CreateInstanceProfile', InstanceProfileName: name });
  await ask('iam', { Action: 'AddRoleToInstanceProfile', InstanceProfileName: name, RoleName: name });
  await administrator.send(new ec2.CreateLaunchTemplateCommand({
    LaunchTemplateName: name,
    LaunchTemplateData: { ImageId: 'ami-0e0001000000000b1', IamInstanceProfile: { Name: name }, SecurityGroupIds: [group] },
  }));
  return { SubnetId, group };
}

const instances = async () =>
  ((await new ec2.EC2Client(clientConfig(aws)).send(new ec2.DescribeInstancesCommand({}))).Reservations ?? []).flatMap(r => r.Instances ?? []).length;

void test('a dry run launches nothing, is answered that it would have, and is refused to whom the launch would be', async () => {
  const { SubnetId, group } = await template('dry');
  const run = (role: ec2.EC2Client) => role.send(new ec2.RunInstancesCommand({
    DryRun: true,
    MinCount: 1,
    MaxCount: 1,
    InstanceType: 'm5.large',
    SubnetId,
    LaunchTemplate: { LaunchTemplateName: 'dry', Version: '$Latest' },
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'a', Value: 'b' }] }],
  }));
  const before = await instances();
  await assert.rejects(run(await clientOf(await createRole('dry-allowed', allow(ROOT), EVERYTHING))), { name: 'DryRunOperation' });
  const call = aws.calls.filter(c => c.action === 'RunInstances').pop()!;
  assert.equal(call.status, 412);
  const needed = call.decisions.map(d => `${d.action} ${d.resource.split(':').pop()}`);
  for (const need of ['ec2:RunInstances instance/new', 'ec2:RunInstances image/ami-0e0001000000000b1', `ec2:RunInstances subnet/${SubnetId}`,
    `ec2:RunInstances security-group/${group}`, 'ec2:CreateTags instance/new', 'iam:PassRole role/dry']) {
    assert.ok(needed.includes(need), `${need} is not among ${needed.join(', ')}`);
  }
  assert.ok(!needed.some(need => need.startsWith('ec2:CreateFleet')));
  const denied = await clientOf(await createRole('dry-denied', allow(ROOT), { ...EVERYTHING, NotAction: 'iam:PassRole', Action: undefined }));
  await assert.rejects(run(denied), { name: 'UnauthorizedOperation' });
  assert.equal(await instances(), before);
});

void test('a launch whose template nobody knows is refused, for nobody knows what it needs', async () => {
  const client = await clientOf(await createRole('templateless', allow(ROOT), EVERYTHING));
  const run = new ec2.RunInstancesCommand({ DryRun: true, MinCount: 1, MaxCount: 1, ImageId: 'ami-0e0001000000000b1' });
  await assert.rejects(client.send(run), { name: 'UnauthorizedOperation' });
});

/** Calls a service that speaks JSON as a role that has one statement. */
async function jsonOf(role: string, statement: object, service: string) {
  const session = await sessionOf(await createRole(role, allow(ROOT), statement));
  return async (target: string, body: object) => {
    const response = await fetch(aws.endpoint, {
      method: 'POST',
      headers: {
        ...signedAs(session.AccessKeyId, 'us-east-1', service),
        'x-amz-security-token': session.SessionToken,
        'x-amz-target': target,
        'content-type': 'application/x-amz-json-1.0',
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  };
}

void test('a queue is found and read by whom its ARN is allowed', async () => {
  const queue = (name: string) => fetch(aws.endpoint, {
    method: 'POST',
    headers: { ...signedAs(aws.env.AWS_ACCESS_KEY_ID, 'us-east-1', 'sqs'), 'x-amz-target': 'AmazonSQS.CreateQueue', 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify({ QueueName: name }),
  });
  await queue('ours');
  await queue('theirs');
  const sqs = await jsonOf('listener', {
    Effect: 'Allow', Action: ['sqs:GetQueueUrl', 'sqs:ReceiveMessage', 'sqs:DeleteMessage'], Resource: 'arn:aws:sqs:us-east-1:000000000000:ours',
  }, 'sqs');
  const found = await sqs('AmazonSQS.GetQueueUrl', { QueueName: 'ours' });
  assert.equal(found.status, 200, found.text);
  assert.equal((await sqs('AmazonSQS.ReceiveMessage', { QueueUrl: JSON.parse(found.text).QueueUrl, MaxNumberOfMessages: 10 })).status, 200);
  assert.match((await sqs('AmazonSQS.GetQueueUrl', { QueueName: 'theirs' })).text, /AccessDenied/);
});

void test('only published releases of an image are parameters: of AL2023 the standard variant, with an id for each architecture', async () => {
  const ssm = await jsonOf('images', { Effect: 'Allow', Action: 'ssm:GetParameter', Resource: 'arn:aws:ssm:us-east-1::parameter/aws/service/*' }, 'ssm');
  const value = async (path: string) => {
    const { text } = await ssm('AmazonSSM.GetParameter', { Name: `/aws/service/eks/optimized-ami/1.30/amazon-linux-2023/${path}/image_id` });
    return JSON.parse(text).Parameter?.Value ?? JSON.parse(text).__type;
  };
  const release = (arch: string, version: string, kubernetes = '1.30') => `${arch}/standard/amazon-eks-node-al2023-${arch}-standard-${kubernetes}-${version}`;
  assert.equal(await value('x86_64/standard/recommended'), 'ami-0e0001000000000b1');
  assert.equal(await value(release('arm64', 'v20241011')), 'ami-0e0001000000000b2');
  for (const unknown of [release('x86_64', 'v20991231'), release('x86_64', 'v20241011', '1.31'), 'x86_64/nvidia/recommended', 'x86_64/neuron/recommended', 'riscv/standard/recommended']) {
    assert.equal(await value(unknown), 'ParameterNotFound', unknown);
  }
});

void test('what EC2 says reaches a queue by a rule, and only if the policy of the queue lets EventBridge send', async () => {
  const call = (service: string, target: string, body: object) =>
    queryJson(aws.endpoint, signedAs(aws.env.AWS_ACCESS_KEY_ID, 'us-east-1', service), target, body);
  const arn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
  await call('events', 'AWSEvents.PutRule', { Name: 'spot', EventPattern: JSON.stringify({ 'source': ['aws.ec2'], 'detail-type': ['EC2 Spot'] }) });
  const statement = (principal: string, more: object = {}) => ({ Effect: 'Allow', Principal: { Service: principal }, Action: 'sqs:SendMessage', Resource: '*', ...more });
  const insecure = { Effect: 'Deny', Principal: '*', Action: 'sqs:*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } };
  const received: Record<string, number> = {};
  const from = (rule: string) => ({ Condition: { ArnEquals: { 'aws:SourceArn': [`arn:aws:events:us-east-1:000000000000:rule/${rule}`] } } });
  const policies = {
    open: [statement('events.amazonaws.com'), insecure],
    named: [statement('events.amazonaws.com', from('spot')), insecure],
    other: [statement('events.amazonaws.com', from('another')), insecure],
    closed: [statement('sns.amazonaws.com'), insecure],
    silent: [],
  };
  for (const [name, Statement] of Object.entries(policies)) {
    const Attributes = Statement.length > 0 ? { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) } : {};
    await call('sqs', 'AmazonSQS.CreateQueue', { QueueName: name, Attributes });
    await call('events', 'AWSEvents.PutTargets', { Rule: 'spot', Targets: [{ Id: name, Arn: arn(name) }] });
  }
  await aws.emit('EC2 Spot', { 'instance-id': 'i-1' });
  await aws.emit('EC2 Other', { 'instance-id': 'i-2' });
  for (const name of Object.keys(policies)) {
    const { QueueUrl } = await call('sqs', 'AmazonSQS.GetQueueUrl', { QueueName: name });
    const { Messages = [] } = await call('sqs', 'AmazonSQS.ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
    received[name] = Messages.length;
  }
  assert.deepEqual(received, { open: 1, named: 1, other: 0, closed: 0, silent: 0 });
  const pretended = await call('events', 'AWSEvents.PutEvents', { Entries: [{ Source: 'aws.ec2', DetailType: 'EC2 Spot', Detail: '{}' }] });
  assert.equal(pretended.FailedEntryCount, 1);
});
