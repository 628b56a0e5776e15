import * as fs from 'fs';
import * as path from 'path';
import { Kube, KubeObject } from './kube';
import { apiServerUrl } from './pki';

const LIFETIME_SECONDS = 3600;
/** A projected token is renewed long before it ends. */
const REFRESH_MILLISECONDS = 10 * 60_000;

export interface PodTokenOptions {
  readonly kube: Kube;
  readonly pod: KubeObject;
  /** Files of this pod only. */
  readonly folder: string;
  readonly caFile: string;
  readonly region: string;
}

/** The files with tokens of a pod's service account, and the variables that lead its program to them. */
export class PodTokens {
  public static async issue(options: PodTokenOptions): Promise<PodTokens> {
    const { metadata, spec } = options.pod;
    const serviceAccount = await options.kube.get(`/api/v1/namespaces/${metadata.namespace}/serviceaccounts/${spec.serviceAccountName}`);
    const tokens = new PodTokens(options, serviceAccount.metadata.annotations?.['eks.amazonaws.com/role-arn']);
    await tokens.refresh();
    tokens.writeKubeconfig();
    tokens.timer = setInterval(() => void tokens.refresh().catch(() => undefined), REFRESH_MILLISECONDS);
    return tokens;
  }

  private timer?: NodeJS.Timeout;

  private constructor(private readonly options: PodTokenOptions, public readonly roleArn: string | undefined) {
    fs.mkdirSync(options.folder, { recursive: true });
  }

  /** What the kubelet sets, and what the pod identity webhook of EKS adds for an annotated service account. */
  public get env(): Record<string, string> {
    const url = new URL(apiServerUrl());
    return {
      KUBERNETES_SERVICE_HOST: url.hostname,
      KUBERNETES_SERVICE_PORT: url.port,
      // In place of the token at the path that is the same in every container.
      KUBECONFIG: this.file('kubeconfig'),
      ...(this.roleArn === undefined ? {} : {
        AWS_ROLE_ARN: this.roleArn,
        AWS_WEB_IDENTITY_TOKEN_FILE: this.file('aws-token'),
        AWS_REGION: this.options.region,
        AWS_DEFAULT_REGION: this.options.region,
        AWS_STS_REGIONAL_ENDPOINTS: 'regional',
      }),
    };
  }

  public close(): void {
    clearInterval(this.timer);
  }

  private async refresh() {
    await this.write('token', []);
    if (this.roleArn !== undefined) {
      await this.write('aws-token', ['sts.amazonaws.com']);
    }
  }

  private async write(name: string, audiences: readonly string[]) {
    const { metadata, spec } = this.options.pod;
    const { status } = await this.options.kube.create(`/api/v1/namespaces/${metadata.namespace}/serviceaccounts/${spec.serviceAccountName}/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {
        ...(audiences.length ? { audiences } : {}),
        expirationSeconds: LIFETIME_SECONDS,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: metadata.name, uid: metadata.uid },
      },
    });
    const temporary = this.file(`${name}.new`);
    fs.writeFileSync(temporary, status.token);
    fs.renameSync(temporary, this.file(name));
  }

  private writeKubeconfig() {
    fs.writeFileSync(this.file('kubeconfig'), JSON.stringify({
      'apiVersion': 'v1',
      'kind': 'Config',
      'clusters': [{ name: 'cluster', cluster: { 'server': apiServerUrl(), 'certificate-authority': this.options.caFile } }],
      'users': [{ name: 'pod', user: { tokenFile: this.file('token') } }],
      'contexts': [{ name: 'context', context: { cluster: 'cluster', user: 'pod' } }],
      'current-context': 'context',
    }));
  }

  private file(name: string): string {
    return path.join(this.options.folder, name);
  }
}
