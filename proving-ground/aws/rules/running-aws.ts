import assert from 'assert/strict';
import { generateKeyPairSync } from 'crypto';
import * as fs from 'fs';
import { after, before } from 'node:test';
import * as os from 'os';
import * as path from 'path';
import * as ec2 from '@aws-sdk/client-ec2';
import { Processes } from '../../cluster/processes';
import { lambdaNode, pythonEnvironment } from '../../parts/runtimes';
import { Workshop } from '../../parts/workshop';
import { clientConfig } from '../client-config';
import { QueryService, query, signedAs } from '../gateway/query';
import { LocalAws, startAws } from '../index';

/** A running local AWS without control planes, and what the rules are tried with. */

/** The clusters that may be created: their names, with the issuers of their tokens and the keys that sign these. */
export const CLUSTERS = { prod: cluster('PROD'), entries: cluster('ENTRIES'), made: cluster('MADE') };
const runDir = fs.mkdtempSync(path.join(os.tmpdir(), 'aws-rules-'));
const processes = new Processes(runDir, error => console.error(error));
export let aws: LocalAws;

before(async () => {
  const bundle = path.join(runDir, 'ca.crt');
  fs.writeFileSync(bundle, '');
  const workshop = new Workshop(console.log);
  aws = await startAws({
    runDir,
    processes,
    port: 4700,
    pythonBin: await pythonEnvironment(workshop),
    node24Bin: await lambdaNode(workshop),
    toolDirs: [],
    tls: { certFile: '', keyFile: '', caBundleFile: bundle },
    registryUrl: 'http://127.0.0.1:1',
    clusters: Object.entries(CLUSTERS).map(([name, { issuer, keys }]) => ({
      name,
      endpoint: 'https://127.0.0.1:6443',
      certificateAuthorityBase64: '',
      oidcIssuer: `https://${issuer}`,
      serviceAccountPublicKeyPem: keys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    })),
    seconds: { instanceLaunch: 1, instanceShutdown: 1, terminationHook: 1, nodegroupUpdate: 1, nodegroupLag: 1, addonUpdate: 1, clusterCreation: 1 },
    log: console.error,
  });
});

function cluster(id: string) {
  return { issuer: `oidc.eks.us-east-1.amazonaws.com/id/${id}`, keys: generateKeyPairSync('rsa', { modulusLength: 2048 }) };
}

after(async () => {
  await aws.stop();
  fs.rmSync(runDir, { recursive: true });
});

export const ask = (service: QueryService, parameters: Record<string, string>): Promise<any> =>
  query(aws.endpoint, service, signedAs(aws.env.AWS_ACCESS_KEY_ID, 'us-east-1', service), parameters);
export const allow = (principal: object, action = 'sts:AssumeRole', more: object = {}) => JSON.stringify({
  Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: principal, Action: action, ...more }],
});
export const createRole = async (RoleName: string, AssumeRolePolicyDocument: string, policy?: object): Promise<string> => {
  const role = (await ask('iam', { Action: 'CreateRole', RoleName, AssumeRolePolicyDocument })).CreateRoleResult.Role.Arn;
  if (policy) {
    await ask('iam', { Action: 'PutRolePolicy', RoleName, PolicyName: 'own', PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [policy] }) });
  }
  return role;
};
export const roleExists = (name: string): Promise<boolean> => ask('iam', { Action: 'GetRole', RoleName: name }).then(() => true, () => false);

/** The query of an unsigned or otherwise peculiar call; answers with status and text. */
export const raw = async (headers: Record<string, string>, parameters: Record<string, string>) => {
  const response = await fetch(aws.endpoint, { method: 'POST', headers, body: new URLSearchParams(parameters) });
  return { status: response.status, text: await response.text() };
};

/** Does it, and waits for the end. */
export async function stack(action: 'CreateStack' | 'UpdateStack' | 'DeleteStack', name: string, resources: object = {}, more: object = {}): Promise<string> {
  const capabilities = { 'Capabilities.member.1': 'CAPABILITY_NAMED_IAM', 'TemplateBody': JSON.stringify({ Resources: resources, ...more }) };
  const { StackId } = (await ask('cloudformation', { Action: 'DescribeStacks', StackName: name }).catch(() => undefined))
    ?.DescribeStacksResult.Stacks.member ?? {};
  const created = await ask('cloudformation', { Action: action, StackName: name, ...(action === 'DeleteStack' ? {} : capabilities) });
  const id = StackId ?? created.CreateStackResult.StackId;
  for (;;) {
    const status: string = (await ask('cloudformation', { Action: 'DescribeStacks', StackName: id })).DescribeStacksResult.Stacks.member.StackStatus;
    if (!status.endsWith('_IN_PROGRESS')) {
      return status;
    }
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

/** Credentials of a session of a role that the account may assume. */
export async function sessionOf(RoleArn: string) {
  const headers = { ...signedAs(aws.env.AWS_ACCESS_KEY_ID, 'us-east-1', 'sts'), accept: 'application/json' };
  const answer = await raw(headers, { Action: 'AssumeRole', Version: '2011-06-15', RoleArn, RoleSessionName: 'test' });
  assert.equal(answer.status, 200, answer.text);
  return JSON.parse(answer.text).AssumeRoleResponse.AssumeRoleResult.Credentials;
}

/** A client of EC2 that acts as a role. */
export async function clientOf(role: string): Promise<ec2.EC2Client> {
  const session = await sessionOf(role);
  return new ec2.EC2Client({
    endpoint: aws.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: session.AccessKeyId, secretAccessKey: session.SecretAccessKey, sessionToken: session.SessionToken },
  });
}

/** Configuration of a client that acts as a role which may do what the statements say. */
export async function configOf(name: string, ...statements: object[]) {
  const role = await createRole(name, allow({ AWS: 'arn:aws:iam::000000000000:root' }));
  await ask('iam', {
    Action: 'PutRolePolicy',
    RoleName: name,
    PolicyName: 'own',
    PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements.map(statement => ({ Effect: 'Allow', ...statement })) }),
  });
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = await sessionOf(role);
  return { ...clientConfig(aws), credentials: { accessKeyId, secretAccessKey, sessionToken } };
}
