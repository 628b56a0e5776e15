import { FLEET_METHODS } from '../../karpenter/api/fleet';
import { MigrationStage } from '../../words/migration-stage';
import { may, mayOf, StepRow } from '../step-row';

/** Its nodes are drained through the port of the scale-down. */
export const REMOVAL = {
  name: 'removal',
  stages: [MigrationStage.REMOVED],
  apply: 'Drain the nodes of Karpenter',
  revert: 'Let Karpenter launch again',
  port: { name: 'fleet', methods: FLEET_METHODS },
  rights: [
    mayOf('list patch delete', 'pool'),
    mayOf('list delete', 'claim'),
    mayOf('list delete', 'nodeClass'),
    may('list delete', 'nodes'),
  ],
  grants: [{ on: 'everything', actions: ['ec2:DescribeInstances'] }],
} as const satisfies StepRow;
