import { AUTOSCALER_METHODS } from './port';
import { CLUSTER_READS } from '../../cluster/contract';
import { MigrationStage } from '../../words/migration-stage';
import { may, mayOf, StepRow } from '../step-row';

export const CLUSTER_AUTOSCALER = {
  name: 'cluster-autoscaler',
  stages: [MigrationStage.CUT_OVER, MigrationStage.SCALE_DOWN],
  apply: 'Stop the Cluster Autoscaler',
  revert: 'Restore the Cluster Autoscaler',
  port: { name: 'cluster-autoscaler', methods: AUTOSCALER_METHODS },
  rights: [
    may('list patch', 'deployments.apps'),
    may('list', 'pods'),
    may('get list patch', 'nodes'),
    // The canary, and its priority class.
    may('create delete', 'pods', 'karpenter'),
    may('list', 'events', 'karpenter'),
    may('get create patch delete', 'priorityclasses.scheduling.k8s.io'),
    mayOf('get', 'pool'),
    mayOf('list delete', 'claim'),
  ],
  grants: [
    { on: 'cluster', actions: CLUSTER_READS },
    { on: 'nodegroups', actions: ['eks:DescribeNodegroup'] },
    { on: 'everything', actions: ['autoscaling:DescribeAutoScalingGroups', 'autoscaling:DescribeScalingActivities'] },
  ],
} as const satisfies StepRow;
