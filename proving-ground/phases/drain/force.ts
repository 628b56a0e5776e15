import { EVIDENCE } from './evidence';
import { Neighbours } from './neighbours';
import { untilRun } from './run';
import { KubeObject } from '../../cluster/kube';
import { expectEqual, until } from '../../cluster/until';
import { allPodsReady, SHOP_NAMESPACE } from '../../customer/customer';
import { Observation } from '../../observe';
import { VARIANT } from '../karpenter-objects';
import { Report } from '../report';
import { World } from '../world';

const STEP = 'Scale node groups down';
const BUDGETS = `/apis/policy/v1/namespaces/${SHOP_NAMESPACE}/poddisruptionbudgets`;
/** It has no budget of its own. */
const STUBBORN = 'assets';
const BUDGET = `${BUDGETS}/${STUBBORN}`;
const DRAIN_RECORD = 'cdk-karpenter-migration/draining';
const STUBBORN_WORKLOAD = `${SHOP_NAMESPACE}/Deployment/${STUBBORN}`;
/** As the variant `impatient` has it. */
const PATIENCE_SECONDS = 60;

/** Patience is short, force is allowed and a budget is in its way, but EC2 launches nothing: no pod is deleted, and nobody loses its last one. */
export async function nothingLaunches(world: World, report: Report): Promise<void> {
  const from = world.observers.mark('SCALE_DOWN by force, with no vCPU left');
  const neighbours = new Neighbours(world);
  try {
    await report.check({ step: STEP, shows: 'survives', name: 'where EC2 launches nothing, replacements are late: the run pauses, stops safely when patience is over, and force deletes no pod' }, async () => {
      expectEqual('exit code', (await world.cdk.deploy(VARIANT, { variant: 'force,impatient,nowait', stage: 'SCALE_DOWN' })).code, 0);
      await batchBegins(world);
      await world.kube.create(BUDGETS, neverAllows());
      const taken = await neighbours.takeAll();
      const paused = await untilRun(world, 'the run pauses because nothing is launched', 720, run => run.outcome === 'paused' && run.by === 'NoNewNode');
      const stopped = await untilRun(world, 'the run stops', 6 * PATIENCE_SECONDS, run => run.outcome === 'stopped');
      const seen = world.observers.observe(from);
      EVIDENCE.deletions(seen);
      EVIDENCE.budgets(seen);
      if (seen.audit.granted.length === 0 || seen.audit.refused.length === 0) {
        throw new Error(`${seen.audit.granted.length} evictions were granted and ${seen.audit.refused.length} refused: nothing was tested`);
      }
      const fewest = nobodyAtZero(seen);
      return `${taken} vCPUs were taken by others; ${paused.says}; ${stopped.says.slice(0, 40)}…; ${seen.audit.granted.length} evictions granted, ${seen.audit.refused.length} refused, none deleted; ${fewest}`;
    });
    await report.check({ step: STEP, shows: 'survives', name: 'a run that has stopped gives the cordons back, and all pods are Ready on the old nodes, with no vCPU left still' }, async () => {
      const pods = await allPodsReady(world.kube, 240, world.karpenter.disruptionTaint);
      expectEqual('nodes that are cordoned with pods on them', await cordonedWithPods(world), []);
      return `${pods.length} pods`;
    });
  } finally {
    await neighbours.leave();
    await world.kube.delete(BUDGET);
  }
}

/** With room again the drain goes on; a budget that never allows anything is what force is for. */
export async function budgetIsOverridden(world: World, report: Report): Promise<void> {
  const from = world.observers.mark('SCALE_DOWN by force, with a budget that never allows');
  try {
    await report.check({ step: STEP, shows: 'survives', name: 'force deletes what a budget never lets go, when patience is over, one pod of a workload at a time, and the drain arrives' }, async () => {
      const deployment = world.cdk.deploy(VARIANT, { variant: 'force,impatient', stage: 'SCALE_DOWN', revision: '2' });
      await batchBegins(world);
      await world.kube.create(BUDGETS, neverAllows());
      await untilRun(world, 'the run pauses because of the budget', 600, run => run.outcome === 'paused' && run.by === 'DisruptionBudget' && run.says.includes(STUBBORN));
      const pausedAt = Date.now();
      expectEqual('exit code', (await deployment).code, 0);
      const seen = world.observers.observe(from);
      const { deletedPods } = seen.audit;
      const others = deletedPods.filter(({ namespace, name }) => namespace !== SHOP_NAMESPACE || !name?.startsWith(`${STUBBORN}-`));
      expectEqual('deleted pods of others', others, []);
      if (deletedPods.length === 0) {
        throw new Error('no pod was deleted by force');
      }
      const soonest = Math.round((Math.min(...deletedPods.map(({ at }) => at)) - pausedAt) / 1000);
      // The pause is seen up to half a second after it began.
      if (soonest < PATIENCE_SECONDS - 2) {
        throw new Error(`the first pod was deleted ${soonest} s after the pause began`);
      }
      const { before, fewest } = seen.disruption.fewestReady[STUBBORN_WORKLOAD];
      expectEqual(`fewest Ready pods of ${STUBBORN}`, fewest, before - 1);
      expectEqual('violations of other budgets', seen.disruption.violations.filter(({ budget }) => budget !== `${SHOP_NAMESPACE}/${STUBBORN}`), []);
      return `${deletedPods.length} pods of ${STUBBORN} deleted, the first ${soonest} s after the pause began, ${fewest} of ${before} Ready at least; ${nobodyAtZero(seen)}`;
    });
  } finally {
    await world.kube.delete(BUDGET);
  }
}

/** What comes before, the preflight and the moves of pinned pods, is over then; nothing is evicted in the same call. */
function batchBegins(world: World): Promise<unknown> {
  return until('a batch begins', 420, async () => (await world.kube.list('/api/v1/nodes')).some(({ metadata }) => metadata.annotations?.[DRAIN_RECORD] !== undefined));
}

/** A workload of one pod has none while it moves; any other has one. */
function nobodyAtZero({ disruption }: Observation): string {
  const several = Object.entries(disruption.fewestReady).filter(([workload, { before }]) => workload.startsWith(`${SHOP_NAMESPACE}/`) && before > 1);
  expectEqual('workloads with no Ready pod', several.filter(([, { fewest }]) => fewest === 0).map(([workload]) => workload), []);
  return several.map(([workload, { before, fewest }]) => `${workload.split('/').pop()} ${fewest} of ${before}`).join(', ');
}

/** Empty ones may stay cordoned. */
export async function cordonedWithPods(world: World): Promise<string[]> {
  const cordoned = (await world.kube.list('/api/v1/nodes')).filter(({ spec }) => spec.unschedulable).map(({ metadata }) => metadata.name);
  const owners = ({ metadata }: KubeObject): string[] => (metadata.ownerReferences ?? []).map(({ kind }: KubeObject) => kind);
  const pods = (await world.kube.list('/api/v1/pods')).filter(pod => !owners(pod).includes('DaemonSet') && pod.status.phase !== 'Succeeded');
  return cordoned.filter(name => pods.some(({ spec }) => spec.nodeName === name));
}

function neverAllows(): KubeObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: STUBBORN, namespace: SHOP_NAMESPACE },
    spec: { maxUnavailable: 0, selector: { matchLabels: { app: STUBBORN } } },
  };
}
