import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { ACCOUNT, controllerCalls, ec2, NODE_ROLE, read, REGION, Row } from './controller-calls';
import { isAllowed } from './evaluate';
import { rendered } from './rendered';
import { importCluster } from './stack';
import { ControllerPolicy } from '../../src/iam/controller-policy';
import { ControllerRole } from '../../src/iam/controller-role';

const CALLS = controllerCalls({
  owner: 'karpenter.sh/provisioner-name', imageParameter: '/aws/service/eks/optimized-ami/1.27/amazon-linux-2/recommended/image_id',
});
const { resourceTags } = CALLS;

/** Every AWS call in the source of Karpenter 0.29.2 but those on a queue, on each resource that IAM checks. */
function callsOfTheController(cluster: string): Row[] {
  return [
    ...CALLS.allowed(cluster),
    read('DescribeAvailabilityZones'),
    ...['ec2:RunInstances', 'ec2:CreateFleet'].map((action): Row => [`${action} with a launch template`, { action, resource: ec2('launch-template', 'x-1') }]),
    ['spot requests', { action: 'ec2:RunInstances', resource: ec2('spot-instances-request') }],
    ['linking an instance to its Machine', {
      action: 'ec2:CreateTags',
      resource: ec2('instance', 'i-1'),
      context: {
        ...resourceTags(cluster),
        'aws:RequestTag/karpenter.sh/managed-by': cluster,
        'aws:RequestTag/karpenter.sh/provisioner-name': 'default',
        'aws:TagKeys': ['karpenter.sh/managed-by', 'karpenter.sh/provisioner-name'],
      },
    }],
  ];
}

const { deniedByBoth } = CALLS;

const deniedByScopedOnly: Row[] = [
  ...CALLS.deniedByScopedOnly,
  ['tagging another cluster\'s instance', {
    action: 'ec2:CreateTags',
    resource: ec2('instance', 'i-1'),
    context: {
      ...resourceTags('other'),
      'aws:RequestTag/karpenter.sh/managed-by': 'prod',
      'aws:RequestTag/karpenter.sh/provisioner-name': 'default',
      'aws:TagKeys': ['karpenter.sh/managed-by', 'karpenter.sh/provisioner-name'],
    },
  }],
  ['another tag while linking', {
    action: 'ec2:CreateTags',
    resource: ec2('instance', 'i-1'),
    context: {
      ...resourceTags('prod'),
      'aws:RequestTag/karpenter.sh/managed-by': 'prod',
      'aws:RequestTag/karpenter.sh/provisioner-name': 'default',
      'aws:RequestTag/owner': 'me',
      'aws:TagKeys': ['karpenter.sh/managed-by', 'karpenter.sh/provisioner-name', 'owner'],
    },
  }],
];

function documentOf(policy: ControllerPolicy | undefined, clusterName = 'prod', partition = 'aws', region = REGION) {
  const stack = new Stack(new App(), 'Test', { env: { account: ACCOUNT, region } });
  const name = clusterName === 'token' ? new CfnParameter(stack, 'ClusterName').valueAsString : clusterName;
  new ControllerRole(stack, 'Controller', {
    cluster: importCluster(stack, { clusterName: name }),
    nodeRole: iam.Role.fromRoleArn(stack, 'Nodes', NODE_ROLE),
    policy,
  });
  const template = Template.fromStack(stack);
  const [, resource] = Object.entries(template.findResources('AWS::IAM::Policy')).find(([id]) => id.startsWith('Controller'))!;
  return rendered(template, resource.Properties.PolicyDocument, { 'ClusterName': 'prod', 'AWS::Partition': partition });
}

describe.each([
  ['the scoped policy', ControllerPolicy.scoped(), 'prod'],
  ['the guide\'s policy', ControllerPolicy.guide(), 'prod'],
  ['the scoped policy for a cluster whose name is a token', ControllerPolicy.scoped(), 'token'],
  ['the guide\'s policy for a cluster whose name is a token', ControllerPolicy.guide(), 'token'],
])('%s', (_, policy, clusterName) => {
  const document = documentOf(policy, clusterName);

  test.each(callsOfTheController('prod'))('allows %s', async (__, call) => {
    expect(await isAllowed(document, call)).toBe(true);
  });

  test.each(deniedByBoth)('denies %s', async (__, call) => {
    expect(await isAllowed(document, call)).toBe(false);
  });
});

describe('the scoped policy', () => {
  const document = documentOf(undefined);

  test('is the default', () => {
    expect(document).toEqual(documentOf(ControllerPolicy.scoped()));
  });

  test.each(deniedByScopedOnly)('denies %s', async (_, call) => {
    expect(await isAllowed(document, call)).toBe(false);
  });

  test.each(deniedByScopedOnly)('is narrower than the guide\'s, which allows %s', async (_, call) => {
    expect(await isAllowed(documentOf(ControllerPolicy.guide()), call)).toBe(true);
  });
});

test('the guide\'s policy has the guide\'s four statements', () => {
  expect(documentOf(ControllerPolicy.guide()).Statement.map((statement: any) => statement.Sid))
    .toEqual(['Karpenter', 'ConditionalEC2Termination', 'PassNodeIAMRole', 'EKSClusterEndpointLookup']);
});

test('the longest cluster name in the longest partition leaves the scoped policy within IAM\'s quotas, inline (10240) and managed (6144)', () => {
  const document = documentOf(ControllerPolicy.scoped(), 'x'.repeat(100), 'aws-us-gov', 'us-gov-west-1');
  expect(JSON.stringify(document).length).toBeLessThan(6144);
});
