import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { KarpenterRelease, MigrationStage, NodeAccess, Requirement, WellKnownLabel } from '../../src';
import { callsIn, sources } from '../calls';
import { Given, KUBECTL_ROLE, migrate, Rendered, rendered } from '../karpenter-migration/stack';

interface Statement { readonly Action: string | readonly string[]; readonly Resource: unknown; readonly Condition?: unknown }

/** The statements of all policies of roles whose ids begin so. */
function statementsOf({ Resources }: Rendered, role: string): Statement[] {
  const all = Object.entries(Resources);
  return [
    ...all.filter(([id, { Type }]) => Type === 'AWS::IAM::Role' && id.startsWith(role)).flatMap(([, { Properties }]) => Properties.Policies ?? []).map(({ PolicyDocument }) => PolicyDocument),
    ...all.filter(([, { Type, Properties }]) => /^AWS::IAM::(Managed)?Policy$/.test(Type) && JSON.stringify(Properties.Roles).includes(`"${role}`))
      .map(([, { Properties }]) => Properties.PolicyDocument),
  ].flatMap(({ Statement: statements }) => statements);
}

/** Migrations that together have every kind of resource, at a stage that asks for everything. */
const GIVEN: Readonly<Record<string, Given>> = {
  'v0, with an alarm': stack => ({
    nodeAccess: NodeAccess.awsAuth(),
    stage: MigrationStage.SCALE_DOWN,
    scaleDown: { pauseWhile: [cloudwatch.Alarm.fromAlarmArn(stack, 'Alarm', 'arn:aws:cloudwatch:us-east-1:111111111111:alarm:errors')] },
  }),
  'v1, with Spot': () => ({
    stage: MigrationStage.SCALE_DOWN,
    nodeAccess: NodeAccess.accessEntry(),
    release: KarpenterRelease.v1({ nodePool: { requirements: [Requirement.isIn(WellKnownLabel.CAPACITY_TYPE, ['spot'])] } }),
  }),
};
const LOGS = ['logs:CreateLogStream', 'logs:PutLogEvents'];
/** What AWS asks for beside the right to call. */
const IMPLIED: Readonly<Record<string, string>> = { 'iam:PassRole': 'eks:CreateAccessEntry' };

const AWS_ROLE = 'KarpenterMigrationAwsRole';
const KUBERNETES_ROLE = 'KarpenterMigrationKubernetes';

describe('the rights of our functions', () => {
  const templates = Object.values(GIVEN).map(given => rendered(migrate(given).stack));
  const statements = [AWS_ROLE, KUBERNETES_ROLE].map(role => templates.flatMap(template => statementsOf(template, role)));
  const [ofAws, ofKubernetes] = statements.map(all => new Set(all.flatMap(({ Action }) => Action)));

  test('are what their source calls, no more and no less', () => {
    // The command line has rights of its own, those of whoever types it.
    const calls = callsIn(sources().filter(file => !file.startsWith('cli')));
    const granted = [...new Set([...ofAws, ...ofKubernetes])].filter(action => !LOGS.includes(action) && !calls.includes(IMPLIED[action]));
    expect(granted.sort()).toEqual(calls.sort());
  });

  test('of the one that reaches the Kubernetes API are to find the cluster and to be its kubectl role', () => {
    expect([...ofKubernetes].sort()).toEqual(['eks:DescribeCluster', ...LOGS, 'sts:AssumeRole']);
    const [assume] = statements[1].filter(({ Action }) => [Action].flat().includes('sts:AssumeRole'));
    expect(assume.Resource).toBe(KUBECTL_ROLE);
  });

  test.each([
    'ec2:RunInstances', 'ec2:TerminateInstances', 'ec2:CreateFleet', 'ec2:CreateLaunchTemplate', 'ec2:ModifyInstanceAttribute', 'ec2:AuthorizeSecurityGroupIngress',
    'eks:DeleteNodegroup', 'eks:DeleteCluster', 'eks:UpdateClusterConfig', 'eks:UpdateNodegroupVersion', 'eks:UpdateAccessEntry', 'eks:AssociateAccessPolicy', 'eks:DeleteAddon',
    'autoscaling:UpdateAutoScalingGroup', 'autoscaling:SetDesiredCapacity', 'autoscaling:DeleteAutoScalingGroup', 'autoscaling:StartInstanceRefresh',
    'iam:CreateRole', 'iam:PutRolePolicy', 'iam:AttachRolePolicy', 'iam:UpdateAssumeRolePolicy', 'iam:DeleteRole', 'iam:CreateAccessKey', 'iam:AddRoleToInstanceProfile',
    'lambda:UpdateFunctionCode', 'states:UpdateStateMachine', 'cloudformation:UpdateStack', 'cloudformation:DeleteStack', 's3:GetObject', 'secretsmanager:GetSecretValue',
    'ssm:GetParameter', 'kms:Decrypt',
  ])('hold no way to %s', (action) => {
    const allowed = [...ofAws, ...ofKubernetes].filter(pattern => new RegExp(`^${pattern.replace(/\*/g, '.*')}$`, 'i').test(action));
    expect(allowed).toEqual([]);
  });

  test('to change something are bound to the cluster, to our tags or to our own things', () => {
    const isRead = (action: string) => /:(Describe|Get|List)|^logs:/.test(action);
    const unbound = statements.flat().filter(({ Action, Resource, Condition }) =>
      [Resource].flat().includes('*') && Condition === undefined && [Action].flat().some(action => !isRead(action)));
    expect(unbound).toEqual([]);
  });
});
