import { CfnParameter } from 'aws-cdk-lib';
import { before, flat, Given, idsBelow, manifest, migrate, only, rendered } from './stack';
import { Discovery } from '../../src/discovery-tags/discovery';
import { KarpenterRelease } from '../../src/karpenter/karpenter-release';
import { MigrationStage } from '../../src/words/migration-stage';

/** A migration with a second node template and a Provisioner that launches by it. */
function withGpu(given?: Given) {
  const { stack, migration } = migrate(given);
  const nodeTemplate = migration.addNodeTemplate('GpuTemplate', { name: 'gpu' });
  migration.addProvisioner('Gpu', { name: 'gpu', nodeTemplate });
  return { migration, nodeTemplate, template: rendered(stack) };
}

const { migration, nodeTemplate, template } = withGpu();
const [id] = idsBelow(template, 'MigrationGpuTemplate');

describe('a node template that is added', () => {
  test('is another one than the first', () => {
    expect(nodeTemplate.nodeTemplateName).toBe('gpu');
    expect(migration.nodeTemplate!.nodeTemplateName).toBe('default');
    expect(manifest(template, 'MigrationGpuTemplate')).toMatchObject({ kind: 'AWSNodeTemplate', metadata: { name: 'gpu' } });
  });

  test('comes after the chart is ready, before Provisioners that launch by it, and before the stage', () => {
    const [ready] = idsBelow(template, 'MigrationKarpenterReady');
    const [provisioner] = idsBelow(template, 'MigrationGpuManifest');
    const stage = Object.keys(template.Resources).find(each => template.Resources[each].Type === 'Custom::KarpenterMigrationStage')!;
    expect(before(template, id)).toContain(ready);
    expect(before(template, provisioner)).toContain(id);
    expect(before(template, stage)).toContain(id);
    expect(manifest(template, 'MigrationGpuManifest').spec.providerRef).toEqual({ name: 'gpu' });
    expect(manifest(template, 'MigrationProvisioner').spec.providerRef).toEqual({ name: 'default' });
  });

  test('is one of the objects that must not be there before', () => {
    expect(only(template, 'Custom::KarpenterPreflight').Properties.Objects).toEqual([
      'provisioners.v1alpha5.karpenter.sh/default', 'provisioners.v1alpha5.karpenter.sh/gpu',
      'awsnodetemplates.v1alpha1.karpenter.k8s.aws/default', 'awsnodetemplates.v1alpha1.karpenter.k8s.aws/gpu',
    ]);
  });

  test('is kept as the first one is, until the removal', () => {
    const [first] = idsBelow(template, 'MigrationNodeTemplate');
    const policies = (each: string) => [template.Resources[each].DeletionPolicy, template.Resources[each].UpdateReplacePolicy];
    expect(policies(id)).toEqual(['RetainExceptOnCreate', 'Retain']);
    expect(policies(id)).toEqual(policies(first));
    const removed = withGpu(() => ({ stage: MigrationStage.REMOVED })).template;
    expect(removed.Resources[id].DeletionPolicy).toBe('Delete');
    expect(removed.Resources[id].Properties).toEqual(template.Resources[id].Properties);
  });

  test('is kept even when a creation rolls back where a migration takes over', () => {
    expect(withGpu(() => ({ takeOver: true })).template.Resources[id].DeletionPolicy).toBe('Retain');
  });

  test('selects by the discovery of the migration, unless it says how', () => {
    const ids = migrate(() => ({ discovery: Discovery.ids({ subnetIds: ['subnet-1', 'subnet-2'], securityGroupIds: ['sg-1'] }) }));
    ids.migration.addNodeTemplate('Second', { name: 'second' });
    ids.migration.addNodeTemplate('Third', { name: 'third', subnetSelector: { 'aws-ids': 'subnet-3' } });
    ids.migration.addNodeTemplate('Fourth', { name: 'fourth', launchTemplateName: 'mine' });
    const made = rendered(ids.stack);
    const securityGroupSelector = { 'aws-ids': 'sg-1' };
    expect(manifest(made, 'MigrationSecond').spec).toEqual({ subnetSelector: { 'aws-ids': 'subnet-1,subnet-2' }, securityGroupSelector });
    expect(manifest(made, 'MigrationThird').spec).toEqual({ subnetSelector: { 'aws-ids': 'subnet-3' }, securityGroupSelector });
    expect(manifest(made, 'MigrationFourth').spec).toEqual({ subnetSelector: { 'aws-ids': 'subnet-1,subnet-2' }, launchTemplate: 'mine' });
    expect(manifest(template, 'MigrationGpuTemplate').spec.subnetSelector).toEqual({ 'karpenter.sh/discovery': 'prod' });
  });

  test('may take the default name where the first Provisioner brings its own', () => {
    const own = migrate(() => ({ release: KarpenterRelease.v0({ provisioner: { nodeTemplateName: 'elsewhere' } }) }));
    own.migration.addNodeTemplate('Own', {});
    expect(only(rendered(own.stack), 'Custom::KarpenterPreflight').Properties.Objects)
      .toEqual(['provisioners.v1alpha5.karpenter.sh/default', 'awsnodetemplates.v1alpha1.karpenter.k8s.aws/default']);
  });

  test('may have a name that is known only in the deployment', () => {
    const late = migrate();
    late.migration.addNodeTemplate('Late', { name: new CfnParameter(late.stack, 'TemplateName').valueAsString });
    expect(only(rendered(late.stack), 'Custom::KarpenterPreflight').Properties.Objects.map(flat)).toContain('awsnodetemplates.v1alpha1.karpenter.k8s.aws/<TemplateName>');
  });
});
