import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { rendered } from './rendered';
import { testStack } from './stack';
import { IamNames } from '../../src/iam/iam-names';
import { NodeInstanceProfile, NodeRole } from '../../src/iam/node-role';

const GUIDE_POLICIES = ['AmazonEKSWorkerNodePolicy', 'AmazonEKS_CNI_Policy', 'AmazonEC2ContainerRegistryReadOnly', 'AmazonSSMManagedInstanceCore'];

function imported(stack: Stack, name: string): iam.IRole {
  return iam.Role.fromRoleArn(stack, name, `arn:aws:iam::111111111111:role/${name}`);
}

describe('the node role', () => {
  test('has the guide\'s four managed policies and is trusted by EC2 alone', () => {
    const stack = testStack();
    new NodeRole(stack, 'Nodes');
    const template = Template.fromStack(stack);
    const [{ Properties }] = Object.values(template.findResources('AWS::IAM::Role'));
    expect(rendered(template, Properties.ManagedPolicyArns)).toEqual(GUIDE_POLICIES.map(name => `arn:aws:iam::aws:policy/${name}`));
    expect(Properties.AssumeRolePolicyDocument.Statement)
      .toEqual([{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } }]);
    expect(Properties.RoleName).toBeUndefined();
  });

  test.each(['aws-cn', 'aws-us-gov'])('has the policies of the partition %s', (partition) => {
    const stack = new Stack(new App(), 'Test');
    new NodeRole(stack, 'Nodes');
    const template = Template.fromStack(stack);
    const [{ Properties }] = Object.values(template.findResources('AWS::IAM::Role'));
    expect(rendered(template, Properties.ManagedPolicyArns[0], { 'AWS::Partition': partition }))
      .toBe(`arn:${partition}:iam::aws:policy/AmazonEKSWorkerNodePolicy`);
  });
});

describe('the instance profile', () => {
  test('holds the role', () => {
    const stack = testStack();
    new NodeInstanceProfile(stack, 'Profile', { role: imported(stack, 'nodes') });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::IAM::InstanceProfile', { Roles: ['nodes'], InstanceProfileName: Match.absent() });
    template.resourceCountIs('AWS::IAM::Role', 0);
    template.resourceCountIs('AWS::IAM::Policy', 0);
  });

  test('has the guide\'s name if asked for, as the role has', () => {
    const stack = testStack();
    const names = IamNames.guide('prod');
    const role = new NodeRole(stack, 'Nodes', { roleName: names.nodeRole });
    new NodeInstanceProfile(stack, 'Profile', { role, instanceProfileName: names.instanceProfile });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::IAM::Role', { RoleName: 'KarpenterNodeRole-prod' });
    template.hasResourceProperties('AWS::IAM::InstanceProfile', {
      InstanceProfileName: 'KarpenterNodeInstanceProfile-prod', Roles: [{ Ref: Match.stringLikeRegexp('^Nodes') }],
    });
  });
});

test('generated names are left to CloudFormation', () => {
  const { nodeRole, instanceProfile, controllerRole, controllerPolicy } = IamNames.generated();
  expect([nodeRole, instanceProfile, controllerRole, controllerPolicy]).toEqual([undefined, undefined, undefined, undefined]);
});

describe('the guide\'s names', () => {
  test('fit a cluster name of 46 characters in the node role and 40 in the controller role', () => {
    expect(IamNames.guide('x'.repeat(46)).nodeRole).toHaveLength(64);
    expect(IamNames.guide('x'.repeat(40)).controllerRole).toHaveLength(64);
  });

  test('are an error beyond that, with what is left', () => {
    expect(() => IamNames.guide('x'.repeat(47)).nodeRole).toThrow(
      `the guide's name for the node role leaves 46 characters for the cluster name, "${'x'.repeat(47)}" has 47 (IAM takes 64 in all)`,
    );
    expect(() => IamNames.guide('x'.repeat(41)).controllerRole).toThrow('leaves 40 characters');
  });

  test('pass a token unchecked', () => {
    const token = new CfnParameter(testStack(), 'ClusterName').valueAsString;
    expect(IamNames.guide(token).nodeRole).toBe(`KarpenterNodeRole-${token}`);
  });

  test('fit all but the very longest cluster name in the profile, and any in the policy', () => {
    expect(IamNames.guide('x'.repeat(99)).instanceProfile).toHaveLength(128);
    expect(() => IamNames.guide('x'.repeat(100)).instanceProfile).toThrow('leaves 99 characters');
    expect(IamNames.guide('x'.repeat(100)).controllerPolicy).toHaveLength(126);
  });
});
