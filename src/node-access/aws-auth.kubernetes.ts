import * as k8s from '@kubernetes/client-node';
import { AwsAuth, NodeAccessPort, VersionedAwsAuth } from './plan';
import { unlessAbsent, unlessOvertaken } from '../kubernetes/api.kubernetes';
const AWS_AUTH = { name: 'aws-auth', namespace: 'kube-system' };

/** The aws-auth ConfigMap through the Kubernetes API. */
export class KubernetesNodeAccess implements NodeAccessPort {
  private readonly core: k8s.CoreV1Api;

  public constructor(config: k8s.KubeConfig) {
    this.core = config.makeApiClient(k8s.CoreV1Api);
  }

  public async read(): Promise<VersionedAwsAuth | undefined> {
    const found = await this.find();
    return found && {
      content: { data: found.data ?? {}, annotations: found.metadata!.annotations ?? {} },
      version: found.metadata!.resourceVersion!,
    };
  }

  public create(content: AwsAuth): Promise<boolean> {
    return unlessOvertaken(() => this.core.createNamespacedConfigMap({
      namespace: AWS_AUTH.namespace,
      body: { metadata: { ...AWS_AUTH, annotations: content.annotations }, data: content.data },
    }));
  }

  public async replace(content: AwsAuth, version: string): Promise<boolean> {
    const found = await this.find();
    if (found?.metadata?.resourceVersion !== version) {
      return false;
    }
    return unlessOvertaken(() => this.core.replaceNamespacedConfigMap({
      ...AWS_AUTH,
      body: { ...found, metadata: { ...found.metadata, annotations: content.annotations }, data: content.data },
    }));
  }

  public discard(version: string): Promise<boolean> {
    return unlessOvertaken(() => this.core.deleteNamespacedConfigMap({ ...AWS_AUTH, body: { preconditions: { resourceVersion: version } } }));
  }

  private find(): Promise<k8s.V1ConfigMap | undefined> {
    return unlessAbsent(() => this.core.readNamespacedConfigMap(AWS_AUTH));
  }
}
