import { ApiObject, PoolFacts } from '../../../src/karpenter/api/karpenter-api';
import { V1_API } from '../../../src/karpenter/v1/api';
import { stageFindings } from '../../../src/preflight/workloads/checks';
import { StageFacts } from '../../../src/preflight/workloads/facts';
import { neededRights, rightText } from '../../../src/preflight/workloads/rights';
import { PreflightCheck } from '../../../src/words/preflight-check';
import { subnet } from '../../preflight/facts';
import { isIn, placement, question, shape, stageFacts, workload } from '../../preflight/workloads/stage';

const object = (name: string, spec?: object): ApiObject => ({ metadata: { name }, spec }) as ApiObject;
const nodePool = (name: string, changes: Partial<PoolFacts> = {}): PoolFacts => ({ ...V1_API.poolFacts(object(name)), nodeClass: 'default', ...changes });
const nodeClass = V1_API.nodeClassFacts([object('default', { amiSelectorTerms: [{ alias: 'al2023@latest' }] })], [])[0];

function facts(changes: Partial<StageFacts> = {}): StageFacts {
  return stageFacts({ pools: [nodePool('default')], nodeClasses: [nodeClass], subnets: { default: [subnet('subnet-a')] }, ...changes });
}

const found = (given: StageFacts) => stageFindings(given, question({ api: V1_API.name }));
const says = (given: StageFacts, check: PreflightCheck) =>
  found(given).filter(one => one.check === check).map(({ message, remedy }) => `${message}; ${remedy}`).join('\n');

test.each<[string, Partial<StageFacts>, PreflightCheck, RegExp]>([
  ['no NodePool', { pools: [] }, PreflightCheck.POOLS, /^there is no NodePool, so/],
  ['no EC2NodeClass', { nodeClasses: [], subnets: {} }, PreflightCheck.POOLS, /NodePool default has no EC2NodeClass \(default does not exist\)/],
  ['NodePools of a fixed size only', { pools: [nodePool('default', { replicas: 3 })] }, PreflightCheck.POOLS,
    /^no NodePool can make a node: NodePool default keeps a fixed number of nodes/],
  ['limits that are used up', { pools: [nodePool('default', { limits: { cpu: '1' }, used: { cpu: '1' } })] }, PreflightCheck.POOL_LIMITS,
    /the limits of the NodePools leave 0 vCPUs.*raise `limits` of a NodePool/],
  ['limits that are used up, beside a fixed one without', {
    pools: [nodePool('default', { limits: { cpu: '1' }, used: { cpu: '1' } }), nodePool('fixed', { replicas: 3 })],
  }, PreflightCheck.POOL_LIMITS, /the limits of the NodePools leave 0 vCPUs/],
  ['a pod that only a fixed one would take', {
    pools: [nodePool('default'), nodePool('fixed', { replicas: 3, labels: { team: 'a' } })], placements: [placement({ nodeSelector: { team: 'a' } })],
  }, PreflightCheck.PLACEMENT, /needs team in a/],
  ['pods that stay', { workloads: [workload('cart', { doNotEvict: ['shop/cart-1'] })] }, PreflightCheck.KEPT_PODS, /annotation karpenter\.sh\/do-not-disrupt: shop\/cart-1/],
  ['a disk', { nodegroups: [shape('apps', { diskGib: 100 })] }, PreflightCheck.NODE_FEATURES, /instead of 20.*give it to the node class \(`userData`/],
])('the preflight speaks v1\'s words: %s', (_name, changes, check, expected) => {
  expect(says(facts(changes), check)).toMatch(expected);
});

test('labels of kubernetes.io keep no node from being made, labels of Karpenter\'s own do', () => {
  const needs = (key: string) => says(facts({ placements: [placement({ wishes: [key] })] }), PreflightCheck.PLACEMENT);
  expect(needs('node-role.kubernetes.io/worker')).toBe('');
  expect(needs('karpenter.sh/own')).toMatch(/karpenter\.sh\/own in its node affinity, for which Karpenter makes no node/);
});

test.each<[version: string, key: string, refused: boolean]>([
  ['1.8.6', 'node-role.kubernetes.io/worker', true],
  ['1.8.6', 'app.k8s.io/tier', true],
  ['1.8.6', 'node-restriction.kubernetes.io/team', false],
  ['1.8.6', 'apps.kops.k8s.io/instancegroup', false],
  ['1.8.6', 'kubernetes.io/arch', false],
  ['1.8.6', 'example.com/team', false],
  ['1.8.6', 'karpenter.k8s.aws/instance-tenancy', true],
  ['1.8.6', 'karpenter.k8s.aws/instance-capability-flex', false],
  ['1.6.8', 'karpenter.k8s.aws/instance-capability-flex', true],
  ['1.9.0', 'node-role.kubernetes.io/worker', false],
  ['1.9.0', 'karpenter.k8s.aws/instance-tenancy', false],
  ['1.10.0', 'karpenter.k8s.aws/placement-group-id', true],
  ['1.11.0', 'karpenter.k8s.aws/placement-group-id', false],
  ['1.14.3', 'karpenter.sh/own', true],
])('Karpenter %s and a pod whose affinity speaks of %s: no node: %s', (karpenterVersion, key, refused) => {
  const given = facts({ placements: [placement({ wishes: [key] })] });
  const messages = stageFindings(given, question({ api: V1_API.name, karpenterVersion })).filter(({ check }) => check === PreflightCheck.PLACEMENT);
  expect(messages.map(({ message }) => message).join()).toEqual(refused ? expect.stringContaining(`${key} in its node affinity, for which Karpenter makes no node`) : '');
});

test('a NodePool without a word about capacity launches Spot', () => {
  const spot = { nodegroups: [shape('apps', { capacityType: 'SPOT' })] };
  expect(says(facts(spot), PreflightCheck.SPOT_NODEGROUPS)).toBe('');
  expect(says(facts({ ...spot, pools: [nodePool('default', { requirements: [isIn('karpenter.sh/capacity-type', 'on-demand')] })] }), PreflightCheck.SPOT_NODEGROUPS))
    .toMatch(/every NodePool launches on-demand/);
});

test('it asks for the rights on v1\'s kinds', () => {
  expect(neededRights('kube-system', V1_API).map(rightText).filter(right => right.includes('karpenter'))).toEqual([
    'get nodepools.karpenter.sh', 'list nodeclaims.karpenter.sh', 'delete nodeclaims.karpenter.sh',
    'list nodepools.karpenter.sh', 'patch nodepools.karpenter.sh', 'delete nodepools.karpenter.sh',
    'list ec2nodeclasses.karpenter.k8s.aws', 'delete ec2nodeclasses.karpenter.k8s.aws',
  ]);
});
