import { CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { parseAllDocuments } from 'yaml';
import { MANIFEST_RESOURCE, clusterIn, importedCluster, manifestsOf, schemaErrors } from './fixtures';
import { AWSNodeTemplate } from '../../src/provisioning/v0/aws-node-template';
import { Provisioner } from '../../src/provisioning/v0/provisioner';

/** The chapter "Create default provisioner" of the guide, for the cluster "prod". */
const GUIDE = `
apiVersion: karpenter.sh/v1alpha5
kind: Provisioner
metadata:
  name: default
spec:
  requirements:
    - key: karpenter.k8s.aws/instance-category
      operator: In
      values: [c, m, r]
    - key: karpenter.k8s.aws/instance-generation
      operator: Gt
      values: ["2"]
  providerRef:
    name: default
---
apiVersion: karpenter.k8s.aws/v1alpha1
kind: AWSNodeTemplate
metadata:
  name: default
spec:
  subnetSelector:
    karpenter.sh/discovery: "prod"
  securityGroupSelector:
    karpenter.sh/discovery: "prod"
`;
const [guideProvisioner, guideNodeTemplate] = parseAllDocuments(GUIDE).map((document) => document.toJS());

function withDefaults() {
  const { stack, cluster } = importedCluster();
  const nodeTemplate = new AWSNodeTemplate(stack, 'NodeTemplate', { cluster });
  const provisioner = new Provisioner(stack, 'Provisioner', { cluster, nodeTemplate });
  return { stack, cluster, nodeTemplate, provisioner };
}

test('the default Provisioner and node template are the guide\'s, and nothing more', () => {
  const { stack } = withDefaults();

  expect(manifestsOf(stack)).toEqual({ Provisioner: guideProvisioner, AWSNodeTemplate: guideNodeTemplate });
});

test('the guide\'s objects satisfy the schemas of the real CRDs', () => {
  expect(schemaErrors('Provisioner', guideProvisioner)).toEqual([]);
  expect(schemaErrors('AWSNodeTemplate', guideNodeTemplate)).toEqual([]);
});

test('the schemas report a field that does not exist, at any depth, and a wrong type', () => {
  const { spec } = guideProvisioner;

  expect(schemaErrors('Provisioner', { ...guideProvisioner, spec: { ...spec, ttl: 1 } })).toEqual(['/spec must NOT have additional properties']);
  expect(schemaErrors('Provisioner', { ...guideProvisioner, spec: { ...spec, limits: { cpu: '1' } } }))
    .toEqual(['/spec/limits must NOT have additional properties']);
  expect(schemaErrors('Provisioner', { ...guideProvisioner, spec: { ...spec, weight: '7' } })).toEqual(['/spec/weight must be integer']);
  expect(schemaErrors('Provisioner', { ...guideProvisioner, apiVersion: 'karpenter.k8s.aws/v1alpha5' })).toEqual(['/apiVersion must be equal to constant']);
});

test('objects are applied one by one, over what is there, without labels for pruning', () => {
  const { stack } = withDefaults();

  const resources = Object.values(Template.fromStack(stack).findResources(MANIFEST_RESOURCE));
  expect(resources).toHaveLength(2);
  for (const { Properties: properties } of resources) {
    expect(properties).toMatchObject({ Overwrite: true, ClusterName: 'prod', RoleArn: 'arn:aws:iam::111111111111:role/kubectl' });
    expect(properties).not.toHaveProperty('PruneLabel');
  }
});

test('the Provisioner is applied after its node template, and so deleted before it', () => {
  const { stack, provisioner, nodeTemplate } = withDefaults();

  const resources = Template.fromStack(stack).findResources(MANIFEST_RESOURCE);
  const provisionerId = stack.getLogicalId(provisioner.manifest.node.defaultChild as any);
  const nodeTemplateId = stack.getLogicalId(nodeTemplate.manifest.node.defaultChild as any);
  expect(resources[provisionerId].DependsOn).toContain(nodeTemplateId);
});

test('a changed spec is the same resource and another name is another one, so that the old object is deleted', () => {
  const idOf = (options: object) => {
    const { stack, cluster } = importedCluster();
    new Provisioner(stack, 'Provisioner', { cluster, ...options });
    return Object.keys(Template.fromStack(stack).findResources(MANIFEST_RESOURCE))[0];
  };

  expect(idOf({ weight: 7 })).toEqual(idOf({}));
  expect(idOf({ name: 'other' })).not.toEqual(idOf({}));
});

test('a name of the cluster that is known only at deployment reaches the selectors', () => {
  const { stack } = importedCluster();
  const parameter = new CfnParameter(stack, 'ClusterName');
  const cluster = clusterIn(stack, 'Late', parameter.valueAsString);
  new AWSNodeTemplate(stack, 'NodeTemplate', { cluster });

  const manifest = Object.values(Template.fromStack(stack).findResources(MANIFEST_RESOURCE))[0].Properties.Manifest;
  expect(resolveRefs(manifest, { ClusterName: 'late' })).toEqual([{
    ...guideNodeTemplate,
    spec: { subnetSelector: { 'karpenter.sh/discovery': 'late' }, securityGroupSelector: { 'karpenter.sh/discovery': 'late' } },
  }]);
});

test('names of objects may be known only at deployment too', () => {
  const { stack, cluster } = importedCluster();
  const parameter = new CfnParameter(stack, 'Name');
  const nodeTemplate = new AWSNodeTemplate(stack, 'NodeTemplate', { cluster, name: parameter.valueAsString });
  const provisioner = new Provisioner(stack, 'Provisioner', { cluster, name: parameter.valueAsString, nodeTemplate });

  const resources = Template.fromStack(stack).findResources(MANIFEST_RESOURCE);
  const manifest = resources[stack.getLogicalId(provisioner.manifest.node.defaultChild as any)].Properties.Manifest;
  expect(resolveRefs(manifest, { Name: 'late' })[0]).toMatchObject({ metadata: { name: 'late' }, spec: { providerRef: { name: 'late' } } });
});

test('a Provisioner can refer to a node template that something else makes', () => {
  const { stack, cluster } = importedCluster();
  new Provisioner(stack, 'Provisioner', { cluster, nodeTemplateName: 'theirs' });

  expect(manifestsOf(stack).Provisioner.spec.providerRef).toEqual({ name: 'theirs' });
});

test('a Provisioner that is being removed carries a mark and keeps its spec, so that the way back applies it again', () => {
  const { stack, cluster } = importedCluster();
  const provisioner = new Provisioner(stack, 'Provisioner', { cluster, limits: { cpu: 1000, pods: 10 }, weight: 7 });
  provisioner._markRemoved();

  const { Provisioner: manifest } = manifestsOf(stack);
  expect(manifest.metadata).toEqual({ name: 'default', annotations: { 'cdk-karpenter-migration/stage': 'REMOVED' } });
  expect(manifest.spec).toEqual({ ...guideProvisioner.spec, limits: { resources: { cpu: '1000', pods: '10' } }, weight: 7 });
  expect(schemaErrors('Provisioner', manifest)).toEqual([]);
});

test('two clusters can have their own defaults in one stack', () => {
  const { stack, cluster } = importedCluster();
  const other = clusterIn(stack, 'Other', 'other');
  new AWSNodeTemplate(stack, 'ForFirst', { cluster });
  new AWSNodeTemplate(stack, 'ForOther', { cluster: other });

  expect(clusterNames(stack)).toEqual(['other', 'prod']);
});

function clusterNames(stack: Stack): string[] {
  return Object.values(Template.fromStack(stack).findResources(MANIFEST_RESOURCE)).map((each) => each.Properties.ClusterName).sort();
}

/** What CloudFormation makes of a joined manifest. */
function resolveRefs(manifest: any, values: Record<string, string>): any {
  const [separator, parts] = manifest['Fn::Join'];
  return JSON.parse(parts.map((part: any) => typeof part === 'string' ? part : values[part.Ref]).join(separator));
}
