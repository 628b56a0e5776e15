import { MigrationStage } from '../../words/migration-stage';
import { EMPTYING } from '../emptying/row';
import { StepRow } from '../step-row';

/** It has no port of its own. */
export const FORMER_POOLS = {
  name: 'former-pools',
  stages: [MigrationStage.INSTALL, MigrationStage.CUT_OVER, MigrationStage.SCALE_DOWN],
  apply: 'Drain the nodes of former pools',
  revert: 'Leave former pools to the removal',
  ...EMPTYING,
} as const satisfies StepRow;
