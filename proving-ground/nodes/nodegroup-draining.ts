import { AutoScalingClient, CompleteLifecycleActionCommand, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { Reconciler, ReconcilerOptions } from './reconciler';
import { Kube, KubeError, KubeObject } from '../cluster/kube';
import { sleep } from '../cluster/processes';

export interface NodegroupDrainingOptions extends ReconcilerOptions {
  /** As `NODE_MANAGER`. */
  readonly kube: Kube;
  readonly autoScaling: AutoScalingClient;
  /** After which an instance ends whatever is on it; a quarter of an hour at EKS. */
  readonly limitSeconds: number;
}

/** The user of Kubernetes as whom EKS works at nodes of managed node groups. */
export const NODE_MANAGER = 'eks:node-manager';
/** That EKS puts on the groups of its node groups. */
const HOOK = 'Terminate-LC-Hook';
const POLL_MILLISECONDS = 1000;
/** Between two looks at a node where a budget refused an eviction, as kubectl waits. */
const REFUSED_MILLISECONDS = 5000;

/**
 * What EKS does when Auto Scaling ends nodes of a managed node group: it cordons each, and asks for the eviction of all its pods at once,
 * again and again, until none is left or the time is over. All nodes that leave are drained beside each other.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
 */
export class NodegroupDraining extends Reconciler {
  private readonly known = new Set<string>();
  private readonly ending = new AbortController();

  constructor(private readonly options: NodegroupDrainingOptions) {
    super('draining of node groups', POLL_MILLISECONDS, options);
  }

  public async stop(): Promise<void> {
    this.ending.abort();
    await super.stop();
    this.options.kube.close();
  }

  protected async reconcile() {
    const { AutoScalingGroups = [] } = await this.options.autoScaling.send(new DescribeAutoScalingGroupsCommand({}));
    for (const { AutoScalingGroupName: group, Instances = [] } of AutoScalingGroups) {
      for (const { InstanceId: id } of Instances.filter(({ LifecycleState, InstanceId }) => LifecycleState === 'Terminating:Wait' && !this.known.has(InstanceId!))) {
        this.known.add(id!);
        void this.drainAndComplete(group!, id!).catch((error: Error) => {
          this.known.delete(id!);
          this.complain(error);
        });
      }
    }
  }

  private async drainAndComplete(group: string, id: string): Promise<void> {
    const { kube, autoScaling, log } = this.options;
    const node = (await kube.list('/api/v1/nodes')).find(({ spec }) => spec.providerID?.endsWith(`/${id}`));
    if (node) {
      const left = await this.drain(node.metadata.name);
      log(`draining of node groups: ${node.metadata.name} ends with ${left} pods`);
    }
    await autoScaling.send(new CompleteLifecycleActionCommand({
      AutoScalingGroupName: group, LifecycleHookName: HOOK, LifecycleActionResult: 'CONTINUE', InstanceId: id,
    }));
  }

  /** @returns how many pods are left when it gives up */
  private async drain(node: string): Promise<number> {
    const { kube, limitSeconds } = this.options;
    const deadline = Date.now() + limitSeconds * 1000;
    await kube.patch(`/api/v1/nodes/${node}`, { spec: { unschedulable: true } });
    for (;;) {
      const pods = await this.podsOn(node);
      if (pods.length === 0 || Date.now() >= deadline || this.ending.signal.aborted) {
        return pods.length;
      }
      const granted = await Promise.all(pods.filter(({ metadata }) => !metadata.deletionTimestamp).map(pod => this.evict(pod)));
      await sleep(granted.includes(false) ? REFUSED_MILLISECONDS : POLL_MILLISECONDS);
    }
  }

  /** @returns whether no budget is in the way */
  private async evict({ metadata: { namespace, name } }: KubeObject): Promise<boolean> {
    try {
      await this.options.kube.create(`/api/v1/namespaces/${namespace}/pods/${name}/eviction`, {
        apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace, name },
      });
      return true;
    } catch (error) {
      if (error instanceof KubeError && error.status === 429) {
        return false;
      }
      if (error instanceof KubeError && error.status === 404) {
        return true;
      }
      throw error;
    }
  }

  private async podsOn(node: string): Promise<KubeObject[]> {
    const pods = await this.options.kube.list(`/api/v1/pods?fieldSelector=${encodeURIComponent(`spec.nodeName=${node}`)}`);
    return pods.filter(({ metadata, status }) => !['Succeeded', 'Failed'].includes(status.phase)
      && !(metadata.ownerReferences ?? []).some(({ kind }: KubeObject) => ['DaemonSet', 'Node'].includes(kind)));
  }
}
