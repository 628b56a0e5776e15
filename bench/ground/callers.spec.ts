import assert from 'assert/strict';
import { test } from 'node:test';
import { Caller, callerOf, callsOf } from './callers';

const ACCOUNT = '000000000000';
const role = (name: string) => `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/session`;
const administrator = `arn:aws:iam::${ACCOUNT}:user/administrator`;

const CASES: readonly (readonly [principal: string, agent: string | undefined, caller: Caller])[] = [
  [administrator, 'aws-cli/1.46.3 md/Botocore#1.43.3 exec-env/x', 'AWS CLI'],
  [administrator, 'aws-sdk-js/3.1 ua/2.1 aws-cdk/2.1148.1', 'CDK CLI'],
  [administrator, 'aws-sdk-js/3.1 ua/2.1 lang/js', 'others'],
  [administrator, undefined, 'others'],
  [role(`cdk-hnb659fds-deploy-role-${ACCOUNT}-us-east-1`), 'aws-sdk-js/3.1', 'CDK CLI'],
  [role(`cdk-hnb659fds-cfn-exec-role-${ACCOUNT}-us-east-1`), 'aws-sdk-js/3.1', 'CloudFormation'],
  [role('Karpenter-KarpenterMigrationAwsFunctionServiceRole2188D4E5BBE064'), 'aws-sdk-js/3.1', 'functions'],
  [role('Karpenter-KarpenterCluster7CD9A4FEKubectlProviderNe469D32DF9B893'), 'aws-cli/1.46.3', 'functions'],
  [role('Karpenter-MigrationStageWorkflowStateMachineRole01E2DA0CAA8AF324'), undefined, 'functions'],
  [role('Karpenter-MigrationControllerRole8972E095-7842F1CFF06AC'), 'aws-sdk-go/1.44', 'others'],
  [role('Karpenter-MigrationNodeRoleD4D05AC4-978D8B93D403A'), undefined, 'others'],
  [role('KarpenterControllerRole-prod'), 'aws-sdk-go/1.44', 'others'],
  [role('KarpenterNodeRole-prod'), undefined, 'others'],
  [role('prod-kubectl'), 'Go-http-client/1.1', 'others'],
  ['anonymous', 'aws-cli/1.46.3', 'others'],
];

void test('whose a call is, its role says, and of the administrator the program', () => {
  for (const [principal, agent, caller] of CASES) {
    assert.equal(callerOf({ principal, agent }), caller, `${principal} ${agent}`);
  }
});

void test('calls are counted by caller within a time, the others not at all', () => {
  const call = (second: number, principal: string, agent?: string) => ({
    time: new Date(second * 1000).toISOString(), principal, agent, service: 'ec2', action: 'DescribeInstances', parameters: {}, decisions: [], enforced: true, status: 200,
  });
  const counts = callsOf([
    call(1, administrator, 'aws-cli/1'), call(2, administrator, 'aws-cli/1'), call(3, administrator, 'aws-cli/1'), call(3, role('prod-nodes')), call(4, administrator, 'aws-cli/1'),
  ], 2000, 3000);
  assert.deepEqual(counts, { 'AWS CLI': 2 });
});
