import { checkKind } from '../../input/kind';
import { ANY_TEXT, required } from '../../input/kinds';
import { checkDnsName, checkNamespace } from '../../kubernetes/kubernetes-names';
import { WorkloadReference } from '../contract';

/**
 * A workload that belongs on the node groups that stay: its pods are pinned to them.
 *
 * DaemonSets cannot be named, because pinning one would take it off Karpenter's nodes.
 *
 * @see https://karpenter.sh/v0.29/getting-started/migrating-from-cas/#set-nodeaffinity-for-critical-workloads-optional
 */
export class CriticalWorkload {
  /** CoreDNS and the metrics server in `kube-system`, as in the guide; one that the cluster does not have is left out. */
  public static defaults(): CriticalWorkload[] {
    return ['coredns', 'metrics-server'].map(name => new CriticalWorkload({ Kind: 'Deployment', Namespace: 'kube-system', Name: name, Optional: true }));
  }

  /** A Deployment; a run pauses if there is none of the name. */
  public static deployment(namespace: string, name: string): CriticalWorkload {
    return CriticalWorkload.named('Deployment', namespace, name);
  }

  /** A StatefulSet; a run pauses if there is none of the name. */
  public static statefulSet(namespace: string, name: string): CriticalWorkload {
    return CriticalWorkload.named('StatefulSet', namespace, name);
  }

  private static named(kind: WorkloadReference['Kind'], namespace: string, name: string): CriticalWorkload {
    checkKind(`namespace of the critical ${kind}`, namespace, required(ANY_TEXT));
    checkKind(`name of the critical ${kind}`, name, required(ANY_TEXT));
    checkNamespace(`namespace of the critical ${kind}`, namespace);
    checkDnsName(`name of the critical ${kind}`, name);
    return new CriticalWorkload({ Kind: kind, Namespace: namespace, Name: name, Optional: false });
  }

  /** @internal */
  public readonly _reference: WorkloadReference;

  private constructor(reference: WorkloadReference) {
    this._reference = reference;
  }
}
