import { flat, migrate, only, rendered } from './stack';
import { KarpenterRelease } from '../../src/karpenter/karpenter-release';
import { MigrationStage } from '../../src/words/migration-stage';

const TOLERATIONS = [{ key: 'team', operator: 'Exists' }];

describe.each<[string, KarpenterRelease, object, string[]]>([
  ['v0', KarpenterRelease.v0(), { aws: { enablePodENI: true } }, ['vpc.amazonaws.com/pod-eni']],
  ['v1', KarpenterRelease.v1(), { featureGates: { nodeOverlay: true } }, ['*']],
])('the values of the chart of %s', (_name, release, settings, uncounted) => {
  const made = (values?: object) => {
    const template = rendered(migrate(() => ({ release, stage: MigrationStage.CUT_OVER, values })).stack);
    const { Properties: { StagePlan, ...preflight } } = only(template, 'Custom::KarpenterPreflight');
    return {
      preflight,
      plan: JSON.parse(flat(StagePlan)),
      configuration: JSON.parse(flat(only(template, 'Custom::KarpenterMigrationStage').Properties.Configuration)),
    };
  };

  test('decide what the preflight and the scale-down ask of nodes', () => {
    const { preflight, plan, configuration } = made({
      replicas: 3, tolerations: TOLERATIONS, controller: { resources: { requests: { cpu: 2 }, limits: { memory: '3Gi' } } }, settings,
    });
    expect(preflight).toMatchObject({ Replicas: 3, Cpu: '2', Memory: '1Gi', Tolerations: JSON.stringify(TOLERATIONS) });
    expect(configuration).toMatchObject({ Replicas: 3, Cpu: '2', Memory: '1Gi', Tolerations: TOLERATIONS, Uncounted: uncounted });
    expect(plan.uncounted).toEqual(uncounted);
  });

  test('add nothing where they say nothing', () => {
    const { preflight, plan, configuration } = made();
    expect(preflight).toMatchObject({ Replicas: 2, Cpu: '1', Memory: '1Gi' });
    expect([preflight.Tolerations, plan.uncounted, configuration.Tolerations, configuration.Uncounted].filter(one => one !== undefined)).toEqual([]);
  });
});
