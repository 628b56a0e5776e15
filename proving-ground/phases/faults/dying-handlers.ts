import { PlayedRequests } from './played-requests';
import { Moment } from '../../aws';
import { expectEqual } from '../../cluster/until';
import { Report } from '../report';
import { differences, takeBefore } from '../scenario';
import { World } from '../world';

/** What changes things of others, and may be made and taken back while Karpenter has no node. */
const TYPES = ['Custom::KarpenterDiscoveryTags', 'Custom::KarpenterNodeAccess'] as const;
const MOMENTS: readonly Moment[] = ['before', 'after'];
const OURS = /:assumed-role\/Karpenter-KarpenterMigration(Aws|Kubernetes)/;
/** No handler makes so many. */
const MOST_CALLS = 60;

/** Our function dies at its first call, at its second, and so on, before the call is made and after; asked again it comes to the same. */
export async function handlersDie(world: World, report: Report, requests: PlayedRequests): Promise<void> {
  for (const type of TYPES) {
    for (const direction of ['Delete', 'Create'] as const) {
      const name = `${direction === 'Create' ? 'a creation' : 'a deletion'} of ${type} comes to the same whose function dies at any one of its calls, before or after it`;
      await report.check({ step: STEPS[type], shows: 'survives', name }, async () => {
        const opposite = direction === 'Create' ? 'Delete' : 'Create';
        await requests.play(type, opposite);
        await requests.play(type, direction);
        const wanted = await takeBefore(world);
        let deaths = 0;
        for (const moment of MOMENTS) {
          for (let at = 1; ; at += 1) {
            if (at > MOST_CALLS) {
              throw new Error(`there are more than ${MOST_CALLS} calls`);
            }
            await requests.play(type, opposite);
            const died = await dyingAt(world, at, moment, () => requests.play(type, direction));
            const { account, cluster } = await differences(world, wanted);
            expectEqual(`differences after a death ${moment} call ${at}`, [...account, ...cluster], []);
            if (!died) {
              break;
            }
            deaths += 1;
          }
        }
        if (deaths < MOMENTS.length) {
          throw new Error('nobody died');
        }
        return `${deaths} deaths`;
      });
    }
    // As it was installed.
    await requests.play(type, 'Create');
  }
}

const STEPS = {
  'Custom::KarpenterDiscoveryTags': 'Add tags to subnets and security groups', 'Custom::KarpenterNodeAccess': 'Update aws-auth ConfigMap',
} as const;

/** Whether there was a call at which the function could die. */
async function dyingAt(world: World, at: number, moment: Moment, body: () => Promise<unknown>): Promise<boolean> {
  let calls = 0;
  const killing = world.aws.kill(() => {
    calls += 1;
    return calls === at ? moment : undefined;
  }, OURS);
  try {
    await body();
    return killing.deaths.length > 0;
  } finally {
    killing.stop();
  }
}
