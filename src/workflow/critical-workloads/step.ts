import { nodegroupRequirement } from './affinity';
import { Context, CriticalWorkloadsConfiguration } from './context';
import { planPin } from './plan';
import { AddonsPort, WorkloadName, WorkloadsPort } from './port';
import { recordsOf } from './record';
import { nameOf } from './rollout';
import { NODEGROUP_LABEL } from '../../kubernetes/views';
import { WorkloadReference } from '../contract';
import { Assessment, done, Progress, Step } from '../step';

/**
 * What changes workloads is loaded when it is called: the parser of YAML and the validator of add-ons' schemas take a sixth of the time in which the
 * function starts, and most of its calls pin nothing.
 */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const applying = (): typeof import('./apply') => require('./apply');
// eslint-disable-next-line @typescript-eslint/no-require-imports
const reverting = (): typeof import('./revert') => require('./revert');

/**
 * Keeps critical workloads on node groups. One workload after the other: it is changed, and its pods have rolled out, before the next. One that carries a
 * record and is named no longer is given back.
 *
 * @see https://karpenter.sh/v0.29/getting-started/migrating-from-cas/#set-nodeaffinity-for-critical-workloads-optional
 */
export function criticalWorkloadsStep(
  ports: { readonly kubernetes: WorkloadsPort; readonly addons: AddonsPort },
  configuration: CriticalWorkloadsConfiguration,
  now: () => number = Date.now,
): Step {
  const requirement = nodegroupRequirement(NODEGROUP_LABEL, configuration.HostNodegroups ?? configuration.Nodegroups);
  const context: Context = { ...ports, configuration, requirement, now };
  return {
    assess: () => assess(context),
    apply: () => apply(context),
    revert: () => revert(context),
    // Nothing of this step is left half-done: a rollout goes on without us.
    stop: async () => {},
  };
}

async function apply(context: Context): Promise<Progress> {
  const { pinWorkload } = applying();
  const said: string[] = [];
  for (const reference of context.configuration.CriticalWorkloads) {
    const progress = await pinWorkload(context, reference);
    if (progress.kind !== 'done') {
      return progress;
    }
    said.push(progress.says);
  }
  const named = context.configuration.CriticalWorkloads;
  const dropped = (await context.kubernetes.recorded()).find(one => !named.some(reference => isNamedBy(reference, one)));
  return dropped ? reverting().unpinWorkload(context, dropped) : done(said.join('; ') || 'no workload is critical');
}

function isNamedBy({ Kind, Namespace, Name }: WorkloadReference, { kind, namespace, name }: WorkloadName): boolean {
  return kind === Kind && namespace === Namespace && name === Name;
}

async function revert(context: Context): Promise<Progress> {
  const [next] = await context.kubernetes.recorded();
  return next ? reverting().unpinWorkload(context, next) : done('no workload is pinned by us');
}

async function assess({ kubernetes, configuration, requirement }: Context): Promise<Assessment> {
  const recorded = await kubernetes.recorded();
  const wanted = configuration.CriticalWorkloads
    .map(reference => recorded.find(one => isNamedBy(reference, one)));
  const pinned = recorded.filter(one => planPin(one.affinity, recordsOf(one), requirement).kind === 'pinned');
  if (recorded.length === 0) {
    return { applied: 'nothing', says: 'no workload is pinned by us' };
  }
  const fully = pinned.length === recorded.length && wanted.every((one, index) => one || configuration.CriticalWorkloads[index].Optional);
  return { applied: fully ? 'fully' : 'partly', says: `pinned to node groups: ${pinned.map(nameOf).join(', ') || 'none'} (of ${recorded.length} that carry a record)` };
}
