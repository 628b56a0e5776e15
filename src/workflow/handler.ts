import { LONGEST_WAIT_MINUTES, MigrationStageProperties, WorkflowConfiguration } from './contract';
import { listOf, mustHalt, planDeployment, planEnd, planRemoval } from './plan';
import { ExecutionStatus, StagePort } from './port';
import { isSameJson } from './record-json';
import { REMOVAL } from './removal/row';
import { LEASE_MILLISECONDS, RunRecord } from './run-record';
import { stopSteps } from './runner';
import { Progress, working } from './step';
import { done, Outcome, ResourceHandler, ResourceRequest, waiting } from '../custom-resources/lifecycle';
import { integer, oneOf, optionalFlag, optionalText, text } from '../custom-resources/properties';
import { whenRightsSettled } from '../custom-resources/settle';
import { apiOf } from '../karpenter/apis';
import { MigrationStage } from '../words/migration-stage';

type Request = ResourceRequest<MigrationStageProperties>;

/** A creation, or a removal, is waited for whatever the user says: the first must find Karpenter working, the second must be complete. */
const LONGEST_WAIT_SECONDS = LONGEST_WAIT_MINUTES * 60;
/** An output is read by people; the log and the console have all of it. */
const STATE_CHARACTERS = 900;
const LOOK_SECONDS = 5;

/**
 * The resource that knows the stage. It is the last to be created and the first to go, so everything else still stands
 * when it moves things, and when it looks at what is left of Karpenter.
 */
export function migrationStageHandler(
  connect: (properties: MigrationStageProperties) => StagePort, clock: () => Date = () => new Date(),
): ResourceHandler<MigrationStageProperties> {
  return {
    patienceMinutes: LONGEST_WAIT_MINUTES + 5,
    parse: raw => ({
      ClusterName: text(raw, 'ClusterName'),
      KubectlRoleArn: text(raw, 'KubectlRoleArn'),
      KubernetesFunctionArn: text(raw, 'KubernetesFunctionArn'),
      StateMachineArn: text(raw, 'StateMachineArn'),
      Stage: oneOf(raw, 'Stage', Object.values(MigrationStage)),
      Owner: text(raw, 'Owner'),
      Api: text(raw, 'Api'),
      Configuration: text(raw, 'Configuration'),
      WaitSeconds: integer(raw, 'WaitSeconds'),
      TakesOver: optionalFlag(raw, 'TakesOver'),
      Revision: optionalText(raw, 'Revision'),
    }),
    identify: properties => `karpenter-migration/${properties.ClusterName}`,
    apply: request => whenRightsSettled(request.elapsed, async () => {
      const { Stage } = request.properties;
      if (request.type === 'Create' && Stage !== MigrationStage.INSTALL) {
        throw new Error(`the first deployment of a migration must have stage INSTALL, got ${Stage}: a creation that rolls back takes its resources away`);
      }
      const port = connect(request.properties);
      return request.type === 'Update' && await port.isRollingBack(request.stackId) ? rolledBack(port, request, clock()) : follow(port, request, clock());
    }),
    remove: request => whenRightsSettled(request.elapsed, async () => {
      const port = connect(request.properties);
      if (request.properties.Stage === MigrationStage.REMOVED) {
        return verifyRemoved(port, request);
      }
      return await port.isRollingBack(request.stackId) && !request.properties.TakesOver
        ? takeBack(port, request, clock())
        : leave(port, request, clock());
    }),
  };
}

/** Begins a run once for the request, then waits for it, or for a newer one that a person started meanwhile. */
async function follow(port: StagePort, request: Request, now: Date): Promise<Outcome> {
  const { requestId, elapsed, properties: { Stage, Owner } } = request;
  // Asked every few seconds, maybe for hours: it begins, or reads that it has begun or was halted, in one.
  const record = await port.runs.begin({ owner: Owner, stage: Stage, request: requestId, unless: haltOf(requestId) });
  if (record.request === haltOf(requestId)) {
    return fail(port, request, record.report?.says ?? 'the run was halted', now);
  }
  const deployment = planEnd(Stage, record)
    ?? planDeployment(Stage, record, await statusOf(port, record, requestId), elapsed > waitSeconds(request) * 1000);
  switch (deployment.kind) {
    case 'wait':
      return waiting(deployment.reason);
    case 'arrived':
      return Stage === MigrationStage.REMOVED ? verifyRemoved(port, request, deployment.state) : reached(request, deployment.state);
    case 'leave':
      return reached(request, deployment.state);
    case 'fail':
      return fail(port, request, deployment.reason, now);
  }
}

function waitSeconds({ type, properties: { Stage, WaitSeconds } }: Request): number {
  return type === 'Create' || Stage === MigrationStage.REMOVED ? LONGEST_WAIT_SECONDS : WaitSeconds;
}

/** How the execution stands, which is started for our own generation; a newer one belongs to whoever started it, and shows itself by its first report. */
async function statusOf({ executions }: StagePort, { generation, requested, report }: RunRecord, requestId: string): Promise<ExecutionStatus> {
  if (report?.generation === generation) {
    return executions.status(report.execution);
  }
  if (generation !== requested) {
    return 'RUNNING';
  }
  const { execution, runs } = await executions.start(`${generation}-${requestId}`, generation);
  return runs ? 'RUNNING' : executions.status(execution);
}

/** A deployment that fails leaves nobody going on. */
async function fail(port: StagePort, request: Request, reason: string, now: Date): Promise<Outcome> {
  const waitingFor = await halt(port, request.properties.Owner, haltOf(request.requestId), now);
  if (waitingFor) {
    return waiting(waitingFor);
  }
  throw new Error(reason);
}

/** No ping-pong: a rollback moves nothing. */
async function rolledBack(port: StagePort, request: Request, now: Date): Promise<Outcome> {
  const record = await port.runs.read();
  if (record && mustHalt(record, { stage: request.properties.Stage, hasOtherPools: hasOtherPools(request) })) {
    const waitingFor = await halt(port, request.properties.Owner, haltOf(request.requestId), now);
    if (waitingFor) {
      return waiting(waitingFor);
    }
  }
  log('the deployment is rolled back: nothing is moved; deploy again to go on', request);
  return reached(request, `rolled back, nothing was moved: ${record?.report?.says ?? 'no run has said anything'}`);
}

/** The old properties are those of the deployment that fails. */
function hasOtherPools({ properties, oldProperties }: Request): boolean {
  const poolsOf = ({ Configuration }: MigrationStageProperties) => {
    const { Pools, NodeClasses } = JSON.parse(Configuration) as WorkflowConfiguration;
    return [Pools, NodeClasses];
  };
  return oldProperties !== undefined && !isSameJson(poolsOf(properties), poolsOf(oldProperties));
}

/** The stack goes and Karpenter stays: the run ends, what it recorded waits for whoever takes over. */
async function leave(port: StagePort, request: Request, now: Date): Promise<Outcome> {
  const { Owner } = request.properties;
  if (await port.runs.read()) {
    const waitingFor = await halt(port, Owner, haltOf(request.requestId), now);
    if (waitingFor) {
      return waiting(waitingFor);
    }
  }
  await port.abandonClaim(Owner);
  log('the stack is deleted without stage REMOVED: karpenter, its roles, tags and mapping are left working; a later deployment takes them over', request);
  return done();
}

/**
 * A creation is rolled back, which takes away all that Karpenter stands on as soon as this answers. Pods that found no room meanwhile run on
 * its nodes already: so it launches nothing more, and its nodes are drained as on the way to REMOVED.
 */
async function takeBack(port: StagePort, request: Request, now: Date): Promise<Outcome> {
  const run = await port.runs.read();
  const progress = run && await drainOn(port, request, now);
  if (progress && progress.kind !== 'done') {
    return waiting(`the creation is rolled back, and the nodes of karpenter have to go first: ${progress.says}`);
  }
  const { kinds, words } = apiOf(request.properties.Api);
  const left = await port.remaining();
  if (left.length > 0) {
    return waiting(`the creation is rolled back, and karpenter still has ${listOf(left)}: it needs all that would be taken away to end them`);
  }
  const deleted = await port.deleteLaunchTemplates();
  log(`the creation is rolled back: no ${kinds.claim.singular}, node or instance of the ${words.pools} is left; launch templates deleted: ${deleted.join(', ') || 'none'}`, request);
  return done();
}

/** One call of the drain, in place of whatever run is going on. */
async function drainOn(port: StagePort, { requestId, properties: { Owner } }: Request, now: Date): Promise<Progress> {
  const token = haltOf(requestId);
  const { generation } = await port.runs.begin({ owner: Owner, request: token });
  await port.executions.stopAll();
  if (!await port.runs.enter(generation, { token, until: now.getTime() + LEASE_MILLISECONDS }, now.getTime())) {
    return working('a call of the run that is halted has not ended yet', LOOK_SECONDS);
  }
  try {
    return await port.steps(generation)[REMOVAL.name].apply();
  } finally {
    await port.runs.leave(token);
  }
}

async function verifyRemoved(port: StagePort, request: Request, state = 'nothing of karpenter is left'): Promise<Outcome> {
  const { kinds } = apiOf(request.properties.Api);
  const removal = planRemoval(await port.remaining(), kinds);
  switch (removal.kind) {
    case 'wait':
      return waiting(removal.reason);
    case 'refuse':
      throw new Error(removal.reason);
    case 'gone': {
      const deleted = await port.deleteLaunchTemplates();
      log(`no ${kinds.claim.singular}, node or instance of karpenter is left; launch templates deleted: ${deleted.join(', ') || 'none'}`, request);
      return reached(request, state);
    }
  }
}

function haltOf(requestId: string): string {
  return `halt ${requestId}`;
}

function reached(request: Request, state: string): Outcome {
  return done({ Stage: request.properties.Stage, State: state.length > STATE_CHARACTERS ? `${state.slice(0, STATE_CHARACTERS)} …` : state });
}

function log(message: string, request: Request): void {
  console.log(JSON.stringify({ level: 'info', message, cluster: request.properties.ClusterName, stage: request.properties.Stage, owner: request.properties.Owner }));
}

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
