import assert from 'assert/strict';
import { test } from 'node:test';
import * as autoscaling from '@aws-sdk/client-auto-scaling';
import * as ec2 from '@aws-sdk/client-ec2';
import * as eks from '@aws-sdk/client-eks';
import { aws, configOf } from './running-aws';

/** What the gateway does to callers when it is told to. */

const READS = { Action: ['ec2:DescribeVpcs', 'eks:ListClusters', 'autoscaling:DescribeAutoScalingGroups'], Resource: '*' };

void test('a role that is throttled hears so in the words of each service, until that ends, and nobody else does', async () => {
  const once = async (name: string) => ({ ...await configOf(name, READS), maxAttempts: 1 });
  const [throttled, other] = [await once('asks-too-much'), await once('asks-enough')];
  const stop = aws.throttle((_, roleArn) => roleArn.endsWith('/asks-too-much'));
  try {
    await assert.rejects(new ec2.EC2Client(throttled).send(new ec2.DescribeVpcsCommand({})), { name: 'RequestLimitExceeded' });
    await assert.rejects(new eks.EKSClient(throttled).send(new eks.ListClustersCommand({})), { name: 'ThrottlingException' });
    await assert.rejects(new autoscaling.AutoScalingClient(throttled).send(new autoscaling.DescribeAutoScalingGroupsCommand({})), { name: 'Throttling' });
    await new ec2.EC2Client(other).send(new ec2.DescribeVpcsCommand({}));
  } finally {
    stop();
  }
  await new ec2.EC2Client(throttled).send(new ec2.DescribeVpcsCommand({}));
});

void test('a client of the SDK tries again by itself when it is throttled now and then', async () => {
  let asked = 0;
  const stop = aws.throttle(() => (asked += 1) % 2 === 1);
  try {
    await new eks.EKSClient(await configOf('asks-again', READS)).send(new eks.ListClustersCommand({}));
    assert.equal(asked, 2);
  } finally {
    stop();
  }
});
