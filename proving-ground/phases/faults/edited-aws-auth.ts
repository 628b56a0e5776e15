import { PlayedRequests } from './played-requests';
import { KubeError } from '../../cluster/kube';
import { sleep } from '../../cluster/processes';
import { expectEqual } from '../../cluster/until';
import { Report } from '../report';
import { World } from '../world';

const AWS_AUTH = '/api/v1/namespaces/kube-system/configmaps/aws-auth';
const TYPE = 'Custom::KarpenterNodeAccess';
const EDITS = 100;
const CONFLICT = 409;
/** Long enough for our entry to come and go several times. */
const PAUSE_MILLISECONDS = 80;
const LEAST_ROUNDS = 3;

/** Somebody edits the mapping all the time while our entry comes and goes: nothing of theirs is lost, nor of ours. */
export async function awsAuthIsEdited(world: World, report: Report, requests: PlayedRequests): Promise<void> {
  await report.check({
    step: 'Update aws-auth ConfigMap', shows: 'survives', name: `aws-auth that somebody edits ${EDITS} times while our entry comes and goes keeps each of these lines, and in the end our entry`,
  }, async () => {
    const before: string = (await world.kube.get(AWS_AUTH)).data.mapRoles;
    let edited = 0;
    const edits = async () => {
      for (; edited < EDITS; edited += 1) {
        await append(world, line(edited + 1));
        await sleep(PAUSE_MILLISECONDS);
      }
    };
    let rounds = 0;
    const playing = async () => {
      do {
        await requests.play(TYPE, 'Delete');
        await requests.play(TYPE, 'Create');
        rounds += 1;
      } while (edited < EDITS);
    };
    await Promise.all([edits(), playing()]);
    const after: string = (await world.kube.get(AWS_AUTH)).data.mapRoles;
    const lines = after.split('\n');
    expectEqual('lines of somebody else, in their order', lines.filter(one => one.startsWith('# somebody')), Array.from({ length: EDITS }, (_, index) => line(index + 1)));
    expectEqual('other lines', lines.filter(one => !one.startsWith('# somebody') && one !== '').sort(), before.split('\n').filter(one => one !== '').sort());
    await world.kube.patch(AWS_AUTH, { data: { mapRoles: before } });
    if (rounds < LEAST_ROUNDS) {
      throw new Error(`our entry went and came ${rounds} times only`);
    }
    return `our entry went and came ${rounds} times meanwhile`;
  });
}

const line = (number: number) => `# somebody's line ${number}`;

/** As kubectl edit does: on what was read, and again where somebody wrote in between. */
async function append(world: World, text: string): Promise<void> {
  for (;;) {
    const { metadata, data } = await world.kube.get(AWS_AUTH);
    const mapRoles = `${data.mapRoles.replace(/\n?$/, '\n')}${text}\n`;
    try {
      await world.kube.patch(AWS_AUTH, { metadata: { resourceVersion: metadata.resourceVersion }, data: { mapRoles } });
      return;
    } catch (error) {
      if (!(error instanceof KubeError && error.status === CONFLICT)) {
        throw error;
      }
    }
  }
}
