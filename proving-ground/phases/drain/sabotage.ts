import { EKSClient, ListNodegroupsCommand, DescribeNodegroupCommand, TagResourceCommand, UntagResourceCommand } from '@aws-sdk/client-eks';
import { EVIDENCE } from './evidence';
import { expectAsBefore, takeWaypoint, Waypoint } from './way-back';
import { clientConfig } from '../../aws/client-config';
import { KubeObject } from '../../cluster/kube';
import { until } from '../../cluster/until';
import { allPodsReady, readyPods } from '../../customer/customer';
import { Check, Report } from '../report';
import { CLUSTER_NAME, World } from '../world';

type Evidence = keyof typeof EVIDENCE | 'before';

/** Does what a careless migration would do; exactly one kind of evidence must notice. */
interface DrainSabotage {
  readonly what: string;
  readonly notices: Evidence;
  /** Gives what mends it again. */
  breakIt(world: World): Promise<() => Promise<void>>;
}

const PODS = '/api/v1/namespaces/shop/pods';
const STEP = { step: 'Scale node groups down', shows: 'survives' } as const satisfies Partial<Check>;
const nothing = async () => undefined;

export const DRAIN_SABOTAGES: readonly DrainSabotage[] = [
  {
    what: 'two pods of a workload that may lack one are taken at once',
    notices: 'budgets',
    breakIt: async (world) => {
      for (const pod of (await podsOf(world, 'cart')).slice(0, 2)) {
        await world.kube.delete(`${PODS}/${pod.metadata.name}`);
      }
      return nothing;
    },
  },
  {
    what: 'two pods of a workload without a budget that may lack one are evicted at once',
    notices: 'limits',
    breakIt: async (world) => {
      for (const pod of (await podsOf(world, 'assets')).slice(0, 2)) {
        await evict(world, pod);
      }
      return nothing;
    },
  },
  {
    what: 'the migration deletes a pod instead of evicting it',
    notices: 'deletions',
    breakIt: async (world) => {
      await world.asMigration.delete(`${PODS}/${(await podsOf(world, 'assets'))[0].metadata.name}`);
      return nothing;
    },
  },
  {
    what: 'a pod is evicted, and so is the one that took its place',
    notices: 'once',
    breakIt: async (world) => {
      const before = (await podsOf(world, 'mailer')).map(pod => pod.metadata.uid);
      await evict(world, (await podsOf(world, 'mailer'))[0]);
      const next = await until('another pod took its place', 60, async () =>
        (await readyPods(world.kube, await podsOf(world, 'mailer'))).find(pod => !before.includes(pod.metadata.uid)));
      await evict(world, next);
      return nothing;
    },
  },
  {
    what: 'a record stays on a node group',
    notices: 'before',
    breakIt: async (world) => {
      const eks = new EKSClient(clientConfig(world.aws));
      const { nodegroups } = await eks.send(new ListNodegroupsCommand({ clusterName: CLUSTER_NAME }));
      const { nodegroup } = await eks.send(new DescribeNodegroupCommand({ clusterName: CLUSTER_NAME, nodegroupName: nodegroups![0] }));
      await eks.send(new TagResourceCommand({ resourceArn: nodegroup!.nodegroupArn, tags: { 'cdk-karpenter-migration/sizes': '1/2/1' } }));
      return async () => { await eks.send(new UntagResourceCommand({ resourceArn: nodegroup!.nodegroupArn, tagKeys: ['cdk-karpenter-migration/sizes'] })); };
    },
  },
  {
    what: 'a node stays cordoned',
    notices: 'before',
    breakIt: async (world) => {
      const [node] = await world.kube.list(`/api/v1/nodes?labelSelector=${encodeURIComponent('eks.amazonaws.com/nodegroup')}`);
      const set = (unschedulable: boolean | null) => world.kube.patch(`/api/v1/nodes/${node.metadata.name}`, { spec: { unschedulable } });
      await set(true);
      return async () => { await set(null); };
    },
  },
];

/** Each sabotage is noticed by its own evidence, and by no other. */
export async function sabotageDrain(world: World, report: Report, one: DrainSabotage): Promise<void> {
  const waypoint = await takeWaypoint(world);
  await report.check({ ...STEP, name: `${one.what}: only the evidence "${one.notices}" fails` }, async () => {
    const from = Date.now();
    const mend = await one.breakIt(world);
    await allPodsReady(world.kube, 120);
    const failures = await noticed(world, from, waypoint);
    await mend();
    if (Object.keys(failures).join() !== one.notices) {
      throw new Error(`failed: ${JSON.stringify(failures)}`);
    }
    return failures[one.notices]!;
  });
}

async function noticed(world: World, from: number, waypoint: Waypoint): Promise<Partial<Record<Evidence, string>>> {
  const seen = world.observers.observe(from);
  const all: Record<Evidence, () => unknown> = {
    budgets: () => EVIDENCE.budgets(seen),
    limits: () => EVIDENCE.limits(seen),
    deletions: () => EVIDENCE.deletions(seen),
    answers: () => EVIDENCE.answers(seen),
    once: () => EVIDENCE.once(seen),
    before: () => expectAsBefore(world, waypoint),
  };
  const failures: Partial<Record<Evidence, string>> = {};
  for (const [name, holds] of Object.entries(all)) {
    try {
      await holds();
    } catch (error) {
      failures[name as Evidence] = (error as Error).message;
    }
  }
  return failures;
}

/** As the migration would. */
function evict(world: World, { metadata: { name } }: KubeObject): Promise<unknown> {
  return world.asMigration.create(`${PODS}/${name}/eviction`, { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'shop' } });
}

function podsOf(world: World, app: string): Promise<KubeObject[]> {
  return world.kube.list(`${PODS}?labelSelector=app%3D${app}`);
}
