import { Person } from './person';
import { Step, Steps } from './steps';
import { expectEqual } from '../../proving-ground/cluster/until';
import { CdkRun } from '../../proving-ground/phases/cdk-cli';
import { VARIANT } from '../../proving-ground/phases/karpenter-objects';
import { karpenterReady } from '../../proving-ground/phases/karpenter-pods';
import { RunContext } from '../../proving-ground/phases/run-context';
import { Before, differences, nothingDiffers, takeBefore } from '../../proving-ground/phases/scenario';
import { createWorld, World } from '../../proving-ground/phases/world';

export const STEPS = ['INSTALL', 'again, unchanged', 'a changed pool', 'all of it removed'] as const;
type StepName = typeof STEPS[number];
/** How one gets through the steps. */
type Way = Readonly<Record<StepName, () => Promise<unknown>>>;

/** By this library, from an account that the CDK was bootstrapped in. */
export async function deployedByCdk(context: RunContext): Promise<Step[]> {
  return inWorld(context, async (world) => {
    succeeded(await world.cdk.bootstrap());
    return {
      'INSTALL': async () => succeeded(await world.cdk.deploy(world.karpenter.example)),
      'again, unchanged': async () => succeeded(await world.cdk.deploy(world.karpenter.example)),
      'a changed pool': async () => succeeded(await world.cdk.deploy(VARIANT, { variant: 'pool' })),
      'all of it removed': async () => {
        succeeded(await world.cdk.deploy(VARIANT, { variant: 'pool', stage: 'REMOVED' }));
        succeeded(await world.cdk.destroy(VARIANT, { variant: 'pool', stage: 'REMOVED' }));
      },
    };
  });
}

/** By the commands of the guide, and for the other steps by those that somebody types who has installed Karpenter so. */
export async function deployedByHand(context: RunContext): Promise<Step[]> {
  return inWorld(context, async (world) => {
    const person = await Person.atWork(context, world);
    return {
      'INSTALL': () => person.run('install.sh'),
      'again, unchanged': () => person.run('again.sh'),
      'a changed pool': () => person.run('pool.sh'),
      'all of it removed': () => person.run('remove.sh'),
    };
  });
}

/** Goes a way through all steps; what each must have done is seen between them, when no clock runs. */
async function inWorld(context: RunContext, wayIn: (world: World) => Promise<Way>): Promise<Step[]> {
  const log = context.headline;
  const world = await createWorld(context, { generation: 'v0', corednsAddon: {} });
  try {
    const way = await wayIn(world);
    const before = await takeBefore(world);
    log('account and cluster are there');
    const steps = new Steps(world, log);
    for (const name of STEPS) {
      await steps.step(name, way[name]);
      await DONE[name](world, before);
    }
    return await steps.measured();
  } finally {
    await world.stop();
  }
}

/** What must hold after each step, whoever took it. */
const DONE: Readonly<Record<StepName, (world: World, before: Before) => Promise<unknown>>> = {
  'INSTALL': async (world) => {
    await karpenterReady(world);
    await poolIs(world, {});
  },
  'again, unchanged': world => poolIs(world, {}),
  'a changed pool': world => poolIs(world, world.karpenter.changedPool),
  'all of it removed': async (world, before) => nothingDiffers(await differences(world, before), before),
};

async function poolIs({ kube, karpenter }: World, changed: Readonly<Record<string, unknown>>): Promise<void> {
  const { spec } = await kube.get(karpenter.pool);
  for (const field of Object.keys(karpenter.changedPool)) {
    expectEqual(`${field} of the pool`, spec[field], changed[field]);
  }
}

function succeeded({ code, output }: CdkRun): void {
  if (code !== 0) {
    throw new Error(`cdk ended with ${code}: ${output.slice(-2000)}`);
  }
}
