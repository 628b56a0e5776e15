import { FLEET_METHODS } from '../../karpenter/api/fleet';
import { MigrationStage } from '../../words/migration-stage';
import { EMPTYING } from '../emptying/row';
import { StepRow } from '../step-row';

/** Its nodes are drained through the port of the scale-down. */
export const REMOVAL = {
  name: 'removal',
  stages: [MigrationStage.REMOVED],
  apply: 'Drain the nodes of Karpenter',
  revert: 'Let Karpenter launch again',
  port: { name: 'fleet', methods: FLEET_METHODS },
  ...EMPTYING,
} as const satisfies StepRow;
