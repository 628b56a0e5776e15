import { CLUSTER_READS } from '../../cluster/contract';
import { MigrationStage } from '../../words/migration-stage';
import { PLACEHOLDER_METHODS } from '../draining/placeholders/port';
import { DRAINING_METHODS } from '../draining/port';
import { GATE_GRANT, may, StepRow } from '../step-row';

export const SCALE_DOWN = {
  name: 'scale-down',
  stages: [MigrationStage.SCALE_DOWN],
  apply: 'Drain node groups',
  revert: 'Restore node groups',
  port: { name: 'draining', methods: [...DRAINING_METHODS, ...PLACEHOLDER_METHODS] },
  rights: [
    may('list patch', 'nodes'),
    // Deletions are for `force` alone.
    may('list delete', 'pods'),
    may('create', 'pods/eviction'),
    // Where room is made before pods are evicted.
    may('create', 'pods', 'karpenter'),
    may('create delete', 'priorityclasses.scheduling.k8s.io'),
    // What they allow now.
    may('list', 'poddisruptionbudgets.policy'),
    // Whether replacements are there, whether their volumes are, and whether a load balancer may know the node.
    may('get', 'replicasets.apps'),
    may('get', 'statefulsets.apps'),
    may('get', 'replicationcontrollers'),
    may('list', 'volumeattachments.storage.k8s.io'),
    may('list', 'persistentvolumes'),
    may('list', 'services'),
    may('list', 'ingresses.networking.k8s.io'),
    may('list', 'targetgroupbindings.elbv2.k8s.aws'),
  ],
  grants: [
    // An update is one of the cluster and of the node group.
    { on: 'cluster', actions: [...CLUSTER_READS, 'eks:DescribeUpdate'] },
    { on: 'nodegroups', actions: ['eks:DescribeNodegroup', 'eks:UpdateNodegroupConfig', 'eks:DescribeUpdate'] },
    { on: 'tags of nodegroups', actions: ['eks:TagResource', 'eks:UntagResource'] },
    GATE_GRANT,
    { on: 'everything', actions: ['autoscaling:DescribeAutoScalingGroups', 'autoscaling:DescribeInstanceRefreshes', 'ec2:DescribeInstances'] },
    {
      on: 'groups of the cluster',
      actions: ['autoscaling:SuspendProcesses', 'autoscaling:ResumeProcesses', 'autoscaling:TerminateInstanceInAutoScalingGroup'],
    },
  ],
} as const satisfies StepRow;
