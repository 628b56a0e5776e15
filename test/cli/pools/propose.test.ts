import * as fc from 'fast-check';
import { facts, instanceType, INSTANCE_TYPES, launchTemplate, nodegroup, SUBNETS, withUserData } from './facts';
import { LaunchTemplateDetails, NodegroupDetails, OTHER_FIELDS, PoolFacts } from '../../../src/cli/pools/contract';
import { chooseInstances } from '../../../src/cli/pools/instances';
import { nameFor } from '../../../src/cli/pools/names';
import { GenerationName, lineText, NodeClassProposal, PoolProposal, Proposal } from '../../../src/cli/pools/proposal';
import { propose } from '../../../src/cli/pools/propose';
import { labelsOfType } from '../../../src/karpenter/api/instance-types';
import { taintText } from '../../../src/kubernetes/node-offer';
import { Expression, matches } from '../../../src/kubernetes/scheduling';

const BOTH: GenerationName[] = ['v0', 'v1'];
const propose1 = (changes: Partial<NodegroupDetails>, generation: GenerationName = 'v1') => propose(facts(nodegroup(changes)), generation);
const ofTemplate = (changes: Partial<LaunchTemplateDetails>, generation: GenerationName = 'v1', group: Partial<NodegroupDetails> = {}) =>
  propose1({ launchTemplate: launchTemplate(changes), ...group }, generation);
const pool = (proposal: Proposal): PoolProposal => proposal.pools[0];
const nodeClass = (proposal: Proposal): NodeClassProposal => proposal.nodeClasses[0];
const saidOf = (proposal: Proposal) => proposal.lines.map(lineText);
const things = ({ lines }: Proposal) => lines.map(({ thing }) => thing).filter(thing => thing !== 'labels eks.amazonaws.com/*');
const requirement = (proposal: Proposal, name: string) => pool(proposal).requirements.filter(({ key }) => key.endsWith(`/${name}`))
  .map(({ operator, values }) => [operator, ...values].join(' '));

describe('instance types', () => {
  const labels = (name: string) => new Map([
    ...labelsOfType(INSTANCE_TYPES.find(type => type.name === name)!),
    ...INSTANCE_TYPES.find(type => type.name === name)!.localNvme ? [['karpenter.k8s.aws/instance-local-nvme', '75']] as const : [],
  ]);
  const fits = (requirements: readonly Expression[], name: string) => requirements.every(one => matches(one, labels(name).get(one.key)));

  test.each<[string, string[], string[]]>([
    ['one of a general family', ['m5.large'], ['m5.large', 'm5.xlarge', 'm5a.large', 'm5d.large', 'm7i.large', 'm6g.large']],
    ['two of a family', ['m5.large', 'm5.xlarge'], ['m5.large', 'm5.xlarge', 'm5a.large', 'm5d.large', 'm7i.large', 'm6g.large']],
    ['two categories', ['c6i.xlarge', 'r5.2xlarge'], ['c6i.xlarge', 'r5.2xlarge']],
    ['one of a family for disks', ['i4i.large'], ['i4i.large']],
    ['one with a disk of its own', ['m5d.large'], ['m5d.large']],
    ['a flex type', ['m7i-flex.large'], ['m7i.large', 'm7i-flex.large']],
    ['an accelerated type', ['g5.xlarge'], ['g5.xlarge']],
    ['bare metal', ['m5.metal'], ['m5.metal']],
  ])('%s becomes a choice', (_, names, expected) => {
    const { requirements, reasons, findings } = chooseInstances(names, INSTANCE_TYPES);
    expect(INSTANCE_TYPES.map(({ name }) => name).filter(name => fits(requirements, name))).toEqual(expected);
    expect(reasons).not.toEqual([]);
    expect(findings).toEqual([]);
  });

  test('15 types are a choice already', () => {
    const many = Array.from({ length: 15 }, (_, index) => instanceType(`m${index + 5}.large`, 2, 8));
    expect(chooseInstances(many.map(({ name }) => name), many).requirements).toEqual([expect.objectContaining({ operator: 'In', values: many.map(({ name }) => name) })]);
  });

  test('types that EC2 does not describe are kept, and said', () => {
    const { requirements, findings } = chooseInstances(['m5.large', 'x9.large'], INSTANCE_TYPES);
    expect(requirements).toEqual([{ key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['m5.large', 'x9.large'] }]);
    expect(findings.map(({ thing }) => thing)).toEqual(['instance type x9.large']);
  });

  test('every type of a node group is one of its pool, whichever they are', () => {
    fc.assert(fc.property(fc.subarray(INSTANCE_TYPES.map(({ name }) => name), { minLength: 1 }), (names) => {
      const { requirements } = chooseInstances(names, INSTANCE_TYPES);
      return names.every(name => fits(requirements, name));
    }));
  });

  test('no type of a pool is smaller than the smallest of its node group', () => {
    fc.assert(fc.property(fc.subarray([...INSTANCE_TYPES], { minLength: 1 }), (types) => {
      const { requirements } = chooseInstances(types.map(({ name }) => name), INSTANCE_TYPES);
      const least = (resource: 'cpu' | 'memory') => Math.min(...types.map(({ resources }) => resources[resource]));
      return INSTANCE_TYPES.filter(({ name }) => fits(requirements, name))
        .every(({ resources }) => resources.cpu >= least('cpu') && resources.memory >= least('memory'));
    }));
  });

  test('the architecture is that of the types, else of the image', () => {
    expect(requirement(propose1({ instanceTypes: ['m6g.large'] }), 'arch')).toEqual(['In arm64']);
    expect(requirement(propose1({ instanceTypes: ['x9.large'], amiType: 'AL2023_ARM_64_STANDARD' }), 'arch')).toEqual(['In arm64']);
    expect(requirement(propose1({ instanceTypes: ['x9.large'], amiType: 'CUSTOM', launchTemplate: launchTemplate({ image: { id: 'ami-1', architecture: 'arm64' } }) }), 'arch'))
      .toEqual(['In arm64']);
    expect(requirement(propose1({ instanceTypes: ['x9.large'] }), 'arch')).toEqual(['In amd64']);
  });
});

describe.each(BOTH)('with Karpenter %s', (generation) => {
  test('node groups that differ in zones and sizes share a pool', () => {
    const proposal = propose(facts(
      nodegroup({ name: 'apps-a', subnets: [SUBNETS[0]], sizes: { min: 0, max: 4, desired: 1 } }),
      nodegroup({ name: 'apps-b', subnets: [SUBNETS[1]] }),
    ), generation);
    expect(proposal.pools.map(({ name, nodegroups, limitCpu }) => ({ name, nodegroups, limitCpu }))).toEqual([{ name: 'apps', nodegroups: ['apps-a', 'apps-b'], limitCpu: 35 }]);
    expect(requirement(proposal, 'zone')).toEqual([]);
    expect(proposal.nodeClasses).toHaveLength(1);
  });

  test('a node group of one zone keeps it, where others are in more', () => {
    const proposal = propose(facts(nodegroup({ name: 'all', labels: { a: 'b' } }), nodegroup({ name: 'one', subnets: [SUBNETS[0]] })), generation);
    expect(proposal.pools.map(({ requirements }) => requirements.filter(({ key }) => key.endsWith('zone')).flatMap(({ values }) => values))).toEqual([[], ['us-east-1a']]);
    expect(proposal.nodeClasses.map(({ subnetIds }) => subnetIds)).toEqual([undefined]);
  });

  test('subnets are named where a zone has others too, and where zones are not known', () => {
    const publicOne = { id: 'subnet-public', zone: 'us-east-1a' };
    const withOthers = propose(facts(nodegroup({ name: 'edge', subnets: [publicOne] }), nodegroup({ name: 'inner' })), generation);
    expect(withOthers.nodeClasses.map(({ name, subnetIds }) => [name, subnetIds])).toEqual([['edge', ['subnet-public']], ['inner', ['subnet-a', 'subnet-b']]]);
    const unknown = propose(facts(nodegroup({ name: 'edge', subnets: [{ id: 'subnet-public' }] }), nodegroup({ name: 'inner' })), generation);
    expect(unknown.nodeClasses[0].subnetIds).toEqual(['subnet-public']);
  });

  test('node groups of one zone each share a pool, though a zone has other subnets too', () => {
    const { pools, nodeClasses } = propose(facts(
      nodegroup({ name: 'in-a', subnets: [SUBNETS[0]] }), nodegroup({ name: 'in-b', subnets: [SUBNETS[1]] }),
      nodegroup({ name: 'out', subnets: [{ id: 'subnet-public', zone: 'us-east-1a' }] }),
    ), generation);
    expect(pools.map(({ name, nodegroups }) => [name, nodegroups])).toEqual([['in', ['in-a', 'in-b']], ['out', ['out']]]);
    expect(nodeClasses.map(({ subnetIds }) => subnetIds)).toEqual([['subnet-a', 'subnet-b'], ['subnet-public']]);
  });

  test('security groups are named where node groups have different ones', () => {
    const own = nodegroup({ name: 'own', launchTemplate: launchTemplate({ securityGroupIds: ['sg-own'] }) });
    expect(propose(facts(own), generation).nodeClasses[0].securityGroupIds).toBeUndefined();
    expect(propose(facts(own, nodegroup({ name: 'plain' })), generation).nodeClasses.map(({ name, securityGroupIds }) => [name, securityGroupIds]))
      .toEqual([['own', ['sg-own']], ['plain', ['sg-cluster']]]);
  });

  test('Spot stays Spot', () => {
    expect(requirement(propose1({ capacityType: 'SPOT' }, generation), 'capacity-type')).toEqual(['In spot']);
    expect(requirement(propose1({}, generation), 'capacity-type')).toEqual(['In on-demand']);
  });

  test('taints that an agent takes away are startup taints', () => {
    const special = { key: 'special', value: 'yes', effect: 'NoSchedule' };
    const cilium = { key: 'node.cilium.io/agent-not-ready', value: 'true', effect: 'NoExecute' };
    const ebs = { key: 'ebs.csi.aws.com/agent-not-ready', effect: 'NoExecute' };
    expect(pool(propose1({ taints: [special, cilium, ebs] }, generation))).toMatchObject({ taints: [special], startupTaints: [cilium, ebs] });
  });

  test('what the kubelet is told by user data is carried over', () => {
    const proposal = propose(facts(withUserData(
      '#!/bin/bash\n/etc/eks/bootstrap.sh prod --kubelet-extra-args "--max-pods=58 --node-labels=a=b --register-with-taints=c=d:NoSchedule"', { amiType: 'AL2_x86_64' },
    )), generation);
    expect(nodeClass(proposal)).toMatchObject({ kubelet: { maxPods: 58 }, userData: undefined });
    expect(pool(proposal)).toMatchObject({ labels: { a: 'b' }, taints: [{ key: 'c', value: 'd', effect: 'NoSchedule' }] });
  });

  test('a label of the user data that the node group has otherwise is said', () => {
    expect(things(propose(facts(withUserData('#!/bin/bash\n/etc/eks/bootstrap.sh x --kubelet-extra-args "--node-labels=a=b"', { labels: { a: 'c' } })), generation)))
      .toContain('label a=b of the user data');
  });

  test('the release has the pool that most pods can use', () => {
    const proposal = propose(facts(
      nodegroup({ name: 'a-gpu', instanceTypes: ['g5.xlarge'] }),
      nodegroup({ name: 'b-tainted', taints: [{ key: 'a', effect: 'NoSchedule' }] }),
      nodegroup({ name: 'c-plain' }),
    ), generation);
    expect(proposal.pools.map(({ name, weight }) => [name, weight])).toEqual([['c-plain', 10], ['a-gpu', undefined], ['b-tainted', undefined]]);
    expect(things(proposal)).toContain('accelerators without a taint');
  });

  test('workloads that select by the labels of node groups are told', () => {
    expect(saidOf(propose1({}, generation)).join()).toContain('node group apps: labels eks.amazonaws.com/*: Karpenter\'s nodes have none of them, so pods that select by '
      + `eks.amazonaws.com/nodegroup stay on the node group or find no node: let them select by ${generation === 'v0' ? 'karpenter.sh/provisioner-name' : 'karpenter.sh/nodepool'}=apps`);
  });

  test('no node groups give nothing', () => {
    expect(propose(facts(), generation)).toEqual({ generation, pools: [], nodeClasses: [], lines: [] });
  });

  test('the order in which node groups come does not matter', () => {
    const groups = [nodegroup({ name: 'b', labels: { a: 'b' } }), nodegroup({ name: 'a' }), nodegroup({ name: 'c', capacityType: 'SPOT' })];
    expect(propose(facts(...groups), generation)).toEqual(propose(facts(...groups.reverse()), generation));
  });

  test.each(OTHER_FIELDS)('%s of a launch template is a line', (field) => {
    const proposal = ofTemplate({ others: [{ field, value: 'x' }] }, generation);
    expect(proposal.lines).toContainEqual({ nodegroups: ['apps'], thing: `launch template ${field} x`, advice: expect.stringMatching(/: \w|^set /) });
  });
});

describe('labels', () => {
  test.each<[string, GenerationName[]]>([
    ['example.com/team', BOTH],
    ['team', BOTH],
    ['valueOf', BOTH],
    ['node.kubernetes.io/role', BOTH],
    ['kops.k8s.io/instancegroup', BOTH],
    ['node-restriction.kubernetes.io/team', ['v1']],
    ['eks.amazonaws.com/nodegroup', []],
    ['alpha.eks.amazonaws.com/thing', []],
    ['karpenter.sh/thing', []],
    ['karpenter.sh/nodepool', []],
    ['karpenter.sh/provisioner-name', []],
    ['karpenter.k8s.aws/thing', []],
    ['topology.kubernetes.io/zone', []],
    ['beta.kubernetes.io/arch', []],
    ['kubernetes.io/hostname', []],
    ['kubernetes.io/role', []],
    ['node-role.kubernetes.io/worker', []],
    ['-bad', []],
  ])('%s is carried over by %j', (key, generations) => {
    for (const generation of BOTH) {
      const proposal = propose1({ labels: { [key]: 'a' } }, generation);
      expect([generation, Object.hasOwn(pool(proposal).labels, key)]).toEqual([generation, generations.includes(generation)]);
      expect(things(proposal).includes(`label ${key}=a`)).toBe(!generations.includes(generation));
    }
  });

  const KEYS = fc.oneof(
    fc.constantFrom('team', 'example.com/team', 'eks.amazonaws.com/nodegroup', 'karpenter.sh/x', 'topology.kubernetes.io/zone', 'node.cilium.io/agent-not-ready', 'kubernetes.io/role', ''),
    fc.string({ maxLength: 70 }),
  );
  const VALUES = fc.oneof(fc.constantFrom('', 'a', 'b'), fc.string({ maxLength: 70 }));
  const TAINTS = fc.record({
    key: KEYS, value: fc.option(VALUES, { nil: undefined }), effect: fc.constantFrom('NoSchedule', 'PreferNoSchedule', 'NoExecute', 'Odd'),
  });

  test.each(BOTH)('with Karpenter %s each label and taint of a node group is in its pool or in a line', (generation) => {
    fc.assert(fc.property(fc.dictionary(KEYS, VALUES), fc.array(TAINTS), (labels, taints) => {
      const proposal = propose1({ labels, taints }, generation);
      const { labels: carried, taints: lasting, startupTaints } = pool(proposal);
      const said = new Set(things(proposal));
      const texts = [...lasting, ...startupTaints].map(taintText);
      return Object.entries(labels).every(([key, value]) => carried[key] === value !== said.has(`label ${key}=${value}`))
        && taints.every(taint => texts.includes(taintText(taint)) || said.has(`taint ${taintText(taint)}`))
        && new Set([...lasting, ...startupTaints].map(({ key, effect }) => `${key}:${effect}`)).size === texts.length;
    }));
  });
});

describe('images', () => {
  const EKS = { owner: '602401143452', ownerAlias: 'amazon' };

  test.each<[string, unknown, unknown, string[]]>([
    ['AL2023_x86_64_STANDARD', { family: 'AL2023' }, { family: 'AL2' }, []],
    ['AL2023_ARM_64_NVIDIA', { family: 'AL2023' }, { family: 'AL2' }, []],
    ['AL2_x86_64', { family: 'AL2' }, { family: 'AL2' }, ['image AL2', 'instance metadata']],
    ['AL2_x86_64_GPU', { family: 'AL2' }, { family: 'AL2' }, ['image AL2', 'instance metadata']],
    ['BOTTLEROCKET_ARM_64', { family: 'Bottlerocket' }, { family: 'Bottlerocket' }, []],
    ['BOTTLEROCKET_x86_64_FIPS', { family: 'Bottlerocket' }, { family: 'Bottlerocket' }, ['image BOTTLEROCKET_x86_64_FIPS']],
    ['WINDOWS_CORE_2019_x86_64', { family: 'Windows2019' }, { family: 'Windows2019' }, []],
    ['WINDOWS_FULL_2022_x86_64', { family: 'Windows2022' }, { family: 'Windows2022' }, ['image WINDOWS_FULL_2022_x86_64']],
    ['WINDOWS_CORE_2025_x86_64', { family: 'Windows2025' }, { family: 'Windows2022' }, []],
    ['CUSTOM', { family: 'AL2023' }, { family: 'AL2' }, ['image CUSTOM']],
  ])('of the type %s', (amiType, v1, v0, lines) => {
    expect(nodeClass(propose1({ amiType })).image).toEqual(v1);
    expect(nodeClass(propose1({ amiType }, 'v0')).image).toEqual(v0);
    expect(things(propose1({ amiType }))).toEqual(lines);
  });

  test.each<[string, Record<string, unknown>, unknown]>([
    ['AL2023 as pinned', { name: 'amazon-eks-node-al2023-x86_64-standard-1.33-v20260801', ...EKS }, { family: 'AL2023', release: 'v20260801', id: 'ami-1' }],
    ['AL2 as pinned', { name: 'amazon-eks-arm64-node-1.30-v20250801', ...EKS }, { family: 'AL2', release: 'v20250801', id: 'ami-1' }],
    ['Bottlerocket as pinned', { name: 'bottlerocket-aws-k8s-1.33-nvidia-x86_64-v1.50.0-abcdef12', ...EKS }, { family: 'Bottlerocket', release: 'v1.50.0', id: 'ami-1' }],
    ['Windows', { name: 'Windows_Server-2022-English-Core-EKS_Optimized-1.33-2026.08.01', ...EKS }, { family: 'Windows2022' }],
    ['Ubuntu', { name: 'ubuntu-eks/k8s_1.33/images/x', owner: '099720109477' }, { family: 'Ubuntu', id: 'ami-1' }],
    ['one\'s own with a name like EKS\'s', { name: 'amazon-eks-node-al2023-x86_64-standard-1.33-v20260801', owner: '111111111111' }, { family: 'AL2023', id: 'ami-1' }],
    ['one that is not known', { name: 'golden', owner: '111111111111' }, { family: 'Custom', id: 'ami-1' }],
    ['Windows of one\'s own', { name: 'golden', platform: 'windows' }, { family: 'Windows2022', id: 'ami-1' }],
    ['one that could not be read', {}, { family: 'Custom', id: 'ami-1' }],
  ])('%s is known by its name', (_, image, expected) => {
    expect(nodeClass(ofTemplate({ image: { id: 'ami-1', ...image } }, 'v1', { amiType: 'CUSTOM' })).image).toEqual(expected);
  });

  test.each<[string, string, string]>([
    ['a NodeConfig', 'apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {}', 'AL2023'],
    ['settings', '[settings.kubernetes]\nmax-pods = 4', 'Bottlerocket'],
    ['a call of the bootstrap script', '#!/bin/bash\n/etc/eks/bootstrap.sh prod', 'AL2'],
  ])('of one\'s own is known by %s in its user data', (_, text, family) => {
    expect(nodeClass(ofTemplate({ image: { id: 'ami-1' }, userData: { text } }, 'v1', { amiType: 'CUSTOM' })).image.family).toBe(family);
  });

  test('user data of an image that is not known is kept as it is, and the line says what it must do', () => {
    const proposal = ofTemplate({ image: { id: 'ami-1' }, userData: { text: '#!/bin/sh\n/opt/join' } }, 'v1', { amiType: 'CUSTOM' });
    expect(nodeClass(proposal).userData).toBe('#!/bin/sh\n/opt/join');
    expect(saidOf(proposal).join()).toContain('karpenter.sh/unregistered:NoExecute');
  });

  test('a script is given on in a form that Karpenter merges, and said', () => {
    const proposal = propose(facts(withUserData('#!/bin/bash\nsysctl -w vm.max_map_count=262144')), 'v1');
    expect(nodeClass(proposal).userData).toContain('sysctl');
    expect(nodeClass(proposal).userData).toMatch(/^MIME-Version/);
    expect(things(proposal)).toEqual(['user data']);
  });

  test('a NodeConfig is no user data of Amazon Linux 2', () => {
    const text = 'apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: { containerd: { config: x } }';
    expect(nodeClass(propose(facts(withUserData(text)), 'v1')).userData).toContain('containerd');
    expect(things(propose(facts(withUserData(text)), 'v0'))).toContain('user data (nodeadm)');
  });
});

describe('volumes', () => {
  const GP3 = { type: 'gp3', encrypted: true, deleteOnTermination: true };

  test.each<[string, Partial<NodegroupDetails>, unknown[]]>([
    ['as Karpenter\'s own', { diskSize: 20 }, []],
    ['a larger disk', { diskSize: 100 }, [{ deviceName: '/dev/xvda', size: 100, ...GP3 }]],
    ['Bottlerocket with a larger disk for data', { amiType: 'BOTTLEROCKET_x86_64', diskSize: 80 }, [{ deviceName: '/dev/xvda', size: 4, ...GP3 }, { deviceName: '/dev/xvdb', size: 80, ...GP3 }]],
    ['Windows as Karpenter\'s own', { amiType: 'WINDOWS_CORE_2022_x86_64', diskSize: 50 }, []],
    ['Windows with a larger disk', { amiType: 'WINDOWS_CORE_2022_x86_64', diskSize: 60 }, [{ deviceName: '/dev/sda1', size: 60, ...GP3 }]],
  ])('of a node group: %s', (_, changes, expected) => {
    expect(nodeClass(propose1(changes)).blockDevices).toEqual(expected);
  });

  test('of a launch template are as they are', () => {
    const device = { deviceName: '/dev/xvda', size: 50, type: 'gp3', iops: 4000, throughput: 250, encrypted: true, deleteOnTermination: true };
    const proposal = ofTemplate({ blockDevices: [device] });
    expect(nodeClass(proposal).blockDevices).toEqual([device]);
    expect(things(proposal)).toEqual([]);
  });

  test.each<[string, object, object | undefined, string[]]>([
    ['a key', { size: 50, kmsKeyId: 'key-1' }, { size: 50, kmsKeyId: 'key-1', encrypted: true }, ['volume /dev/xvda with the key key-1']],
    ['IOPS of a type that has none to choose', { size: 50, type: 'gp2', iops: 3000 }, { size: 50, type: 'gp2' }, ['volume /dev/xvda with 3000 IOPS']],
    ['throughput of another type', { size: 50, type: 'io2', iops: 3000, throughput: 200 }, { size: 50, type: 'io2', iops: 3000 }, ['volume /dev/xvda with 200 MiB/s']],
    ['no size', { type: 'gp3' }, { size: 20, type: 'gp3' }, []],
    ['a snapshot', { snapshotId: 'snap-1' }, { snapshotId: 'snap-1' }, []],
    ['a disk of the instance', { notEbs: 'ephemeral0' }, undefined, ['volume /dev/xvda']],
  ])('with %s', (_, device, expected, lines) => {
    const proposal = ofTemplate({ blockDevices: [{ deviceName: '/dev/xvda', ...device }] });
    expect(nodeClass(proposal).blockDevices).toEqual(expected ? [{ deviceName: '/dev/xvda', ...expected }] : []);
    expect(things(proposal)).toEqual(lines);
  });

  test('a volume without a size has that of the image', () => {
    const image = { id: 'ami-1', name: 'golden', rootDevice: '/dev/sda1', volumeSizes: { '/dev/sda1': 33 } };
    const proposal = ofTemplate({ image, blockDevices: [{ deviceName: '/dev/sda1', type: 'gp3' }, { deviceName: '/dev/sdb' }] }, 'v1', { amiType: 'CUSTOM' });
    expect(nodeClass(proposal).blockDevices).toEqual([{ deviceName: '/dev/sda1', type: 'gp3', size: 33, root: true }]);
    expect(things(proposal)).toContain('volume /dev/sdb');
  });
});

describe('launch templates', () => {
  test('metadata options, tags, monitoring and public addresses are carried over', () => {
    const proposal = ofTemplate({
      metadataOptions: { httpTokens: 'optional', httpPutResponseHopLimit: 3 },
      tags: { instance: { 'team': 'a', 'eks:x': 'y' }, volume: { disk: 'b', team: 'c' } },
      detailedMonitoring: true,
      associatePublicIpAddress: false,
    });
    expect(nodeClass(proposal)).toMatchObject({
      metadataOptions: { httpTokens: 'optional', httpPutResponseHopLimit: 3 }, tags: { disk: 'b', team: 'a' }, detailedMonitoring: true, associatePublicIpAddress: false,
    });
    expect(things(proposal)).toEqual(['tag eks:x=y', 'tag team=c of volumes']);
  });

  test.each<[string, Partial<NodegroupDetails>, string]>([
    ['an instance profile', { launchTemplate: launchTemplate({ instanceProfile: 'own' }) }, 'instance profile own'],
    ['user data that is compressed', { launchTemplate: launchTemplate({ userData: { gzip: true } }) }, 'user data'],
    ['a template that was not read', { launchTemplateUnread: true }, 'launch template'],
    ['remote access', { remoteAccess: true }, 'remote access'],
    ['node repair', { nodeRepair: true }, 'node repair'],
    ['a capacity block', { capacityType: 'CAPACITY_BLOCK' }, 'capacity block'],
    ['types that are not known', { instanceTypes: [] }, 'instance types'],
  ])('%s is a line', (_, changes, thing) => {
    expect(things(propose1(changes))).toContain(thing);
  });

  test('what several node groups have in common is said once', () => {
    const both: PoolFacts = facts(nodegroup({ name: 'a', nodeRepair: true }), nodegroup({ name: 'b', nodeRepair: true, labels: { a: 'b' } }));
    expect(propose(both, 'v1').lines.filter(({ thing }) => thing === 'node repair').map(({ nodegroups }) => nodegroups)).toEqual([['a', 'b']]);
  });

  test('local disks as one array are a policy of v1 and a line of v0', () => {
    const group = withUserData('#!/bin/bash\n/etc/eks/bootstrap.sh prod --local-disks raid0', { amiType: 'AL2_x86_64' });
    expect(nodeClass(propose(facts(group), 'v1')).raid0).toBe(true);
    expect(things(propose(facts(group), 'v0'))).toContain('local disks as RAID-0');
  });
});

test.each([
  [['apps'], 'apps'],
  [['apps-b', 'apps-a'], 'apps'],
  [['one', 'two'], 'one'],
  [['Team_A.x'], 'team-a-x'],
  [['4x'], 'pool-4x'],
  [['taken'], 'taken-2'],
  [['a'.repeat(70)], 'a'.repeat(58)],
])('node groups %j give the name %s', (names, expected) => {
  expect(nameFor(names, new Set(['taken']))).toBe(expected);
});
