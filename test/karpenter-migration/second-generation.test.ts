import * as iam from 'aws-cdk-lib/aws-iam';
import { before, chartValues, flat, idsBelow, manifest, migrate, only, rendered } from './stack';
import { ControllerPolicy } from '../../src/iam/controller-policy';
import { MigrationStage } from '../../src/words/migration-stage';
import { secondRelease } from '../karpenter/second-release';

const { stack, migration } = migrate(() => ({ release: secondRelease() }));
const template = rendered(stack);

describe('a migration with another generation of Karpenter', () => {
  test('has the namespace, the service account and the versions of that generation', () => {
    expect([migration.namespace, migration.karpenterVersion]).toEqual(['meadow', '9.8.7']);
    for (const type of ['Custom::KarpenterNamespace', 'Custom::KarpenterPreflight', 'Custom::KarpenterControllerReady']) {
      expect(only(template, type).Properties.Namespace).toBe('meadow');
    }
    expect(JSON.stringify(template.Resources[idsBelow(template, 'MigrationControllerRole')[0]].Properties.AssumeRolePolicyDocument))
      .toContain('"system:serviceaccount:meadow:shepherd"');
    const charts = Object.values(template.Resources).filter(({ Type }) => Type === 'Custom::AWSCDK-EKS-HelmChart');
    expect(charts.map(({ Properties }) => Properties.Version)).toEqual(['9.8.7', '9.8.7']);
  });

  test('gives the chart its settings, and keeps the controller off its nodes by its label', () => {
    const { settings, serviceAccount, controller, affinity } = chartValues(template);
    expect(settings).toEqual({ clusterName: 'prod' });
    expect(serviceAccount.name).toBe('shepherd');
    expect(controller.resources.limits).toEqual({ cpu: '2', memory: '2Gi' });
    expect(affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0])
      .toEqual({ key: 'second.example.com/herd', operator: 'DoesNotExist' });
  });

  test('makes no instance profile, and a node role with that generation\'s policies', () => {
    expect(migration.instanceProfile).toBeUndefined();
    expect(Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::IAM::InstanceProfile')).toEqual([]);
    expect(Object.keys(template.Outputs).filter(name => name.includes('InstanceProfile'))).toEqual([]);
    const [role] = idsBelow(template, 'MigrationNodeRole');
    expect(JSON.stringify(template.Resources[role].Properties.ManagedPolicyArns)).toContain('AmazonEC2ContainerRegistryPullOnly');
    expect(flat(manifest(template, 'MigrationPasture').spec.role)).toContain('MigrationNodeRole');
  });

  test('lets the controller do what that generation\'s statements say', () => {
    const sids = (of: typeof template) => of.Resources[idsBelow(of, 'MigrationControllerRolePolicy')[0]].Properties.PolicyDocument.Statement
      .map(({ Sid }: { Sid: string }) => Sid);
    expect(sids(template)).toEqual(['Second']);
    expect(sids(rendered(migrate(() => ({ release: secondRelease(), controllerPolicy: ControllerPolicy.guide() })).stack))).toEqual(['SecondGuide']);
  });

  test('is compared with that generation\'s Kubernetes range, CRDs, objects and needs', () => {
    expect(only(template, 'Custom::KarpenterPreflight').Properties).toMatchObject({
      Api: 'second.example.com/v7',
      MinimumVersion: '1.30',
      MaximumVersion: '1.40',
      Crds: ['herds.second.example.com', 'pastures.second.example.com'],
      Objects: ['herds.v7.second.example.com/first', 'pastures.v7.second.example.com/plain'],
      Replicas: 3,
      Cpu: '2',
      Memory: '2Gi',
    });
  });

  test('is carried out with that generation\'s API and its first pool', () => {
    const { Configuration } = only(template, 'Custom::KarpenterMigrationStage').Properties;
    expect(JSON.parse(flat(Configuration))).toMatchObject({ Api: 'second.example.com/v7', Pools: ['first'] });
    const policies = Object.values(template.Resources).filter(({ Type }) => /^AWS::IAM::(Managed)?Policy$/.test(Type));
    expect(JSON.stringify(policies)).toContain('aws:ResourceTag/second.example.com/cluster');
  });

  test('waits for the controller without a probe, since there are no webhooks', () => {
    expect(only(template, 'Custom::KarpenterControllerReady').Properties).not.toHaveProperty('Probe');
  });

  test('makes its objects after the controller is ready and before the stage, and keeps them', () => {
    const [ready] = idsBelow(template, 'MigrationKarpenterReady');
    const stage = Object.keys(template.Resources).find(id => template.Resources[id].Type === 'Custom::KarpenterMigrationStage')!;
    for (const path of ['MigrationPasture', 'MigrationHerd']) {
      const [object] = idsBelow(template, path);
      expect(before(template, object)).toContain(ready);
      expect(before(template, stage)).toContain(object);
      expect(template.Resources[object].DeletionPolicy).toBe('RetainExceptOnCreate');
    }
    expect(manifest(template, 'MigrationPasture').spec.network).toEqual({ tag: { key: 'karpenter.sh/discovery', value: 'prod' } });
  });

  test('can be removed', () => {
    const removed = rendered(migrate(() => ({ release: secondRelease(), stage: MigrationStage.REMOVED })).stack);
    expect([undefined, 'Delete']).toContain(removed.Resources[idsBelow(removed, 'MigrationHerd')[0]].DeletionPolicy);
  });

  test.each([
    ['provisioner', () => migration.provisioner],
    ['nodeTemplate', () => migration.nodeTemplate],
    ['addProvisioner', () => migration.addProvisioner('Gpu', { name: 'gpu' })],
    ['addNodeTemplate', () => migration.addNodeTemplate('Gpu', { name: 'gpu' })],
  ])('refuses %s, which belongs to another release', (member, use) => {
    expect(use).toThrow(`\`${member}\` belongs to KarpenterRelease.v0, and \`release\` is KarpenterRelease.second (Karpenter 9.8.7): `
      + 'use what belongs to that, or set `release` to KarpenterRelease.v0()');
  });

  test('refuses values that follow from something else in that generation, and no others', () => {
    const values = (settings: object) => () => migrate(() => ({ release: secondRelease(), values: { settings } }));
    expect(values({ clusterName: 'other' })).toThrow('values.settings.clusterName must not be set, got "other"; it follows from `cluster`');
    expect(values({ aws: { clusterName: 'other' } })).not.toThrow();
  });

  test('refuses an instance profile that nothing would use', () => {
    expect(() => migrate(scope => ({
      release: secondRelease(),
      nodeRole: iam.Role.fromRoleArn(scope, 'Nodes', 'arn:aws:iam::111111111111:role/nodes'),
      instanceProfile: iam.InstanceProfile.fromInstanceProfileName(scope, 'Profile', 'nodes'),
    }))).toThrow('instanceProfile is set, and Karpenter 9.8.7 makes the profiles of its nodes itself: leave it out');
  });
});
