import { WORKLOADS_METHODS } from './port';
import { MigrationStage } from '../../words/migration-stage';
import { may, StepRow } from '../step-row';

export const CRITICAL_WORKLOADS = {
  name: 'critical-workloads',
  stages: [MigrationStage.CUT_OVER, MigrationStage.SCALE_DOWN],
  apply: 'Pin critical workloads',
  revert: 'Unpin critical workloads',
  port: { name: 'critical-workloads', methods: WORKLOADS_METHODS },
  rights: [
    may('get list patch', 'deployments.apps'),
    may('get list patch', 'statefulsets.apps'),
    may('list', 'pods'),
    may('list', 'nodes'),
  ],
  grants: [
    { on: 'addons', actions: ['eks:DescribeAddon', 'eks:UpdateAddon'] },
    { on: 'everything', actions: ['eks:DescribeAddonConfiguration'] },
  ],
} as const satisfies StepRow;
