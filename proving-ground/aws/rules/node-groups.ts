import assert from 'assert/strict';
import { test } from 'node:test';
import * as autoscaling from '@aws-sdk/client-auto-scaling';
import * as ec2 from '@aws-sdk/client-ec2';
import * as eks from '@aws-sdk/client-eks';
import * as quotas from '@aws-sdk/client-service-quotas';
import { allow, ask, aws, createRole, sessionOf } from './running-aws';
import { clientConfig } from '../client-config';
import { createCluster } from '../create-cluster';
import { diffSnapshots, takeSnapshot } from '../snapshot';

/** Permissions of what scales node groups down and back, and what a snapshot says about it. */

let made: Promise<{ nodegroupArn: string; group: string }> | undefined;

/** A cluster with a node group of two and the CoreDNS add-on, made once. */
function cluster() {
  made ??= (async () => {
    const network = new ec2.EC2Client(clientConfig(aws));
    const VpcId = (await network.send(new ec2.CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }))).Vpc!.VpcId!;
    const subnets = await Promise.all(['a', 'b'].map(async (zone, i) => (await network.send(new ec2.CreateSubnetCommand({
      VpcId, CidrBlock: `10.9.${i}.0/24`, AvailabilityZone: `us-east-1${zone}`,
    }))).Subnet!.SubnetId!));
    const roleArn = await createRole('nodes', allow({ Service: 'ec2.amazonaws.com' }));
    const client = new eks.EKSClient(clientConfig(aws));
    await createCluster(client, { name: 'prod', roleArn, resourcesVpcConfig: { subnetIds: subnets } });
    const { nodegroup } = await client.send(new eks.CreateNodegroupCommand({
      clusterName: 'prod', nodegroupName: 'apps', nodeRole: roleArn, subnets, tags: { owner: 'us' }, scalingConfig: { minSize: 1, desiredSize: 2, maxSize: 3 },
    }));
    await client.send(new eks.CreateAddonCommand({ clusterName: 'prod', addonName: 'coredns', addonVersion: 'v1.10.1-eksbuild.1', tags: { owner: 'us' } }));
    const group = nodegroup!.resources!.autoScalingGroups![0].name!;
    await until(async () => (await describe(group)).Instances!.every(i => i.LifecycleState === 'InService'));
    await until(async () => (await client.send(new eks.DescribeAddonCommand({ clusterName: 'prod', addonName: 'coredns' }))).addon!.status === 'ACTIVE');
    return { nodegroupArn: nodegroup!.nodegroupArn!, group };
  })();
  return made;
}

async function describe(group: string) {
  const client = new autoscaling.AutoScalingClient(clientConfig(aws));
  return (await client.send(new autoscaling.DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] }))).AutoScalingGroups![0];
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 100; i++) {
    if (await condition()) {
      return;
    }
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error('it never came');
}

async function configOf(name: string, ...statements: { actions: string[]; condition?: object }[]) {
  const role = await createRole(name, allow({ AWS: 'arn:aws:iam::000000000000:root' }));
  for (const [i, { actions, condition }] of statements.entries()) {
    const statement = { Effect: 'Allow', Action: actions, Resource: '*', ...(condition ? { Condition: condition } : {}) };
    await ask('iam', {
      Action: 'PutRolePolicy', RoleName: name, PolicyName: `p${i}`, PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
    });
  }
  const session = await sessionOf(role);
  return {
    ...clientConfig(aws),
    credentials: { accessKeyId: session.AccessKeyId, secretAccessKey: session.SecretAccessKey, sessionToken: session.SessionToken },
  };
}

void test('a role may change node groups, add-ons and Auto Scaling groups under conditions on the tags that they have', async () => {
  const { nodegroupArn, group } = await cluster();
  const ours = { StringEquals: { 'aws:ResourceTag/owner': 'us' } };
  const theirs = { StringEquals: { 'aws:ResourceTag/eks:nodegroup-name': 'others' } };
  const config = await configOf('owner',
    { actions: ['eks:UpdateNodegroupConfig', 'eks:UpdateAddon', 'eks:TagResource', 'eks:UntagResource'], condition: ours },
    { actions: ['eks:Describe*', 'eks:List*', 'autoscaling:Describe*', 'ec2:Describe*', 'servicequotas:GetServiceQuota'] },
    { actions: ['autoscaling:SuspendProcesses', 'autoscaling:ResumeProcesses'], condition: { StringEquals: { 'aws:ResourceTag/eks:cluster-name': 'prod' } } },
    { actions: ['autoscaling:TerminateInstanceInAutoScalingGroup'], condition: theirs });
  const client = new eks.EKSClient(config);
  const names = { clusterName: 'prod', nodegroupName: 'apps' };
  const { update } = await client.send(new eks.UpdateNodegroupConfigCommand({ ...names, scalingConfig: { minSize: 0 } }));
  const status = async () => (await client.send(new eks.DescribeUpdateCommand({ name: 'prod', nodegroupName: 'apps', updateId: update!.id }))).update!.status;
  // Asked later, a busy machine may find it over.
  assert.equal(update!.status, 'InProgress');
  await until(async () => await status() === 'Successful');
  assert.ok((await client.send(new eks.ListUpdatesCommand({ name: 'prod', nodegroupName: 'apps' }))).updateIds!.includes(update!.id!));
  await client.send(new eks.TagResourceCommand({ resourceArn: nodegroupArn, tags: { a: '1' } }));
  await client.send(new eks.UntagResourceCommand({ resourceArn: nodegroupArn, tagKeys: ['a'] }));
  const addon = { clusterName: 'prod', addonName: 'coredns' };
  const changed = await client.send(new eks.UpdateAddonCommand({ ...addon, configurationValues: '{"replicaCount": 3}' }));
  assert.equal(changed.update!.status, 'InProgress');
  assert.deepEqual((await client.send(new eks.ListAddonsCommand({ clusterName: 'prod' }))).addons, ['coredns']);
  const { configurationSchema } = await client.send(new eks.DescribeAddonConfigurationCommand({ addonName: 'coredns', addonVersion: 'v1.10.1-eksbuild.1' }));
  assert.equal(JSON.parse(configurationSchema!).definitions.Coredns.additionalProperties, false);

  const scaling = new autoscaling.AutoScalingClient(config);
  await scaling.send(new autoscaling.SuspendProcessesCommand({ AutoScalingGroupName: group, ScalingProcesses: ['AZRebalance'] }));
  await scaling.send(new autoscaling.ResumeProcessesCommand({ AutoScalingGroupName: group, ScalingProcesses: ['AZRebalance'] }));
  await scaling.send(new autoscaling.DescribeScalingActivitiesCommand({ AutoScalingGroupName: group }));
  await scaling.send(new autoscaling.DescribeInstanceRefreshesCommand({ AutoScalingGroupName: group }));
  const InstanceId = (await describe(group)).Instances![0].InstanceId;
  await assert.rejects(scaling.send(new autoscaling.TerminateInstanceInAutoScalingGroupCommand({ InstanceId, ShouldDecrementDesiredCapacity: true })), { name: 'AccessDenied' });

  const network = new ec2.EC2Client(config);
  for (const command of [
    new ec2.DescribeInstancesCommand(), new ec2.DescribeInstanceStatusCommand(), new ec2.DescribeVolumesCommand(), new ec2.DescribeSubnetsCommand(),
    new ec2.DescribeLaunchTemplatesCommand(), new ec2.DescribeLaunchTemplateVersionsCommand({ Versions: ['$Latest'] }),
  ]) {
    await network.send(command as ec2.DescribeInstancesCommand);
  }
  const service = new quotas.ServiceQuotasClient(config);
  assert.equal((await service.send(new quotas.GetServiceQuotaCommand({ ServiceCode: 'ec2', QuotaCode: 'L-1216C47A' }))).Quota!.Value, 640);
  await assert.rejects(service.send(new quotas.GetServiceQuotaCommand({ ServiceCode: 'ec2', QuotaCode: 'L-0' })), { name: 'NoSuchResourceException' });
});

void test('tags that a node group does not have give no permission', async () => {
  await cluster();
  const config = await configOf('stranger-to-tags', { actions: ['eks:*'], condition: { StringEquals: { 'aws:ResourceTag/owner': 'them' } } });
  const client = new eks.EKSClient(config);
  const call = client.send(new eks.UpdateNodegroupConfigCommand({ clusterName: 'prod', nodegroupName: 'apps', scalingConfig: { minSize: 0 } }));
  await assert.rejects(call, { name: 'AccessDeniedException' });
  await assert.rejects(client.send(new eks.UpdateAddonCommand({ clusterName: 'prod', addonName: 'coredns' })), { name: 'AccessDeniedException' });
});

void test('two snapshots differ in sizes, suspended processes and configuration, not in which instances a group has', async () => {
  const { group } = await cluster();
  const scaling = new autoscaling.AutoScalingClient(clientConfig(aws));
  const client = new eks.EKSClient(clientConfig(aws));
  const steady = async () => {
    const { Instances } = await describe(group);
    const { addon } = await client.send(new eks.DescribeAddonCommand({ clusterName: 'prod', addonName: 'coredns' }));
    return Instances!.length === 2 && Instances!.every(i => i.LifecycleState === 'InService') && addon!.status === 'ACTIVE';
  };
  await until(steady);
  const before = await takeSnapshot(aws);
  const InstanceId = (await describe(group)).Instances![0].InstanceId;
  await scaling.send(new autoscaling.TerminateInstanceInAutoScalingGroupCommand({ InstanceId, ShouldDecrementDesiredCapacity: false }));
  await until(steady);
  assert.deepEqual(diffSnapshots(before, await takeSnapshot(aws)), []);
  await scaling.send(new autoscaling.SuspendProcessesCommand({ AutoScalingGroupName: group, ScalingProcesses: ['AZRebalance'] }));
  await client.send(new eks.UpdateAddonCommand({ clusterName: 'prod', addonName: 'coredns', configurationValues: '{}' }));
  const found = diffSnapshots(before, await takeSnapshot(aws)).map(({ object }) => object);
  assert.deepEqual(found, [`autoscaling group ${group}`, 'eks add-on prod/coredns']);
});
