import { CANARY_NAME, canaryDemand, canaryPod, judge, launchedFor, reasons, settingsOf } from './canary';
import { AutoscalerKubernetesPort, Canary, CanaryTraces, NodeState, PodOnNode } from './port';
import { ClaimView, FleetPort } from '../../karpenter/api/fleet';
import { KarpenterApi, PoolFacts } from '../../karpenter/api/karpenter-api';
import { isElastic, misfit, offersOf } from '../../karpenter/api/pool-offer';
import { apiOf } from '../../karpenter/apis';
import { some } from '../../words/short-list';
import { WorkflowConfiguration } from '../contract';
import { PauseReason } from '../pause-reason';
import { blocked, Progress, working } from '../step';

export type ProofConfiguration = Pick<WorkflowConfiguration, 'Api' | 'Namespace' | 'Pools' | 'CanaryImage'>;

/** What the proof asks of Karpenter's objects. */
export type ProofFleet = Pick<FleetPort, 'pool' | 'claims' | 'remove'>;

export interface Proven {
  readonly kind: 'proven';
  readonly node: string;
}

const PATIENCE_MILLISECONDS = 10 * 60_000;
/** A kubelet writes to its node now and then. */
const TRIES = 5;

/** The proof that Karpenter can launch: a pod that only a new node takes becomes Ready on one. */
export class CanaryProof {
  private readonly api: KarpenterApi;

  public constructor(
    private readonly port: AutoscalerKubernetesPort,
    private readonly fleet: ProofFleet,
    private readonly configuration: ProofConfiguration,
    private readonly now: () => Date,
  ) {
    this.api = apiOf(configuration.Api);
  }

  /** Goes on until a canary is Ready on a new node, and leaves it there. */
  public async advance(): Promise<Progress | Proven> {
    const { Namespace: namespace, CanaryImage: image } = this.configuration;
    const { ownerLabel, words } = this.api;
    const chosen = await this.choosePool();
    if ('kind' in chosen) {
      return chosen;
    }
    const { name: pool, taints } = chosen;
    const purpose = { namespace, image, ownerLabel, pool, taints };
    const { canaries, priorityClass } = await this.port.canaryTraces(namespace);
    const judgement = judge(canaries, await this.nodesOf(canaries), settingsOf(purpose), this.now());
    switch (judgement.kind) {
      case 'proven':
        return judgement;
      case 'leftovers':
        return said(await this.remove(judgement.canaries));
      case 'exhausted':
        return blocked(PauseReason.NO_NEW_NODE, `each of ${canaries.length} canary pods found an old node of ${words.pool} "${pool}" on which nothing runs:`
          + ' Karpenter does not remove its empty nodes; look at its log');
      case 'wait':
        return this.wait(judgement.canary);
      case 'create': {
        const made = (priorityClass || await this.port.createPriorityClass()) && await this.port.createCanary(canaryPod(judgement.name, purpose));
        return made
          ? working(`made pod ${namespace}/${judgement.name}, which only a new node of ${words.pool} "${pool}" can take`, 5, {
            undo: [`kubectl -n ${namespace} delete pod ${judgement.name}`, `kubectl delete priorityclass ${CANARY_NAME}`],
          })
          : working(`somebody made pod ${namespace}/${judgement.name}, or its priority class, in the meantime, looking again`, 2);
      }
    }
  }

  /** The first pool that launches nodes for pods, and takes a canary; one of a fixed size does not launch any. */
  private async choosePool(): Promise<Progress | PoolFacts> {
    const { Pools: pools } = this.configuration;
    const { words } = this.api;
    const refusing: string[] = [];
    for (const name of pools) {
      const found = await this.fleet.pool(name);
      if (!found) {
        return blocked(PauseReason.NO_NEW_NODE, `there is no ${words.pool} "${name}", so Karpenter launches nothing: deploy again to make it`);
      }
      if (isElastic(found)) {
        // Where its subnets are is no question here: Karpenter itself is to show whether it finds one.
        const offers = offersOf([found], { nodeClasses: [], zones: { [found.nodeClass]: ['any'] } }, this.api);
        if (misfit(canaryDemand(found), offers, this.api) === undefined) {
          return found;
        }
        refusing.push(name);
      }
    }
    if (refusing.length > 0) {
      return blocked(PauseReason.NO_NEW_NODE,
        `${words.pool} ${some(refusing)} takes no canary pod, which needs a node of Linux: add a ${words.pool} that makes one`);
    }
    return blocked(PauseReason.NO_NEW_NODE, pools.length === 0
      ? `the migration has no ${words.pool}, so Karpenter launches nothing: add one before the cut-over`
      : `${words.pool} ${some(pools)} keeps a fixed number of nodes, so Karpenter launches none for pods: add a ${words.pool} without \`replicas\``);
  }

  /** The node that has proven it, where that was remembered. */
  public async remembered(): Promise<string | undefined> {
    return (await this.traces()).priorityClass?.proven;
  }

  /** Remembers the proof at the priority class, for clusters without a Deployment that does. */
  public async remember({ node }: Proven): Promise<Progress> {
    return await this.port.rememberProof(node)
      ? working(`Karpenter has launched node ${node}`, 1)
      : working('the priority class of canary pods was changed in the meantime, looking again', 2);
  }

  /** What canaries have left in the cluster. */
  public traces(): Promise<CanaryTraces> {
    return this.port.canaryTraces(this.configuration.Namespace);
  }

  /** Removes all canaries, and the nodes that were launched for them and run nothing else; undefined when nothing of them is left. */
  public async clear(proof: 'keep' | 'forget' = 'keep', traces?: CanaryTraces): Promise<Progress | undefined> {
    const { canaries, priorityClass } = traces ?? await this.traces();
    const living = canaries.filter(({ terminating }) => !terminating);
    const removal = await this.remove(living);
    if (!removal.overtaken && priorityClass && (proof === 'forget' || !priorityClass.proven)) {
      await this.port.deletePriorityClass();
    }
    return living.length > 0 ? said(removal) : undefined;
  }

  /** Clears in one go, as nobody goes on afterwards. */
  public async clearNow(): Promise<void> {
    for (let tries = 0; tries < TRIES; tries++) {
      if (!await this.clear()) {
        return;
      }
    }
    throw new Error(`pods ${this.configuration.Namespace}/${CANARY_NAME} could not be removed: their node is written to all the time, or they come back`);
  }

  private async wait(canary: Canary): Promise<Progress> {
    const waited = this.now().getTime() - Date.parse(canary.createdAt);
    const where = canary.node ? `becomes Ready on new node ${canary.node}` : 'gets a new node from Karpenter';
    if (waited < PATIENCE_MILLISECONDS) {
      return working(`waits until pod ${canary.name} ${where}, ${Math.floor(waited / 1000)} seconds so far`, 10);
    }
    const { Namespace } = this.configuration;
    const why = reasons(canary, await this.fleet.claims(), await this.port.events(Namespace, canary.uid), this.api);
    return blocked(PauseReason.NO_NEW_NODE, `pod ${Namespace}/${canary.name} waits since ${Math.floor(waited / 60_000)} minutes until it ${where}; `
      + (why.join('; ') || 'neither the scheduler nor Karpenter says why, look at Karpenter\'s log'));
  }

  /** A node that somebody wrote to in between is for the next call. */
  private async remove(canaries: readonly Canary[]): Promise<Removal> {
    const claims = canaries.length > 0 ? await this.fleet.claims() : [];
    const removed: string[] = [];
    const kept: string[] = [];
    for (const canary of canaries) {
      const events = canary.node ? [] : await this.port.events(this.configuration.Namespace, canary.uid);
      for (const claim of launchedFor(canary, claims, events, this.api).filter(({ leaving }) => leaving === undefined)) {
        const fate = await this.removeClaim(claim);
        if (fate === 'overtaken') {
          return { removed, kept, overtaken: claim.nodeName };
        }
        (fate === 'removed' ? removed : kept).push(`${this.api.kinds.claim.singular} ${claim.name}`);
      }
      await this.port.deleteCanary(this.configuration.Namespace, canary.name, canary.uid);
      removed.push(`pod ${canary.name}`);
    }
    return { removed, kept };
  }

  /** Cordons first and while the canary still keeps all others away, so that no pod comes in between. */
  private async removeClaim({ name, uid, nodeName }: ClaimView): Promise<'removed' | 'kept' | 'overtaken'> {
    const node = nodeName === undefined ? undefined : await this.port.node(nodeName);
    if (node) {
      const others = (await this.port.podsOn(node.name)).filter(pod => !pod.ofNode && !isCanary(pod, this.configuration.Namespace));
      if (others.length > 0) {
        return 'kept';
      }
      if (!node.unschedulable && !await this.port.cordon(node.name, node.version)) {
        return 'overtaken';
      }
    }
    await this.fleet.remove([{ kind: 'claim', name, uid }]);
    return 'removed';
  }

  private async nodesOf(canaries: readonly Canary[]): Promise<NodeState[]> {
    const found: NodeState[] = [];
    for (const { node } of canaries) {
      const state = node === undefined ? undefined : await this.port.node(node);
      if (state) {
        found.push(state);
      }
    }
    return found;
  }
}

interface Removal {
  readonly removed: readonly string[];
  /** What other pods have come to in the meantime. */
  readonly kept: readonly string[];
  /** The node that somebody wrote to. */
  readonly overtaken?: string;
}

function said({ removed, kept, overtaken }: Removal): Progress {
  if (overtaken) {
    return working(`node ${overtaken}, launched for a canary pod, was changed in the meantime, looking again`, 2);
  }
  return working(`removed ${removed.join(', ')}${kept.length > 0 ? `; ${kept.join(', ')} stays, as other pods run there` : ''}`, 1);
}

function isCanary({ namespace, name }: PodOnNode, namespaceOfCanaries: string): boolean {
  return namespace === namespaceOfCanaries && name.startsWith(CANARY_NAME);
}
