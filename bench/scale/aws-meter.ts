import { Nodegroups } from './nodegroups';
import { ScaleDownAwsPort } from '../../src/workflow/scale-down/port';

const INSTANCES_PER_PAGE = 1000;
const GROUPS = 4;
/** Of the preflight's readings: three that do not depend on node groups, two for each. */
export const RECHECK_CALLS = 3 + 2 * GROUPS;

/** What a bench counts. */
export interface Counter { aws: number }

/** Calls of the function for the Kubernetes API: what is asked in one turn of the event loop is one call. */
export class Invocations {
  private isOpen = false;

  public constructor(private readonly counter: Counter) {}

  /** Waits until the question is on its way. */
  public async ask(): Promise<void> {
    if (!this.isOpen) {
      this.isOpen = true;
      this.counter.aws += 1;
      setImmediate(() => { this.isOpen = false; });
    }
    await new Promise(resolve => setImmediate(resolve));
  }
}

/** How a change comes about: after a look at the claim, and maybe apart from what is measured. */
type Change = <T>(call: () => Promise<T>) => Promise<T>;

/** Node groups, with the calls of AWS that each question and change comes to. */
export function meteredNodegroups(nodegroups: Nodegroups, counter: Counter, apart: Change, guarded: Change): ScaleDownAwsPort {
  const change: Change = call => {
    counter.aws += 1;
    return guarded(call);
  };
  return {
    nodegroups: () => {
      counter.aws += 2 + GROUPS + Math.ceil(nodegroups.instances / INSTANCES_PER_PAGE);
      return apart(() => nodegroups.nodegroups());
    },
    tag: (arn, tags) => change(() => nodegroups.tag(arn, tags)),
    untag: (arn, keys) => change(() => nodegroups.untag(arn, keys)),
    resize: (nodegroup, sizes) => change(() => nodegroups.resize(nodegroup, sizes)),
    suspendRebalancing: name => change(() => nodegroups.suspendRebalancing(name)),
    resumeRebalancing: name => change(() => nodegroups.resumeRebalancing(name)),
    refreshing: names => {
      counter.aws += names.length;
      return nodegroups.refreshing();
    },
    sizes: name => {
      counter.aws += 1;
      return nodegroups.sizes(name);
    },
    terminate: id => change(() => nodegroups.terminate(id)),
  };
}
