import { Disruption, DisruptionReport } from './disruption';
import { budgetView, nodeView, podView } from './views';
import { Kube, KubeObject } from '../cluster/kube';

/** Watches pods, nodes and budgets of all namespaces, without gaps, and keeps the book of disruption. */
export class DisruptionWatch {
  private readonly disruption = new Disruption();
  private readonly end = new AbortController();
  private readonly running: Promise<void>[];
  private broken?: Error;

  constructor(kube: Kube, ownerLabel: string) {
    const watch = (path: string, changed: (object: KubeObject, at: number) => void, gone: (object: KubeObject, at: number) => void) =>
      kube.watch(path, ({ type, object }) => (type === 'DELETED' ? gone : changed)(object, Date.now()), this.end.signal).catch((error) => {
        if (!this.end.signal.aborted) {
          this.broken = error as Error;
        }
      });
    this.running = [
      watch('/api/v1/nodes',
        (node, at) => this.disruption.node(nodeView(node, ownerLabel), at), (node, at) => this.disruption.nodeGone(node.metadata.name, at)),
      watch('/apis/policy/v1/poddisruptionbudgets',
        (budget, at) => this.disruption.budget(budgetView(budget), at), (budget, at) => this.disruption.budgetGone(budgetView(budget).key, at)),
      watch('/api/v1/pods',
        (pod, at) => this.disruption.pod(podView(pod), at), (pod, at) => this.disruption.podGone(podView(pod), at)),
    ];
  }

  /** What happened from then on. Fails if a watch broke, for nobody knows what it missed. */
  public report(from: number, until = Date.now()): DisruptionReport {
    if (this.broken) {
      throw new Error(`a watch broke, so that disruption may have passed unseen: ${this.broken.message}`);
    }
    return this.disruption.report(from, until);
  }

  public async stop(): Promise<void> {
    this.end.abort();
    await Promise.all(this.running);
  }
}
