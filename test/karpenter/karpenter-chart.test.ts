import { App, Fn, Lazy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { ChartSource } from '../../src/karpenter/chart-source';
import { KarpenterChart, KarpenterChartOptions } from '../../src/karpenter/karpenter-chart';
import { KarpenterCrds } from '../../src/karpenter/karpenter-crds';
import { KarpenterRelease } from '../../src/karpenter/karpenter-release';
import { KarpenterNamespace } from '../../src/karpenter/namespace/karpenter-namespace';

const HELM_CHART = 'Custom::AWSCDK-EKS-HelmChart';
const GUARD = 'Custom::KarpenterReleaseGuard';
const READY = 'Custom::KarpenterControllerReady';
const ROLE_ARN = 'arn:aws:iam::111111111111:role/controller';

function scene() {
  const stack = new Stack(new App({ context: { 'aws:cdk:disable-asset-staging': true } }), 'Test', { env: { account: '111111111111', region: 'us-east-1' } });
  const cluster = (name = 'prod') => eks.Cluster.fromClusterAttributes(stack, name, {
    clusterName: name,
    kubectlRoleArn: 'arn:aws:iam::111111111111:role/kubectl',
    kubectlLayer: lambda.LayerVersion.fromLayerVersionArn(stack, `Kubectl-${name}`, 'arn:aws:lambda:us-east-1:111111111111:layer:kubectl:1'),
  });
  return { stack, cluster };
}

function deploy(options: KarpenterChartOptions = {}) {
  const { stack, cluster } = scene();
  const chart = new KarpenterChart(stack, 'Karpenter', {
    cluster: cluster(),
    controllerRole: iam.Role.fromRoleArn(stack, 'Role', ROLE_ARN),
    instanceProfileName: 'profile',
    ...options,
  });
  const template = Template.fromStack(stack);
  const only = (type: string) => Object.entries(template.findResources(type))[0];
  const values = () => JSON.parse(only(HELM_CHART)[1].Properties.Values as string) as Record<string, any>;
  return { stack, chart, template, only, values };
}

test('the chart is the guide\'s', () => {
  const { chart, template, values } = deploy();

  template.hasResourceProperties(HELM_CHART, {
    Release: 'karpenter',
    Chart: 'karpenter',
    Repository: 'oci://public.ecr.aws/karpenter/karpenter',
    Version: 'v0.29.2',
    Namespace: 'karpenter',
    CreateNamespace: Match.absent(),
    SkipCrds: true,
    Wait: true,
    Atomic: true,
    ClusterName: 'prod',
  });
  expect(values().settings.aws).toEqual({ clusterName: 'prod', defaultInstanceProfile: 'profile' });
  expect(values().serviceAccount).toEqual({ name: 'karpenter', annotations: { 'eks.amazonaws.com/role-arn': ROLE_ARN } });
  expect([chart.releaseName, chart.namespace, chart.serviceAccountName]).toEqual(['karpenter', 'karpenter', 'karpenter']);
});

test('installation and going back fit together into the fifteen minutes of a Lambda function', () => {
  const { only } = deploy();
  const seconds = Number(/^(\d+)s$/.exec(only(HELM_CHART)[1].Properties.Timeout as string)![1]);

  expect(seconds).toBeGreaterThanOrEqual(300);
  expect(2 * seconds).toBeLessThan(14 * 60);
});

test('the guard comes before the chart, readiness after it', () => {
  const { only } = deploy();
  const [guardId] = only(GUARD);
  const [chartId, chart] = only(HELM_CHART);

  expect(chart.DependsOn).toContain(guardId);
  expect(only(READY)[1].DependsOn).toContain(chartId);
});

test.each<[string, KarpenterChartOptions]>([
  ['another version', { release: KarpenterRelease.v0({ version: '0.31.0' }) }],
  ['other values', { values: { logLevel: 'info' } }],
  ['other hosts', { hostNodegroups: ['apps'] }],
  ['another registry', { chartSource: ChartSource.oci('oci://mirror.example.com/karpenter') }],
  ['another image', { controllerImage: { tag: 'v0.29.3' } }],
])('guard and readiness run again with the chart: %s', (_name, options) => {
  const [before, after] = [deploy(), deploy(options)];

  for (const type of [GUARD, READY]) {
    expect(after.only(type)[1].Properties.Chart).not.toEqual(before.only(type)[1].Properties.Chart);
  }
});

test('a revision makes guard and readiness run again', () => {
  const { template } = deploy({ revision: '7' });

  template.hasResourceProperties(GUARD, { Kept: false, Revision: '7', Namespace: 'karpenter', Release: 'karpenter' });
  template.hasResourceProperties(READY, { Revision: '7', Namespace: 'karpenter', Release: 'karpenter', Probe: Match.serializedJson(Match.anyValue()) });
});

test('values of the user go over ours, deeply', () => {
  const { values } = deploy({ values: { settings: { aws: { isolatedVPC: true } }, tolerations: [], controller: { resources: { limits: { memory: '2Gi' } } } } });

  expect(values().settings.aws).toEqual({ clusterName: 'prod', defaultInstanceProfile: 'profile', isolatedVPC: true });
  expect(values().tolerations).toEqual([]);
  expect(values().controller.resources).toEqual({ requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '2Gi' } });
});

test('an image from elsewhere', () => {
  const digest = `sha256:${'1'.repeat(64)}`;
  const { values } = deploy({ controllerImage: { repository: 'mirror.example.com/controller', digest } });

  expect(values().controller.image).toEqual({ repository: 'mirror.example.com/controller', digest });
});

test('namespace and service account of the user', () => {
  const { chart, template, values } = deploy({ namespace: 'kube-system', serviceAccountName: 'autoscaling' });

  template.hasResourceProperties(HELM_CHART, { Namespace: 'kube-system' });
  template.hasResourceProperties(READY, { Namespace: 'kube-system' });
  expect(values().serviceAccount.name).toBe('autoscaling');
  expect(chart.serviceAccountName).toBe('autoscaling');
});

test('a name of a service account that the role would not trust is refused', () => {
  expect(() => deploy({ values: { serviceAccount: { name: 'other' } } })).toThrow(/values.serviceAccount.name must not be set, got "other"; set serviceAccountName/);
});

test('an empty list of hosts is refused', () => {
  expect(() => deploy({ hostNodegroups: [] })).toThrow('`hostNodegroups` is empty: name at least one node group, or leave it out');
});

test('values and names may be tokens', () => {
  const { stack, cluster } = scene();
  new KarpenterChart(stack, 'Karpenter', {
    cluster: cluster(),
    controllerRole: new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() }),
    instanceProfileName: Fn.importValue('Profile'),
    namespace: Fn.importValue('Namespace'),
    hostNodegroups: [Fn.importValue('Nodegroup')],
    values: { logLevel: Lazy.string({ produce: () => 'info' }), replicas: Lazy.number({ produce: () => 3 }) },
  });
  const [chart] = Object.values(Template.fromStack(stack).findResources(HELM_CHART));

  expect(JSON.stringify(chart.Properties.Values)).toContain('"Fn::ImportValue":"Profile"');
  expect(JSON.stringify(chart.Properties.Values)).toContain('"Fn::ImportValue":"Nodegroup"');
  expect(JSON.stringify(chart.Properties.Values)).toContain('\\"replicas\\":3');
  expect(chart.Properties.Namespace).toEqual({ 'Fn::ImportValue': 'Namespace' });
});

test('two clusters in one stack', () => {
  const { stack, cluster } = scene();
  for (const name of ['one', 'two']) {
    new KarpenterChart(stack, `Karpenter-${name}`, {
      cluster: cluster(name),
      controllerRole: iam.Role.fromRoleArn(stack, `Role-${name}`, ROLE_ARN),
      instanceProfileName: 'profile',
    });
  }

  Template.fromStack(stack).resourceCountIs(HELM_CHART, 2);
});

describe('the CustomResourceDefinitions', () => {
  function crds() {
    const { stack, cluster } = scene();
    const construct = new KarpenterCrds(stack, 'Crds', { cluster: cluster() });
    return { construct, template: Template.fromStack(stack) };
  }

  test('come by their own chart, in a namespace that outlives the controller\'s', () => {
    const { construct, template } = crds();

    template.hasResourceProperties(HELM_CHART, {
      Release: 'karpenter-crd',
      Repository: 'oci://public.ecr.aws/karpenter/karpenter-crd',
      Version: 'v0.29.2',
      Namespace: 'kube-system',
    });
    expect(construct.crdNames).toHaveLength(3);
  });

  test('stay whatever happens to the stack', () => {
    crds().template.hasResource(HELM_CHART, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  test('have a guard before them', () => {
    const { template } = crds();
    const [guardId] = Object.keys(template.findResources(GUARD, { Properties: { Release: 'karpenter-crd', Namespace: 'kube-system', Kept: true } }));

    template.hasResource(HELM_CHART, { DependsOn: Match.arrayWith([guardId]) });
  });
});

describe('the namespace', () => {
  test('is karpenter by default', () => {
    const { stack, cluster } = scene();
    const namespace = new KarpenterNamespace(stack, 'Namespace', { cluster: cluster() });

    expect(namespace.namespaceName).toBe('karpenter');
    Template.fromStack(stack).hasResourceProperties('Custom::KarpenterNamespace', {
      ClusterName: 'prod', KubectlRoleArn: 'arn:aws:iam::111111111111:role/kubectl', Namespace: 'karpenter', Release: 'karpenter',
    });
  });

  test('may be another', () => {
    const { stack, cluster } = scene();
    new KarpenterNamespace(stack, 'Namespace', { cluster: cluster(), namespace: 'scaling', revision: '2' });

    Template.fromStack(stack).hasResourceProperties('Custom::KarpenterNamespace', { Namespace: 'scaling', Revision: '2' });
  });
});
