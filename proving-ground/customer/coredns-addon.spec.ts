import assert from 'assert/strict';
import { test } from 'node:test';
import { COREDNS_DEPLOYMENT } from './coredns';
import { corednsDeployment, ownedFields, sameAffinity } from './coredns-addon';

void test('an add-on without configuration is what EKS ships', () => {
  for (const none of [undefined, '', '{}']) {
    assert.equal(ownedFields(corednsDeployment(none)), ownedFields(COREDNS_DEPLOYMENT));
  }
});

void test('configuration values are JSON or YAML, and replace the affinity as a whole', () => {
  const affinity = { podAntiAffinity: {} };
  for (const values of [JSON.stringify({ replicaCount: 3, affinity }), 'replicaCount: 3\naffinity:\n  podAntiAffinity: {}\n']) {
    const { spec } = corednsDeployment(values);
    assert.equal(spec.replicas, 3);
    assert.deepEqual(spec.template.spec.affinity, affinity);
  }
});

void test('resources are set one by one', () => {
  const { resources } = corednsDeployment('{"resources":{"limits":{"memory":"200Mi"}}}').spec.template.spec.containers[0];
  assert.deepEqual(resources, { requests: { cpu: '100m', memory: '70Mi' }, limits: { memory: '200Mi' } });
});

void test('a patched affinity differs from the add-on\'s, and an annotation does not', () => {
  const live = structuredClone(COREDNS_DEPLOYMENT);
  live.metadata.annotations = { somebody: 'wrote' };
  assert.equal(ownedFields(live), ownedFields(COREDNS_DEPLOYMENT));
  live.spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions.pop();
  assert.notEqual(ownedFields(live), ownedFields(COREDNS_DEPLOYMENT));
  assert.ok(!sameAffinity(live, COREDNS_DEPLOYMENT));
});

void test('the order in which a server writes keys does not matter', () => {
  const reordered = structuredClone(COREDNS_DEPLOYMENT);
  const { affinity } = reordered.spec.template.spec;
  reordered.spec.template.spec.affinity = Object.fromEntries(Object.entries(affinity).reverse());
  assert.ok(sameAffinity(reordered, COREDNS_DEPLOYMENT));
  assert.equal(ownedFields(reordered), ownedFields(COREDNS_DEPLOYMENT));
});
