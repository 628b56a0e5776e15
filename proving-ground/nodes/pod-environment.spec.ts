import assert from 'assert/strict';
import { test } from 'node:test';
import { containerEnvironment, quantity } from './pod-environment';

const POD = { metadata: { name: 'karpenter-1', namespace: 'karpenter' }, spec: { nodeName: 'node-1' } };
const NODE = { status: { allocatable: { memory: '2Gi' } } };

void test('quantities have binary and decimal suffixes', () => {
  assert.equal(quantity('1Gi'), 1073741824);
  assert.equal(quantity('500m'), 0.5);
  assert.throws(() => quantity('much'), /not a quantity: 'much'/);
});

void test('values, fields and limits become environment variables', () => {
  const container = {
    resources: { limits: { memory: '1Gi' } },
    env: [
      { name: 'WEBHOOK_PORT', value: '8443' },
      { name: 'SYSTEM_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
      { name: 'MEMORY_LIMIT', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '0' } } },
    ],
  };
  assert.deepEqual(containerEnvironment(POD, container, NODE), {
    WEBHOOK_PORT: '8443', SYSTEM_NAMESPACE: 'karpenter', MEMORY_LIMIT: '1073741824',
  });
});

void test('a container without a limit may use what the node has', () => {
  const env = [{ name: 'MEMORY_LIMIT', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } }];
  assert.deepEqual(containerEnvironment(POD, { env }, NODE), { MEMORY_LIMIT: '2048' });
});

void test('a source that the runtime does not know is an error', () => {
  const env = [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } }];
  assert.throws(() => containerEnvironment(POD, { env }, NODE), /KEY comes from secretKeyRef/);
});
