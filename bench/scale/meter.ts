import { Counter, Invocations, meteredNodegroups, RECHECK_CALLS } from './aws-meter';
import { SimulatedCluster } from './cluster';
import { PAGE } from '../../src/kubernetes/api.kubernetes';
import { PlaceholderPort } from '../../src/workflow/draining/placeholders/port';
import { DrainingPort } from '../../src/workflow/draining/port';
import { ScaleDownPorts } from '../../src/workflow/scale-down/context';
import { ScaleDownAwsPort } from '../../src/workflow/scale-down/port';

/** Bytes of an object as the API sends it: what the proving ground's API server answers with, rounded up. */
const BYTES = { node: 10_000, pod: 8_000, other: 2_000 };
/** Pages of pods in one answer of the function. */
const PAGES_PER_ANSWER = 10;
/** From so many of a kind on, controllers are listed. */
const LISTED = 20;
/** ReplicaSets of former revisions, beside the one in use. */
const FORMER = 2;

/** What was asked of whom. Requests to Kubernetes are those that each call of a port comes to. */
export class Meter implements Counter {
  public kubernetes = 0;
  public aws = 0;
  public bytes = 0;
  /** Of the time that is measured, what the cluster itself took. */
  public microseconds = 0;
  private isFenced = false;
  private readonly invocations = new Invocations(this);

  public constructor(private readonly cluster: SimulatedCluster) {}

  /** A call of the step's function: the lease is taken and given back, each time on what was written last. */
  public call(): void {
    this.aws += 2;
    this.kubernetes += 2;
    this.isFenced = false;
  }

  public ports(): ScaleDownPorts {
    return {
      kubernetes: this.draining(),
      aws: this.scaling(),
      fleet: {
        pools: async () => this.remote(1, () => this.cluster.pools()),
        changePool: async change => this.remote(2, () => this.cluster.changePool(change)),
      },
      // Deployments that could be an autoscaler.
      mayBegin: async () => undefined,
      autoscalerIsQuiet: async () => this.remote(this.pages(this.cluster.workloads.length), async () => undefined),
      recheck: async () => {
        const { workloads, volumes } = this.cluster;
        this.aws += RECHECK_CALLS;
        this.list('node', this.cluster.nodeCount);
        this.list('pod', this.cluster.podCount);
        [workloads.length, 0, 0, 0, workloads.length, volumes.size, 1, 1].forEach(count => this.list('other', count));
        return this.remote(2, async () => undefined);
      },
    };
  }

  private draining(): DrainingPort & PlaceholderPort {
    const { cluster } = this;
    return {
      nodes: async () => {
        this.list('node', cluster.nodeCount);
        return this.remote(0, () => cluster.nodes());
      },
      pods: async () => {
        const pages = this.list('pod', cluster.podCount);
        const answers = Math.ceil(pages / PAGES_PER_ANSWER);
        this.aws += answers - 1;
        for (let answer = 0; answer < answers; answer += 1) {
          this.list('other', cluster.workloads.filter(({ hasBudget }) => hasBudget).length);
        }
        return this.remote(0, () => cluster.pods());
      },
      controllers: async (wanted) => {
        if (wanted.length > LISTED) {
          this.list('other', cluster.workloads.length * (1 + FORMER));
        }
        return this.remote(wanted.length > LISTED ? 0 : wanted.length, () => cluster.controllers(wanted));
      },
      attachments: async () => {
        this.list('other', cluster.volumes.size);
        this.list('other', cluster.volumes.size);
        return this.remote(0, () => cluster.attachments());
      },
      loadBalancers: async () => {
        this.list('other', cluster.workloads.length);
        return this.remote(2, () => cluster.loadBalancers());
      },
      // Whoever has just taken the lease need not look at the claim again.
      patchNodes: async changes => this.remote(changes.length, () => cluster.patchNodes(changes)),
      evict: async pods => this.remote(pods.length, () => cluster.evict(pods)),
      deletePods: async pods => this.remote(pods.length, () => cluster.deletePods()),
      placeholders: async () => this.remote(1, () => notMade()),
      makePlaceholders: () => notMade(),
      dropPlaceholders: () => notMade(),
      clearPlaceholders: async () => this.remote(2, async () => undefined),
    };
  }

  private scaling(): ScaleDownAwsPort {
    // The claim is looked at before the first change, through the other function.
    return meteredNodegroups(this.cluster.nodegroups, this, call => this.apart(call), call => {
      const isFenced = this.isFenced;
      this.isFenced = true;
      return isFenced ? this.apart(call) : this.remote(1, call);
    });
  }

  /** A call of the Kubernetes function that asks so much, beside lists. */
  private async remote<T>(requests: number, call: () => Promise<T>): Promise<T> {
    this.kubernetes += requests;
    await this.invocations.ask();
    return this.apart(call);
  }

  private async apart<T>(call: () => Promise<T>): Promise<T> {
    const begun = process.cpuUsage();
    const result = await call();
    const { user, system } = process.cpuUsage(begun);
    this.microseconds += user + system;
    return result;
  }

  private list(kind: keyof typeof BYTES, count: number): number {
    const pages = this.pages(count);
    this.kubernetes += pages;
    this.bytes += count * BYTES[kind];
    return pages;
  }

  private pages(count: number): number {
    return Math.max(1, Math.ceil(count / PAGE));
  }
}

function notMade(): Promise<never> {
  throw new Error('no room is made in advance here');
}
