import * as fs from 'fs';
import * as path from 'path';
import { ApiEndpoint, Kube, KubeObject } from '../cluster/kube';

const LIFETIME_SECONDS = 3600;
/** A projected token is renewed long before it ends. */
const REFRESH_MILLISECONDS = 10 * 60_000;

export interface PodTokenOptions {
  readonly kube: Kube;
  readonly pod: KubeObject;
  /** Files of this pod only. */
  readonly folder: string;
  readonly endpoint: ApiEndpoint;
  readonly region: string;
}

const API_TOKEN = 'kubernetes.io/serviceaccount';
const AWS_TOKEN = 'eks.amazonaws.com/serviceaccount';
/** Where every container finds its tokens. */
export const SECRETS_PATH = '/var/run/secrets';

/** The tokens of a pod's service account, in a folder to be seen at SECRETS_PATH, and the variables that go with them. */
export class PodTokens {
  public static async issue(options: PodTokenOptions): Promise<PodTokens> {
    const { metadata, spec } = options.pod;
    const serviceAccount = await options.kube.get(`/api/v1/namespaces/${metadata.namespace}/serviceaccounts/${spec.serviceAccountName}`);
    const tokens = new PodTokens(options, serviceAccount.metadata.annotations?.['eks.amazonaws.com/role-arn']);
    await tokens.refresh();
    tokens.timer = setInterval(() => void tokens.refresh().catch(() => undefined), REFRESH_MILLISECONDS);
    return tokens;
  }

  private timer?: NodeJS.Timeout;

  private constructor(private readonly options: PodTokenOptions, public readonly roleArn: string | undefined) {
    fs.mkdirSync(path.join(options.folder, API_TOKEN), { recursive: true });
    fs.mkdirSync(path.join(options.folder, AWS_TOKEN), { recursive: true });
    fs.copyFileSync(options.endpoint.caFile, path.join(options.folder, API_TOKEN, 'ca.crt'));
    fs.writeFileSync(path.join(options.folder, API_TOKEN, 'namespace'), options.pod.metadata.namespace);
  }

  /** What the kubelet sets, and what the pod identity webhook of EKS adds for an annotated service account. */
  public get env(): Record<string, string> {
    const url = new URL(this.options.endpoint.url);
    return {
      KUBERNETES_SERVICE_HOST: url.hostname,
      KUBERNETES_SERVICE_PORT: url.port,
      ...(this.roleArn === undefined ? {} : {
        AWS_ROLE_ARN: this.roleArn,
        AWS_WEB_IDENTITY_TOKEN_FILE: `${SECRETS_PATH}/${AWS_TOKEN}/token`,
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
    await this.write(API_TOKEN, []);
    if (this.roleArn !== undefined) {
      await this.write(AWS_TOKEN, ['sts.amazonaws.com']);
    }
  }

  private async write(folder: string, audiences: readonly string[]) {
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
    const file = path.join(this.options.folder, folder, 'token');
    fs.writeFileSync(`${file}.new`, status.token);
    fs.renameSync(`${file}.new`, file);
  }
}
