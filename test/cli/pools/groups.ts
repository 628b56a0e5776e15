import { launchTemplate, nodegroup, SUBNETS, withUserData } from './facts';
import { NodegroupDetails } from '../../../src/cli/pools/contract';

const KUBELET_FLAGS = '--max-pods=58 --pods-per-core=9 --system-reserved=cpu=100m,memory=200Mi,pid=1000 --kube-reserved=cpu=1,memory=1000000000,ephemeral-storage=1Gi '
  + '--eviction-hard=memory.available<500Mi,nodefs.available<10%,nodefs.inodesFree<5%,pid.available<100 --eviction-soft=memory.available<1Gi '
  + '--eviction-soft-grace-period=memory.available=1m30s --eviction-max-pod-grace-period=60 --image-gc-high-threshold=70 --image-gc-low-threshold=60 '
  + '--cpu-cfs-quota=false --cluster-dns=172.20.0.10';

/** Node groups of all kinds, each under a name of its own: what is made of them must compile and be taken by Karpenter. */
export const GROUPS: readonly NodegroupDetails[] = [
  nodegroup({ name: 'plain' }),
  nodegroup({ name: 'zonal-a', subnets: [SUBNETS[0]], labels: { team: 'a' } }),
  nodegroup({ name: 'zonal-b', subnets: [SUBNETS[1]], labels: { team: 'a' } }),
  nodegroup({ name: 'zone-only', subnets: [SUBNETS[0]], labels: { team: 'b' } }),
  nodegroup({ name: 'public', subnets: [{ id: 'subnet-0123', zone: 'us-east-1a' }] }),
  nodegroup({ name: 'spot', capacityType: 'SPOT', instanceTypes: ['m5.large', 'c6i.xlarge', 'r5.2xlarge'], diskSize: 100 }),
  nodegroup({
    name: 'gpu',
    instanceTypes: ['g5.xlarge'],
    amiType: 'AL2023_x86_64_NVIDIA',
    labels: { 'example.com/gpu': '', 'node.kubernetes.io/kind': 'gpu' },
    taints: [{ key: 'nvidia.com/gpu', value: 'true', effect: 'NoSchedule' }, { key: 'wish', effect: 'PreferNoSchedule' }, { key: 'node.cilium.io/agent-not-ready', value: 'true', effect: 'NoExecute' }],
  }),
  nodegroup({ name: 'gpu-open', instanceTypes: ['g5.xlarge'] }),
  nodegroup({ name: 'arm', instanceTypes: ['m6g.large'], amiType: 'BOTTLEROCKET_ARM_64', diskSize: 80 }),
  nodegroup({ name: 'old', amiType: 'AL2_x86_64' }),
  nodegroup({ name: 'disks', instanceTypes: ['i4i.large'] }),
  nodegroup({ name: 'metal', instanceTypes: ['m5.metal'] }),
  nodegroup({ name: '9-lives', instanceTypes: ['t3.medium'], labels: { it: '9' } }),
  nodegroup({ name: 'unknown', instanceTypes: ['x99.large'] }),
  withUserData(`#!/bin/bash\n/etc/eks/bootstrap.sh prod --kubelet-extra-args '${KUBELET_FLAGS}'`, { name: 'tuned', amiType: 'AL2_x86_64' }),
  withUserData('#!/bin/bash\necho "it\'s \\"quoted\\" `here` $PATH \\\\ ${x}"\n', { name: 'scripted' }),
  withUserData('apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  kubelet:\n    config: { maxPods: 110, registryPullQPS: 20 }\n  instance: { localStorage: { strategy: RAID0 } }',
    { name: 'nodeadm' }),
  withUserData('[settings.kubernetes]\nmax-pods = 42\n[settings.host-containers.admin]\nenabled = true\n', { name: 'bottlerocket', amiType: 'BOTTLEROCKET_x86_64' }),
  nodegroup({
    name: 'templated',
    launchTemplate: launchTemplate({
      blockDevices: [
        { deviceName: '/dev/xvda', size: 50, type: 'gp3', iops: 4000, throughput: 250, encrypted: true, deleteOnTermination: true },
        { deviceName: '/dev/xvdb', size: 100, type: 'io2', iops: 3000, kmsKeyId: 'arn:aws:kms:us-east-1:111111111111:key/1' },
        { deviceName: '/dev/xvdc', snapshotId: 'snap-0123' },
        { deviceName: '/dev/xvdd', size: 500, type: 'st1', iops: 5 },
      ],
      metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'optional', httpPutResponseHopLimit: 3, httpProtocolIpv6: 'disabled' },
      securityGroupIds: ['sg-0123', 'sg-4567'],
      tags: { instance: { Name: 'a "node"', team: 'a' }, volume: { 'aws:x': 'y' } },
      detailedMonitoring: true,
      associatePublicIpAddress: false,
    }),
  }),
  nodegroup({
    name: 'pinned',
    amiType: 'CUSTOM',
    launchTemplate: launchTemplate({ image: { id: 'ami-0123', name: 'amazon-eks-node-al2023-x86_64-standard-1.33-v20260801', ownerAlias: 'amazon' } }),
  }),
  nodegroup({
    name: 'pinned-old', amiType: 'CUSTOM', launchTemplate: launchTemplate({ image: { id: 'ami-0124', name: 'amazon-eks-node-1.27-v20230801', ownerAlias: 'amazon' } }),
  }),
  nodegroup({
    name: 'pinned-rocket',
    amiType: 'CUSTOM',
    launchTemplate: launchTemplate({ image: { id: 'ami-0125', name: 'bottlerocket-aws-k8s-1.33-x86_64-v1.50.0-abcdef12', ownerAlias: 'amazon' } }),
  }),
  nodegroup({ name: 'ubuntu', amiType: 'CUSTOM', launchTemplate: launchTemplate({ image: { id: 'ami-0126', name: 'ubuntu-eks/k8s_1.33/images/x', owner: '099720109477' } }) }),
  nodegroup({
    name: 'golden',
    amiType: 'CUSTOM',
    launchTemplate: launchTemplate({
      image: { id: 'ami-0127', name: 'golden', rootDevice: '/dev/sda1' }, userData: { text: '#!/bin/sh\n/opt/join\n' }, blockDevices: [{ deviceName: '/dev/sda1', size: 40 }],
    }),
  }),
  nodegroup({ name: 'windows', amiType: 'WINDOWS_CORE_2022_x86_64', diskSize: 60 }),
  nodegroup({ name: 'windows-new', amiType: 'WINDOWS_FULL_2025_x86_64', diskSize: 50 }),
];
