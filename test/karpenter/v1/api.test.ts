import { ApiObject } from '../../../src/karpenter/api/karpenter-api';
import { isRestrictedInAffinity, requirementsOf, unmetKey } from '../../../src/karpenter/api/requirements';
import { V1_API } from '../../../src/karpenter/v1/api';

const object = (name: string, spec?: object, more: object = {}): ApiObject => ({ metadata: { name }, spec, ...more }) as ApiObject;
const nodeClass = (spec?: object) => V1_API.nodeClassFacts([object('default', spec)], [])[0];
const reference = (group: string, name = 'default') => ({ nodeClassRef: { group, kind: 'Whatever', name } });

test('a NodePool says what it demands, offers, may use and uses', () => {
  expect(V1_API.poolFacts(object('spot', {
    template: {
      metadata: { labels: { team: 'batch' } },
      spec: {
        ...reference('karpenter.k8s.aws', 'own'),
        requirements: [{ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot'], minValues: 1 }, { key: 'team', operator: 'Exists' }],
        taints: [{ key: 'team', value: 'batch', effect: 'NoSchedule' }],
        startupTaints: [{ key: 'cni', effect: 'NoExecute' }],
      },
    },
    limits: { cpu: 400 },
  }, { status: { resources: { cpu: '8', nodes: '2' } } }))).toEqual({
    name: 'spot',
    requirements: [{ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot'] }, { key: 'team', operator: 'Exists', values: [] }],
    labels: { team: 'batch' },
    taints: [{ key: 'team', value: 'batch', effect: 'NoSchedule' }],
    startupTaints: [{ key: 'cni', effect: 'NoExecute' }],
    limits: { cpu: '400' },
    used: { cpu: '8', nodes: '2' },
    nodeClass: 'own',
  });
});

test('a NodePool without anything demands, offers and bounds nothing', () => {
  expect(V1_API.poolFacts(object('empty'))).toEqual({ name: 'empty', requirements: [], labels: {}, taints: [], limits: {}, used: {}, nodeClass: '' });
});

test('a NodePool of a fixed size says so, even if that is zero', () => {
  expect(V1_API.poolFacts(object('fixed', { replicas: 0 })).replicas).toBe(0);
});

test.each<[string, object, boolean]>([
  ['a NodePool of Karpenter', { template: { spec: reference('karpenter.k8s.aws') } }, true],
  ['a NodePool of EKS Auto Mode', { template: { spec: reference('eks.amazonaws.com') } }, false],
  ['a NodeClaim of Karpenter', reference('karpenter.k8s.aws'), true],
  ['a NodeClaim of EKS Auto Mode', reference('eks.amazonaws.com'), false],
  ['an object without a reference', {}, false],
])('%s is its own or not', (_name, spec, isOwn) => {
  expect(V1_API.isOfKarpenter(object('one', spec))).toBe(isOwn);
});

test.each([
  ['tags that all must match', [{ tags: { 'karpenter.sh/discovery': 'prod', 'tier': '*' } }],
    [[{ name: 'tag:karpenter.sh/discovery', values: ['prod'] }, { name: 'tag-key', values: ['tier'] }]]],
  ['a comma is part of a value', [{ tags: { tier: 'a,b' } }], [[{ name: 'tag:tier', values: ['a,b'] }]]],
  ['any of several terms', [{ id: 'subnet-1' }, { tags: { tier: 'a' } }], [[{ name: 'subnet-id', values: ['subnet-1'] }], [{ name: 'tag:tier', values: ['a'] }]]],
  ['no terms', undefined, []],
])('a selector of subnets: %s', (_, subnetSelectorTerms, subnets) => {
  expect(nodeClass({ subnetSelectorTerms }).subnets).toEqual(subnets);
});

test.each([
  ['al2@latest', undefined, 'AL2', 20],
  ['al2023@v20260801', undefined, 'AL2023', 20],
  ['al2023@latest', 'AL2023', 'AL2023', 20],
  ['bottlerocket@1.50.0', undefined, 'Bottlerocket', 20],
  ['windows2019@latest', undefined, 'Windows2019', 50],
  ['windows2022@latest', undefined, 'Windows2022', 50],
  ['windows2025@latest', undefined, 'Windows2025', 50],
  ['al2023@latest', 'Custom', 'Custom', undefined],
])('an alias names Karpenter\'s own image: %s with family %s', (alias, family, amiFamily, diskGib) => {
  const facts = nodeClass({ amiFamily: family, amiSelectorTerms: [{ alias }] });
  expect([facts.amiFamily, facts.diskGib, facts.ownAmi]).toEqual([amiFamily, diskGib, false]);
});

test.each([
  ['an id', { amiFamily: 'AL2023', amiSelectorTerms: [{ id: 'ami-1' }] }, 'AL2023', 20],
  ['tags', { amiFamily: 'Custom', amiSelectorTerms: [{ tags: { a: 'b' } }] }, 'Custom', undefined],
  ['an SSM parameter', { amiFamily: 'Bottlerocket', amiSelectorTerms: [{ ssmParameter: '/mine' }] }, 'Bottlerocket', 20],
])('an image of the user\'s own is selected by %s', (_name, spec, amiFamily, diskGib) => {
  const facts = nodeClass(spec);
  expect([facts.amiFamily, facts.diskGib, facts.ownAmi]).toEqual([amiFamily, diskGib, true]);
});

test.each([
  ['the biggest of its volumes', { blockDeviceMappings: [{ ebs: { volumeSize: '100Gi' } }, { ebs: { volumeSize: '1Ti' } }, {}] }, 1024],
  ['that of the volumes also with an image of the user\'s own', { amiFamily: 'Custom', blockDeviceMappings: [{ ebs: { volumeSize: '8Gi' } }] }, 8],
])('a node\'s disk is %s', (_, spec, diskGib) => {
  expect(nodeClass(spec).diskGib).toBe(diskGib);
});

test.each([[{ userData: '#!/bin/sh' }, true], [{}, false]])('user data of the user\'s own: %j', (spec, userData) => {
  expect(nodeClass(spec).userData).toBe(userData);
});

test.each([
  ['the instance that was launched for it', { status: { providerID: 'aws:///us-east-1a/i-1' } }, 'aws:///us-east-1a/i-1'],
  ['none yet', { status: { providerID: '' } }, undefined],
  ['none without a status', {}, undefined],
])('a NodeClaim has %s', (_, more, id) => {
  expect(V1_API.providerIdOf(object('c', undefined, more))).toBe(id);
});

test.each([
  ['Pod should schedule on: nodeclaim/default-x7f2p', 'default-x7f2p'],
  ['Pod should schedule on: nodeclaim/default-x7f2p, node/ip-10-0-1-7.ec2.internal', 'default-x7f2p'],
  ['Pod should schedule on: node/ip-10-0-1-7.ec2.internal', undefined],
])('an event names the NodeClaim that a pod was nominated to: %s', (message, claim) => {
  expect(V1_API.claimNamedBy(message)).toBe(claim);
});

test('limits are amounts themselves', () => {
  expect(V1_API.amountsOf({ cpu: '100' })).toEqual({ cpu: '100' });
  expect(V1_API.amountsOf(null)).toBeUndefined();
  expect(V1_API.limitsWith({ memory: '1Ti' }, { cpu: '0' })).toEqual({ cpu: '0' });
});

test.each([[{}, 'cpu'], [{ replicas: 2 }, 'nodes'], [{ replicas: 0 }, 'nodes']])('launches of a NodePool with %j stop by its limit of %s', (spec, resource) => {
  expect(V1_API.limitedBy(object('one', spec))).toBe(resource);
});

test.each([
  ['topology.kubernetes.io/zone', true],
  ['topology.k8s.aws/zone-id', true],
  ['karpenter.k8s.aws/instance-cpu-manufacturer', true],
  ['karpenter.k8s.aws/capacity-reservation-id', true],
  ['karpenter.k8s.aws/placement-group-partition', true],
  ['karpenter.k8s.aws/ec2nodeclass', true],
  ['karpenter.sh/nodepool', true],
  // Only Karpenter 0.29 to 0.31 knows it.
  ['karpenter.k8s.aws/instance-pods', false],
  ['team', false],
])('the values of label %s are known without being told: %s', (key, known) => {
  const demand = requirementsOf([{ key, operator: 'In', values: ['x'] }]);
  expect(unmetKey(requirementsOf([]), demand, V1_API) === undefined).toBe(known);
});

test.each([
  ['karpenter.sh/own', true],
  ['karpenter.k8s.aws/own', true],
  ['kubernetes.io/hostname', true],
  ['node-role.kubernetes.io/worker', false],
  ['own.k8s.io/thing', false],
  ['karpenter.k8s.aws/instance-family', false],
])('label %s in an affinity keeps Karpenter from making nodes: %s', (key, restricted) => {
  expect(isRestrictedInAffinity(key, V1_API)).toBe(restricted);
});

test('instances and launch templates are found by cluster and NodePool', () => {
  const tags = [{ key: 'eks:eks-cluster-name', value: 'prod' }, { key: 'karpenter.sh/nodepool' }];
  expect(V1_API.instanceTags('prod')).toEqual(expect.arrayContaining(tags));
  expect(V1_API.launchTemplateTags('prod')).toEqual(expect.arrayContaining(tags));
});

test('the instances of a node class are its role, or what is in its profile', () => {
  expect(nodeClass({ role: 'nodes' }).identity).toEqual({ role: 'nodes' });
  expect(nodeClass({ instanceProfile: 'profile' }).identity).toEqual({ instanceProfile: 'profile' });
});
