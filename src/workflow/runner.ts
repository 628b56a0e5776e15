import { pauseFor } from './classify';
import { WorkflowConfiguration } from './contract';
import { EventsPort } from './events/contract';
import { tell } from './events/tell';
import { beginningOf, transitionsOf } from './events/transitions';
import { firstLeg, legOf } from './itinerary';
import { PauseReason } from './pause-reason';
import { logLine } from './run-log';
import { Lease, LEASE_MILLISECONDS, RunPort, RunRecord, RunReport } from './run-record';
import { advanced, counted, handedOn, held, isOutOfPatience, lost, mayBeForced, reportOf, RunState, stopped } from './run-state';
import { done, Progress, Step, waiting } from './step';
import { StepName, STEPS } from './steps';
import { REPLACED } from '../custom-resources/fence';
import { MigrationStage } from '../words/migration-stage';

export type Steps = Readonly<Record<StepName, Step>>;

/** What a state of the state machine asks the function for. */
export type WorkflowTask =
  /** Without a generation, as a person starts an execution, a new one begins. */
  | { readonly Workflow: 'begin'; readonly Configuration: WorkflowConfiguration; readonly Run: { readonly generation?: number }; readonly Execution: string }
  | { readonly Workflow: 'go'; readonly Configuration: WorkflowConfiguration; readonly Run: RunState; readonly Execution: string };

export interface StepOptions {
  /** Patience with pods that cannot be evicted is over, and the user wants them to be deleted then. */
  readonly force: boolean;
  /** Nodes are begun whatever alarms and maintenance windows say. */
  readonly anytime?: boolean;
}

/** What a run works through. */
export interface RunnerPorts {
  /** Where whoever listens learns how runs get on. */
  readonly events: EventsPort;
  runs(configuration: WorkflowConfiguration): RunPort;
  /** Steps whose every change is refused once the generation is not the cluster's any more. */
  steps(configuration: WorkflowConfiguration, generation: number, options: StepOptions): Steps;
  newToken(): string;
  now(): Date;
}

/** As long as a call has taken no more than this, it goes on with the next part. */
const GO_ON_MILLISECONDS = 5000;
/** How soon a run looks again whether a call of a former run has ended. */
const LOOK_SECONDS = 5;
/** Calls at the beginning of an execution in which what a deployment has granted a moment ago may not work yet. */
const SETTLING_ROUNDS = 10;
const SETTLING_SECONDS = 3;
const SETTLING_MINUTES = 1;
/** One call may be lost by accident; after as many as this in a row the next one would be, too. */
const LOST_CALLS = 2;
/** Calls in a row that nobody answered; what is older holds no lease any more. */
const MOST_OPEN = 20;

const STOPPED: Progress = done('stopped');

/** Nothing that happens in a call fails the execution: it pauses, and goes on or stops safely. */
export async function runTask(task: WorkflowTask, ports: RunnerPorts): Promise<RunState> {
  if (task.Workflow === 'begin') {
    return begin(task, ports);
  }
  const after = await go(task, ports);
  // A call that died before this is made again on the same state, and comes to the same transitions.
  await tell(ports.events, transitionsOf({ clusterName: task.Configuration.ClusterName, execution: task.Execution }, task.Run, after));
  return after;
}

async function begin(task: WorkflowTask & { Workflow: 'begin' }, ports: RunnerPorts): Promise<RunState> {
  const { Configuration: configuration, Run: { generation } } = task;
  const runs = ports.runs(configuration);
  const record = generation === undefined ? await runs.begin({ owner: configuration.Owner }) : await runs.read();
  if (!record?.stage) {
    throw new Error('no stage was deployed to this cluster yet: deploy the stack first');
  }
  const before = record.report?.generation === (generation ?? record.generation) ? record.report : undefined;
  const state: RunState = {
    generation: generation ?? record.generation,
    stage: record.stage,
    outcome: record.generation === (generation ?? record.generation) ? 'working' : 'replaced',
    next: firstLeg(record.stage).name,
    says: `on the way to stage ${record.stage}: ${isFirst(record) ? 'no run was before this one' : await position(configuration, record, ports)}`,
    waitSeconds: 0,
    round: 0,
    ...before && handedOn(before),
  };
  console.log(JSON.stringify({ level: 'info', message: state.says, cluster: configuration.ClusterName, generation: state.generation, execution: task.Execution }));
  await tell(ports.events, beginningOf({ clusterName: configuration.ClusterName, execution: task.Execution }, state, before !== undefined));
  return state;
}

/** Whether there is nothing to read of runs before: a cluster is only installed with yet. */
function isFirst({ generation, stage }: RunRecord): boolean {
  return generation === 1 && stage === MigrationStage.INSTALL;
}

/** Where the cluster is, by the records of all steps. */
async function position(configuration: WorkflowConfiguration, record: RunRecord, ports: RunnerPorts): Promise<string> {
  const steps = ports.steps(configuration, record.generation, { force: false });
  return (await Promise.all(Object.entries(steps).map(([name, step]) => assessment(name, step)))).join('; ');
}

/** What it says is for people: a step that cannot tell tells so when its turn comes, and pauses. */
async function assessment(name: string, step: Step): Promise<string> {
  try {
    return (await step.assess()).says;
  } catch (error) {
    return `${name} cannot tell yet (${reported(error as Error).says})`;
  }
}

async function go(task: WorkflowTask & { Workflow: 'go' }, ports: RunnerPorts): Promise<RunState> {
  const { Configuration: configuration, Run: state, Execution: execution } = task;
  const runs = ports.runs(configuration);
  const { open = [], ...rest } = state;
  const lease: Lease = { token: ports.newToken(), until: ports.now().getTime() + LEASE_MILLISECONDS, after: open };
  const unanswered = { open: [...open, lease.token].slice(-MOST_OPEN) };
  let entrance: Lease | false;
  try {
    entrance = await runs.enter(state.generation, lease, ports.now().getTime());
  } catch (error) {
    // It may have been taken all the same.
    return unlessReplaced(error as Error, rest, () =>
      ({ ...advanced(rest, legOf(state.next), reported(error as Error), ports.now()), ...unanswered }));
  }
  if (!entrance) {
    return held(state, legOf(state.next), LOOK_SECONDS);
  }
  const after = await call(configuration, rest, entrance, ports).catch(async (error: Error) => {
    await runs.leave(lease.token);
    return unlessReplaced(error, rest, () => { throw error; });
  });
  if (await hasLeft(runs, lease, reportOf(after, execution))) {
    return after;
  }
  // The end of a run has to stand in the claim, where deployments look for it: it is reached once more.
  const goesOn = after.outcome === 'working' || after.outcome === 'paused';
  return { ...goesOn ? after : { ...rest, round: after.round }, ...unanswered };
}

/** A call that has done its work has ended, whether the claim on the cluster can be told or not: the next one knows. */
async function hasLeft(runs: RunPort, { token }: Lease, report: RunReport | undefined): Promise<boolean> {
  try {
    await runs.leave(token, report);
    return true;
  } catch (error) {
    reported(error as Error);
    return false;
  }
}

async function call(configuration: WorkflowConfiguration, state: RunState, { lost: before = 0 }: Lease, ports: RunnerPorts): Promise<RunState> {
  const until = ports.now().getTime() + GO_ON_MILLISECONDS;
  let after = await takeLeg(configuration, state, before, ports);
  // What is done already need not be waited for, nor entered once more.
  while (after.outcome === 'working' && after.next !== state.next && ports.now().getTime() < until) {
    state = after;
    after = await takeLeg(configuration, state, 0, ports);
  }
  return after;
}

async function takeLeg(configuration: WorkflowConfiguration, state: RunState, before: number, ports: RunnerPorts): Promise<RunState> {
  const leg = legOf(state.next);
  const overdue = isOutOfPatience(state, configuration.PatienceMinutes, ports.now()) && mayBeForced(state);
  const steps = ports.steps(configuration, state.generation, { force: overdue && configuration.ScaleDown.Force });
  const calls = before === 0 ? 0 : before + (state.lost ?? 0);
  const progress = calls < LOST_CALLS ? settling(await attempt(() => steps[leg.step][leg.direction]()), state) : undefined;
  let after = counted(progress ? advanced(state, leg, progress, ports.now()) : lost(state, leg, calls, ports.now()), progress?.counts);
  const forcesNext = configuration.ScaleDown.Force && !overdue && mayBeForced(after);
  if (isOutOfPatience(after, configuration.PatienceMinutes, ports.now()) && !forcesNext) {
    const stop = await attempt(async () => {
      await stopSteps(steps);
      return STOPPED;
    });
    after = stop === STOPPED ? stopped(after) : advanced(after, leg, stop, ports.now());
  }
  console.log(JSON.stringify(logLine(configuration.ClusterName, leg, after, progress ?? {}, ports.now())));
  return after;
}

/** Takes back what must not stay when nobody goes on; the last step first, as on every way back. One that cannot be stopped keeps no other from it. */
export async function stopSteps(steps: Steps): Promise<void> {
  const errors: Error[] = [];
  for (const { name } of [...STEPS].reverse()) {
    await steps[name].stop().catch((error: Error) => errors.push(error));
  }
  if (errors.length > 0) {
    throw errors.find(({ name }) => name === REPLACED) ?? errors[0];
  }
}

async function attempt(body: () => Promise<Progress>): Promise<Progress> {
  try {
    return await body();
  } catch (error) {
    if ((error as Error).name === REPLACED) {
      throw error;
    }
    return reported(error as Error);
  }
}

/** Rights that were granted a moment ago are waited for, so that nobody is told of a pause that is none. */
function settling(progress: Progress, { round }: RunState): Progress {
  return progress.kind === 'blocked' && progress.by === PauseReason.ACCESS_DENIED && round < SETTLING_ROUNDS
    ? waiting(progress.says, SETTLING_SECONDS, { by: progress.by, minutes: SETTLING_MINUTES })
    : progress;
}

function reported(error: Error): Progress {
  console.error(JSON.stringify({ level: 'error', message: error.message, name: error.name, stack: error.stack }));
  return pauseFor(error);
}

function unlessReplaced(error: Error, state: RunState, otherwise: () => RunState): RunState {
  return error.name === REPLACED
    ? { ...state, outcome: 'replaced', waitSeconds: 0, says: `a newer run or deployment took over, this one changes nothing more (${error.message})` }
    : otherwise();
}
