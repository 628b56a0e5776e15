import { CLUSTER_AUTOSCALER } from './cluster-autoscaler/row';
import { CRITICAL_WORKLOADS } from './critical-workloads/row';
import { FORMER_POOLS } from './former-pools/row';
import { REMOVAL } from './removal/row';
import { SCALE_DOWN } from './scale-down/row';
import { may, StepRight, StepRow } from './step-row';

/** All steps, in the order in which they are applied. Reverting and stopping go from the last to the first. */
export const STEPS = [CRITICAL_WORKLOADS, CLUSTER_AUTOSCALER, SCALE_DOWN, FORMER_POOLS, REMOVAL] as const satisfies readonly StepRow[];

export type StepName = (typeof STEPS)[number]['name'];
type Port = Extract<(typeof STEPS)[number], { readonly port: unknown }>['port'];
export type PortName = Port['name'];

/** What the steps ask the function for that may reach the Kubernetes API. */
export const STEP_PORTS: readonly Port[] = STEPS.flatMap(step => 'port' in step ? [step.port] : []);

/** What runs do at the Kubernetes API: their record is in the claim, and what follows from the rows of the steps. */
export const WORKFLOW_RIGHTS: readonly StepRight[] = [may('get update', 'configmaps', 'kube-system'), ...STEPS.flatMap(({ rights }): readonly StepRight[] => rights)];
