import { CONFIGURATION, World, WorkloadSpec } from './world';
import { PauseReason } from '../../../src/workflow/pause-reason';
import { scaleDownStep } from '../../../src/workflow/scale-down/step';
import { blocked, Progress } from '../../../src/workflow/step';

const WEB: WorkloadSpec = { name: 'web', replicas: 4, budget: 1, readySeconds: 5 };
const API: WorkloadSpec = { name: 'api', replicas: 3, readySeconds: 5 };

/** Ends a function in the middle of a call. */
class Died extends Error {}

type Moment = 'before' | 'after';

/** One node goes, of three. */
const small = () => new World([{ name: 'apps', min: 3, max: 4, desired: 3 }], [WEB, API]);

/** The same, where an alarm rings for a minute as soon as the node is cordoned. */
function alarming(): World {
  const world = small();
  let since: number | undefined;
  world.gate = async () => {
    since ??= world.nodeList.some(({ unschedulable }) => unschedulable) ? world.now : undefined;
    return since !== undefined && world.now < since + 60_000 ? blocked(PauseReason.ALARM_RINGS, 'alarm errors is in ALARM') : undefined;
  };
  return world;
}

/** The step through ports of which one call, counted from the first, is the end of the function: before anything came of it, or when only the answer is missing. */
function mortal(world: World, at: number, moment: Moment) {
  let calls = 0;
  const dying = <T extends object>(port: T): T => new Proxy(port, {
    get: (target, name) => {
      const value = Reflect.get(target, name, target);
      return typeof value !== 'function' ? value : async (...args: unknown[]) => {
        calls += 1;
        const dies = calls === at;
        if (dies && moment === 'before') {
          throw new Died();
        }
        const result = await value.apply(target, args);
        if (dies) {
          throw new Died();
        }
        return result;
      };
    },
  });
  const quiet = async () => undefined;
  const port = dying(world);
  const ports = { kubernetes: port, aws: port, fleet: port, mayBegin: () => port.gate(), autoscalerIsQuiet: quiet, recheck: quiet };
  const preProvisioned = { ...CONFIGURATION, ScaleDown: { ...CONFIGURATION.ScaleDown, Targets: [{ Nodegroup: 'apps', Size: 2 }], PreProvision: true } };
  const step = scaleDownStep(ports, preProvisioned, { force: false, now: () => world.now });
  return { step, calls: () => calls };
}

/** A function that dies says nothing: it is called again. */
async function survive(call: () => Promise<Progress>): Promise<Progress> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Died) {
      return { kind: 'working', says: 'died', waitSeconds: 5 };
    }
    throw error;
  }
}

const outcome = (world: World) => ({
  sizes: world.groups.map(({ group: { sizes } }) => sizes),
  marks: world.nodeList.filter(node => node.unschedulable || Object.keys(node.annotations).length > 0).length,
  suspended: world.groups.flatMap(({ group }) => group.suspended),
  placeholders: world.podList.filter(({ standsFor }) => standsFor !== undefined).length,
  ended: world.ended.length,
  evictedTwice: world.evicted.filter(({ lineage }) => lineage > 1).length,
});

test.each<readonly [Moment, string, () => World]>([
  ['before', 'a drained node', small], ['after', 'a drained node', small], ['before', 'one that waits for an alarm', alarming], ['after', 'one that waits for an alarm', alarming],
])('a function that dies %s any one of the calls of %s changes nothing of what comes of it, nor does it on the way back', async (moment, _of, make) => {
  const undisturbed = make();
  const untouched = undisturbed.snapshot();
  const { step, calls } = mortal(undisturbed, Infinity, moment);
  await undisturbed.run(() => step.apply());
  const wanted = outcome(undisturbed);
  expect(wanted).toEqual({ sizes: [{ min: 2, max: 2, desired: 2 }], marks: 0, suspended: [], placeholders: 0, ended: 1, evictedTwice: 0 });
  expect(calls()).toBeGreaterThan(50);
  for (let at = 1; at <= calls(); at += 1) {
    const world = make();
    const dying = mortal(world, at, moment);
    expect([at, (await world.run(() => survive(() => dying.step.apply()))).kind]).toEqual([at, 'done']);
    expect([at, outcome(world)]).toEqual([at, wanted]);
    const back = mortal(world, at, moment);
    expect([at, (await world.run(() => survive(() => back.step.revert()))).kind]).toEqual([at, 'done']);
    world.tick(60);
    expect([at, world.snapshot()]).toEqual([at, untouched]);
  }
}, 120_000);
