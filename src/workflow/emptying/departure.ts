import { DEPARTURE_MILLISECONDS, Member, nameOf, overdue, rescueOf, terminate } from './plan';
import { unlessUnreachable } from './webhooks';
import { FleetPort, InstanceView, PoolView } from '../../karpenter/api/fleet';
import { KarpenterApi } from '../../karpenter/api/karpenter-api';
import { PodView } from '../../kubernetes/views';
import { count, some } from '../../words/short-list';
import { allowanceOf, reasonsOf } from '../draining/allowance';
import { allPods, blockedBy, evictAll, limitedControllers, readControllers, refusalsOf } from '../draining/drain';
import { DrainOptions, oneOfEach } from '../draining/plan';
import { podsOn } from '../draining/pod-index';
import { isFinished, mustMove, obstacleOf, podsToMove } from '../draining/pods';
import { DrainingPort } from '../draining/port';
import { PauseReason } from '../pause-reason';
import { NODES_GONE_MARK } from '../records';
import { blocked, forcing, Progress, waiting, working } from '../step';

const LOOK_SECONDS = 5;
/** Where no pool is left to note since when. */
const ENDING_MINUTES = 20;

/** Waits for what Karpenter, or EC2, is ending, and tells who does not. */
export class Departure {
  public constructor(
    private readonly ports: { readonly fleet: Pick<FleetPort, 'changePool'>; readonly draining: DrainingPort },
    private readonly api: KarpenterApi,
    private readonly options: Pick<DrainOptions, 'limits' | 'force'>,
    private readonly now: number,
  ) {}

  public async ofMembers(members: readonly Member[]): Promise<Progress | undefined> {
    if (members.length === 0) {
      return undefined;
    }
    const late = overdue(members, this.now);
    return late.length === 0
      ? working(`waits for the end of ${some(members.map(member => nameOf(member, this.api)))}`, LOOK_SECONDS)
      : await this.evictFrom(late) ?? notWorking(`${some(late.map(member => nameOf(member, this.api)))} is being deleted for more than 10 minutes and does not go`, rescueOf(late, this.api));
  }

  /** Instances without claim and node: Karpenter's garbage collection ends them within minutes, if it works. */
  public async ofInstances(instances: readonly InstanceView[], pools: readonly PoolView[]): Promise<Progress | undefined> {
    if (instances.length === 0) {
      return undefined;
    }
    const [first] = pools;
    const since = first?.annotations[NODES_GONE_MARK];
    const ids = instances.map(({ id }) => id);
    const limit = { by: PauseReason.CONTROLLER_NOT_WORKING, minutes: ENDING_MINUTES };
    const waits = waiting(`waits until EC2 has ended ${some(ids.map(id => `instance/${id}`))}`, LOOK_SECONDS, limit);
    if (first && since === undefined) {
      const change = { name: first.name, version: first.version, annotations: { [NODES_GONE_MARK]: new Date(this.now).toISOString() } };
      return unlessUnreachable(this.api, async () => {
        await this.ports.fleet.changePool(change);
        return waits;
      });
    }
    const isLate = since === undefined ? instances.some(({ leaving }) => !leaving) : this.now - Date.parse(since) > DEPARTURE_MILLISECONDS;
    return isLate ? notWorking(`EC2 still has ${some(ids.map(id => `instance/${id}`))}, and karpenter has no ${this.api.words.claim} for it`, terminate(ids)) : waits;
  }

  public ofPools(pools: readonly PoolView[]): Progress | undefined {
    const { words, kinds } = this.api;
    const leaving = pools.filter(pool => pool.leaving !== undefined);
    if (leaving.length === 0) {
      return undefined;
    }
    const names = leaving.map(({ name }) => name);
    return leaving.some(pool => this.now - pool.leaving! > DEPARTURE_MILLISECONDS)
      ? notWorking(`${words.pool} ${some(names)} is being deleted for more than 10 minutes and does not go`,
        `kubectl patch ${kinds.pool.singular} ${names.join(' ')} --type merge -p '{"metadata":{"finalizers":null}}'`)
      : working(`waits for the end of ${words.pool} ${some(names)}`, LOOK_SECONDS);
  }

  /** Pods that still hold a node up: the Eviction API says why, and if nobody works on it we do. */
  private async evictFrom(members: readonly Member[]): Promise<Progress | undefined> {
    const { ports: { draining }, options: { limits, force } } = this;
    const pods = await allPods(draining);
    const nodes = members.flatMap(({ node }) => node ?? []);
    const left = nodes.flatMap(({ name }): readonly PodView[] => podsToMove(name, pods));
    const kept = left.filter(pod => obstacleOf(pod) !== undefined);
    // Nobody has counted what is owed for these: so a workload that lacks a pod loses none by force.
    const isWhole = (pod: PodView) => !pods.some(other => other.uid !== pod.uid && pod.controller && other.controller?.uid === pod.controller.uid
      && (other.leaving !== undefined || !other.ready && !isFinished(other)));
    const forced = force ? oneOfEach(kept.filter(isWhole)) : [];
    const held = kept.filter(pod => !forced.includes(pod));
    const controllers = await readControllers(draining, limitedControllers(left, pods, this.options.limits, this.now));
    const { allowed, withheld } = allowanceOf(left.filter(pod => !kept.includes(pod)), { pods, controllers }, limits, this.now);
    const round = await evictAll(draining, [...allowed, ...forced], pod => force && isWhole(pod), this.now);
    const counts = { podsEvicted: round.evicted.length, evictionsRefused: round.refused.length };
    if (round.evicted.length + round.deleted > 0) {
      const isForced = round.deleted > 0 || round.evicted.some(pod => forced.includes(pod));
      return (isForced ? forcing : working)(`evicted ${count(round.evicted.length + round.deleted, 'pod')} of nodes that are being deleted`, LOOK_SECONDS, { counts });
    }
    if (round.throttled) {
      return blocked(PauseReason.THROTTLED, 'the Kubernetes API has too much to do to evict pods', { counts });
    }
    const limit = reasonsOf(withheld);
    const obstacles = [...refusalsOf(round), ...held.map(pod => obstacleOf(pod)!), ...limit.obstacles];
    const ending = nodes.flatMap(({ name }) => podsOn(name, pods).filter(pod => mustMove(pod) && this.now < (pod.leaving ?? 0)));
    return obstacles.length > 0 ? blockedBy(obstacles, counts)
      : limit.waits.length > 0 ? working(`waits until ${some(limit.waits)} is Ready`, LOOK_SECONDS, { counts })
        : ending.length > 0 ? working(`waits until ${count(ending.length, 'pod')} of nodes that are being deleted has ended`, LOOK_SECONDS, { counts })
          : undefined;
  }
}

function notWorking(what: string, rescue: string): Progress {
  return blocked(PauseReason.CONTROLLER_NOT_WORKING, `${what}: see the log of karpenter; if it is gone for good, ${rescue}`);
}
