import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { ACCOUNT, controllerCalls, ec2, NODE_ROLE, read, REGION, Row } from './controller-calls';
import { isAllowed } from './evaluate';
import { rendered } from './rendered';
import { importCluster } from './stack';
import { ControllerPolicy } from '../../src/iam/controller-policy';
import { ControllerRole, ControllerRoleOptions } from '../../src/iam/controller-role';
import { KarpenterRelease } from '../../src/karpenter/karpenter-release';
import { KarpenterReleaseV1Options } from '../../src/karpenter/v1/release-options';

const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:interruptions`;
const PROFILE = `arn:aws:iam::${ACCOUNT}:instance-profile/karpenter/${REGION}/prod/uid/profile`;

const CALLS = controllerCalls({
  owner: 'karpenter.sh/nodepool',
  cluster: 'eks:eks-cluster-name',
  imageParameter: '/aws/service/eks/optimized-ami/1.34/amazon-linux-2023/x86_64/standard/recommended/image_id',
});
const { requestTags, resourceTags, bothResourceTags } = CALLS;
const profileRequest = (cluster: string, region = REGION) => ({
  [`aws:RequestTag/kubernetes.io/cluster/${cluster}`]: 'owned',
  'aws:RequestTag/eks:eks-cluster-name': cluster,
  'aws:RequestTag/topology.kubernetes.io/region': region,
  'aws:RequestTag/karpenter.k8s.aws/ec2nodeclass': 'default',
});
const profileTags = (cluster: string, region = REGION) => ({
  [`aws:ResourceTag/kubernetes.io/cluster/${cluster}`]: 'owned',
  'aws:ResourceTag/topology.kubernetes.io/region': region,
  'aws:ResourceTag/karpenter.k8s.aws/ec2nodeclass': 'default',
});
const registration = (cluster: string, ...more: string[]) => ({
  ...resourceTags(cluster),
  'aws:RequestTag/karpenter.sh/nodeclaim': 'default-1',
  'aws:RequestTag/Name': 'ip-10-0-0-1',
  'aws:TagKeys': ['karpenter.sh/nodeclaim', 'Name', ...more],
});

/** Every AWS call in the source of Karpenter 1.14 that a migration's NodePools can lead to, on each resource that IAM checks. */
function callsOfTheController(cluster: string): Row[] {
  return [
    ...CALLS.allowed(cluster),
    read('DescribeInstanceStatus'),
    ...['ec2:RunInstances', 'ec2:CreateFleet'].map((action): Row =>
      [`${action} with a launch template`, { action, resource: ec2('launch-template', 'lt-1'), context: resourceTags(cluster) }]),
    CALLS.tagging('spot-instances-request', 'RunInstances', cluster),
    ['RunInstances of a tagged Spot request', { action: 'ec2:RunInstances', resource: ec2('spot-instances-request'), context: requestTags(cluster) }],
    ['the name of a node for its instance', { action: 'ec2:CreateTags', resource: ec2('instance', 'i-1'), context: registration(cluster) }],
    ['the cluster\'s name for an older instance', {
      action: 'ec2:CreateTags',
      resource: ec2('instance', 'i-1'),
      context: { ...registration(cluster, 'eks:eks-cluster-name'), 'aws:RequestTag/eks:eks-cluster-name': cluster },
    }],
    ['CreateInstanceProfile', { action: 'iam:CreateInstanceProfile', resource: PROFILE, context: profileRequest(cluster) }],
    ['TagInstanceProfile', { action: 'iam:TagInstanceProfile', resource: PROFILE, context: { ...profileRequest(cluster), ...profileTags(cluster) } }],
    ...['AddRoleTo', 'RemoveRoleFrom', 'Delete'].map((name): Row =>
      [`${name}InstanceProfile`, { action: `iam:${name}InstanceProfile`, resource: PROFILE, context: profileTags(cluster) }]),
    ['GetInstanceProfile', { action: 'iam:GetInstanceProfile', resource: PROFILE, context: profileTags(cluster) }],
    ['ListInstanceProfiles', { action: 'iam:ListInstanceProfiles', resource: '*' }],
    ...['DeleteMessage', 'GetQueueUrl', 'ReceiveMessage'].map((name): Row => [name, { action: `sqs:${name}`, resource: QUEUE }]),
  ];
}

/** What NodePools that name them lead to, and the guide does not think of. */
const ofScopedOnly: Row[] = [
  ['DescribeCapacityReservations', { action: 'ec2:DescribeCapacityReservations', resource: '*', context: { 'aws:RequestedRegion': REGION } }],
  ['DescribePlacementGroups', { action: 'ec2:DescribePlacementGroups', resource: '*', context: { 'aws:RequestedRegion': REGION } }],
  ['a look at zonal shifts', {
    action: 'arc-zonal-shift:GetManagedResource',
    resource: `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/prod`,
    context: { 'arc-zonal-shift:ResourceIdentifier': `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/prod` },
  }],
];

const deniedByBoth: Row[] = [
  ...CALLS.deniedByBoth,
  ['restarting instances, before 1.15', { action: 'ec2:RebootInstances', resource: ec2('instance', 'i-1'), context: bothResourceTags('prod') }],
  ['a profile without tags', { action: 'iam:CreateInstanceProfile', resource: PROFILE }],
  ['a profile of another cluster', { action: 'iam:CreateInstanceProfile', resource: PROFILE, context: profileRequest('other') }],
  ['a profile for another region', { action: 'iam:CreateInstanceProfile', resource: PROFILE, context: profileRequest('prod', 'eu-west-1') }],
  ['taking another cluster\'s profile over', {
    action: 'iam:TagInstanceProfile', resource: PROFILE, context: { ...profileRequest('prod'), ...profileTags('other') },
  }],
  ...['AddRoleTo', 'RemoveRoleFrom', 'Delete'].flatMap((name): Row[] => [
    [`${name}InstanceProfile of another cluster`, { action: `iam:${name}InstanceProfile`, resource: PROFILE, context: profileTags('other') }],
    [`${name}InstanceProfile of another region`, { action: `iam:${name}InstanceProfile`, resource: PROFILE, context: profileTags('prod', 'eu-west-1') }],
    [`${name}InstanceProfile without tags`, { action: `iam:${name}InstanceProfile`, resource: PROFILE }],
  ]),
  ['messages of another queue', { action: 'sqs:ReceiveMessage', resource: `${QUEUE}-other` }],
  ['sending messages', { action: 'sqs:SendMessage', resource: QUEUE }],
  ['deleting the queue', { action: 'sqs:DeleteQueue', resource: QUEUE }],
];

const deniedByScopedOnly: Row[] = [
  ...CALLS.deniedByScopedOnly,
  ['launching under another cluster\'s name', {
    action: 'ec2:RunInstances', resource: ec2('instance'), context: { ...requestTags('prod'), 'aws:RequestTag/eks:eks-cluster-name': 'other' },
  }],
  ['launching from another cluster\'s launch template', {
    action: 'ec2:RunInstances', resource: ec2('launch-template', 'lt-1'), context: resourceTags('other'),
  }],
  ['a fleet from a launch template that is not Karpenter\'s', { action: 'ec2:CreateFleet', resource: ec2('launch-template', 'lt-1') }],
  ['naming another cluster\'s instance', { action: 'ec2:CreateTags', resource: ec2('instance', 'i-1'), context: registration('other') }],
  ['giving an instance to another cluster', {
    action: 'ec2:CreateTags',
    resource: ec2('instance', 'i-1'),
    context: { ...registration('prod', 'eks:eks-cluster-name'), 'aws:RequestTag/eks:eks-cluster-name': 'other' },
  }],
  ['another tag while naming', {
    action: 'ec2:CreateTags', resource: ec2('instance', 'i-1'), context: { ...registration('prod', 'owner'), 'aws:RequestTag/owner': 'me' },
  }],
];

interface Given {
  readonly policy?: ControllerPolicy;
  readonly release?: KarpenterReleaseV1Options;
  readonly clusterName?: string;
  readonly partition?: string;
  readonly region?: string;
  readonly queue?: boolean;
  readonly options?: ControllerRoleOptions;
}

/** The documents of the role's policies, by the ends of their ids. */
function documentsOf({ policy, release, clusterName = 'prod', partition = 'aws', region = REGION, queue = true, options }: Given = {}): Record<string, any> {
  const stack = new Stack(new App(), 'Test', { env: { account: ACCOUNT, region } });
  const name = clusterName === 'token' ? new CfnParameter(stack, 'ClusterName').valueAsString : clusterName;
  new ControllerRole(stack, 'Controller', {
    cluster: importCluster(stack, { clusterName: name }),
    nodeRole: iam.Role.fromRoleArn(stack, 'Nodes', NODE_ROLE),
    release: KarpenterRelease.v1(release),
    policy,
    interruptionQueue: queue ? sqs.Queue.fromQueueArn(stack, 'Queue', QUEUE) : undefined,
    ...options,
  });
  const template = Template.fromStack(stack);
  const found = { ...template.findResources('AWS::IAM::ManagedPolicy'), ...template.findResources('AWS::IAM::Policy') };
  const ours = Object.entries(found).filter(([id]) => id.startsWith('Controller'));
  return Object.fromEntries(ours.map(([id, { Properties }]) => [
    id.replace(/^Controller|Policy.{8}$/g, ''),
    rendered(template, Properties.PolicyDocument, { 'ClusterName': 'prod', 'AWS::Partition': partition }),
  ]));
}

/** IAM looks at all policies of a role together. */
function together(documents: Record<string, any>): any {
  return { Version: '2012-10-17', Statement: Object.values(documents).flatMap(document => document.Statement) };
}

const actionsOf = (document: any): string[] => document.Statement.flatMap(({ Action }: any) => Action);

describe.each([
  ['the scoped policies', ControllerPolicy.scoped(), 'prod'],
  ['the guide\'s policy', ControllerPolicy.guide(), 'prod'],
  ['the scoped policies for a cluster whose name is a token', ControllerPolicy.scoped(), 'token'],
  ['the guide\'s policy for a cluster whose name is a token', ControllerPolicy.guide(), 'token'],
])('of v1, %s', (_, policy, clusterName) => {
  const document = together(documentsOf({ policy, clusterName }));

  test.each(callsOfTheController('prod'))('allows %s', async (__, call) => {
    expect(await isAllowed(document, call)).toBe(true);
  });

  test.each(deniedByBoth)('denies %s', async (__, call) => {
    expect(await isAllowed(document, call)).toBe(false);
  });
});

describe('of v1, the scoped policies', () => {
  const documents = documentsOf();
  const document = together(documents);

  test('are the default, and two', () => {
    expect(documents).toEqual(documentsOf({ policy: ControllerPolicy.scoped() }));
    expect(Object.keys(documents).sort())
      .toEqual(['Integration', 'NodeLifecycle']);
  });

  test.each(ofScopedOnly)('allow %s', async (_, call) => {
    expect(await isAllowed(document, call)).toBe(true);
  });

  test.each(deniedByScopedOnly)('deny %s', async (_, call) => {
    expect(await isAllowed(document, call)).toBe(false);
  });

  test.each(deniedByScopedOnly)('are narrower than the guide\'s, which allows %s', async (_, call) => {
    expect(await isAllowed(together(documentsOf({ policy: ControllerPolicy.guide() })), call)).toBe(true);
  });

  test('do not look at another cluster\'s zonal shifts', async () => {
    const other = `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/other`;
    const call = { action: 'arc-zonal-shift:GetManagedResource', resource: other, context: { 'arc-zonal-shift:ResourceIdentifier': other } };
    expect(await isAllowed(document, call)).toBe(false);
  });
});

test.each([
  ['1.5.0', []],
  ['1.7.0', ['iam:ListInstanceProfiles']],
  ['1.11.0', ['ec2:DescribePlacementGroups', 'iam:ListInstanceProfiles']],
  ['1.12.0', ['arc-zonal-shift:GetManagedResource', 'ec2:DescribeInstanceStatus', 'ec2:DescribePlacementGroups', 'iam:ListInstanceProfiles']],
  ['1.14.3', ['arc-zonal-shift:GetManagedResource', 'ec2:DescribeInstanceStatus', 'ec2:DescribePlacementGroups', 'iam:ListInstanceProfiles']],
  ['1.15.1', [
    'arc-zonal-shift:GetManagedResource', 'ec2:DescribeInstanceStatus', 'ec2:DescribePlacementGroups', 'ec2:RebootInstances', 'iam:ListInstanceProfiles',
  ]],
])('Karpenter %s may beyond the first version: %j', (version, more) => {
  const first = actionsOf(together(documentsOf({ release: { version: '1.5.8' } })));
  const actions = actionsOf(together(documentsOf({ release: { version } })));
  expect(actions.filter(action => !first.includes(action)).sort()).toEqual(more);
  expect(first.filter(action => !actions.includes(action))).toEqual([]);
});

test.each([['1.8.0', true], ['1.9.0', false]])('with Karpenter %s capacity reservations are among what is tagged: %s', (version, expected) => {
  const { Statement } = documentsOf({ release: { version } }).NodeLifecycle;
  const tagged = Statement.find(({ Sid }: any) => Sid === 'AllowScopedResourceCreationTagging').Resource;
  expect(tagged.includes(ec2('capacity-reservation', '*', '*'))).toBe(expected);
});

test('1.15 may restart the cluster\'s own instances only', async () => {
  const document = together(documentsOf({ release: { version: '1.15.1' } }));
  const reboot = (cluster: string) => ({ action: 'ec2:RebootInstances', resource: ec2('instance', 'i-1'), context: bothResourceTags(cluster) });
  expect(await isAllowed(document, reboot('prod'))).toBe(true);
  expect(await isAllowed(document, reboot('other'))).toBe(false);
});

test('without a queue there is no statement about one', () => {
  for (const policy of [ControllerPolicy.scoped(), ControllerPolicy.guide()]) {
    expect(actionsOf(together(documentsOf({ policy, queue: false }))).filter(action => action.startsWith('sqs:'))).toEqual([]);
  }
});

test('with an instance profile of the user\'s own the controller may make and change none', () => {
  const actions = actionsOf(together(documentsOf({ release: { nodeClass: { instanceProfile: 'mine' } } })));
  expect(actions.filter(action => /InstanceProfile/.test(action))).toEqual(['iam:ListInstanceProfiles', 'iam:GetInstanceProfile']);
  expect(actions).toContain('iam:PassRole');
});

test('the guide\'s policy is one inline policy with the guide\'s statements, what newer versions need, and the queue', () => {
  const documents = documentsOf({ policy: ControllerPolicy.guide() });
  expect(Object.keys(documents)).toEqual(['']);
  expect(documents[''].Statement.map(({ Sid }: any) => Sid)).toEqual([
    'Karpenter', 'ConditionalEC2Termination', 'PassNodeIAMRole', 'EKSClusterEndpointLookup',
    'AllowScopedInstanceProfileCreationActions', 'AllowScopedInstanceProfileTagActions', 'AllowScopedInstanceProfileActions',
    'AllowUnscopedInstanceProfileListAction', 'AllowInstanceProfileReadActions', 'AllowInterruptionQueueActions',
  ]);
  const before = documentsOf({ policy: ControllerPolicy.guide(), release: { version: '1.11.3' } });
  expect(actionsOf(before[''])).not.toContain('ec2:DescribeInstanceStatus');
});

describe.each(['1.5.8', '1.14.3', '1.15.1'])('the longest cluster name in the longest partition leaves Karpenter %s', (version) => {
  const longest = { clusterName: 'x'.repeat(100), partition: 'aws-us-gov', region: 'us-gov-west-1', release: { version } };

  test('each managed policy within the 6144 characters of one', () => {
    const sizes = Object.entries(documentsOf(longest)).map(([name, document]) => [name, JSON.stringify(document).length] as const);
    expect(sizes).toHaveLength(2);
    expect(sizes.filter(([, size]) => size > 6144)).toEqual([]);
    expect(sizes.reduce((sum, [, size]) => sum + size, 0)).toBeGreaterThan(6144);
  });

  test('the guide\'s policy within the 10240 characters of a role\'s inline policies', () => {
    expect(JSON.stringify(documentsOf({ ...longest, policy: ControllerPolicy.guide() })['']).length).toBeLessThan(10_240);
  });
});

describe('the names of the managed policies', () => {
  const named = (policyName?: string) => {
    const stack = new Stack(new App(), 'Test', { env: { account: ACCOUNT, region: REGION } });
    const role = new ControllerRole(stack, 'Controller', {
      cluster: importCluster(stack), nodeRole: iam.Role.fromRoleArn(stack, 'Nodes', NODE_ROLE), release: KarpenterRelease.v1(), policyName,
    });
    return { role, template: Template.fromStack(stack) };
  };
  const namesIn = (template: Template) =>
    Object.values(template.findResources('AWS::IAM::ManagedPolicy')).map(({ Properties }) => Properties.ManagedPolicyName).sort();

  test('are generated unless one is given, which is their beginning', () => {
    expect(namesIn(named().template)).toEqual([undefined, undefined]);
    expect(namesIn(named('mine').template))
      .toEqual(['mine-Integration', 'mine-NodeLifecycle']);
  });

  test('may have 128 characters', () => {
    expect(() => named('x'.repeat(115))).toThrow(/^policyName "x+" makes the name "x+-NodeLifecycle" of 129 characters, IAM takes 128: set a shorter one/);
    expect(() => named('x'.repeat(114))).not.toThrow();
  });

  test('belong to policies that others can depend on', () => {
    const { role } = named();
    expect(role.policy).toBeUndefined();
    expect(role.managedPolicies).toHaveLength(2);
  });
});

test('roles that are made elsewhere get no policies, as CDK has it', () => {
  const stack = new Stack(new App(), 'Test', { env: { account: ACCOUNT, region: REGION } });
  iam.Role.customizeRoles(stack, { usePrecreatedRoles: { 'Test/Controller/Role': 'precreated' } });
  new ControllerRole(stack, 'Controller', {
    cluster: importCluster(stack), nodeRole: iam.Role.fromRoleArn(stack, 'Nodes', NODE_ROLE), release: KarpenterRelease.v1(),
  });
  expect(stack.node.findAll().map(({ node }) => node.path).filter(path => /Policy\/Resource$/.test(path))).toEqual([]);
});
