import { MigrationStage } from '../../words/migration-stage';
import { may, mayOf, StepRow } from '../step-row';

/** It works through the ports of the removal and of the scale-down. */
export const FORMER_POOLS = {
  name: 'former-pools',
  stages: [MigrationStage.INSTALL, MigrationStage.CUT_OVER, MigrationStage.SCALE_DOWN],
  apply: 'Drain the nodes of former pools',
  revert: 'Leave former pools to the removal',
  rights: [
    mayOf('list patch delete', 'pool'),
    mayOf('list delete', 'claim'),
    mayOf('list delete', 'nodeClass'),
    may('list delete', 'nodes'),
  ],
  grants: [{ on: 'everything', actions: ['ec2:DescribeInstances'] }],
} as const satisfies StepRow;
