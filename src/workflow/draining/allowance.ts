import { manyOf } from './amount';
import { podsOf } from './pod-index';
import { isAlive, isFinished, Obstacle } from './pods';
import { REPLACEMENT_MILLISECONDS } from './replacements';
import { ControllerView, fullName, PodView } from '../../kubernetes/views';
import { grouped } from '../../words/grouped';
import { Amount, WorkloadLimit } from '../contract';
import { PauseReason } from '../pause-reason';

/** How many pods of a workload may be missing at a time, where it has no PodDisruptionBudget. */
export interface DisruptionLimits { readonly all: Amount; readonly some: readonly WorkloadLimit[] }

export interface AllowanceView {
  /** Of the whole cluster. */
  readonly pods: readonly PodView[];
  /** Of the pods that may be evicted. */
  readonly controllers: readonly ControllerView[];
}

/** A pod that has to wait for others, and what it waits for. */
export interface Withheld {
  readonly pod: PodView;
  /** Undefined where what is asked of its budget in the same call says enough. */
  readonly says?: string;
  /** Nothing is on its way that could end the wait. */
  readonly isStuck: boolean;
}

export interface Allowance {
  readonly allowed: readonly PodView[];
  readonly withheld: readonly Withheld[];
  /** Who may go in the place of as many others, which could not be evicted for reasons of their own; none that was asked already. */
  readonly insteadOf: (barred: readonly PodView[], asked: ReadonlySet<PodView>) => readonly PodView[];
}

/**
 * Which pods may be evicted now, the first ones first. A PodDisruptionBudget is asked for as many as it allows. Where it allows none, and no pod is on its
 * way that could change that, it is asked for one: its answer says who is in the way. A workload without one may lack as many pods as its limit says,
 * whyever they are missing. A pod that is not Ready is missing already.
 */
export function allowanceOf(pods: readonly PodView[], view: AllowanceView, limits: DisruptionLimits, now: number): Allowance {
  const workloads = new Workloads(view, limits, now);
  const shares = grouped(pods, pod => workloads.keyOf(pod));
  const allowed = new Set<PodView>();
  for (const share of shares.values()) {
    const ready = share.filter(pod => pod.ready);
    const room = Math.max(0, workloads.roomFor(share[0]));
    [...share.filter(pod => !pod.ready), ...ready.slice(0, room)].forEach(pod => allowed.add(pod));
  }
  const goes = new Set([...allowed].map(pod => workloads.keyOf(pod)));
  const rest = pods.filter(pod => !allowed.has(pod));
  return {
    allowed: pods.filter(pod => allowed.has(pod)),
    withheld: rest.map((pod): Withheld => {
      const why = workloads.whyNot(pod);
      return { pod, ...why, isStuck: why.isStuck && !goes.has(workloads.keyOf(pod)) };
    }),
    insteadOf: (barred, asked) => {
      const places = grouped(barred.filter(pod => pod.ready), pod => workloads.keyOf(pod));
      return [...places].flatMap(([key, { length }]) => rest.filter(pod => workloads.keyOf(pod) === key && !asked.has(pod)).slice(0, length));
    },
  };
}

/**
 * Whether the workload of a pod waits for pods of its own anyway, by what it has alone: then nobody has to know how many it wants. A limit of its own
 * stands under a name that only its controller tells.
 */
export function isMakingUp(pod: PodView, pods: readonly PodView[], limits: DisruptionLimits, now: number): boolean {
  const members = pod.controller ? podsOf(pod.controller.uid, pods).filter(one => !isFinished(one)) : [];
  const ready = members.filter(one => isAlive(one) && one.ready).length;
  return !limits.some.some(({ Namespace }) => Namespace === pod.namespace)
    && members.length - ready >= manyOf(limits.all, members.length) && members.some(one => isOnItsWay(one, now));
}

/** What is in the way of a node, and what only takes time, because of pods that are withheld. */
export function reasonsOf(withheld: readonly Withheld[]): { readonly obstacles: readonly Obstacle[]; readonly waits: readonly string[] } {
  const said = (isStuck: boolean) => withheld.filter(one => one.isStuck === isStuck).flatMap(({ says }) => says ?? []);
  return { obstacles: said(true).map(says => ({ by: PauseReason.DISRUPTION_LIMIT, says })), waits: [...new Set(said(false))] };
}

/** How a workload stands, and how many of its pods may be missing. */
interface Standing { readonly wanted: number; readonly most: number; readonly missing: number; readonly isRecovering: boolean }

/** Workloads by what their pods belong to: a Deployment has several ReplicaSets while it is rolled out. */
class Workloads {
  private readonly controllers: ReadonlyMap<string, ControllerView>;
  private readonly members: ReadonlyMap<string, readonly PodView[]>;
  /** The budgets that cover a pod which is about to be Ready, or to make place for one. */
  private readonly recovering: ReadonlySet<string>;
  private readonly standings = new Map<string, Standing>();

  public constructor(view: AllowanceView, private readonly limits: DisruptionLimits, private readonly now: number) {
    this.controllers = new Map(view.controllers.map(one => [one.uid, one]));
    const pods = view.pods.filter(pod => !isFinished(pod));
    this.members = grouped(pods, pod => this.workloadOf(pod));
    this.recovering = new Set(pods.filter(pod => pod.budget && isOnItsWay(pod, this.now)).map(pod => this.keyOf(pod)));
  }

  /** Pods with the same key share what may be missing of them. */
  public keyOf(pod: PodView): string {
    return pod.budget ? `budget ${pod.namespace}/${pod.budget.name}` : this.workloadOf(pod);
  }

  /** How many Ready pods may go that share a key with this one. */
  public roomFor(pod: PodView): number {
    if (pod.budget) {
      return this.isAwaited(pod) ? 0 : Math.max(1, pod.budget.allows);
    }
    const { most, missing } = this.standing(pod);
    return most - missing;
  }

  public whyNot(pod: PodView): Pick<Withheld, 'says' | 'isStuck'> {
    if (pod.budget) {
      return { isStuck: false, says: this.isAwaited(pod) ? `more of what PodDisruptionBudget ${pod.namespace}/${pod.budget.name} covers` : undefined };
    }
    const { wanted, most, missing, isRecovering } = this.standing(pod);
    const { kind, name } = this.ownerOf(pod);
    const workload = `${kind} ${pod.namespace}/${name}`;
    return {
      isStuck: !isRecovering,
      says: isRecovering ? `more of ${workload}`
        : `pod ${fullName(pod)} on ${pod.node} is not evicted: ${workload} lacks ${missing} of ${wanted} Ready pods, and ${most} may be missing:`
          + ' see why they are not Ready, or allow more by scaleDown.workloadLimits',
    };
  }

  private workloadOf({ uid, controller }: PodView): string {
    return controller ? this.controllers.get(controller.uid)?.owner?.uid ?? controller.uid : uid;
  }

  /** Every pod of a workload asks for it. */
  private standing(pod: PodView): Standing {
    const workload = this.workloadOf(pod);
    const standing = this.standings.get(workload) ?? this.judge(pod, this.members.get(workload) ?? [pod]);
    this.standings.set(workload, standing);
    return standing;
  }

  private judge(pod: PodView, members: readonly PodView[]): Standing {
    const uids = new Set(members.map(({ controller }) => controller?.uid));
    const known = [...uids].map(uid => this.controllers.get(uid ?? '')?.wanted);
    // Nobody knows how many pods a controller of another kind wants: those that it has, and those that are about to come again.
    const wanted = known.every(one => one !== undefined) ? known.reduce((sum, one) => sum + one, 0) : members.length;
    const ready = members.filter(one => isAlive(one) && one.ready).length;
    return {
      wanted,
      most: manyOf(this.limitOf(pod), wanted),
      // Below zero where a rollout has more than are wanted.
      missing: wanted - ready,
      isRecovering: members.some(one => isOnItsWay(one, this.now)),
    };
  }

  /** Whether the budget of a pod allows nothing yet, and may soon. */
  private isAwaited(pod: PodView): boolean {
    return pod.budget !== undefined && pod.budget.allows <= 0 && this.recovering.has(this.keyOf(pod));
  }

  private limitOf(pod: PodView): Amount {
    const { kind, name } = this.ownerOf(pod);
    return this.limits.some.find(one => one.Kind === kind && one.Namespace === pod.namespace && one.Name === name)?.Limit ?? this.limits.all;
  }

  private ownerOf({ name, controller }: PodView): { readonly kind: string; readonly name: string } {
    return controller ? this.controllers.get(controller.uid)?.owner ?? controller : { kind: 'Pod', name };
  }
}

/** Whether a pod is about to be Ready, or to make place for one. */
function isOnItsWay({ leaving, ready, created }: PodView, now: number): boolean {
  return leaving !== undefined || !ready && now - created <= REPLACEMENT_MILLISECONDS;
}
