import assert from 'assert/strict';
import { test } from 'node:test';
import * as ec2 from '@aws-sdk/client-ec2';
import * as eks from '@aws-sdk/client-eks';
import { allow, aws, configOf, createRole } from './running-aws';
import { clientConfig } from '../client-config';
import { createCluster } from '../create-cluster';
import { takeSnapshot } from '../snapshot';

/** Permissions of what lets nodes in, and what a snapshot says about it. */

const NAME = 'entries';
const CLUSTER = `arn:aws:eks:us-east-1:000000000000:cluster/${NAME}`;
const ENTRIES = `arn:aws:eks:us-east-1:000000000000:access-entry/${NAME}/*`;
const OWNER = 'cdk-karpenter-migration/owner';

/** A cluster that takes entries, and the role of nodes. */
async function cluster(): Promise<{ nodes: string; mode: () => Promise<string> }> {
  const network = new ec2.EC2Client(clientConfig(aws));
  const VpcId = (await network.send(new ec2.CreateVpcCommand({ CidrBlock: '10.8.0.0/16' }))).Vpc!.VpcId!;
  const { Subnet } = await network.send(new ec2.CreateSubnetCommand({ VpcId, CidrBlock: '10.8.0.0/24', AvailabilityZone: 'us-east-1a' }));
  const nodes = await createRole('entered-nodes', allow({ Service: 'ec2.amazonaws.com' }));
  const client = new eks.EKSClient(clientConfig(aws));
  await createCluster(client, { name: NAME, roleArn: nodes, resourcesVpcConfig: { subnetIds: [Subnet!.SubnetId!] } });
  await client.send(new eks.UpdateClusterConfigCommand({ name: NAME, accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP' } }));
  const mode = async () => (await client.send(new eks.DescribeClusterCommand({ name: NAME }))).cluster!.accessConfig!.authenticationMode!;
  for (let i = 0; i < 100 && await mode() === 'CONFIG_MAP'; i++) {
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  return { nodes, mode };
}

const clientOf = async (name: string, ...statements: object[]) => new eks.EKSClient(await configOf(name, ...statements));

const denied = (action: string) => (error: Error) => {
  assert.equal(error.name, 'AccessDeniedException');
  assert.match(error.message, new RegExp(action));
  return true;
};

void test('an access entry needs the permission for its role, its type, its tags, and to pass the role', async () => {
  const { nodes, mode } = await cluster();
  assert.equal(await mode(), 'API_AND_CONFIG_MAP');
  const creating = {
    Action: 'eks:CreateAccessEntry', Resource: CLUSTER, Condition: { StringEquals: { 'eks:principalArn': nodes, 'eks:accessEntryType': 'EC2_LINUX' } },
  };
  const tagging = { Action: 'eks:TagResource', Resource: ENTRIES, Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': [OWNER] } } };
  const passing = { Action: 'iam:PassRole', Resource: nodes, Condition: { StringEqualsIfExists: { 'iam:PassedToService': ['eks.amazonaws.com'] } } };
  const removing = { Action: 'eks:DeleteAccessEntry', Resource: ENTRIES, Condition: { Null: { [`aws:ResourceTag/${OWNER}`]: 'false' } } };
  const entry = { clusterName: NAME, principalArn: nodes };
  const create = new eks.CreateAccessEntryCommand({ ...entry, type: 'EC2_LINUX', tags: { [OWNER]: 'me' } });

  await assert.rejects((await clientOf('no-creation', tagging, passing)).send(create), denied('eks:CreateAccessEntry'));
  await assert.rejects((await clientOf('no-tagging', creating, passing)).send(create), denied('eks:TagResource'));
  await assert.rejects((await clientOf('no-passing', creating, tagging)).send(create), denied('iam:PassRole'));
  const client = await clientOf('entering', creating, tagging, passing, removing, { Action: 'eks:DescribeAccessEntry', Resource: ENTRIES });
  await assert.rejects(client.send(new eks.CreateAccessEntryCommand({ ...entry, type: 'EC2_WINDOWS', tags: { [OWNER]: 'me' } })), denied('eks:CreateAccessEntry'));

  const { accessEntry } = await client.send(create);
  assert.equal((await client.send(new eks.DescribeAccessEntryCommand(entry))).accessEntry!.accessEntryArn, accessEntry!.accessEntryArn);
  const described = Object.entries(await takeSnapshot(aws)).find(([name]) => name === `eks access entry ${NAME} ${nodes}`);
  assert.deepEqual(described?.[1], { type: 'EC2_LINUX', username: 'system:node:{{EC2PrivateDNSName}}', groups: ['system:nodes'], tags: { [OWNER]: 'me' } });

  const administrator = new eks.EKSClient(clientConfig(aws));
  await administrator.send(new eks.UntagResourceCommand({ resourceArn: accessEntry!.accessEntryArn, tagKeys: [OWNER] }));
  await assert.rejects(client.send(new eks.DeleteAccessEntryCommand(entry)), denied('eks:DeleteAccessEntry'));
  await client.send(new eks.TagResourceCommand({ resourceArn: accessEntry!.accessEntryArn, tags: { [OWNER]: 'me' } }));
  await client.send(new eks.DeleteAccessEntryCommand(entry));
  assert.deepEqual((await administrator.send(new eks.ListAccessEntriesCommand({ clusterName: NAME }))).accessEntries, []);
});

void test('an access entry is for a role that there is', async () => {
  const client = new eks.EKSClient(clientConfig(aws));
  await assert.rejects(
    client.send(new eks.CreateAccessEntryCommand({ clusterName: NAME, principalArn: 'arn:aws:iam::000000000000:role/nobody', type: 'EC2_LINUX' })),
    { name: 'InvalidParameterException', message: 'The specified principalArn is invalid: invalid principal.' },
  );
});
