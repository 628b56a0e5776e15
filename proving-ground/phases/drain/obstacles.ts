import { untilRun } from './run';
import { Report } from '../report';
import { World } from '../world';

const AUTOSCALER = '/apis/apps/v1/namespaces/kube-system/deployments/cluster-autoscaler';
const BUDGET = '/apis/policy/v1/namespaces/shop/poddisruptionbudgets/recommendations';

/** A PodDisruptionBudget that allows nothing: the run pauses, names it, and goes on once it is gone. */
export async function budgetInTheWay(world: World, report: Report): Promise<void> {
  await report.check({ step: 'Scale node groups down', shows: 'survives', name: 'a budget that allows nothing pauses the run, which names it and goes on when it is gone' }, async () => {
    // The preflight refuses a budget that is there already.
    await untilRun(world, 'the drain begins', 240, run => run.stage === 'SCALE_DOWN' && run.says.startsWith('Drain node groups'));
    await world.kube.create('/apis/policy/v1/namespaces/shop/poddisruptionbudgets', {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'recommendations', namespace: 'shop' },
      spec: { maxUnavailable: 0, selector: { matchLabels: { app: 'recommendations' } } },
    });
    const paused = await untilRun(world, 'the run pauses because of the budget', 600, run =>
      run.outcome === 'paused' && run.by === 'DisruptionBudget' && run.says.includes('recommendations'));
    await world.kube.delete(BUDGET);
    await untilRun(world, 'the run goes on', 120, run => run.by !== 'DisruptionBudget');
    return paused.says;
  });
}

/** GitOps puts the autoscaler back: the run pauses, does not fight, and goes on once it is at zero again. */
export async function autoscalerComesBack(world: World, report: Report): Promise<void> {
  await report.check({ step: 'Remove CAS', shows: 'survives', name: 'an autoscaler that somebody puts back pauses the run, which does not fight' }, async () => {
    await world.kube.patch(`${AUTOSCALER}?fieldManager=argocd-controller`, { spec: { replicas: 1 } });
    const paused = await untilRun(world, 'the run pauses because of the autoscaler', 240, run => run.outcome === 'paused' && run.by === 'AutoscalerIsBack');
    const { replicas } = (await world.kube.get(AUTOSCALER)).spec;
    if (replicas !== 1) {
      throw new Error(`the run fought: replicas are ${replicas}`);
    }
    await world.kube.patch(`${AUTOSCALER}?fieldManager=argocd-controller`, { spec: { replicas: 0 } });
    await untilRun(world, 'the run goes on', 120, run => run.by !== 'AutoscalerIsBack');
    return paused.says;
  });
}
