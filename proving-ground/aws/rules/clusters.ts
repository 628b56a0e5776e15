import assert from 'assert/strict';
import { test } from 'node:test';
import * as ec2 from '@aws-sdk/client-ec2';
import * as eks from '@aws-sdk/client-eks';
import * as iam from '@aws-sdk/client-iam';
import { allow, aws, configOf, createRole } from './running-aws';
import { clientConfig } from '../client-config';
import { createCluster } from '../create-cluster';

/** Permissions of what makes a cluster, as CDK's own resources do. */

const CLUSTER = 'arn:aws:eks:us-east-1:000000000000:cluster/made';

const denied = (name: string, action: string) => (error: Error) => {
  assert.equal(error.name, name);
  assert.match(error.message, new RegExp(action));
  return true;
};

void test('a cluster needs the permission for its name and its tags, and to pass its role', async () => {
  const network = new ec2.EC2Client(clientConfig(aws));
  const VpcId = (await network.send(new ec2.CreateVpcCommand({ CidrBlock: '10.7.0.0/16' }))).Vpc!.VpcId!;
  const { Subnet } = await network.send(new ec2.CreateSubnetCommand({ VpcId, CidrBlock: '10.7.0.0/24', AvailabilityZone: 'us-east-1a' }));
  const roleArn = await createRole('made-cluster', allow({ Service: 'eks.amazonaws.com' }));
  const input = { name: 'made', roleArn, resourcesVpcConfig: { subnetIds: [Subnet!.SubnetId!] } };
  const creating = { Action: ['eks:CreateCluster', 'eks:DescribeCluster', 'eks:DeleteCluster'], Resource: CLUSTER };
  const passing = { Action: 'iam:PassRole', Resource: roleArn };
  const tagging = { Action: 'eks:TagResource', Resource: CLUSTER };
  const create = async (name: string, more: object, ...statements: object[]) =>
    new eks.EKSClient(await configOf(name, ...statements)).send(new eks.CreateClusterCommand({ ...input, ...more }));
  const refused = 'AccessDeniedException';

  await assert.rejects(create('maker-of-none', {}, passing), denied(refused, 'eks:CreateCluster'));
  await assert.rejects(create('maker-of-others', { name: 'other' }, creating, passing), denied(refused, 'eks:CreateCluster'));
  await assert.rejects(create('maker-without-role', {}, creating), denied(refused, 'iam:PassRole'));
  await assert.rejects(create('maker-without-tags', { tags: { owner: 'me' } }, creating, passing), denied(refused, 'eks:TagResource'));
  const maker = new eks.EKSClient(await configOf('cluster-maker', creating, passing, tagging));
  assert.deepEqual((await createCluster(maker, { ...input, tags: { owner: 'me' } })).tags, { owner: 'me' });
  await maker.send(new eks.DeleteClusterCommand({ name: 'made' }));
});

void test('a provider of identities needs the permission for its URL', async () => {
  const host = 'oidc.eks.us-east-1.amazonaws.com/id/MADE';
  const OpenIDConnectProviderArn = `arn:aws:iam::000000000000:oidc-provider/${host}`;
  const create = new iam.CreateOpenIDConnectProviderCommand({ Url: `https://${host}`, ClientIDList: ['sts.amazonaws.com'], ThumbprintList: ['0'.repeat(40)] });
  const other = new iam.IAMClient(await configOf('provides-others', { Action: 'iam:*', Resource: OpenIDConnectProviderArn.replace('MADE', 'OTHER') }));
  await assert.rejects(other.send(create), denied('AccessDenied', 'iam:CreateOpenIDConnectProvider'));
  const client = new iam.IAMClient(await configOf('provides', { Action: 'iam:*', Resource: OpenIDConnectProviderArn }));
  assert.equal((await client.send(create)).OpenIDConnectProviderArn, OpenIDConnectProviderArn);
  await assert.rejects(other.send(new iam.DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn })), denied('AccessDenied', 'iam:DeleteOpenIDConnectProvider'));
  await client.send(new iam.DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));
});
