import assert from 'assert/strict';
import { execFileSync } from 'child_process';
import { test } from 'node:test';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as ec2 from '@aws-sdk/client-ec2';
import * as lambda from '@aws-sdk/client-lambda';
import * as sfn from '@aws-sdk/client-sfn';
import { allow, ask, aws, createRole, sessionOf, stack } from './running-aws';
import { clientConfig } from '../client-config';

/** Rules of Lambda and Step Functions, seen to hold. */

const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:worker';
const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:';
const TRUSTED = allow({ Service: 'states.amazonaws.com' });
const CODE = `
const children = require('child_process');
exports.handler = async (event) => {
  console.log(JSON.stringify({ received: event }));
  if (event.child) { children.spawn('sleep', ['41237']); }
  if (event.freeze) { process.kill(process.pid, 'SIGSTOP'); }
  if (event.sleep) { await new Promise(resolve => setTimeout(resolve, event.sleep * 1000)); }
  if (event.tag) {
    const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN } = process.env;
    const answer = await fetch(AWS_ENDPOINT_URL, {
      method: 'POST',
      headers: {
        'authorization': 'AWS4-HMAC-SHA256 Credential=' + AWS_ACCESS_KEY_ID + '/20260101/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=0',
        'x-amz-security-token': AWS_SESSION_TOKEN,
      },
      body: new URLSearchParams({ 'Action': 'CreateTags', 'Version': '2016-11-15', 'ResourceId.1': event.tag, 'Tag.1.Key': event.key, 'Tag.1.Value': 'x' }),
    });
    return { status: answer.status, pid: process.pid };
  }
  if (event.error) { throw Object.assign(new Error('as asked'), { name: event.error }); }
  return event.bytes ? { text: 'x'.repeat(event.bytes) } : { ...event, pid: process.pid };
};`;

const client = () => new sfn.SFNClient(clientConfig(aws));
const task = (payload: object, more: object = {}) => ({
  Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Parameters: { FunctionName: FUNCTION, Payload: payload }, OutputPath: '$.Payload', ...more,
});
const definition = (states: object) => ({ StartAt: Object.keys(states)[0], States: states });
let role: Promise<string> | undefined;

/** The function and the role that most tests use, made once. */
async function workerAndRole(): Promise<string> {
  role ??= (async () => {
    await stack('CreateStack', 'worker', {
      Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: JSON.parse(allow({ Service: 'lambda.amazonaws.com' })) } },
      Function: {
        Type: 'AWS::Lambda::Function',
        Properties: { FunctionName: 'worker', Runtime: 'nodejs24.x', Handler: 'index.handler', Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Timeout: 2, Code: { ZipFile: CODE } },
      },
    });
    return createRole('machine', TRUSTED, { Effect: 'Allow', Action: ['lambda:InvokeFunction', 'states:StartExecution'], Resource: [FUNCTION, `${MACHINE}*`] });
  })();
  return role;
}

async function createMachine(name: string, states: object, roleArn?: string): Promise<string> {
  roleArn ??= await workerAndRole();
  return (await client().send(new sfn.CreateStateMachineCommand({ name, roleArn, definition: JSON.stringify(definition(states)) }))).stateMachineArn!;
}

async function start(stateMachineArn: string, input: object = {}, name?: string): Promise<string> {
  return (await client().send(new sfn.StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }))).executionArn!;
}

async function ended(executionArn: string) {
  for (let i = 0; i < 150; i++) {
    const found = await client().send(new sfn.DescribeExecutionCommand({ executionArn }));
    if (found.status !== 'RUNNING') {
      return { ...found, result: found.output && JSON.parse(found.output) };
    }
    await pause(0.1);
  }
  throw new Error(`${executionArn} goes on`);
}

let machines = 0;
const runOf = async (states: object, input: object = {}, roleArn?: string) => ended(await start(await createMachine(`m${++machines}`, states, roleArn), input));
const pause = (seconds: number) => new Promise(resolve => setTimeout(resolve, seconds * 1000));

async function invoke(payload: object) {
  await workerAndRole();
  const answer = await new lambda.LambdaClient(clientConfig(aws)).send(new lambda.InvokeCommand({ FunctionName: 'worker', Payload: JSON.stringify(payload) }));
  return { error: answer.FunctionError, body: JSON.parse(Buffer.from(answer.Payload!).toString()) };
}

/** Events of the function that were logged, by a mark in what it was given. */
async function received(mark: string): Promise<any[]> {
  const { events } = await new logs.CloudWatchLogsClient(clientConfig(aws)).send(new logs.FilterLogEventsCommand({
    logGroupName: '/aws/lambda/worker', filterPattern: `"${mark}"`,
  }));
  return (events ?? []).map(event => event.message!).filter(message => message.includes('"received"') && message.includes(mark));
}

void test('a function that is over its time is killed, with its children and even if it is stopped', async () => {
  const { body: { pid } } = await invoke({});
  const before = Date.now();
  const answer = await invoke({ child: true, freeze: true });
  assert.equal(answer.error, 'Unhandled');
  assert.match(JSON.stringify(answer.body), /Task timed out after 2.*Sandbox.Timedout/);
  assert.ok(Date.now() - before < 4000);
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  assert.ok(!execFileSync('ps', ['-eo', 'args']).toString().includes('sleep 41237'));
});

void test('a function that throws stays in its environment', async () => {
  const { body: { pid } } = await invoke({});
  const answer = await invoke({ error: 'Busy' });
  assert.deepEqual([answer.error, answer.body.errorType, answer.body.errorMessage], ['Unhandled', 'Busy', 'as asked']);
  assert.equal((await invoke({})).body.pid, pid);
});

void test('a function that ends in the middle of a call has or has not made it, and both answer Runtime.ExitError', async () => {
  await workerAndRole();
  const { Role } = await new lambda.LambdaClient(clientConfig(aws)).send(new lambda.GetFunctionConfigurationCommand({ FunctionName: 'worker' }));
  const RoleName = Role!.split('/').pop()!;
  await ask('iam', {
    Action: 'PutRolePolicy',
    RoleName,
    PolicyName: 'tags',
    PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'ec2:CreateTags', Resource: '*' }] }),
  });
  const network = new ec2.EC2Client(clientConfig(aws));
  const tag = (await network.send(new ec2.CreateVpcCommand({ CidrBlock: '10.8.0.0/16' }))).Vpc!.VpcId!;
  const keys = async () => (await network.send(new ec2.DescribeVpcsCommand({ VpcIds: [tag] }))).Vpcs![0].Tags?.map(({ Key }) => Key) ?? [];
  const { body: { pid } } = await invoke({});
  const killing = aws.kill(call => call.action !== 'CreateTags' ? undefined : call.parameters.Tag[0].Key === 'a' ? 'before' : 'after');
  for (const [key, found] of [['a', []], ['b', ['b']]] as const) {
    const { error, body } = await invoke({ tag, key });
    assert.deepEqual([error, body.errorType, await keys()], ['Unhandled', 'Runtime.ExitError', found]);
  }
  killing.stop();
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  assert.deepEqual(killing.deaths.map(({ moment, principal }) => [moment, principal.split('/')[1]]), [['before', RoleName], ['after', RoleName]]);
  assert.equal((await invoke({ tag, key: 'c' })).body.status, 200);
  assert.deepEqual((await keys()).sort(), ['b', 'c']);
});

void test('what a function logs can be read', async () => {
  await invoke({ mark: 'readable' });
  assert.equal((await received('readable')).length, 1);
});

void test('a task needs the permission of the state machine\'s role, and its call is recorded', async () => {
  await workerAndRole();
  assert.deepEqual((await runOf({ Call: task({ a: 1 }, { End: true }) })).status, 'SUCCEEDED');
  const call = aws.calls.filter(c => c.service === 'lambda' && c.principal.includes(':assumed-role/machine/')).pop()!;
  assert.deepEqual([call.action, call.decisions[0].decision, call.decisions[0].resource], ['Invoke', 'allowed', FUNCTION]);
  const powerless = await createRole('powerless', TRUSTED);
  const refused = await runOf({ Call: task({}, { End: true, Catch: [{ ErrorEquals: ['Lambda.AWSLambdaException'], Next: 'Caught' }] }), Caught: { Type: 'Succeed' } }, {}, powerless);
  assert.equal(refused.status, 'SUCCEEDED');
  assert.match(refused.result.Cause, /not authorized to perform: lambda:InvokeFunction/);
  assert.equal((await runOf({ Call: { Type: 'Task', Resource: FUNCTION, End: true } }, {}, powerless)).error, 'Lambda.AWSLambdaException');
});

void test('a state machine needs a role that Step Functions can assume and a definition that can run', async () => {
  const stranger = await createRole('stranger', allow({ Service: 'lambda.amazonaws.com' }));
  const machine = (RoleArn: string, states: object) => ({
    Machine: { Type: 'AWS::StepFunctions::StateMachine', Properties: { RoleArn, DefinitionString: JSON.stringify(definition(states)) } },
  });
  const done = { A: { Type: 'Succeed' } };
  assert.equal(await stack('CreateStack', 'stranger', machine(stranger, done)), 'ROLLBACK_COMPLETE');
  const trusted = await workerAndRole();
  for (const [i, states] of [{ A: { Type: 'Pass', Next: 'B' } }, { A: { Type: 'Succeed' }, B: { Type: 'Succeed' } }, { A: { Type: 'Pass' } }, { ['n'.repeat(81)]: { Type: 'Succeed' } }].entries()) {
    assert.equal(await stack('CreateStack', `unable-${i}`, machine(trusted, states)), 'ROLLBACK_COMPLETE');
  }
  await assert.rejects(createMachine('stranger', done, stranger), { name: 'AccessDeniedException' });
  await assert.rejects(createMachine('unable', { A: { Type: 'Pass', Next: 'B' } }), { name: 'InvalidDefinition' });
});

void test('a new definition is for new executions, and a state machine that is deleted ends those that run', async () => {
  const roleArn = await workerAndRole();
  const machine = (result: string) => ({
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        RoleArn: roleArn,
        StateMachineName: 'updated',
        DefinitionString: JSON.stringify(definition({ Wait: { Type: 'Wait', Seconds: 2, Next: 'Done' }, Done: { Type: 'Pass', Result: result, End: true } })),
      },
    },
  });
  await stack('CreateStack', 'updated', machine('old'));
  const first = await start(`${MACHINE}updated`);
  await pause(0.5);
  assert.equal(await stack('UpdateStack', 'updated', machine('new')), 'UPDATE_COMPLETE');
  const second = await start(`${MACHINE}updated`);
  assert.deepEqual([(await ended(first)).result, (await ended(second)).result], ['old', 'new']);
  const third = await start(`${MACHINE}updated`);
  await stack('DeleteStack', 'updated');
  await assert.rejects(client().send(new sfn.DescribeExecutionCommand({ executionArn: third })), { name: 'ExecutionDoesNotExist' });
});

void test('the name of an execution is used once, unless the same is asked for while it runs', async () => {
  const machine = await createMachine('names', { Wait: { Type: 'Wait', Seconds: 1, End: true } });
  const first = await start(machine, { a: 1 }, 'one');
  assert.equal(await start(machine, { a: 1 }, 'one'), first);
  await assert.rejects(start(machine, { a: 2 }, 'one'), { name: 'ExecutionAlreadyExists' });
  await ended(first);
  await assert.rejects(start(machine, { a: 1 }, 'one'), { name: 'ExecutionAlreadyExists' });
  await assert.rejects(start(machine, {}, 'not a name'), { name: 'InvalidName' });
});

void test('an execution that is stopped starts nothing more, and a function that runs goes on to its end', async () => {
  const retry = { Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1, MaxAttempts: 3 }], Next: 'After' };
  const machine = await createMachine('stopped', { Call: task({ mark: 'stopped-first', sleep: 1, error: 'Failing' }, retry), After: task({ mark: 'stopped-after' }, { End: true }) });
  const execution = await start(machine);
  await pause(0.7);
  await client().send(new sfn.StopExecutionCommand({ executionArn: execution, cause: 'as asked' }));
  await pause(3);
  const found = await ended(execution);
  assert.deepEqual([found.status, found.cause], ['ABORTED', 'as asked']);
  assert.deepEqual([(await received('stopped-first')).length, (await received('stopped-after')).length], [1, 0]);
});

for (const [resource, prefix, text] of [['arn:aws:states:::states:startExecution', 'StepFunctions', false], ['arn:aws:states:::aws-sdk:sfn:startExecution', 'Sfn', true]] as const) {
  void test(`a state machine starts itself with ${resource}`, async () => {
    // The SDK's own call takes text only.
    const input = text ? { 'Input.$': 'States.JsonToString($.next)' } : { 'Input.$': '$.next' };
    const machine = await createMachine(`itself-${prefix}`, {
      First: { Type: 'Choice', Choices: [{ Variable: '$.next', IsPresent: true, Next: 'Again' }], Default: 'Done' },
      Again: {
        Type: 'Task',
        Resource: resource,
        Parameters: { 'StateMachineArn.$': '$$.StateMachine.Id', 'Name.$': 'States.Format(\'{}-next\', $$.Execution.Name)', ...input },
        End: true,
      },
      Done: { Type: 'Pass', Parameters: { 'round.$': '$.round', 'id.$': '$$.Execution.Id' }, End: true },
    });
    const first = await start(machine, { next: { round: 2 } }, 'one');
    assert.equal((await ended(first)).result.ExecutionArn, `${first}-next`);
    assert.deepEqual((await ended(`${first}-next`)).result, { round: 2, id: `${first}-next` });
    await ended(await start(machine, { round: 1 }, 'two-next'));
    const taken = await ended(await start(machine, { next: { round: 2 } }, 'two'));
    assert.deepEqual([taken.status, taken.error], ['FAILED', `${prefix}.ExecutionAlreadyExistsException`]);
  });
}

void test('an execution that takes longer than its definition allows is timed out', async () => {
  const { stateMachineArn } = await client().send(new sfn.CreateStateMachineCommand({
    name: 'timed', roleArn: await workerAndRole(), definition: JSON.stringify({ ...definition({ Wait: { Type: 'Wait', Seconds: 30, End: true } }), TimeoutSeconds: 1 }),
  }));
  assert.equal((await ended(await start(stateMachineArn!))).status, 'TIMED_OUT');
});

void test('an execution has at most 25,000 events', async () => {
  const found = await runOf({ Loop: { Type: 'Pass', Next: 'Loop' } });
  assert.deepEqual([found.status, /maximum number of history events \(25000\)/.test(found.cause!)], ['FAILED', true]);
});

void test('what goes into a state and comes out of it has at most 256 KiB, and States.ALL does not catch that', async () => {
  const caught = { End: true, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }], Retry: [{ ErrorEquals: ['States.ALL'] }] };
  const found = await runOf({ Call: task({ bytes: 256 * 1024 }, caught), Caught: { Type: 'Succeed' } });
  assert.deepEqual([found.status, found.error], ['FAILED', 'States.DataLimitExceeded']);
  await assert.rejects(start(await createMachine('too-long', { A: { Type: 'Succeed' } }), { text: 'x'.repeat(256 * 1024) }), { name: 'ValidationException' });
});

void test('a path that finds nothing fails the execution, except where a choice asks whether it is there', async () => {
  const missing = async (state: object) => (await runOf({ A: state, B: { Type: 'Succeed' } }, { text: 'one' })).error;
  const choice = (...rules: object[]) => ({ Type: 'Choice', Choices: [{ And: rules, Next: 'B' }], Default: 'B' });
  assert.equal(await missing({ Type: 'Pass', Parameters: { 'x.$': '$.none' }, Next: 'B' }), 'States.Runtime');
  assert.equal(await missing({ Type: 'Pass', InputPath: '$.none', Next: 'B' }), 'States.Runtime');
  assert.equal(await missing({ Type: 'Wait', SecondsPath: '$.text', Next: 'B' }), 'States.Runtime');
  assert.equal(await missing(choice({ Variable: '$.none', StringEquals: 'x' })), 'States.Runtime');
  assert.equal(await missing(choice({ Variable: '$.none', IsPresent: true }, { Variable: '$.none', StringEquals: 'x' })), undefined);
});

void test('waits, choices, selectors, retries and catches of named errors do what the states language says', async () => {
  const found = await runOf({
    Wait: { Type: 'Wait', SecondsPath: '$.seconds', Next: 'Call' },
    Call: task({ 'mark': 'language', 'error.$': '$.error' }, {
      Retry: [{ ErrorEquals: ['Other'], MaxAttempts: 5 }, { ErrorEquals: ['Busy'], IntervalSeconds: 1, MaxAttempts: 1, BackoffRate: 1 }],
      Catch: [{ ErrorEquals: ['Other'], Next: 'Wrong' }, { ErrorEquals: ['Busy'], ResultPath: '$.caught', Next: 'Select' }],
      Next: 'Wrong',
    }),
    Select: task({ value: 7 }, { ResultSelector: { 'kept.$': '$.Payload.value' }, OutputPath: '$', ResultPath: '$.selected', Next: 'Choose' }),
    Choose: {
      Type: 'Choice',
      Choices: [{ And: [{ Variable: '$.selected.kept', NumericEquals: 7 }, { Variable: '$.caught.Error', StringEquals: 'Busy' }], Next: 'Fail' }],
      Default: 'Wrong',
    },
    Fail: { Type: 'Fail', Error: 'AsPlanned', Cause: 'all was right' },
    Wrong: { Type: 'Fail', Error: 'Wrong' },
  }, { seconds: 1, error: 'Busy' });
  assert.deepEqual([found.status, found.error, found.cause], ['FAILED', 'AsPlanned', 'all was right']);
  assert.equal((await received('language')).length, 2);
});

void test('a role needs the permission to start, find and stop executions', async () => {
  const machine = await createMachine('permissions', { Wait: { Type: 'Wait', Seconds: 30, End: true } });
  const starter = await createRole('starter', allow({ AWS: 'arn:aws:iam::000000000000:root' }), {
    Effect: 'Allow', Action: ['states:StartExecution', 'states:ListExecutions', 'states:DescribeStateMachine'], Resource: machine,
  });
  const session = await sessionOf(starter);
  const asStarter = new sfn.SFNClient({
    ...clientConfig(aws),
    credentials: { accessKeyId: session.AccessKeyId, secretAccessKey: session.SecretAccessKey, sessionToken: session.SessionToken },
  });
  const { executionArn } = await asStarter.send(new sfn.StartExecutionCommand({ stateMachineArn: machine }));
  assert.equal((await asStarter.send(new sfn.ListExecutionsCommand({ stateMachineArn: machine, statusFilter: 'RUNNING' }))).executions?.length, 1);
  await asStarter.send(new sfn.DescribeStateMachineCommand({ stateMachineArn: machine }));
  await assert.rejects(asStarter.send(new sfn.StopExecutionCommand({ executionArn })), { name: 'AccessDeniedException' });
  await client().send(new sfn.StopExecutionCommand({ executionArn }));
});
