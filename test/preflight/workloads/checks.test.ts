import { subnet } from '../facts';
import { budget, inZones, isIn, nodeClass, placement, pool, question, shape, STAGE_CHECKS, stageFacts, workload } from './stage';
import { judge } from '../../../src/preflight/verdict';
import { stageFindings } from '../../../src/preflight/workloads/checks';
import { StageFacts } from '../../../src/preflight/workloads/facts';
import { StageQuestion } from '../../../src/preflight/workloads/question';
import { MigrationStage } from '../../../src/words/migration-stage';
import { PreflightCheck } from '../../../src/words/preflight-check';

interface Case {
  readonly title: string;
  readonly facts?: Partial<StageFacts>;
  readonly question?: Partial<StageQuestion>;
  /** What is found at SCALE_DOWN, as `CHECK error` or `CHECK warning`. */
  readonly finds: string[];
  readonly says?: RegExp;
}

const C = PreflightCheck;
const error = (check: PreflightCheck) => `${check} error`;
const warning = (check: PreflightCheck) => `${check} warning`;
const cart = (changes: Parameters<typeof workload>[1]) => ({ workloads: [workload('cart', changes)] });
const onGroup = placement({ nodeSelector: { 'eks.amazonaws.com/nodegroup': 'apps' } });

const CASES: Case[] = [
  { title: 'a cluster in whose way nothing stands', finds: [] },

  { title: 'rights that are missing', facts: { denied: ['create pods/eviction'] }, finds: [error(C.KUBERNETES_RIGHTS)], says: /may not create pods\/eviction/ },
  { title: 'no Provisioner', facts: { pools: [] }, finds: [error(C.POOLS)], says: /there is no Provisioner/ },
  { title: 'a Provisioner without a node template', facts: { nodeClasses: [], subnets: {} }, finds: [error(C.POOLS)], says: /default has no AWSNodeTemplate/ },
  { title: 'a node template without a subnet', facts: { subnets: { default: [] } }, finds: [error(C.POOLS)], says: /AWSNodeTemplate default .*selects no subnet/ },

  {
    title: 'a workload without a PodDisruptionBudget',
    facts: cart({ budgets: [], unprotected: 2 }),
    finds: [warning(C.DISRUPTION_BUDGETS)],
    says: /1 workload has no PodDisruptionBudget: Deployment shop\/cart$/,
  },
  { title: 'one on a node group that keeps its nodes', facts: { ...cart({ budgets: [], unprotected: 2 }), nodegroups: [shape('apps', { desired: 1 }), shape('system')] }, finds: [] },
  { title: 'one on the only node group, which keeps two', facts: { ...cart({ budgets: [], unprotected: 2 }), nodegroups: [shape('apps', { desired: 2 })] }, finds: [] },
  { title: 'one on a node group whose target is what it has', facts: cart({ budgets: [], unprotected: 2 }), question: { targets: [{ Nodegroup: 'apps', Size: 3 }] }, finds: [] },
  {
    title: 'one on the last node of a node group that goes to zero',
    facts: { ...cart({ budgets: [], unprotected: 2 }), nodegroups: [shape('apps', { desired: 1 })] },
    question: { targets: [{ Nodegroup: 'apps', Size: 0 }] },
    finds: [warning(C.DISRUPTION_BUDGETS)],
  },

  { title: 'maxUnavailable 0', facts: { budgets: [budget('cart', { maxUnavailable: 0 })] }, finds: [error(C.BLOCKING_BUDGETS)], says: /shop\/cart \(maxUnavailable 0 of 2\)/ },
  { title: 'maxUnavailable 0%', facts: { budgets: [budget('cart', { maxUnavailable: '0%' })] }, finds: [error(C.BLOCKING_BUDGETS)] },
  { title: 'maxUnavailable 1%, which is rounded up to one', facts: { budgets: [budget('cart', { maxUnavailable: '1%' })] }, finds: [] },
  { title: 'minAvailable as many as there are', facts: { budgets: [budget('cart', { maxUnavailable: undefined, minAvailable: 2 })] }, finds: [error(C.BLOCKING_BUDGETS)], says: /minAvailable 2 of 2/ },
  { title: 'minAvailable one less', facts: { budgets: [budget('cart', { maxUnavailable: undefined, minAvailable: 1 })] }, finds: [] },
  { title: 'minAvailable 1 of one replica', facts: { budgets: [budget('cart', { maxUnavailable: undefined, minAvailable: 1, expected: 1 })] }, finds: [error(C.BLOCKING_BUDGETS)] },
  { title: 'minAvailable 100%', facts: { budgets: [budget('cart', { maxUnavailable: undefined, minAvailable: '100%' })] }, finds: [error(C.BLOCKING_BUDGETS)] },
  { title: 'minAvailable 50% of one, which is rounded up', facts: { budgets: [budget('cart', { maxUnavailable: undefined, minAvailable: '50%', expected: 1 })] }, finds: [error(C.BLOCKING_BUDGETS)] },
  { title: 'a PodDisruptionBudget that cannot be counted', facts: { budgets: [budget('cart', { problem: 'found no controllers for pod' })] }, finds: [error(C.BLOCKING_BUDGETS)], says: /found no controllers/ },
  { title: 'one over no pods that move', facts: { ...cart({ budgets: [] }), budgets: [budget('cart', { maxUnavailable: 0 })] }, finds: [] },
  { title: 'one over what is pinned, which moves among the nodes that stay', facts: { ...cart({ stays: true }), budgets: [budget('cart', { maxUnavailable: 0 })] }, finds: [error(C.BLOCKING_BUDGETS)] },
  { title: 'a pod under two', facts: cart({ coveredTwice: ['shop/cart-1 (cart, all)'] }), finds: [error(C.BLOCKING_BUDGETS)], says: /more than one .*cart-1 \(cart, all\)/ },

  { title: 'a bare pod', facts: cart({ kind: 'Pod', budgets: [], unprotected: 1 }), finds: [error(C.BARE_PODS)], says: /shop\/cart$/ },
  { title: 'a pod that must not be evicted', facts: cart({ doNotEvict: ['shop/cart-1'] }), finds: [error(C.KEPT_PODS)], says: /shop\/cart-1/ },
  { title: 'a pod that the Cluster Autoscaler would not evict', facts: cart({ notSafeToEvict: ['shop/cart-1'] }), finds: [warning(C.KEPT_PODS)] },

  {
    title: 'a workload that tolerates everything',
    facts: { placements: [placement({ tolerations: [{ operator: 'Exists' }] })] },
    finds: [warning(C.CORDON_TOLERATIONS)],
    says: /node\.kubernetes\.io\/unschedulable may come back to their node .*: Deployment shop\/cart$/,
  },
  { title: 'one that tolerates a cordon', facts: { placements: [placement({ tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }] })] }, finds: [warning(C.CORDON_TOLERATIONS)] },
  { title: 'one that tolerates what evicts', facts: { placements: [placement({ tolerations: [{ operator: 'Exists', effect: 'NoExecute' }] })] }, finds: [] },

  { title: 'pods bound to a node group', facts: { placements: [onGroup] }, finds: [error(C.PLACEMENT)], says: /cart: needs eks\.amazonaws\.com\/nodegroup in apps$/ },
  { title: 'pods bound to a node group that stay', facts: { placements: [onGroup], ...cart({ stays: true }) }, finds: [] },
  { title: 'a template bound to a node group', facts: { placements: [placement(), onGroup], ...cart({ template: 1 }) }, finds: [error(C.PLACEMENT)] },
  {
    title: 'a CronJob bound to a node group',
    facts: { placements: [onGroup], ...cart({ kind: 'CronJob', pods: 0, nodegroups: [], placements: [], template: 0 }) },
    finds: [warning(C.PLACEMENT)],
    says: /may run later: CronJob shop\/cart: needs/,
  },

  { title: 'a volume in a zone with a subnet', facts: cart({ volumes: [{ terms: inZones('us-east-1a'), claims: ['shop/data-0'] }] }), finds: [] },
  {
    title: 'volumes in a zone without a subnet',
    facts: cart({ volumes: [{ terms: inZones('us-east-1c'), claims: ['shop/data-0', 'shop/data-1'] }] }),
    finds: [error(C.VOLUME_ZONES)],
    says: /Deployment shop\/cart \(us-east-1c: data-0 and 1 more\)/,
  },
  {
    title: 'a volume in a zone that the one fitting Provisioner does not serve',
    facts: {
      placements: [placement({ nodeSelector: { team: 'a' } })],
      pools: [pool(), pool({ name: 'a', labels: { team: 'a' }, requirements: [isIn('topology.kubernetes.io/zone', 'us-east-1a')] })],
      ...cart({ volumes: [{ terms: inZones('us-east-1b'), claims: ['shop/data-0'] }] }),
    },
    finds: [error(C.VOLUME_ZONES)],
  },
  { title: 'a volume of what fits nowhere anyway', facts: { placements: [onGroup], ...cart({ volumes: [{ terms: inZones('us-east-1c'), claims: ['shop/data-0'] }] }) }, finds: [error(C.PLACEMENT)] },
  { title: 'a volume on the disk of a node', facts: cart({ localClaims: ['shop/data-0'] }), finds: [error(C.LOCAL_VOLUMES)], says: /shop\/data-0 \(Deployment shop\/cart\)/ },
  {
    title: 'a volume of a CSI driver that only one node reaches',
    facts: cart({ volumes: [{ terms: [{ matchExpressions: [isIn('openebs.io/nodename', 'ip-10-0-1-7')] }], claims: ['shop/data-0', 'shop/data-1'] }] }),
    finds: [error(C.LOCAL_VOLUMES)],
    says: /no new node reaches: shop\/data-0 and 1 more \(Deployment shop\/cart, openebs\.io\/nodename In \[ip-10-0-1-7\]\)/,
  },

  { title: 'a device that Karpenter does not know of', facts: { placements: [placement({ requests: { 'smarter-devices/fuse': 1 } })] }, finds: [error(C.PLACEMENT)], says: /cart: requests smarter-devices\/fuse, of which Karpenter knows none/ },
  { title: 'interfaces for pods', facts: { placements: [placement({ requests: { 'vpc.amazonaws.com/pod-eni': 1 } })] }, finds: [error(C.PLACEMENT)], says: /pod-eni/ },
  { title: 'interfaces for pods that a setting provides', facts: { placements: [placement({ requests: { 'vpc.amazonaws.com/pod-eni': 1 } })] }, question: { uncounted: ['vpc.amazonaws.com/pod-eni'] }, finds: [] },
  { title: 'more disk than new nodes have', facts: { placements: [placement({ requests: { 'ephemeral-storage': 1e11 } })] }, finds: [error(C.PLACEMENT)], says: /ephemeral-storage/ },
  { title: 'more cores than any type', facts: { placements: [placement({ requests: { cpu: 128 } })] }, finds: [error(C.PLACEMENT)], says: /requests 128 of cpu, and nodes of Provisioner default have 96 at most/ },
  { title: 'instance types that nobody tells', facts: { types: undefined, typesProblem: 'UnauthorizedOperation: no' }, finds: [warning(C.PLACEMENT)], says: /types of the region are not known.*UnauthorizedOperation: no/ },
  {
    title: 'pods that run on arm64 nodes beside a Provisioner of amd64',
    facts: { nodegroups: [shape('apps', { amiType: 'AL2_ARM_64' })], placements: [placement({ implied: { 'kubernetes.io/arch': 'arm64', 'kubernetes.io/os': 'linux' } })] },
    finds: [error(C.PLACEMENT)],
    says: /cart: runs on nodes with kubernetes\.io\/arch=arm64 today, and Provisioner default makes nodes with kubernetes\.io\/arch in amd64/,
  },
  {
    title: 'pods that name no architecture beside a Provisioner of both',
    facts: { pools: [pool({ requirements: [isIn('kubernetes.io/arch', 'amd64', 'arm64')] })], placements: [placement({ implied: { 'kubernetes.io/arch': 'amd64' } })] },
    finds: [warning(C.PLACEMENT)],
    says: /name no architecture, and the Provisioners make nodes of another one .*: Deployment shop\/cart$/,
  },

  { title: 'an emptyDir', facts: cart({ scratch: ['emptyDir'] }), finds: [warning(C.SCRATCH_DATA)], says: /cart \(emptyDir\)/ },
  { title: 'an emptyDir of what stays', facts: cart({ stays: true, scratch: ['emptyDir'] }), finds: [] },

  {
    title: 'policies of node groups that the role of Karpenter\'s nodes lacks',
    facts: {
      nodegroups: [shape('apps'), shape('batch', { role: 'batch' }), shape('system', { role: 'batch' })],
      nodegroupPolicies: { nodes: ['AmazonEKS_CNI_Policy', 'AmazonEC2ContainerRegistryReadOnly', 'orders'], batch: ['results', 'queue (inline)'] },
      karpenterPolicies: [['AmazonEC2ContainerRegistryPullOnly'], ['results']],
    },
    finds: [warning(C.NODE_POLICIES)],
    says: /apps \(orders of role nodes\).*batch \(queue \(inline\) of role batch\)/,
  },
  { title: 'policies where no role of Karpenter\'s nodes is known', facts: { karpenterPolicies: [] }, finds: [] },
  {
    title: 'policies that nobody tells',
    facts: { nodegroupPolicies: undefined, karpenterPolicies: undefined, policiesProblem: 'denied' },
    finds: [warning(C.NODE_POLICIES)],
    says: /not known: denied/,
  },
  { title: 'a Spot node group', facts: { nodegroups: [shape('apps', { capacityType: 'SPOT' })] }, finds: [warning(C.SPOT_NODEGROUPS)], says: /node groups apps/ },
  {
    title: 'a Spot node group beside a Provisioner of Spot capacity',
    facts: { nodegroups: [shape('apps', { capacityType: 'SPOT' })], pools: [pool({ requirements: [isIn('karpenter.sh/capacity-type', 'spot', 'on-demand')] })] },
    finds: [],
  },

  {
    title: 'what Karpenter\'s nodes will not have',
    facts: {
      nodegroups: [shape('apps', {
        userData: true, diskGib: 100, amiType: 'BOTTLEROCKET_x86_64', labels: { team: 'a' }, taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }],
      })],
    },
    finds: [warning(C.NODE_FEATURES)],
    says: /apps \(user data, a disk of 100 GiB instead of 20, the image BOTTLEROCKET_x86_64, label team=a, taint gpu=yes:NoSchedule\)/,
  },
  {
    title: 'what Karpenter\'s nodes will have too',
    facts: {
      nodegroups: [shape('apps', { userData: true, diskGib: 100, amiType: 'CUSTOM', ownAmi: true, labels: { team: 'a' }, taints: [{ key: 'gpu', effect: 'NoSchedule' }] })],
      nodeClasses: [nodeClass({ userData: true, diskGib: 100, ownAmi: true })],
      pools: [pool(), pool({ name: 'gpu', labels: { team: 'a' }, taints: [{ key: 'gpu', effect: 'NoSchedule' }] })],
    },
    finds: [],
  },
  {
    title: 'Windows of each year that Karpenter has too',
    facts: {
      nodegroups: ['2019', '2022', '2025'].map(year => shape(`windows-${year}`, { amiType: `WINDOWS_CORE_${year}_x86_64` })),
      nodeClasses: ['2019', '2022', '2025'].map(year => nodeClass({ name: year === '2025' ? 'default' : year, amiFamily: `Windows${year}` })),
      pools: [pool(), ...['2019', '2022'].map(year => pool({ name: year, nodeClass: year }))],
    },
    finds: [],
  },
  {
    title: 'a taint that Karpenter sets until the node has started',
    facts: {
      nodegroups: [shape('apps', { taints: [{ key: 'node.cilium.io/agent-not-ready', value: 'true', effect: 'NoExecute' }] })],
      pools: [pool({ startupTaints: [{ key: 'node.cilium.io/agent-not-ready', value: 'true', effect: 'NoExecute' }] })],
    },
    finds: [],
  },
  { title: 'a bigger disk where a launch template decides', facts: { nodegroups: [shape('apps', { diskGib: 100 })], nodeClasses: [nodeClass({ diskGib: undefined })] }, finds: [] },

  { title: 'limits that leave room for both fleets', facts: { pools: [pool({ limits: { cpu: '10', memory: '10Gi' }, used: { cpu: '7', memory: '7Gi' } })] }, finds: [] },
  { title: 'limits that leave room for one node', facts: { pools: [pool({ limits: { cpu: '10' }, used: { cpu: '8' } })] }, finds: [warning(C.POOL_LIMITS)], says: /leave 2 vCPUs; all that moves needs 3 vCPUs/ },
  { title: 'limits that leave no room', facts: { pools: [pool({ limits: { memory: '10Gi' }, used: { memory: '10Gi' } })] }, finds: [error(C.POOL_LIMITS)], says: /leave 0Mi of memory; the pods of a single node need 1024Mi/ },
  { title: 'a second Provisioner without limits', facts: { pools: [pool({ limits: { cpu: '0' } }), pool({ name: 'more' })] }, finds: [] },
  { title: 'no room in limits but on nodes that are there', facts: { pools: [pool({ limits: { cpu: '0' } })], karpenter: { nodes: 1, cpu: 1.5, memory: 0 } }, finds: [warning(C.POOL_LIMITS)] },

  { title: 'a quota that is not known', facts: { vcpus: undefined, vcpuProblem: 'AccessDeniedException: no' }, finds: [warning(C.VCPU_QUOTA)], says: /AccessDeniedException: no/ },
  { title: 'a quota for one node more', facts: { vcpus: { quota: 21, running: 20 } }, finds: [warning(C.VCPU_QUOTA)], says: /20 of the account's 21/ },
  { title: 'a quota that is used up', facts: { vcpus: { quota: 20, running: 20 } }, finds: [error(C.VCPU_QUOTA)] },
  {
    title: 'a quota that is used up where Spot is allowed',
    facts: { vcpus: { quota: 20, running: 20 }, pools: [pool({ requirements: [isIn('karpenter.sh/capacity-type', 'spot')] })] },
    finds: [warning(C.VCPU_QUOTA)],
  },

  { title: 'addresses for one node more', facts: { subnets: { default: [subnet('subnet-a', { availableAddresses: 6 })] } }, finds: [warning(C.FLEET_ADDRESSES)], says: /have 6 free .* needs 7 addresses/ },
  { title: 'too few addresses for one node', facts: { subnets: { default: [subnet('subnet-a', { availableAddresses: 2 })] } }, finds: [error(C.FLEET_ADDRESSES)] },
  { title: 'too few addresses, with nodes of Karpenter\'s there', facts: { subnets: { default: [subnet('subnet-a', { availableAddresses: 2 })] }, karpenter: { nodes: 1, cpu: 0, memory: 0 } }, finds: [warning(C.FLEET_ADDRESSES)] },
  { title: 'few addresses where pods have a network of their own', facts: { subnets: { default: [subnet('subnet-a', { availableAddresses: 2 })] }, podsUseSubnets: false }, finds: [] },
];

test.each(CASES)('$title', ({ facts, question: asked, finds, says }) => {
  const found = stageFindings(stageFacts(facts), question(asked));
  expect(found.map(({ check, severity }) => `${check} ${severity}`)).toEqual(finds);
  expect(found[0]?.message ?? '').toMatch(says ?? /^/);
  found.forEach(({ message, remedy }) => expect([message, remedy].join()).not.toMatch(/undefined|NaN|Infinity|\.$/));
});

test('every check finds something in some case', () => {
  const finding = new Set(CASES.flatMap(one => one.finds.map(found => found.split(' ')[0])));
  expect([...finding].sort()).toEqual([...STAGE_CHECKS].sort());
});

test('at CUT_OVER nothing is drained, so what stops a drain is a warning, and what loses its capacity is an error', () => {
  const facts = stageFacts({
    placements: [onGroup],
    denied: ['patch nodes'],
    vcpus: { quota: 20, running: 20 },
    budgets: [budget('cart', { maxUnavailable: 0 })],
    workloads: [workload('cart', { doNotEvict: ['shop/cart-1'], localClaims: ['shop/data'] }), workload('bare', { kind: 'Pod', placements: [] })],
  });
  const found = stageFindings(facts, question({ stage: MigrationStage.CUT_OVER }));
  expect(found.map(({ check, severity }) => `${check} ${severity}`)).toEqual([
    error(C.KUBERNETES_RIGHTS), error(C.PLACEMENT),
    warning(C.LOCAL_VOLUMES), warning(C.BLOCKING_BUDGETS), warning(C.BARE_PODS), warning(C.KEPT_PODS), warning(C.VCPU_QUOTA),
  ]);
});

test('pods on arm64 nodes beside a pool of amd64 are an error at CUT_OVER already: the autoscaler goes, and the next pods come to wrong nodes', () => {
  const facts = stageFacts({ placements: [placement({ implied: { 'kubernetes.io/arch': 'arm64' } })] });
  expect(stageFindings(facts, question({ stage: MigrationStage.CUT_OVER })).map(({ check, severity }) => `${check} ${severity}`)).toEqual([error(C.PLACEMENT)]);
});

test.each([MigrationStage.INSTALL, MigrationStage.REMOVED])('at %s nothing is asked', (stage) => {
  expect(stageFindings(stageFacts({ denied: ['patch nodes'] }), question({ stage }))).toEqual([]);
});

test('an accepted risk no longer stops anything', () => {
  const found = stageFindings(stageFacts({ placements: [onGroup], denied: ['patch nodes'] }), question());
  const verdict = judge(found, [C.PLACEMENT]);
  expect(verdict.errors.map(({ check }) => check)).toEqual([C.KUBERNETES_RIGHTS]);
  expect(verdict.accepted.map(({ check }) => check)).toEqual([C.PLACEMENT]);
});

test('a message stays short however many workloads it is about', () => {
  const workloads = Array.from({ length: 500 }, (_, index) => workload(`cart-${index}`, { budgets: [], unprotected: 1 }));
  const [{ message }] = stageFindings(stageFacts({ workloads }), question());
  expect(message.length).toBeLessThan(400);
  expect(message).toMatch(/^500 workloads have no .* and \d+ more, see the log$/);
});
