import { CfnParameter } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { rendered } from './rendered';
import { importCluster, ISSUER, PROVIDER_ARN, testStack } from './stack';
import { ControllerPolicy } from '../../src/iam/controller-policy';
import { ControllerRole, ControllerRoleOptions } from '../../src/iam/controller-role';
import { IamNames } from '../../src/iam/iam-names';
import { NodeRole } from '../../src/iam/node-role';

function make(options: ControllerRoleOptions = {}) {
  const stack = testStack();
  const controller = new ControllerRole(stack, 'Controller', { cluster: importCluster(stack), nodeRole: new NodeRole(stack, 'Nodes'), ...options });
  return { stack, controller, template: () => Template.fromStack(stack) };
}

test('only the service account of the controller may assume the role, and only through the cluster\'s OIDC provider', () => {
  make().template().hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: {
      Statement: [{
        Effect: 'Allow',
        Action: 'sts:AssumeRoleWithWebIdentity',
        Principal: { Federated: PROVIDER_ARN },
        Condition: {
          StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com', [`${ISSUER}:sub`]: 'system:serviceaccount:karpenter:karpenter' },
        },
      }],
    },
  });
});

test('the namespace and the service account can be others', () => {
  make({ namespace: 'kube-system', serviceAccountName: 'k' }).template().hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: { Statement: [{ Condition: { StringEquals: { [`${ISSUER}:sub`]: 'system:serviceaccount:kube-system:k' } } }] },
  });
});

test('an issuer that is known only in the deployment gives the same trust', () => {
  const stack = testStack();
  const providerArn = new CfnParameter(stack, 'ProviderArn').valueAsString;
  new ControllerRole(stack, 'Controller', { cluster: importCluster(stack, { providerArn }), nodeRole: new NodeRole(stack, 'Nodes') });
  const template = Template.fromStack(stack);

  const [, role] = Object.entries(template.findResources('AWS::IAM::Role')).find(([id]) => id.startsWith('Controller'))!;
  const [statement] = rendered(template, role.Properties.AssumeRolePolicyDocument, { ProviderArn: PROVIDER_ARN }).Statement;
  expect(statement.Principal).toEqual({ Federated: PROVIDER_ARN });
  expect(statement.Condition).toEqual({
    StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com', [`${ISSUER}:sub`]: 'system:serviceaccount:karpenter:karpenter' },
  });
});

test('literal names need no custom resource', () => {
  make().template().resourceCountIs('Custom::AWSCDKCfnJson', 0);
});

test('the role may pass the node role and no other', () => {
  const { stack, template } = make();
  const nodes = stack.getLogicalId(stack.node.findChild('Nodes').node.defaultChild as iam.CfnRole);
  template().hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'iam:PassRole', Resource: { 'Fn::GetAtt': [nodes, 'Arn'] } })]) },
  });
});

test('the policy is a resource of its own, for others to depend on', () => {
  const { controller, template } = make();
  expect(controller.policy).toBeInstanceOf(iam.Policy);
  template().resourceCountIs('AWS::IAM::Policy', 1);
});

test('names are generated unless given', () => {
  make().template().allResourcesProperties('AWS::IAM::Role', { RoleName: Match.absent() });

  const names = IamNames.guide('prod');
  const named = make({ roleName: names.controllerRole, policyName: names.controllerPolicy }).template();
  named.hasResourceProperties('AWS::IAM::Role', { RoleName: 'KarpenterControllerRole-prod' });
  named.hasResourceProperties('AWS::IAM::Policy', { PolicyName: 'KarpenterControllerPolicy-prod' });
});

test('an existing role is used as it is', () => {
  const stack = testStack();
  const role = iam.Role.fromRoleArn(stack, 'Mine', 'arn:aws:iam::111111111111:role/mine');
  const controller = new ControllerRole(stack, 'Controller', {
    cluster: importCluster(stack), nodeRole: iam.Role.fromRoleArn(stack, 'Nodes', 'arn:aws:iam::111111111111:role/nodes'), role,
  });
  expect(controller.role).toBe(role);
  expect(controller.policy).toBeUndefined();
  Template.fromStack(stack).resourcePropertiesCountIs('AWS::IAM::Policy', {}, 0);
});

test('a policy that would have no effect on an existing role is refused', () => {
  const role = iam.Role.fromRoleArn(testStack(), 'Mine', 'arn:aws:iam::111111111111:role/mine');
  expect(() => make({ role, policy: ControllerPolicy.guide() }))
    .toThrow('an existing controller role is never modified, so `policy` would have no effect: remove it, or remove `role` to get a new one');
});

test('two clusters of one stack have a role each', () => {
  const stack = testStack();
  for (const name of ['blue', 'green']) {
    new ControllerRole(stack, `${name}Controller`, {
      cluster: importCluster(stack, { id: name, clusterName: name }), nodeRole: new NodeRole(stack, `${name}Nodes`),
    });
  }
  Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 2);
});
