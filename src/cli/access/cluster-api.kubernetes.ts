import { Cluster } from '@aws-sdk/client-eks';
import * as k8s from '@kubernetes/client-node';
import { Unreachable } from './readings';
import { callerToken, Session } from './session.aws';
import { TimedKubeConfig } from '../../custom-resources/timed-config.kubernetes';

/** EKS takes a token for 15 minutes; five are left for the requests that begin with it. */
const REUSE_MILLISECONDS = 10 * 60_000;

/** How to reach the Kubernetes API of a cluster for as long as somebody asks. */
export class ClusterApi {
  private known?: { readonly config: k8s.KubeConfig; readonly until: number };

  public constructor(private readonly cluster: Cluster, private readonly session: Session, private readonly kubeconfig?: string) {}

  /** @throws Unreachable where the file cannot be read, or the cluster has no endpoint */
  public async config(): Promise<k8s.KubeConfig> {
    if (!this.known || this.known.until <= Date.now()) {
      this.known = { config: await this.connect(), until: Date.now() + REUSE_MILLISECONDS };
    }
    return this.known.config;
  }

  private async connect(): Promise<k8s.KubeConfig> {
    const config = new TimedKubeConfig();
    if (this.kubeconfig !== undefined) {
      try {
        config.loadFromFile(this.kubeconfig);
      } catch (error) {
        throw new Unreachable(`--kubeconfig ${this.kubeconfig} cannot be read: ${(error as Error).message}`);
      }
      if (!config.getCurrentCluster()) {
        throw new Unreachable(`--kubeconfig ${this.kubeconfig} has no current context: choose one with "kubectl config use-context"`);
      }
      return config;
    }
    const { name, endpoint, certificateAuthority, status } = this.cluster;
    if (!endpoint || !certificateAuthority?.data) {
      throw new Unreachable(`cluster "${name}" has no endpoint, its status is ${status}: wait until it is ACTIVE`);
    }
    config.loadFromClusterAndUser(
      { name: name!, server: endpoint, caData: certificateAuthority.data, skipTLSVerify: false },
      { name: this.session.caller, token: await callerToken(name!, this.session) },
    );
    return config;
  }
}
