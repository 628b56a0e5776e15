import assert from 'assert/strict';
import { test } from 'node:test';
import { callsByRole, mergedCalls } from './calls';

const call = (principal: string, action: string, status: number) => ({
  principal, action, status, service: 'eks', time: new Date(1000).toISOString(), parameters: {}, decisions: [], enforced: true,
});
const session = (role: string) => `arn:aws:sts::000000000000:assumed-role/${role}/somebody`;
const request = (user: string, verb: string, resource: string, status: number) => ({ at: 1000, agent: '', user, verb, resource, status });

const { aws, kubernetes } = callsByRole([
  call('arn:aws:iam::000000000000:user/administrator', 'CreateCluster', 200),
  call(session('Karpenter-MigrationAws-0A1B2C3D4E5F6'), 'UpdateNodegroupConfig', 400), call(session('Karpenter-MigrationAws-0A1B2C3D4E5F6'), 'DescribeNodegroup', 200),
  call(session('Karpenter-MigrationAws-0A1B2C3D4E5F6'), 'DescribeNodegroup', 200),
], [request('system:node:a', 'create', 'nodes', 201), request('system:node:b', 'create', 'nodes', 403), request('us', 'list', 'pods', 200)]);

void test('calls of AWS are counted by role, whatever its name ends with, and refused ones by their answers', () => {
  assert.deepEqual(aws, {
    'Karpenter-MigrationAws': {
      total: 3, byAction: { 'eks:DescribeNodegroup': 2, 'eks:UpdateNodegroupConfig': 1 }, refused: { 'eks:UpdateNodegroupConfig 400': 1 },
    },
    'administrator': { total: 1, byAction: { 'eks:CreateCluster': 1 }, refused: {} },
  });
  assert.deepEqual(Object.keys(aws), ['Karpenter-MigrationAws', 'administrator']);
});

void test('calls of Kubernetes are counted by user, and all nodes are one', () => {
  assert.deepEqual(kubernetes, {
    'system:node': { total: 2, byAction: { 'create nodes': 2 }, refused: { 'create nodes 403': 1 } },
    'us': { total: 1, byAction: { 'list pods': 1 }, refused: {} },
  });
});

void test('the calls of several worlds add up', () => {
  const { aws: twice } = mergedCalls([{ aws, kubernetes }, { aws, kubernetes: {} }]);
  assert.deepEqual(twice['Karpenter-MigrationAws'], {
    total: 6, byAction: { 'eks:DescribeNodegroup': 4, 'eks:UpdateNodegroupConfig': 2 }, refused: { 'eks:UpdateNodegroupConfig 400': 2 },
  });
});
