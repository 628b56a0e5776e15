import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { Claim } from '../../src/cluster/claim';
import { ClusterSurvey } from '../../src/cluster/cluster-survey';
import { ownerOf } from '../../src/cluster/owner';
import { SecurityGroupSource, SubnetSource } from '../../src/discovery-tags/sources';
import { KarpenterRelease } from '../../src/karpenter/karpenter-release';
import { NodeAccess } from '../../src/node-access/node-access';
import { Preflight } from '../../src/preflight/preflight';
import { MigrationStage } from '../../src/words/migration-stage';
import { PreflightCheck } from '../../src/words/preflight-check';
import { ClusterAutoscaler } from '../../src/workflow/cluster-autoscaler/cluster-autoscaler';
import { CriticalWorkload } from '../../src/workflow/critical-workloads/critical-workload';
import { NodegroupTarget } from '../../src/workflow/scale-down/scale-down-options';

function stack(): Stack {
  return new Stack(new App(), 'Test', { env: { account: '111111111111', region: 'us-east-1' } });
}

function cluster(scope: Stack, name = 'prod'): eks.ICluster {
  return eks.Cluster.fromClusterAttributes(scope, `Cluster-${name}`, {
    clusterName: name,
    kubectlRoleArn: 'arn:aws:iam::111111111111:role/kubectl',
    openIdConnectProvider: eks.OpenIdConnectProvider.fromOpenIdConnectProviderArn(scope, `Oidc-${name}`,
      'arn:aws:iam::111111111111:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/ABC'),
  });
}

/** The statements of the AWS function's policy, with actions as lists. */
function statements(scope: Stack): { actions: string[]; resource: unknown }[] {
  const [policy] = Object.values(Template.fromStack(scope).findResources('AWS::IAM::Policy', {
    Properties: { Roles: [{ Ref: Match.stringLikeRegexp('^KarpenterMigrationAwsRole') }] },
  }));
  return policy.Properties.PolicyDocument.Statement.map((s: { Action: string | string[]; Resource: unknown }) =>
    ({ actions: [s.Action].flat(), resource: s.Resource }));
}

describe('ClusterSurvey', () => {
  test('reads all node groups by default and needs nothing but the cluster\'s name', () => {
    const scope = stack();
    new ClusterSurvey(scope, 'Survey', { cluster: eks.Cluster.fromClusterAttributes(scope, 'Cluster', { clusterName: 'prod' }) });
    Template.fromStack(scope).hasResourceProperties('Custom::KarpenterClusterSurvey', { ClusterName: 'prod', Nodegroups: Match.absent(), Revision: Match.absent() });
  });

  test('reads named node groups, and again with a new revision', () => {
    const scope = stack();
    new ClusterSurvey(scope, 'Survey', { cluster: cluster(scope), nodegroups: ['apps'], revision: '2' });
    Template.fromStack(scope).hasResourceProperties('Custom::KarpenterClusterSurvey', { Nodegroups: ['apps'], Revision: '2' });
  });

  test('may read its cluster and that one\'s node groups only, and write nothing', () => {
    const scope = stack();
    new ClusterSurvey(scope, 'Survey', { cluster: cluster(scope) });
    const granted = statements(scope);
    expect(granted.flatMap(one => one.actions).sort()).toEqual([
      'ec2:DescribeLaunchTemplateVersions', 'ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets',
      'eks:DescribeCluster', 'eks:DescribeNodegroup', 'eks:ListNodegroups', 'states:StartExecution',
    ]);
    const resourceOf = (action: string) => JSON.stringify(granted.find(one => one.actions.includes(action))!.resource);
    expect(resourceOf('eks:DescribeCluster')).toContain(':eks:us-east-1:111111111111:cluster/prod"');
    expect(resourceOf('eks:DescribeNodegroup')).toContain(':eks:us-east-1:111111111111:nodegroup/prod/*"');
  });

  test.each([
    [[], '`nodegroups` is empty'],
    [['ok', 'not ok'], '`nodegroups[1]` is "not ok"'],
    [['x'.repeat(64)], 'set the name of a node group'],
  ])('refuses node groups %j', (nodegroups, message) => {
    const scope = stack();
    expect(() => new ClusterSurvey(scope, 'Survey', { cluster: cluster(scope), nodegroups })).toThrow(message);
  });
});

describe('Preflight', () => {
  test('compares with the guide\'s Karpenter by default', () => {
    const scope = stack();
    new Preflight(scope, 'Preflight', { cluster: cluster(scope) });
    Template.fromStack(scope).hasResourceProperties('Custom::KarpenterPreflight', {
      ClusterName: 'prod',
      KubectlRoleArn: 'arn:aws:iam::111111111111:role/kubectl',
      KubernetesFunctionArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^KarpenterMigrationKubernetes.*Function'), 'Arn'] },
      Owner: 'Test',
      Issuer: 'oidc.eks.us-east-1.amazonaws.com/id/ABC',
      MinimumVersion: '1.23',
      MaximumVersion: '1.27',
      Nodegroups: Match.absent(),
      TagKey: Match.absent(),
      SubnetIds: Match.absent(),
      SecurityGroupSource: 'nodegroups',
      NodeAccess: 'auto',
      TakeOver: false,
      Namespace: 'karpenter',
      CrdRelease: 'kube-system/karpenter-crd',
      Crds: ['provisioners.karpenter.sh', 'machines.karpenter.sh', 'awsnodetemplates.karpenter.k8s.aws'],
      Objects: ['provisioners.v1alpha5.karpenter.sh/default'],
      Replicas: 2,
      Cpu: '1',
      Memory: '1Gi',
      AcceptedRisks: [],
    });
  });

  test('takes over every option', () => {
    const scope = stack();
    new Preflight(scope, 'Preflight', {
      cluster: cluster(scope),
      release: KarpenterRelease.v0({ version: '0.31.0' }),
      nodegroups: ['apps', 'system'],
      hostNodegroups: ['system'],
      tagKey: 'karpenter.sh/discovery',
      subnets: SubnetSource.ids('subnet-0123456789abcdef0'),
      securityGroups: SecurityGroupSource.ids('sg-0123456789abcdef0'),
      nodeAccess: NodeAccess.unmanaged(),
      namespace: 'other',
      poolNames: ['a', 'b'],
      owner: 'Somebody',
      acceptedRisks: [PreflightCheck.SUBNET_ADDRESSES, PreflightCheck.AWS_AUTH, PreflightCheck.AWS_AUTH],
      revision: '2',
    });
    Template.fromStack(scope).hasResourceProperties('Custom::KarpenterPreflight', {
      MaximumVersion: '1.28',
      Nodegroups: ['apps', 'system'],
      HostNodegroups: ['system'],
      TagKey: 'karpenter.sh/discovery',
      SubnetIds: ['subnet-0123456789abcdef0'],
      SecurityGroupSource: 'ids',
      SecurityGroupIds: ['sg-0123456789abcdef0'],
      NodeAccess: 'unmanaged',
      Namespace: 'other',
      Objects: ['provisioners.v1alpha5.karpenter.sh/a', 'provisioners.v1alpha5.karpenter.sh/b'],
      Owner: 'Somebody',
      AcceptedRisks: ['AWS_AUTH', 'SUBNET_ADDRESSES'],
      Revision: '2',
    });
  });

  test('the names of Provisioners that come later are checked too', () => {
    const scope = stack();
    const preflight = new Preflight(scope, 'Preflight', { cluster: cluster(scope) });
    preflight._addPoolName('gpu');
    Template.fromStack(scope).hasResourceProperties('Custom::KarpenterPreflight', {
      Objects: ['provisioners.v1alpha5.karpenter.sh/default', 'provisioners.v1alpha5.karpenter.sh/gpu'],
    });
  });

  test('its function may ask the Kubernetes function and look at its own stack, besides reading', () => {
    const scope = stack();
    new Preflight(scope, 'Preflight', { cluster: cluster(scope) });
    const granted = statements(scope);
    expect(granted.find(one => one.actions.includes('lambda:InvokeFunction'))!.resource)
      .toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^KarpenterMigrationKubernetes.*Function/), 'Arn'] });
    expect(granted.find(one => one.actions.includes('cloudformation:DescribeStacks'))!.resource).toEqual({ Ref: 'AWS::StackId' });
    expect(granted.flatMap(one => one.actions).filter(action => !/:(Describe|List)/.test(action))).toEqual(['states:StartExecution', 'lambda:InvokeFunction']);
  });

  describe('of a stage', () => {
    const properties = (scope: Stack) => Object.values(Template.fromStack(scope).findResources('Custom::KarpenterPreflight'))[0].Properties;
    const stageReads = ['ec2:DescribeInstanceTypes', 'servicequotas:GetServiceQuota'];

    test.each([undefined, MigrationStage.INSTALL, MigrationStage.REMOVED])('%s asks about nothing that runs, and may not', (stage) => {
      const scope = stack();
      new Preflight(scope, 'Preflight', { cluster: cluster(scope), stage });
      expect(properties(scope)).not.toHaveProperty('StagePlan');
      expect(statements(scope).flatMap(one => one.actions)).not.toEqual(expect.arrayContaining([expect.stringMatching(/servicequotas|DescribeInstance/)]));
    });

    test.each([MigrationStage.CUT_OVER, MigrationStage.SCALE_DOWN])('%s asks about what runs, by the guide\'s defaults', (stage) => {
      const scope = stack();
      new Preflight(scope, 'Preflight', { cluster: cluster(scope), stage });
      const { Api, Stage, StagePlan } = properties(scope);
      expect(Api).toBe('karpenter.sh/v1alpha5');
      expect(Stage).toBe(stage);
      expect(JSON.parse(StagePlan)).toEqual({
        criticalWorkloads: ['coredns', 'metrics-server'].map(Name => ({ Kind: 'Deployment', Namespace: 'kube-system', Name, Optional: true })),
        clusterAutoscaler: { Kind: 'discovered' },
        targets: [],
      });
      const granted = statements(scope);
      expect(granted.flatMap(one => one.actions)).toEqual(expect.arrayContaining(stageReads));
      expect(JSON.stringify(granted.find(one => one.actions.includes('servicequotas:GetServiceQuota'))!.resource)).toContain(':servicequotas:us-east-1:111111111111:ec2/L-1216C47A"');
    });

    test('takes over every option', () => {
      const scope = stack();
      new Preflight(scope, 'Preflight', {
        cluster: cluster(scope),
        stage: MigrationStage.SCALE_DOWN,
        criticalWorkloads: [CriticalWorkload.statefulSet('shop', 'db')],
        clusterAutoscaler: ClusterAutoscaler.none(),
        targets: [NodegroupTarget.of('apps', 0)],
        release: KarpenterRelease.v1({ version: '1.8.6' }),
      });
      expect(JSON.parse(properties(scope).StagePlan)).toMatchObject({
        criticalWorkloads: [{ Kind: 'StatefulSet', Namespace: 'shop', Name: 'db', Optional: false }],
        clusterAutoscaler: { Kind: 'absent' },
        targets: [{ Nodegroup: 'apps', Size: 0 }],
        karpenterVersion: '1.8.6',
      });
    });
  });

  test('an import that lacks something is refused with all of it', () => {
    const scope = stack();
    const bare = eks.Cluster.fromClusterAttributes(scope, 'Cluster', { clusterName: 'prod' });
    expect(() => new Preflight(scope, 'Preflight', { cluster: bare })).toThrow(/kubectlRoleArn[^]*openIdConnectProvider/);
  });

  test('refuses impossible host node groups', () => {
    const scope = stack();
    expect(() => new Preflight(scope, 'Preflight', { cluster: cluster(scope), hostNodegroups: [] })).toThrow('`hostNodegroups` is empty');
  });
});

describe('Claim', () => {
  test('belongs to stack and path', () => {
    const scope = stack();
    const claim = new Claim(new Construct(scope, 'Migration'), 'Claim', { cluster: cluster(scope) });
    expect(claim.owner).toBe('Test/Migration');
    Template.fromStack(scope).hasResourceProperties('Custom::KarpenterClaim', {
      ClusterName: 'prod', KubectlRoleArn: 'arn:aws:iam::111111111111:role/kubectl', Owner: 'Test/Migration',
    });
  });

  test('claim and preflight of one scope name the same owner by default', () => {
    const scope = stack();
    const migration = new Construct(scope, 'Migration');
    new Preflight(migration, 'Preflight', { cluster: cluster(scope) });
    new Claim(migration, 'Claim', { cluster: scope.node.findChild('Cluster-prod') as unknown as eks.ICluster });
    Template.fromStack(scope).hasResourceProperties('Custom::KarpenterPreflight', { Owner: 'Test/Migration' });
  });

  test('the owner of a construct deep in a stage is its stack\'s name and the path below', () => {
    const scope = stack();
    expect(ownerOf(new Construct(new Construct(scope, 'Outer'), 'Inner'))).toBe('Test/Outer/Inner');
    expect(ownerOf(scope)).toBe('Test');
  });
});

test('two clusters of one stack have resources of their own', () => {
  const scope = stack();
  for (const name of ['one', 'two']) {
    const migration = new Construct(scope, `Migration-${name}`);
    const props = { cluster: cluster(scope, name) };
    new ClusterSurvey(migration, 'Survey', props);
    new Preflight(migration, 'Preflight', props);
    new Claim(migration, 'Claim', props);
  }
  const template = Template.fromStack(scope);
  for (const type of ['Custom::KarpenterClusterSurvey', 'Custom::KarpenterPreflight', 'Custom::KarpenterClaim']) {
    template.resourceCountIs(type, 2);
  }
});
