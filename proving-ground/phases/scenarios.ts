import * as path from 'path';
import { entriesAlone, entriesBeside, withModeOfToday } from './access-modes';
import { anotherArrives, installsAlone, oneLeaves, Staying, theOtherLeaves } from './beside';
import { endBurst } from './burst';
import { Planned, planFirst } from './command-line/planned';
import { drainAsPlanned, drainToZero, installPlanned } from './command-line/watched';
import { Installed } from './core-checks';
import { alarmRings } from './drain/alarm';
import { cutOver } from './drain/cut-over';
import { diesAtEachWrite, diesForEver, diesOnTheWayBack } from './drain/deaths';
import { budgetIsOverridden, nothingLaunches } from './drain/force';
import { groupLeaves, makeMess, messyDrain } from './drain/messy';
import { destroyedAndTakenOver, failedLowering, ownerChangesSizes, stormyDrain } from './drain/mid-drain';
import { obstructedWayBack } from './drain/obstructed-way-back';
import { DRAIN_SABOTAGES, sabotageDrain } from './drain/sabotage';
import { budgetsWereTested, scaleDown } from './drain/scale-down';
import { allShardsWork } from './drain/shards';
import { CHART_HISTORY, POLICY_HISTORY, takeWaypoint, wayBack, Waypoint } from './drain/way-back';
import { handlersDie } from './faults/dying-handlers';
import { awsAuthIsEdited } from './faults/edited-aws-auth';
import { PlayedRequests } from './faults/played-requests';
import { Relay } from './faults/relay';
import { rollsBackAtEach } from './faults/rollbacks';
import { logsHoldNoSecret, readsAreCurrent } from './faults/spoken';
import { installsThrottled } from './faults/throttled';
import { troubledDrain } from './faults/troubled-drain';
import { claimIsLost, poolsChange, rolledBackUnderPods } from './keeping';
import { manifestsAreJudgedAlike } from './manifest-table';
import { ownPartsAreKept } from './own-parts';
import { listedElsewhere } from './platform-aws-auth';
import { refusedByName } from './refusals';
import { installedByTheList, leavesTheList, listChanges, madeByCdk } from './rendered-aws-auth';
import { Report } from './report';
import { RunContext } from './run-context';
import { Sabotage, sabotage, SABOTAGES } from './sabotage';
import { Before, blockedRemoval, core, failingCreation, install, launchedForThem, removal, takeBefore, updates } from './scenario';
import { tellsOfItself } from './told';
import { createWorld, World, WorldOptions } from './world';
import { expectEqual } from '../cluster/until';
import { Generation } from '../parts/karpenter';

/** What the phases of a scenario hand on to the next ones. */
export interface Run {
  readonly context: RunContext;
  readonly report: Report;
  world: World;
  /** Account and cluster before the migration. */
  before: Before;
  installed: Installed;
  /** Account and cluster at the stage INSTALL. */
  waypoint: Waypoint;
  /** The migration of the second cluster. */
  staying: Staying;
  /** What CloudFormation asked of our function. */
  requests: PlayedRequests;
  /** The way of our functions to the API server. */
  relay: Relay;
  /** What the command line has said about the cluster. */
  planned: Planned;
  /** When the migration went on from there. */
  from: number;
  /** Makes a messy cluster tidy. */
  clear: () => Promise<void>;
}

export interface Phase {
  readonly title: string;
  /** About how long it takes, warm, on two cores that have little else to do. */
  readonly usualSeconds: number;
  readonly body: (run: Run) => Promise<unknown>;
}

/** What is proven in one world, from nothing to its end. */
export interface Scenario {
  readonly about: string;
  readonly generation: Generation;
  readonly phases: readonly Phase[];
}

/** Odd to look at, so that it is seen to come back exactly. */
const COREDNS_VALUES = ' {"replicaCount": 2}';

const phase = (title: string, seconds: number, body: Phase['body']): Phase => ({ title, usualSeconds: seconds, body });

const account = (options: WorldOptions) => phase('a customer\'s account and cluster', 35, async (run) => {
  run.world = await createWorld(run.context, { corednsAddon: { configurationValues: COREDNS_VALUES }, ...options });
});
const ACCOUNT = account({ generation: 'v0' });
const BOOTSTRAP = phase('cdk bootstrap', 10, async (run) => {
  const { code, output } = await run.world.cdk.bootstrap();
  if (code !== 0) {
    throw new Error(`cdk bootstrap failed: ${output.slice(-2000)}`);
  }
  run.before = await takeBefore(run.world);
});
const INSTALL = phase('stage INSTALL', 60, async (run) => {
  run.installed = await install(run.world, run.report, run.before);
  run.waypoint = await takeWaypoint(run.world);
  run.from = run.world.observers.mark('INSTALL');
});
/** How most worlds begin. */
const withKarpenter = (options: WorldOptions): readonly Phase[] => [account(options), BOOTSTRAP, INSTALL];
const AT_WORK = phase('Karpenter at work', 90, async (run) => {
  await core(run.world, run.report, run.installed);
  await endBurst(run.world);
});
const REMOVED = phase('stage REMOVED, cdk destroy, and nothing is left', 240, run => removal(run.world, run.report, run.before));

const sabotages = (names: readonly (keyof typeof SABOTAGES)[], seconds: number) => names.map((name) => {
  const one: Sabotage = SABOTAGES[name];
  return phase(one.what, seconds, run => sabotage(run.world, run.report, run.installed, one));
});

/** The whole guide, there and back: the job that a generation is for. */
const migration = (options: WorldOptions): readonly Phase[] => [
  ...withKarpenter(options),
  phase('stage CUT_OVER', 45, run => cutOver(run.world, run.report)),
  phase('stage SCALE_DOWN, with a budget and somebody\'s GitOps in the way', 320, async ({ world, report, installed, context }) => {
    await scaleDown(world, report, context.runDir);
    await launchedForThem(world, report, installed);
  }),
  phase('back to stage INSTALL', 60, async ({ world, report, waypoint, from, context }) => {
    await wayBack(world, report, waypoint);
    world.observers.draw(path.join(context.runDir, 'pods.svg'), 'Pods of a cluster of twelve nodes, on the way to Karpenter and back', from);
  }),
  phase('stage REMOVED, cdk destroy, and nothing is left', 195, async ({ world, report, before, from }) => {
    await removal(world, report, before);
    await budgetsWereTested(world, report, from);
  }),
];

/** A plan is made and carried out as it is printed. */
const planned = (options: WorldOptions): readonly Phase[] => [
  account(options),
  BOOTSTRAP,
  phase('a plan', 60, async (run) => {
    run.planned = await planFirst(run.world, run.report, run.context.runDir);
  }),
  phase('stages INSTALL and CUT_OVER by the printed app', 150, run => installPlanned(run.world, run.report, run.context.runDir, run.planned)),
  phase('stage SCALE_DOWN, as planned', 320, run => drainAsPlanned(run.world, run.report, run.context.runDir, run.planned)),
  phase('back to stage INSTALL, and a node group to zero', 420, run => drainToZero(run.world, run.report, run.context.runDir, run.planned)),
];

/** All scenarios, by the names of their worlds. */
export const SCENARIOS = {
  'migration': {
    about: 'the whole guide, there and back, with budgets in the way',
    generation: 'v0',
    phases: migration({ generation: 'v0' }),
  },
  'migration-v1': {
    about: 'the same with Karpenter 1.x, in a cluster that believes access entries alone',
    generation: 'v1',
    phases: migration({ generation: 'v1', authenticationMode: 'API' }),
  },
  'planned': {
    about: 'a plan by somebody who may only read, carried out as it is printed, and watched',
    generation: 'v0',
    phases: planned({ generation: 'v0' }),
  },
  'planned-v1': {
    about: 'the same with Karpenter 1.x',
    generation: 'v1',
    phases: planned({ generation: 'v1', authenticationMode: 'API' }),
  },
  'installation': {
    about: 'a creation that fails, Karpenter at work, deploying again, and a removal that a budget blocks',
    generation: 'v0',
    phases: [
      ACCOUNT,
      BOOTSTRAP,
      phase('a creation that fails', 150, run => failingCreation(run.world, run.report, run.before)),
      INSTALL,
      phase('Karpenter at work', 90, run => core(run.world, run.report, run.installed)),
      phase('deploying again', 120, run => updates(run.world, run.report)),
      phase('stage REMOVED with a budget in the way', 240, async ({ world, report }) => {
        await blockedRemoval(world, report);
        await endBurst(world);
        expectEqual('exit code', (await world.cdk.deploy(world.karpenter.example)).code, 0);
      }),
      REMOVED,
    ],
  },
  'interruptions': {
    about: 'a drain that is lowered by a deployment that fails, and one in a storm',
    generation: 'v0',
    phases: [
      ...withKarpenter({ generation: 'v0' }),
      phase('a drain that is lowered, by a deployment that fails', 420, async ({ world, report }) => {
        await ownerChangesSizes(world, 2);
        await failedLowering(world, report, await takeWaypoint(world));
        await ownerChangesSizes(world, -2);
      }),
      phase('a drain in a storm', 480, run => stormyDrain(run.world, run.report)),
      REMOVED,
    ],
  },
  'abandoned': {
    about: 'a stack with parts of its owner\'s own is destroyed, one in mid-drain too, and both are taken over',
    generation: 'v0',
    phases: [
      ACCOUNT,
      BOOTSTRAP,
      phase('a stack with parts of its owner\'s own is destroyed under pods, and taken over', 240, run => ownPartsAreKept(run.world, run.report)),
      INSTALL,
      phase('a stack that is destroyed in mid-drain, and taken over', 480, run => destroyedAndTakenOver(run.world, run.report, run.before.cluster)),
    ],
  },
  'sabotage': {
    about: 'what an installed Karpenter stands on is broken, one thing at a time: only the check of it fails',
    generation: 'v0',
    phases: [
      ...withKarpenter({ generation: 'v0' }),
      AT_WORK,
      ...sabotages(['tag', 'mapping', 'permission', 'affinity', 'trust'], 90),
    ],
  },
  'sabotage-v1': {
    about: 'the same with what only Karpenter 1.x stands on, in a cluster that believes aws-auth and access entries, then the latter alone',
    generation: 'v1',
    phases: [
      ...withKarpenter({ generation: 'v1', authenticationMode: 'API_AND_CONFIG_MAP' }),
      phase('the API server and the table of manifests', 10, run => manifestsAreJudgedAlike(run.world, run.report)),
      phase('Karpenter at work', 90, run => core(run.world, run.report, run.installed)),
      phase('the cluster goes on to access entries alone', 60, run => entriesAlone(run.world, run.report, run.installed)),
      ...sabotages(['entry', 'statement', 'queue', 'image'], 90),
    ],
  },
  'mess': {
    about: 'a drain of what no tidy cluster has, and a node group that leaves on the way, with Karpenter 1.x',
    generation: 'v1',
    phases: [
      phase('a customer\'s account and cluster', 45, async (run) => {
        run.world = await createWorld(run.context, { generation: 'v1', authenticationMode: 'API' });
        run.clear = await makeMess(run.world);
      }),
      BOOTSTRAP,
      INSTALL,
      phase('stage SCALE_DOWN, with two autoscalers, a group that is DEGRADED and a node that flaps', 420, run => messyDrain(run.world, run.report)),
      phase('back to stage INSTALL, with a full subnet and a node that is not Ready', 190, async (run) => {
        await obstructedWayBack(run.world, run.report, run.waypoint);
        await allShardsWork(run.world, run.report);
        await run.clear();
        run.waypoint = await takeWaypoint(run.world);
      }),
      phase('a node group that leaves in mid-drain', 270, run => groupLeaves(run.world, run.report)),
      phase('back to stage INSTALL', 80, run => wayBack(run.world, run.report, run.waypoint, [CHART_HISTORY])),
    ],
  },
  'patience': {
    about: 'drains by force with Karpenter 1.x: where no vCPU is left nobody is deleted, where a budget never allows one pod at a time',
    generation: 'v1',
    phases: [
      ...withKarpenter({ generation: 'v1', authenticationMode: 'API' }),
      phase('a drain by force, with no vCPU left', 500, run => nothingLaunches(run.world, run.report)),
      phase('a drain by force, with a budget that never allows', 700, run => budgetIsOverridden(run.world, run.report)),
      phase('back to stage INSTALL', 60, run => wayBack(run.world, run.report, run.waypoint)),
    ],
  },
  'alarm': {
    about: 'a drain with Karpenter 1.x that an alarm keeps from beginning, and one that it interrupts',
    generation: 'v1',
    phases: [
      ...withKarpenter({ generation: 'v1', authenticationMode: 'API' }),
      phase('stage SCALE_DOWN, with an alarm that rings before and in the middle', 480, run => alarmRings(run.world, run.report)),
      // The right to read the alarm came and went.
      phase('back to stage INSTALL', 60, run => wayBack(run.world, run.report, run.waypoint, [POLICY_HISTORY])),
    ],
  },
  'deaths': {
    about: 'drains with Karpenter 1.x whose function dies in the middle of each write, without end or twice',
    generation: 'v1',
    phases: [
      ...withKarpenter({ generation: 'v1', authenticationMode: 'API' }),
      phase('a drain whose function dies without end', 180, run => diesForEver(run.world, run.report)),
      phase('a drain whose function dies at each write', 500, run => diesAtEachWrite(run.world, run.report)),
      phase('back to stage INSTALL, with deaths on the way', 90, run => diesOnTheWayBack(run.world, run.report, run.waypoint)),
    ],
  },
  'keeping': {
    about: 'nothing goes that Karpenter 1.x stands on: a creation that fails under pods, pools that change, a claim that is lost',
    generation: 'v1',
    phases: [
      account({ generation: 'v1', authenticationMode: 'API' }),
      BOOTSTRAP,
      phase('a creation that fails under pods', 170, run => rolledBackUnderPods(run.world, run.report, run.before)),
      INSTALL,
      phase('a pool that is renamed, and one that is dropped', 120, run => poolsChange(run.world, run.report)),
      phase('a claim that is lost', 45, run => claimIsLost(run.world, run.report)),
      REMOVED,
    ],
  },
  'refusals': {
    about: 'node groups with what Karpenter 1.x cannot give: nothing moves before it is gone',
    generation: 'v1',
    phases: [
      ...withKarpenter({ generation: 'v1', authenticationMode: 'API' }),
      phase('another architecture, a device and a local volume', 170, run => refusedByName(run.world, run.report)),
    ],
  },
  'told': {
    about: 'a drain with Karpenter 1.x of which a queue, alarms and a dashboard tell',
    generation: 'v1',
    phases: [
      ...withKarpenter({ generation: 'v1', authenticationMode: 'API' }),
      phase('a drain that tells of itself, and back', 420, run => tellsOfItself(run.world, run.report)),
    ],
  },
  'two-in-a-stack': {
    about: 'two clusters that are migrated by one stack: one leaves it, and nothing of the other one is touched',
    generation: 'v1',
    phases: [
      account({ generation: 'v1', authenticationMode: 'API', second: { authenticationMode: 'CONFIG_MAP' } }),
      BOOTSTRAP,
      phase('stage INSTALL in the second cluster', 110, async (run) => {
        run.staying = await installsAlone(run.world, run.report);
      }),
      phase('stage INSTALL in the first one, in the same stack', 150, run => anotherArrives(run.world, run.report, run.before, run.staying)),
      phase('the first one leaves the stack', 150, run => oneLeaves(run.world, run.report, run.before, run.staying)),
      phase('the second one leaves, and nothing is left', 110, run => theOtherLeaves(run.world, run.report, run.before, run.staying)),
    ],
  },
  'access-modes': {
    about: 'a cluster goes on from aws-auth to access entries with Karpenter 1.x at work',
    generation: 'v1',
    phases: [
      ...withKarpenter({ generation: 'v1' }),
      phase('Karpenter at work', 90, run => core(run.world, run.report, run.installed)),
      phase('the cluster goes on to access entries beside aws-auth', 90, run => entriesBeside(run.world, run.report, run.installed)),
      phase('the cluster goes on to access entries alone', 60, async (run) => {
        await entriesAlone(run.world, run.report, run.installed);
        run.before = await withModeOfToday(run.world, run.before, run.installed);
      }),
      REMOVED,
    ],
  },
  'platform': {
    about: 'the customer\'s own CDK app applies the whole of aws-auth, and changes it under Karpenter\'s nodes',
    generation: 'v0',
    phases: [
      ACCOUNT,
      BOOTSTRAP,
      phase('aws-auth is applied by another stack', 480, run => listedElsewhere(run.world, run.report)),
    ],
  },
  'made-in-the-app': {
    about: 'CDK makes the cluster and renders its aws-auth in the same app, and changes it under Karpenter\'s nodes',
    generation: 'v0',
    phases: [
      phase('a customer\'s account, and a cluster that CDK makes', 150, async (run) => {
        run.world = await createWorld(run.context, { generation: 'v0', madeInTheApp: true });
        run.before = await madeByCdk(run.world, run.report);
      }),
      phase('stage INSTALL, and Karpenter at work', 170, async (run) => {
        run.installed = await installedByTheList(run.world, run.report, run.before);
      }),
      phase('CDK\'s next change of its list', 70, run => listChanges(run.world, run.report, run.before, run.installed)),
      phase('stage REMOVED, the migration leaves the app, and nothing is left', 110, run => leavesTheList(run.world, run.report, run.before, run.installed)),
    ],
  },
  'faults': {
    about: 'throttling, functions that die at each of their calls, an aws-auth that somebody edits all the time, an instance that somebody ends, and no secret in a log',
    generation: 'v0',
    phases: [
      ACCOUNT,
      BOOTSTRAP,
      phase('stage INSTALL, with every second call throttled', 90, async (run) => {
        run.relay = await Relay.before(run.world);
        run.requests = new PlayedRequests(run.world);
        await installsThrottled(run.world, run.report, async () => {
          run.installed = await install(run.world, run.report, run.before);
        });
        run.requests.stop();
      }),
      phase('functions that die at each of their calls', 300, run => handlersDie(run.world, run.report, run.requests)),
      phase('an aws-auth that somebody edits', 60, run => awsAuthIsEdited(run.world, run.report, run.requests)),
      phase('stage SCALE_DOWN, with every second call throttled, an instance that somebody ends, and no way to the API server', 600, run => troubledDrain(run.world, run.report, run.relay)),
      phase('what was said and read', 20, async ({ world, report }) => {
        await logsHoldNoSecret(world, report);
        await readsAreCurrent(world, report);
      }),
      REMOVED,
    ],
  },
  'rollbacks': {
    about: 'a creation that fails at each resource of the default template in turn: account and cluster are as before',
    generation: 'v0',
    phases: [ACCOUNT, BOOTSTRAP, phase('creations that fail, one at each resource', 1800, run => rollsBackAtEach(run.world, run.report, run.before))],
  },
  'rollbacks-v1': {
    about: 'the same with Karpenter 1.x',
    generation: 'v1',
    phases: [
      account({ generation: 'v1', authenticationMode: 'API' }), BOOTSTRAP,
      phase('creations that fail, one at each resource', 1900, run => rollsBackAtEach(run.world, run.report, run.before)),
    ],
  },
  'sabotaged-drain': {
    about: 'a careless migration is played, one fault at a time: only the evidence of it fails',
    generation: 'v0',
    phases: [
      ...withKarpenter({ generation: 'v0' }),
      ...DRAIN_SABOTAGES.map(one => phase(one.what, 30, run => sabotageDrain(run.world, run.report, one))),
    ],
  },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;

export function usualSeconds({ phases }: Scenario): number {
  return phases.reduce((sum, one) => sum + one.usualSeconds, 0);
}
