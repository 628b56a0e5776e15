import { StagePort } from './port';
import { LEASE_MILLISECONDS } from './run-record';
import { stopSteps } from './runner';

/**
 * Ends the run, whichever it is: fences it, waits until its last call has ended, then takes back what must not stay when nobody goes on.
 *
 * @param request halts once, however often it is called
 * @returns what is waited for; undefined when it is done
 */
export async function halt(port: StagePort, owner: string, request: string, now: Date): Promise<string | undefined> {
  const { generation } = await port.runs.begin({ owner, request });
  await port.executions.stopAll();
  if (!await port.runs.enter(generation, { token: request, until: now.getTime() + LEASE_MILLISECONDS }, now.getTime())) {
    return 'a call of the run that is halted has not ended yet';
  }
  try {
    await stopSteps(port.steps(generation));
  } finally {
    await port.runs.leave(request);
  }
  return undefined;
}
