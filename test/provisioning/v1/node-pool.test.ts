import { CfnParameter, Duration, Lazy, Size } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { nodePoolManifest } from './fixtures';
import { Requirement } from '../../../src/provisioning/requirement';
import { Taint } from '../../../src/provisioning/taint';
import { AmiAlias, NodeClassAmiFamily } from '../../../src/provisioning/v1/ami';
import { Consolidation, NodeExpiry } from '../../../src/provisioning/v1/disruption';
import { DisruptionBudget, DisruptionReason } from '../../../src/provisioning/v1/disruption-budget';
import { EC2NodeClass } from '../../../src/provisioning/v1/ec2-node-class';
import { EC2NodeClassOptions } from '../../../src/provisioning/v1/ec2-node-class-options';
import { NodePool } from '../../../src/provisioning/v1/node-pool';
import { NodePoolOptions } from '../../../src/provisioning/v1/node-pool-options';
import { WellKnownLabel } from '../../../src/provisioning/well-known-label';
import { MANIFEST_RESOURCE, importedCluster, manifestsOf, schemaErrors } from '../fixtures';

const AMD64 = { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] };
const LINUX = { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] };
const ON_DEMAND = { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['on-demand'] };
const CATEGORIES = { key: 'karpenter.k8s.aws/instance-category', operator: 'In', values: ['c', 'm', 'r'] };
const GENERATIONS = { key: 'karpenter.k8s.aws/instance-generation', operator: 'Gt', values: ['2'] };

function requirementsOf(options: NodePoolOptions): any[] {
  return nodePoolManifest(options).spec.template.spec.requirements;
}

test('the default is the guide\'s on demand instead of on spot, with the budget that Karpenter would fill in', () => {
  expect(nodePoolManifest({})).toEqual({
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodePool',
    metadata: { name: 'default' },
    spec: {
      template: {
        spec: {
          requirements: [AMD64, LINUX, ON_DEMAND, CATEGORIES, GENERATIONS],
          nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'default' },
          expireAfter: '720h',
        },
      },
      limits: { cpu: '1000' },
      disruption: { consolidationPolicy: 'WhenEmptyOrUnderutilized', consolidateAfter: '1m', budgets: [{ nodes: '10%' }] },
    },
  });
});

test('every field of the API is rendered as the schema has it', () => {
  const manifest = nodePoolManifest({
    name: 'batch',
    nodeClassName: 'batch-nodes',
    objectLabels: { 'example.com/team': 'a' },
    objectAnnotations: { 'example.com/note': 'of the pool' },
    requirements: [
      Requirement.isIn(WellKnownLabel.CAPACITY_TYPE, ['spot', 'on-demand']),
      Requirement.isIn(WellKnownLabel.INSTANCE_FAMILY, ['m5', 'm6i', 'm7i']).withMinValues(2),
      Requirement.atLeast(WellKnownLabel.INSTANCE_CPU, 4),
      Requirement.atMost(WellKnownLabel.INSTANCE_CPU, 32),
      Requirement.doesNotExist(WellKnownLabel.INSTANCE_GPU_NAME),
    ],
    labels: { 'example.com/purpose': 'batch', 'empty': '' },
    annotations: { 'example.com/note': 'any text, at all' },
    taints: [Taint.noSchedule('example.com/batch', 'true'), Taint.preferNoSchedule('busy')],
    startupTaints: [Taint.noExecute('example.com/agent', '')],
    consolidation: Consolidation.balanced(Duration.seconds(90)),
    disruptionBudgets: [
      DisruptionBudget.percentage(20, { reasons: [DisruptionReason.EMPTY, DisruptionReason.DRIFTED] }),
      DisruptionBudget.nodes(0, { window: { schedule: '0 9 * * mon-fri', duration: Duration.minutes(510) } }),
    ],
    expireAfter: NodeExpiry.after(Duration.days(7)),
    terminationGracePeriod: Duration.hours(1),
    limits: { cpu: 100, memory: Size.gibibytes(400), extendedResources: { 'nvidia.com/gpu': 2 } },
    weight: 10,
  });

  expect(manifest).toEqual({
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodePool',
    metadata: { name: 'batch', labels: { 'example.com/team': 'a' }, annotations: { 'example.com/note': 'of the pool' } },
    spec: {
      template: {
        metadata: { labels: { 'example.com/purpose': 'batch', 'empty': '' }, annotations: { 'example.com/note': 'any text, at all' } },
        spec: {
          nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'batch-nodes' },
          requirements: [
            { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot', 'on-demand'] },
            { key: 'karpenter.k8s.aws/instance-family', operator: 'In', values: ['m5', 'm6i', 'm7i'], minValues: 2 },
            { key: 'karpenter.k8s.aws/instance-cpu', operator: 'Gte', values: ['4'] },
            { key: 'karpenter.k8s.aws/instance-cpu', operator: 'Lte', values: ['32'] },
            { key: 'karpenter.k8s.aws/instance-gpu-name', operator: 'DoesNotExist' },
            AMD64,
            LINUX,
          ],
          taints: [{ key: 'example.com/batch', value: 'true', effect: 'NoSchedule' }, { key: 'busy', effect: 'PreferNoSchedule' }],
          startupTaints: [{ key: 'example.com/agent', effect: 'NoExecute' }],
          expireAfter: '168h',
          terminationGracePeriod: '1h',
        },
      },
      disruption: {
        consolidationPolicy: 'Balanced',
        consolidateAfter: '90s',
        budgets: [{ nodes: '20%', reasons: ['Empty', 'Drifted'] }, { nodes: '0', schedule: '0 9 * * mon-fri', duration: '510m' }],
      },
      limits: { 'cpu': '100', 'memory': '400Gi', 'nvidia.com/gpu': '2' },
      weight: 10,
    },
  });
  expect(schemaErrors('NodePool', manifest)).toEqual([]);
});

test.each<[string, NodePoolOptions, object[]]>([
  ['an operating system', { requirements: [Requirement.isIn(WellKnownLabel.OS, ['windows'])] }, [AMD64, ON_DEMAND, CATEGORIES, GENERATIONS]],
  ['an architecture', { requirements: [Requirement.exists(WellKnownLabel.ARCH)] }, [LINUX, ON_DEMAND, CATEGORIES, GENERATIONS]],
  ['an architecture by its old key', { requirements: [Requirement.isIn('beta.kubernetes.io/arch', ['arm64'])] }, [LINUX, ON_DEMAND, CATEGORIES, GENERATIONS]],
  ['a capacity type', { requirements: [Requirement.isIn(WellKnownLabel.CAPACITY_TYPE, ['spot'])] }, [AMD64, LINUX, CATEGORIES, GENERATIONS]],
  ['instance types', { requirements: [Requirement.isIn(WellKnownLabel.INSTANCE_TYPE, ['m5.large'])] }, [AMD64, LINUX, ON_DEMAND]],
  ['families', { requirements: [Requirement.isNotIn(WellKnownLabel.INSTANCE_FAMILY, ['t2'])] }, [AMD64, LINUX, ON_DEMAND]],
  ['categories', { requirements: [Requirement.isIn(WellKnownLabel.INSTANCE_CATEGORY, ['g'])] }, [AMD64, LINUX, ON_DEMAND]],
  ['generations', { requirements: [Requirement.greaterThan(WellKnownLabel.INSTANCE_GENERATION, 4)] }, [AMD64, LINUX, ON_DEMAND]],
  ['sizes only', { requirements: [Requirement.isNotIn(WellKnownLabel.INSTANCE_SIZE, ['nano'])] }, [AMD64, LINUX, ON_DEMAND, CATEGORIES, GENERATIONS]],
  ['an architecture by a label', { labels: { [WellKnownLabel.ARCH]: 'arm64' } }, [LINUX, ON_DEMAND, CATEGORIES, GENERATIONS]],
])('a default gives way where a pool speaks of %s', (_, options, defaults) => {
  const given = (options.requirements ?? []).map((requirement) => requirement._render());

  expect(requirementsOf(options)).toEqual([...JSON.parse(JSON.stringify(given)), ...defaults]);
});

function classAndPool(options: EC2NodeClassOptions, pool: NodePoolOptions = {}) {
  const { stack, cluster } = importedCluster();
  const nodeClass = new EC2NodeClass(stack, 'NodeClass', { cluster, instanceProfile: 'nodes', name: 'mine', ...options });
  return { stack, nodeClass, pool: new NodePool(stack, 'NodePool', { cluster, nodeClass, ...pool }) };
}

test.each<[string, EC2NodeClassOptions, string]>([
  ['Linux', {}, 'linux'],
  ['Windows', { amiAlias: AmiAlias.windows2022Latest() }, 'windows'],
  ['whatever its own image has', { amiAlias: AmiAlias.windows2022Latest(), amiFamily: NodeClassAmiFamily.CUSTOM }, 'linux'],
])('a pool runs what its node class runs: %s', (_, options, os) => {
  expect((classAndPool(options).pool._toManifest() as any).spec.template.spec.requirements).toContainEqual({ ...LINUX, values: [os] });
});

test('a pool that wants another operating system than its node class runs is refused', () => {
  const windows = { requirements: [Requirement.isIn(WellKnownLabel.OS, ['windows'])] };

  expect(() => classAndPool({}, windows)).toThrow('requirements on "kubernetes.io/os" exclude linux, which is what EC2NodeClass "mine" runs');
  expect(() => classAndPool({ amiAlias: AmiAlias.windows2019Latest() }, windows)).not.toThrow();
});

test('a NodePool is applied after its node class, and so deleted before it', () => {
  const { stack, nodeClass, pool } = classAndPool({});

  const resources = Template.fromStack(stack).findResources(MANIFEST_RESOURCE);
  expect(resources[stack.getLogicalId(pool.manifest.node.defaultChild as any)].DependsOn)
    .toContain(stack.getLogicalId(nodeClass.manifest.node.defaultChild as any));
  expect((pool._toManifest() as any).spec.template.spec.nodeClassRef.name).toBe('mine');
});

test('a node class and the name of one exclude each other', () => {
  expect(() => classAndPool({}, { nodeClassName: 'other' })).toThrow('`nodeClass` and `nodeClassName` ("other") are both set');
});

test('a changed spec is the same resource and another name is another one, so that the old object is deleted', () => {
  const idOf = (options: NodePoolOptions) => {
    const { stack, cluster } = importedCluster();
    new NodePool(stack, 'NodePool', { cluster, ...options });
    return Object.keys(Template.fromStack(stack).findResources(MANIFEST_RESOURCE))[0];
  };

  expect(idOf({ weight: 7 })).toEqual(idOf({}));
  expect(idOf({ name: 'other' })).not.toEqual(idOf({}));
});

test('a NodePool that is being removed carries a mark beside its own annotations, and keeps its spec', () => {
  const { stack, cluster } = importedCluster();
  const pool = new NodePool(stack, 'NodePool', { cluster, objectAnnotations: { 'example.com/note': 'mine' } });
  const before: any = pool._toManifest();
  pool._markRemoved();

  const { NodePool: manifest } = manifestsOf(stack);
  expect(manifest.metadata.annotations).toEqual({ 'example.com/note': 'mine', 'cdk-karpenter-migration/stage': 'REMOVED' });
  expect(manifest.spec).toEqual(before.spec);
  expect(schemaErrors('NodePool', manifest)).toEqual([]);
});

const lateText = (text: string) => Lazy.string({ produce: () => text });
const lateNumber = (number: number) => Lazy.number({ produce: () => number });

test('values that are known only later are not judged, and survive', () => {
  const { stack, cluster } = importedCluster();
  new NodePool(stack, 'NodePool', {
    cluster,
    requirements: [
      Requirement.isIn(lateText('example.com/late'), [lateText('late value')]),
      Requirement.isIn(WellKnownLabel.ARCH, [lateText('arm64')]),
      Requirement.atLeast(WellKnownLabel.INSTANCE_CPU, lateNumber(7)).withMinValues(lateNumber(3)),
      Requirement.isIn(WellKnownLabel.ZONE, Lazy.list({ produce: () => ['a', 'b'] })).withMinValues(2),
    ],
    taints: [Taint.noSchedule(lateText('late'), lateText('later'))],
    weight: lateNumber(50),
    consolidation: Consolidation.whenEmpty(Duration.seconds(lateNumber(30))),
    disruptionBudgets: [
      DisruptionBudget.nodes(lateNumber(3)),
      DisruptionBudget.percentage(lateNumber(4), { window: { schedule: lateText('@daily'), duration: Duration.minutes(lateNumber(5)) } }),
    ],
    expireAfter: NodeExpiry.after(Duration.seconds(lateNumber(3600))),
  });

  expect(manifestsOf(stack).NodePool.spec).toMatchObject({
    template: {
      spec: {
        requirements: [
          { key: 'example.com/late', operator: 'In', values: ['late value'] },
          { values: ['arm64'] },
          { operator: 'Gte', values: ['7'], minValues: 3 },
          { operator: 'In', values: ['a', 'b'], minValues: 2 },
          LINUX, ON_DEMAND, CATEGORIES, GENERATIONS,
        ],
        taints: [{ key: 'late', value: 'later', effect: 'NoSchedule' }],
        expireAfter: '3600s',
      },
    },
    disruption: {
      consolidationPolicy: 'WhenEmpty',
      consolidateAfter: '30s',
      budgets: [{ nodes: '3' }, { nodes: '4%', schedule: '@daily', duration: '5m' }],
    },
    weight: 50,
  });
});

test('the name of a NodePool may be known only at deployment', () => {
  const { stack, cluster } = importedCluster();
  const name = new CfnParameter(stack, 'Name').valueAsString;
  new NodePool(stack, 'NodePool', { cluster, name, nodeClassName: name });

  const { Manifest: manifest } = Object.values(Template.fromStack(stack).findResources(MANIFEST_RESOURCE))[0].Properties;
  expect(JSON.stringify(manifest).match(/{"Ref":"Name"}/g)).toHaveLength(2);
});
