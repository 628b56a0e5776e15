import * as fs from 'fs';
import * as http from 'http';
import * as path from 'path';
import { AUDIT_POLICY } from './audit';
import { Kube } from './kube';
import { API_SERVER_PORT } from './network';
import { ready } from './processes';
import { Site } from './site';
import { Parts } from '../parts/parts';

export interface ControlPlaneOptions {
  readonly parts: Parts;
  readonly site: Site;
  /**
   * The kubeconfig that leads the API server to whoever reviews the tokens it did not issue.
   * @default - nobody comes with such a token
   */
  readonly tokenWebhookConfig?: string;
  /**
   * For thousands of pods: controllers and the scheduler may ask as often as they can, and a kubelet may be late on a machine that is busy.
   * @default false
   */
  readonly isLarge?: boolean;
}

const MASTERS = ['system:masters'];
const UNLIMITED = ['--kube-api-qps=2000', '--kube-api-burst=4000'];
const MANY_AT_A_TIME = ['--concurrent-deployment-syncs=20', '--concurrent-replicaset-syncs=20', '--node-monitor-grace-period=5m'];

/** A Kubernetes control plane: etcd, API server, controller manager and scheduler, all real. */
export class ControlPlane {
  public static async start(options: ControlPlaneOptions): Promise<ControlPlane> {
    const controlPlane = new ControlPlane(options, new Kube({ kubeconfig: await options.site.pki.kubeconfig('admin', MASTERS) }));
    await controlPlane.startEtcd();
    await controlPlane.startApiServer();
    await Promise.all([controlPlane.startControllerManager(), controlPlane.startScheduler()]);
    return controlPlane;
  }

  /** Every write, with what webhooks did to it: a JSON object a line. */
  public readonly auditLog: string;
  /** Data and the audit log go here. */
  private readonly folder: string;
  private readonly etcd: string;

  private constructor(private readonly options: ControlPlaneOptions, public readonly kube: Kube) {
    this.folder = path.join(options.site.folder, 'control-plane');
    fs.mkdirSync(this.folder, { recursive: true });
    this.etcd = `http://${options.site.addresses.loopback}:2379`;
    this.auditLog = path.join(this.folder, 'audit.jsonl');
  }

  private async startEtcd() {
    const { site, parts } = this.options;
    const etcd = site.processes.start('etcd', parts.controlPlane, [
      'etcd',
      '--data-dir', path.join(this.folder, 'etcd'),
      '--listen-client-urls', this.etcd,
      '--advertise-client-urls', this.etcd,
      '--listen-peer-urls', `http://${site.addresses.loopback}:2380`,
      // What it holds is thrown away with the run.
      '--unsafe-no-fsync',
    ]);
    await ready(etcd, () => answersOk(`${this.etcd}/health`));
  }

  private async startApiServer() {
    const { site: { pki, oidcIssuer, addresses, processes }, parts } = this.options;
    const auditPolicy = path.join(this.folder, 'audit-policy.json');
    fs.writeFileSync(auditPolicy, JSON.stringify(AUDIT_POLICY));
    const apiServer = processes.start('kube-apiserver', parts.controlPlane, [
      'kube-apiserver',
      `--etcd-servers=${this.etcd}`,
      `--bind-address=${addresses.apiServer}`,
      `--secure-port=${API_SERVER_PORT}`,
      `--advertise-address=${addresses.apiServer}`,
      `--tls-cert-file=${pki.apiServer.certFile}`,
      `--tls-private-key-file=${pki.apiServer.keyFile}`,
      `--client-ca-file=${pki.endpoint.caFile}`,
      `--service-account-issuer=${oidcIssuer}`,
      `--service-account-key-file=${pki.serviceAccountKeyFile}`,
      `--service-account-signing-key-file=${pki.serviceAccountKeyFile}`,
      `--api-audiences=https://kubernetes.default.svc,${oidcIssuer}`,
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--allow-privileged=true',
      '--service-cluster-ip-range=10.96.0.0/16',
      // There is no kube-proxy: webhooks are reached at the addresses of their pods.
      '--enable-aggregator-routing=true',
      ...this.options.tokenWebhookConfig === undefined ? [] : [`--authentication-token-webhook-config-file=${this.options.tokenWebhookConfig}`],
      `--audit-policy-file=${auditPolicy}`,
      `--audit-log-path=${this.auditLog}`,
      '--audit-log-format=json',
      // One file for the whole run: a rotated one would be missing from the evidence.
      '--audit-log-maxsize=10000',
      '--max-requests-inflight=800',
    ]);
    await ready(apiServer, async () => (await this.kube.text('/readyz')) === 'ok');
  }

  private async startControllerManager() {
    const { site: { pki, addresses, processes }, parts } = this.options;
    const kubeconfig = await pki.kubeconfig('system:kube-controller-manager');
    const manager = processes.start('kube-controller-manager', parts.controlPlane, [
      'kube-controller-manager',
      `--kubeconfig=${kubeconfig}`,
      '--leader-elect=false',
      `--bind-address=${addresses.loopback}`,
      '--use-service-account-credentials=true',
      `--service-account-private-key-file=${pki.serviceAccountKeyFile}`,
      `--root-ca-file=${pki.endpoint.caFile}`,
      ...this.options.isLarge ? [...UNLIMITED, ...MANY_AT_A_TIME] : [],
    ]);
    // The first thing that it makes; without it no pod is admitted.
    await ready(manager, async () => (await this.kube.find('/api/v1/namespaces/default/serviceaccounts/default')) !== undefined);
  }

  private async startScheduler() {
    const { site: { pki, addresses, processes }, parts } = this.options;
    const kubeconfig = await pki.kubeconfig('system:kube-scheduler');
    const scheduler = processes.start('kube-scheduler', parts.controlPlane, [
      'kube-scheduler',
      `--kubeconfig=${kubeconfig}`,
      '--leader-elect=false',
      `--bind-address=${addresses.loopback}`,
      ...this.options.isLarge ? UNLIMITED : [],
    ]);
    await ready(scheduler, async () => scheduler.logTail(100).includes('Caches are synced') || scheduler.logTail(100).includes('Serving securely'));
  }
}

async function answersOk(url: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    http.get(url, response => {
      response.resume();
      resolve(response.statusCode === 200);
    }).once('error', reject);
  });
}
