import { ApiObject } from '../../../src/karpenter/api/karpenter-api';
import { V0_API } from '../../../src/karpenter/v0/api';

const object = (name: string, spec?: object, more: object = {}): ApiObject => ({ metadata: { name }, spec, ...more }) as ApiObject;
const nodeClass = (spec?: object) => V0_API.nodeClassFacts([object('default', spec)], [])[0];

test('a Provisioner says what it demands, offers, may use and uses', () => {
  expect(V0_API.poolFacts(object('spot', {
    requirements: [{ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot'] }, { key: 'team', operator: 'Exists' }],
    labels: { team: 'batch' },
    taints: [{ key: 'team', value: 'batch', effect: 'NoSchedule' }],
    startupTaints: [{ key: 'cni', effect: 'NoExecute' }],
    limits: { resources: { cpu: 400 } },
    providerRef: { name: 'own' },
  }, { status: { resources: { cpu: '8' } } }))).toEqual({
    name: 'spot',
    requirements: [{ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot'] }, { key: 'team', operator: 'Exists', values: [] }],
    labels: { team: 'batch' },
    taints: [{ key: 'team', value: 'batch', effect: 'NoSchedule' }],
    startupTaints: [{ key: 'cni', effect: 'NoExecute' }],
    limits: { cpu: '400' },
    used: { cpu: '8' },
    nodeClass: 'own',
  });
});

test('a Provisioner without anything demands, offers and bounds nothing', () => {
  expect(V0_API.poolFacts(object('empty'))).toEqual({
    name: 'empty', requirements: [], labels: {}, taints: [], limits: {}, used: {}, nodeClass: 'provider of empty',
  });
});

test('a provider inside of a Provisioner is a node template of its own', () => {
  const old = object('old', { provider: { subnetSelector: { Name: 'private-*' }, amiFamily: 'Bottlerocket' } });
  expect(V0_API.nodeClassFacts([], [old, object('new', { providerRef: { name: 'default' } })])).toEqual([
    expect.objectContaining({ name: V0_API.poolFacts(old).nodeClass, amiFamily: 'Bottlerocket', subnets: [[{ name: 'tag:Name', values: ['private-*'] }]] }),
  ]);
});

test.each([
  ['tags that all must match', { 'karpenter.sh/discovery': 'prod', 'tier': '*' },
    [[{ name: 'tag:karpenter.sh/discovery', values: ['prod'] }, { name: 'tag-key', values: ['tier'] }]]],
  ['ids, parted by commas', { 'aws-ids': 'subnet-1, subnet-2,' }, [[{ name: 'subnet-id', values: ['subnet-1', 'subnet-2'] }]]],
  ['nothing', {}, []],
  ['no selector', undefined, []],
])('a selector of subnets: %s', (_, subnetSelector, subnets) => {
  expect(nodeClass({ subnetSelector }).subnets).toEqual(subnets);
});

test.each([
  ['Karpenter\'s own', undefined, 20],
  ['Karpenter\'s own for Windows', { amiFamily: 'Windows2022' }, 50],
  ['the biggest of its volumes', { blockDeviceMappings: [{ ebs: { volumeSize: '100Gi' } }, { ebs: { volumeSize: '1Ti' } }, {}] }, 1024],
  ['that of an image of the user\'s own, which nobody knows', { amiFamily: 'Custom', amiSelector: {} }, undefined],
  ['that of a launch template, which nobody knows', { launchTemplate: 'own', blockDeviceMappings: [{ ebs: { volumeSize: '100Gi' } }] }, undefined],
])('a node\'s disk is %s', (_, spec, diskGib) => {
  expect(nodeClass(spec).diskGib).toBe(diskGib);
});

test.each([
  [{ amiSelector: { 'aws::ids': 'ami-1' } }, true, false],
  [{ userData: '#!/bin/sh' }, false, true],
  [{ launchTemplate: 'own' }, true, true],
  [undefined, false, false],
])('images and user data of the user\'s own: %j', (spec, ownAmi, userData) => {
  expect(nodeClass(spec)).toMatchObject({ ownAmi, userData });
});

test.each([
  ['the instance that was launched for it', { status: { providerID: 'aws:///us-east-1a/i-1' } }, 'aws:///us-east-1a/i-1'],
  ['the instance that it was made for', { status: { providerID: '' }, metadata: { name: 'm', annotations: { 'karpenter.sh/linked': 'aws:///us-east-1a/i-2' } } },
    'aws:///us-east-1a/i-2'],
  ['none yet', {}, undefined],
])('a Machine has %s', (_, more, id) => {
  expect(V0_API.providerIdOf(object('m', undefined, more))).toBe(id);
});

test('an event names the Machine that a pod was nominated to', () => {
  expect(V0_API.claimNamedBy('Pod should schedule on: machine/default-x7f2p')).toBe('default-x7f2p');
  expect(V0_API.claimNamedBy('Pod should schedule on: node/ip-10-0-1-7.ec2.internal')).toBeUndefined();
});

test('limits are amounts below resources, and what else stands there stays', () => {
  expect(V0_API.amountsOf({ resources: { cpu: '100' } })).toEqual({ cpu: '100' });
  expect(V0_API.amountsOf(null)).toBeUndefined();
  expect(V0_API.limitsWith({ other: 1 }, { cpu: '0' })).toEqual({ other: 1, resources: { cpu: '0' } });
});
