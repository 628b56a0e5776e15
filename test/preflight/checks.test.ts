import { cluster, facts, host, kubernetes, nodegroup, properties, securityGroup, subnet } from './facts';
import { STAGE_CHECKS } from './workloads/stage';
import { findings, PreflightFacts } from '../../src/preflight/checks';
import { PreflightProperties } from '../../src/preflight/contract';
import { KubernetesFacts } from '../../src/preflight/kubernetes-facts';
import { selectedNetwork } from '../../src/preflight/selected-network';
import { judge, report } from '../../src/preflight/verdict';
import { MigrationStage } from '../../src/words/migration-stage';
import { PreflightCheck } from '../../src/words/preflight-check';

interface Case {
  readonly title: string;
  readonly facts?: Partial<PreflightFacts>;
  readonly kubernetes?: Partial<KubernetesFacts>;
  readonly properties?: Partial<PreflightProperties>;
  /** The checks that find something, and what the first message says. */
  readonly finds: PreflightCheck[];
  readonly says?: RegExp;
  readonly severity?: 'error' | 'warning';
}

const ours = { owner: 'Stack/Migration', abandoned: false };
const abandoned = { owner: 'Gone/Migration', abandoned: true };
const foreign = { owner: 'Other/Migration', abandoned: false };
const karpenters = ['karpenter/karpenter'];
const foreignCrd = { name: 'provisioners.karpenter.sh', release: 'crds', releaseNamespace: 'karpenter' };
const objects = ['provisioners.v1alpha5.karpenter.sh/default'];
const C = PreflightCheck;
/** Karpenter 1 on a Kubernetes that it serves. */
const onV1 = (version: string, Al2NodeClasses?: string[]) => ({
  facts: { cluster: cluster({ version }) },
  properties: { Api: 'karpenter.sh/v1', MinimumVersion: '1.26', MaximumVersion: '1.36', Al2NodeClasses },
});

const CASES: Case[] = [
  { title: 'a healthy cluster', finds: [] },

  { title: 'a cluster that is being updated', facts: { cluster: cluster({ status: 'UPDATING' }), kubernetes: undefined }, finds: [C.CLUSTER_ACTIVE], says: /"prod" is UPDATING/ },
  {
    title: 'an API that does not answer',
    facts: { kubernetes: undefined, kubernetesProblem: 'timeout' },
    finds: [C.KUBERNETES_ACCESS],
    says: /cannot be asked: timeout/,
  },

  { title: 'the oldest version', facts: { cluster: cluster({ version: '1.23' }) }, finds: [] },
  { title: 'a version before the oldest', facts: { cluster: cluster({ version: '1.22' }) }, finds: [C.KUBERNETES_VERSION], says: /runs Kubernetes 1\.22.*1\.23 to 1\.27/ },
  { title: 'a version after the newest', facts: { cluster: cluster({ version: '1.28' }) }, finds: [C.KUBERNETES_VERSION] },
  { title: 'a version that would sort before as text', properties: { MinimumVersion: '1.9' }, finds: [] },

  ...(['1.30', '1.32'].map(version => ({ title: `Amazon Linux 2 on Kubernetes ${version}`, ...onV1(version, ['default']), finds: [] }))),
  ...(['1.33', '1.36'].map(version => ({
    title: `Amazon Linux 2 on Kubernetes ${version}`,
    ...onV1(version, ['default', 'gpu']),
    finds: [C.NODE_IMAGES],
    says: /images of Amazon Linux 2 up to 1\.32 only: EC2NodeClass default, gpu would never be ready/,
  }))),
  { title: 'other images on a newer Kubernetes', ...onV1('1.36'), finds: [] },
  {
    title: 'a first deployment that would move something',
    facts: { isCreation: true },
    properties: { Stage: MigrationStage.SCALE_DOWN, Migrates: true },
    finds: [C.FIRST_STAGE],
    says: /must have stage INSTALL, got SCALE_DOWN/,
  },
  { title: 'a first deployment that removes', facts: { isCreation: true }, properties: { Stage: MigrationStage.REMOVED, Migrates: true }, finds: [C.FIRST_STAGE] },
  { title: 'a first deployment that installs', facts: { isCreation: true }, finds: [] },
  { title: 'a question about a stage, of nobody who migrates', facts: { isCreation: true }, properties: { Stage: MigrationStage.SCALE_DOWN }, finds: [] },
  { title: 'a later deployment', properties: { Stage: MigrationStage.SCALE_DOWN, Migrates: true }, finds: [] },

  { title: 'a generation as before', facts: { formerApi: 'karpenter.sh/v1alpha5' }, finds: [] },
  {
    title: 'another generation than before',
    facts: { formerApi: 'karpenter.sh/v1' },
    finds: [C.KARPENTER_GENERATION],
    says: /runs a Karpenter with NodePools, of KarpenterRelease\.v1, and `release` is KarpenterRelease\.v0, whose Karpenter knows only Provisioners/,
  },
  {
    title: 'an abandoned migration of another generation',
    kubernetes: { claim: abandoned, otherApis: ['karpenter.sh/v1'] },
    properties: { TakeOver: true },
    finds: [C.KARPENTER_GENERATION],
  },
  { title: 'our own claim beside objects of another generation', kubernetes: { claim: ours, otherApis: ['karpenter.sh/v1'] }, finds: [C.KARPENTER_GENERATION] },
  { title: 'objects of another generation that are nobody\'s', kubernetes: { otherApis: ['karpenter.sh/v1'] }, finds: [] },
  {
    title: 'objects of another generation beside a migration that keeps its own',
    facts: { formerApi: 'karpenter.sh/v1alpha5' },
    kubernetes: { claim: ours, otherApis: ['karpenter.sh/v1'] },
    finds: [],
  },

  { title: 'an issuer given with its scheme', properties: { Issuer: 'https://oidc.eks.us-east-1.amazonaws.com/id/ABC' }, finds: [] },
  { title: 'an issuer of another cluster', properties: { Issuer: 'oidc.eks.us-east-1.amazonaws.com/id/XYZ' }, finds: [C.OIDC_ISSUER], says: /XYZ.*ABC/ },
  { title: 'a cluster without an issuer', facts: { cluster: cluster({ issuer: undefined }) }, finds: [C.OIDC_ISSUER], says: /has no OIDC issuer/ },

  { title: 'no managed node group', facts: { cluster: cluster({ nodegroups: [] }) }, finds: [C.NODEGROUPS], says: /has no managed node group/ },
  { title: 'a named node group', properties: { Nodegroups: ['system'] }, finds: [] },
  { title: 'a node group that does not exist', properties: { Nodegroups: ['system', 'nope'] }, finds: [C.NODEGROUPS], says: /node group nope .*it has apps, system/ },
  {
    title: 'a target for a node group that does not exist',
    properties: { TargetNodegroups: ['apps', 'app'] },
    finds: [C.NODEGROUPS],
    says: /there is a target for app, and the node groups of the migration are apps, system/,
  },
  { title: 'targets for node groups that exist', properties: { TargetNodegroups: ['apps', 'system'] }, finds: [] },
  { title: 'a target for a node group that does not take part', properties: { Nodegroups: ['system'], TargetNodegroups: ['apps'] }, finds: [C.NODEGROUPS] },
  { title: 'a host node group that does not exist', properties: { HostNodegroups: ['nope', 'system'] }, finds: [C.NODEGROUPS] },

  {
    title: 'launch templates that name no security group',
    facts: { cluster: cluster({ nodegroups: [nodegroup('system')] }) },
    properties: { SecurityGroupSource: 'launchTemplates' },
    finds: [C.NETWORK_SELECTION],
    says: /no launch template/,
  },
  { title: 'launch templates of which one does', properties: { SecurityGroupSource: 'launchTemplates' }, finds: [] },
  { title: 'node groups without a subnet', facts: { cluster: cluster({ nodegroups: [nodegroup('system', { subnetIds: [] })] }) }, finds: [C.NETWORK_SELECTION] },

  { title: 'one node with room', kubernetes: { hosts: [host('node-1')] }, finds: [C.HOST_CAPACITY], says: /need 2 nodes .* there is 1/ },
  { title: 'no node at all', kubernetes: { hosts: [] }, finds: [C.HOST_CAPACITY], says: /there are 0 \(no node at all\)/ },
  { title: 'a second node with too little cpu', kubernetes: { hosts: [host('node-1'), host('node-2', { freeCpu: 0.999 })] }, finds: [C.HOST_CAPACITY], says: /node-2: 0\.999 cpu/ },
  { title: 'a second node with too little memory', kubernetes: { hosts: [host('node-1'), host('node-2', { freeMemory: 2 ** 30 - 1 })] }, finds: [C.HOST_CAPACITY], says: /1023Mi free/ },
  { title: 'a second node with its pods full', kubernetes: { hosts: [host('node-1'), host('node-2', { freePods: 0 })] }, finds: [C.HOST_CAPACITY], says: /node-2: no pod more/ },
  { title: 'a second node that is tainted', kubernetes: { hosts: [host('node-1'), host('node-2', { obstacle: 'taint a=b:NoSchedule' })] }, finds: [C.HOST_CAPACITY], says: /node-2: taint a=b:NoSchedule/ },
  { title: 'room outside of the host node groups', properties: { HostNodegroups: ['apps'] }, finds: [C.HOST_CAPACITY], says: /node groups apps,/ },
  { title: 'room in the host node groups', properties: { Nodegroups: ['apps'], HostNodegroups: ['system'] }, finds: [] },
  { title: 'one node for a single replica', kubernetes: { hosts: [host('node-1')] }, properties: { Replicas: 1 }, finds: [] },

  { title: 'room in one zone', kubernetes: { hosts: [host('node-1', { zone: 'a' }), host('node-2', { zone: 'a' })] }, properties: { SpreadOverZones: true }, finds: [] },
  { title: 'room in two zones', kubernetes: { hosts: [host('node-1', { zone: 'a' }), host('node-2', { zone: 'b' })] }, properties: { SpreadOverZones: true }, finds: [] },
  {
    title: 'room in one of two zones, with a hard spread',
    kubernetes: { hosts: [host('node-1', { zone: 'a' }), host('node-2', { zone: 'a' }), host('node-3', { zone: 'b', freeCpu: 0 })] },
    properties: { SpreadOverZones: true },
    finds: [C.HOST_CAPACITY],
    says: /need 2 nodes .* there are 2, all of them in zone a: the chart wants replicas spread over the zones of these node groups \(node-3: 0 cpu/,
  },
  {
    title: 'room in one of two zones, with a soft spread',
    kubernetes: { hosts: [host('node-1', { zone: 'a' }), host('node-2', { zone: 'a' }), host('node-3', { zone: 'b', freeCpu: 0 })] },
    finds: [],
  },
  {
    title: 'a zone of another node group, which does not count',
    kubernetes: { hosts: [host('node-1', { zone: 'a' }), host('node-2', { zone: 'a' }), host('node-3', { zone: 'b', nodegroup: 'apps', freeCpu: 0 })] },
    properties: { SpreadOverZones: true, HostNodegroups: ['system'] },
    finds: [],
  },

  { title: 'our value of the discovery tag', facts: { subnets: [subnet('subnet-a', { tags: { 'karpenter.sh/discovery': 'prod' } })] }, finds: [] },
  {
    title: 'a foreign value on a subnet',
    facts: { subnets: [subnet('subnet-a', { tags: { 'karpenter.sh/discovery': 'test' } })] },
    finds: [C.DISCOVERY_TAG],
    says: /subnet-a carries "test"/,
  },
  {
    title: 'EKS Auto Mode',
    facts: { cluster: cluster({ autoMode: true }) },
    finds: [C.AUTO_MODE],
    severity: 'error',
    says: /^cluster "prod" has EKS Auto Mode enabled: EKS runs a Karpenter of its own there/,
  },

  { title: 'a foreign value on a security group', facts: { securityGroups: [securityGroup('sg-apps', { 'karpenter.sh/discovery': 'test' })] }, finds: [C.DISCOVERY_TAG] },
  { title: 'an empty value', facts: { subnets: [subnet('subnet-a', { tags: { 'karpenter.sh/discovery': '' } })] }, finds: [C.DISCOVERY_TAG] },
  {
    title: 'a foreign value where nothing is tagged',
    facts: { subnets: [subnet('subnet-a', { tags: { 'karpenter.sh/discovery': 'test' } })] },
    properties: { TagKey: undefined },
    finds: [],
  },

  {
    title: 'two security groups with the cluster\'s tag',
    facts: { securityGroups: ['sg-1', 'sg-2'].map(id => securityGroup(id, { 'kubernetes.io/cluster/prod': 'owned' })) },
    finds: [C.CLUSTER_SECURITY_GROUPS],
    says: /sg-1, sg-2/,
  },
  {
    title: 'a second one with another cluster\'s tag',
    facts: { securityGroups: [securityGroup('sg-1', { 'kubernetes.io/cluster/prod': 'owned' }), securityGroup('sg-2', { 'kubernetes.io/cluster/test': 'owned' })] },
    finds: [],
  },

  { title: 'an aws-auth that cannot be parsed', kubernetes: { awsAuthProblem: 'mapRoles: not a list' }, finds: [C.AWS_AUTH], says: /mapRoles: not a list/ },
  {
    title: 'an aws-auth that is read in parts',
    kubernetes: { awsAuthDamage: 'mapRoles: entry 2 has no rolearn' },
    finds: [C.AWS_AUTH],
    severity: 'warning',
    says: /without a part of it: mapRoles: entry 2 has no rolearn/,
  },
  { title: 'the same where it is not used', kubernetes: { awsAuthProblem: 'mapRoles: not a list', awsAuthDamage: 'x' }, properties: { NodeAccess: 'unmanaged' }, finds: [] },
  { title: 'mode API with aws-auth', facts: { cluster: cluster({ authenticationMode: 'API' }) }, finds: [C.AUTHENTICATION_MODE], says: /mode is API: it ignores/ },
  { title: 'mode API without aws-auth', facts: { cluster: cluster({ authenticationMode: 'API' }) }, properties: { NodeAccess: 'unmanaged' }, finds: [] },
  { title: 'mode API with either of both', facts: { cluster: cluster({ authenticationMode: 'API' }) }, properties: { NodeAccess: 'auto' }, finds: [] },
  { title: 'mode API with an access entry', facts: { cluster: cluster({ authenticationMode: 'API' }) }, properties: { NodeAccess: 'access-entry' }, finds: [] },
  {
    title: 'mode CONFIG_MAP with an access entry',
    properties: { NodeAccess: 'access-entry' },
    finds: [C.AUTHENTICATION_MODE],
    says: /mode is CONFIG_MAP: it takes no access entries/,
  },
  { title: 'mode CONFIG_MAP with either of both', properties: { NodeAccess: 'auto' }, finds: [] },
  {
    title: 'an aws-auth that a CDK stack applies as a whole',
    kubernetes: { awsAuthLabel: 'aws.cdk.eks/prune-c8abc' },
    finds: [C.AWS_AUTH_OWNER],
    says: /label "aws\.cdk\.eks\/prune-c8abc".*takes the entry of Karpenter's nodes away/,
  },
  { title: 'such an aws-auth, in which the app that makes the cluster lists the role', kubernetes: { awsAuthLabel: 'x' }, properties: { ListsNodeRole: true }, finds: [] },
  { title: 'such an aws-auth, where nodes are let in elsewhere', kubernetes: { awsAuthLabel: 'x' }, properties: { NodeAccess: 'unmanaged' }, finds: [] },
  {
    title: 'such an aws-auth, where an access entry lets nodes in',
    facts: { cluster: cluster({ authenticationMode: 'API_AND_CONFIG_MAP' }) },
    kubernetes: { awsAuthLabel: 'x' },
    properties: { NodeAccess: 'auto' },
    finds: [],
  },
  { title: 'an aws-auth that cannot be parsed, where auto needs it', kubernetes: { awsAuthProblem: 'x' }, properties: { NodeAccess: 'auto' }, finds: [C.AWS_AUTH] },
  {
    title: 'the same where an access entry takes its place',
    facts: { cluster: cluster({ authenticationMode: 'API_AND_CONFIG_MAP' }) },
    kubernetes: { awsAuthProblem: 'x' },
    properties: { NodeAccess: 'auto' },
    finds: [],
  },
  { title: 'both modes', facts: { cluster: cluster({ authenticationMode: 'API_AND_CONFIG_MAP' }) }, finds: [] },

  { title: 'a Karpenter of somebody else', kubernetes: { karpenters }, finds: [C.OTHER_KARPENTER], says: /Deployment karpenter\/karpenter/ },
  { title: 'a Karpenter under a foreign claim', kubernetes: { karpenters, claim: foreign }, finds: [C.OTHER_KARPENTER], says: /claimed by "Other\/Migration"/ },
  { title: 'CRDs of another release', kubernetes: { crds: [foreignCrd] }, finds: [C.OTHER_CRDS], says: /release karpenter\/crds/ },
  { title: 'CRDs of our release in another namespace', kubernetes: { crds: [{ ...foreignCrd, release: 'karpenter-crd', releaseNamespace: 'karpenter' }] }, finds: [C.OTHER_CRDS] },
  { title: 'CRDs that Helm does not own', kubernetes: { crds: [{ name: 'provisioners.karpenter.sh' }] }, finds: [C.OTHER_CRDS], says: /not of Helm/ },
  { title: 'CRDs that an earlier migration left', kubernetes: { crds: [{ ...foreignCrd, release: 'karpenter-crd', releaseNamespace: 'kube-system' }] }, finds: [] },
  { title: 'a Provisioner of our name', kubernetes: { objects }, finds: [C.OTHER_OBJECTS], says: /provisioners\.v1alpha5\.karpenter\.sh\/default/ },
  { title: 'all of that under our claim', kubernetes: { karpenters, crds: [foreignCrd], objects, claim: ours }, finds: [] },
  { title: 'all of that under an abandoned claim', kubernetes: { karpenters, crds: [foreignCrd], objects, claim: abandoned }, finds: [C.ABANDONED_MIGRATION], says: /"Gone\/Migration" was destroyed without stage REMOVED/ },
  { title: 'an abandoned claim that is taken over', kubernetes: { karpenters, crds: [foreignCrd], objects, claim: abandoned }, properties: { TakeOver: true }, finds: [] },
  {
    title: 'all of that under the claim of the owner before an update',
    facts: { formerOwner: 'Other/Migration', kubernetes: kubernetes({ karpenters, crds: [foreignCrd], objects, claim: foreign }) },
    finds: [],
  },
  {
    title: 'all of that under a foreign claim',
    kubernetes: { karpenters, crds: [foreignCrd], objects, claim: foreign },
    finds: [C.OTHER_KARPENTER, C.OTHER_CRDS, C.OTHER_OBJECTS],
  },

  {
    title: 'all of that where the claim of a migration that is deployed was deleted',
    facts: { formerOwner: 'Stack/Migration', formerObjects: objects, kubernetes: kubernetes({ karpenters, crds: [foreignCrd], objects }) },
    finds: [],
  },
  {
    title: 'an object of a name that a migration did not have before, which somebody else has made',
    facts: { formerOwner: 'Stack/Migration', formerObjects: ['provisioners.v1alpha5.karpenter.sh/other'], kubernetes: kubernetes({ objects, claim: ours }) },
    finds: [C.OTHER_OBJECTS],
  },
  {
    title: 'an object of a name that a migration has again',
    facts: { formerOwner: 'Stack/Migration', formerObjects: [], kubernetes: kubernetes({ migratedObjects: objects, claim: ours }) },
    finds: [],
  },
  {
    title: 'what a migration has left, without its claim, before a first deployment',
    facts: { isCreation: true, kubernetes: kubernetes({ karpenters, crds: [foreignCrd], migratedObjects: objects }) },
    finds: [C.ABANDONED_MIGRATION],
    says: /has left provisioners\.v1alpha5\.karpenter\.sh\/default, and the claim .* was deleted/,
  },
  {
    title: 'the same, taken over',
    facts: { isCreation: true, kubernetes: kubernetes({ karpenters, crds: [foreignCrd], migratedObjects: objects }) },
    properties: { TakeOver: true },
    finds: [],
  },
  { title: 'objects of a migration that somebody else claims', kubernetes: { migratedObjects: objects, claim: foreign }, finds: [C.OTHER_OBJECTS] },

  { title: 'a subnet with 16 addresses', facts: { subnets: [subnet('subnet-a', { availableAddresses: 16 })] }, finds: [] },
  { title: 'a subnet with 15 addresses', facts: { subnets: [subnet('subnet-a', { availableAddresses: 15 })] }, finds: [C.SUBNET_ADDRESSES], severity: 'warning', says: /subnet-a \(us-east-1a\): 15/ },
  { title: 'a subnet without addresses', facts: { subnets: [subnet('subnet-a', { availableAddresses: 0 })] }, finds: [C.SUBNET_ADDRESSES], severity: 'error' },

  { title: 'a node termination handler', kubernetes: { terminationHandlers: ['DaemonSet kube-system/nth'] }, finds: [C.TERMINATION_HANDLER], severity: 'warning', says: /DaemonSet kube-system\/nth/ },
];

test.each(CASES)('$title: $finds', ({ facts: changes, kubernetes: api, properties: props, finds, says, severity }) => {
  const known = facts({ ...api ? { kubernetes: kubernetes(api) } : {}, ...changes });
  const found = findings(known, properties(props));
  expect(found.map(finding => finding.check)).toEqual(finds);
  for (const finding of found) {
    expect(finding.severity).toBe(severity ?? 'error');
    expect(finding.remedy).not.toBe('');
  }
  if (says) {
    expect(found[0].message).toMatch(says);
  }
});

test('every check finds something in some case and nothing in another', () => {
  const finding = new Set(CASES.flatMap(one => one.finds));
  // The scope of the autoscaler is found by the step that scales it.
  const elsewhere = [...STAGE_CHECKS, PreflightCheck.AUTOSCALER_SCOPE];
  expect([...finding].sort()).toEqual(Object.values(PreflightCheck).filter(check => !elsewhere.includes(check)).sort());
});

test('every broken assumption is in the one error, with remedy and name', () => {
  const found = findings(facts({ cluster: cluster({ version: '1.30', nodegroups: [], authenticationMode: 'API' }) }), properties());
  const message = report(judge(found, []).errors);
  expect(message).toMatch(/^nothing was changed: KUBERNETES_VERSION, NODEGROUPS, AUTHENTICATION_MODE do not hold/);
  expect(message).toMatch(/\n1\. KUBERNETES_VERSION: .*\n2\. NODEGROUPS: .*\n3\. AUTHENTICATION_MODE: .*$/);
});

test('only what can be accepted is offered to be accepted', () => {
  const never = findings(facts({ formerApi: 'karpenter.sh/v1' }), properties());
  expect(report(judge(never, []).errors)).not.toContain('acceptedRisks');
  const both = findings(facts({ formerApi: 'karpenter.sh/v1', cluster: cluster({ authenticationMode: 'API' }) }), properties());
  expect(report(judge(both, []).errors)).toMatch(/^nothing was changed: KARPENTER_GENERATION, AUTHENTICATION_MODE do not hold; .* or name what you accept in `acceptedRisks`\n/);
});

test('an accepted finding stops nothing and stays visible', () => {
  const found = findings(facts({ cluster: cluster({ version: '1.30', authenticationMode: 'API' }) }), properties());
  const verdict = judge(found, [PreflightCheck.KUBERNETES_VERSION]);
  expect(verdict.errors.map(finding => finding.check)).toEqual([PreflightCheck.AUTHENTICATION_MODE]);
  expect(verdict.accepted.map(finding => finding.check)).toEqual([PreflightCheck.KUBERNETES_VERSION]);
});

const remediesOf = (changes: Partial<PreflightFacts>, of: Partial<PreflightProperties>, check: PreflightCheck) =>
  findings(facts(changes), properties(of)).filter(finding => finding.check === check).map(({ remedy }) => remedy);

const V1 = { Api: 'karpenter.sh/v1', MinimumVersion: '1.26', MaximumVersion: '1.36' };

test.each<[string, Partial<PreflightProperties>, string]>([
  ['1.34', {}, 'Kubernetes 1.34 needs `release: KarpenterRelease.v1()`'],
  ['1.28', {}, 'Kubernetes 1.28 needs `release: KarpenterRelease.v0({ version: \'0.31.4\' })`'],
  ['1.37', V1, 'Kubernetes 1.37 needs `release: KarpenterRelease.v1({ version: \'1.15.1\' })`'],
  ['1.24', V1, 'Kubernetes 1.24 needs `release: KarpenterRelease.v0()`'],
  ['1.50', V1, 'this version of the library knows no `release` that serves it: use a newer library'],
])('on Kubernetes %s the remedy names the release to set', (version, of, remedy) => {
  expect(remediesOf({ cluster: cluster({ version }) }, of, C.KUBERNETES_VERSION)).toEqual([remedy]);
});

test('a change of the generation is refused with upstream\'s way, and cannot be accepted, not even to remove', () => {
  const remedies = (formerApi: string, Api: string) => remediesOf({ formerApi, cluster: cluster({ version: '1.26' }) }, { ...V1, Api }, C.KARPENTER_GENERATION);
  const [forwards] = remedies('karpenter.sh/v1alpha5', 'karpenter.sh/v1');
  expect(forwards).toMatch(/^set `release` to KarpenterRelease\.v0 again; to change, deploy stage REMOVED with it, destroy the stack and deploy anew\./);
  expect(forwards).toMatch(/upgraded as upstream does it: Karpenter 0\.32, .*v1beta1-migration.*1\.0 \(https:\/\/karpenter\.sh\/v1\.0\/upgrading\/v1-migration\/\)/);
  expect(remedies('karpenter.sh/v1', 'karpenter.sh/v1alpha5')[0]).toMatch(/KarpenterRelease\.v1 again.*no way back to Provisioners/);
  const found = findings(facts({ formerApi: 'karpenter.sh/v1' }), properties());
  expect(judge(found, Object.values(PreflightCheck)).errors.map(({ check }) => check)).toEqual([C.KARPENTER_GENERATION]);
});

test('a cluster of a version that is none is a plain error', () => {
  expect(() => findings(facts({ cluster: cluster({ version: 'latest' }) }), properties())).toThrow('"latest" is not a Kubernetes version');
});

test('the first stage cannot be accepted, not even by a removal, which accepts all it can', () => {
  const found = findings(facts({ isCreation: true }), properties({ Stage: MigrationStage.REMOVED, Migrates: true }));
  expect(judge(found, Object.values(PreflightCheck)).errors.map(({ check }) => check)).toEqual([C.FIRST_STAGE]);
});

test.each([
  ['nodegroups', undefined, ['sg-apps', 'sg-cluster']],
  ['nodegroups', ['apps'], ['sg-apps']],
  ['cluster', undefined, ['sg-cluster']],
  ['launchTemplates', undefined, ['sg-apps']],
  ['ids', undefined, ['sg-given']],
] as const)('security groups from %s of %s are %s', (source, names, expected) => {
  const props = properties({ SecurityGroupSource: source, Nodegroups: names, SecurityGroupIds: source === 'ids' ? ['sg-given'] : undefined });
  expect(selectedNetwork(cluster(), props).securityGroupIds).toEqual(expected);
});

test('subnets are those of the migration\'s node groups, or the given ones', () => {
  const known = cluster({ nodegroups: [nodegroup('apps', { subnetIds: ['subnet-c'] }), nodegroup('system')] });
  expect(selectedNetwork(known, properties()).subnetIds).toEqual(['subnet-a', 'subnet-b', 'subnet-c']);
  expect(selectedNetwork(known, properties({ Nodegroups: ['apps'] })).subnetIds).toEqual(['subnet-c']);
  expect(selectedNetwork(known, properties({ SubnetIds: ['subnet-x'] })).subnetIds).toEqual(['subnet-x']);
});
