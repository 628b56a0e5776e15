import { NodeView } from '../../kubernetes/views';
import { RunRecord } from '../../workflow/run-record';
import { NodegroupState } from '../../workflow/scale-down/port';

/** What the claim on the cluster says. */
export interface ClaimedRun {
  readonly run: RunRecord;
  /** Its stack was destroyed with Karpenter left working. */
  readonly abandoned: boolean;
}

/** Everything that a status reads; nothing of it changes anything. */
export interface StatusPorts {
  readonly cluster: string;
  readonly region: string;
  /** Undefined where no migration has the cluster. */
  run(): Promise<ClaimedRun | undefined>;
  /** Undefined where they may not be read. */
  nodegroups(): Promise<readonly NodegroupState[] | undefined>;
  nodes(): Promise<readonly NodeView[] | undefined>;
}
