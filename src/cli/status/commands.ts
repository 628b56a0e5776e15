import { PauseReason } from '../../workflow/pause-reason';

/** For each reason the command of its article that shows most; where a sentence of the run has it all, there is none. */
export const COMMANDS: Readonly<Partial<Record<PauseReason, string>>> = {
  [PauseReason.DISRUPTION_BUDGET]: 'kubectl get poddisruptionbudgets -A',
};
