import * as fs from 'fs';
import * as http from 'http';
import * as path from 'path';
import { AUDIT_POLICY } from './audit';
import { Kube } from './kube';
import { HOST_ADDRESS } from './network';
import { API_SERVER_PORT, Pki } from './pki';
import { Processes, ready } from './processes';
import { Parts } from '../parts/parts';

export interface ControlPlaneOptions {
  readonly parts: Parts;
  readonly pki: Pki;
  readonly processes: Processes;
  /** Data and the audit log go here. */
  readonly folder: string;
  readonly oidcIssuer: string;
  /** The kubeconfig that leads the API server to whoever reviews the tokens it did not issue. */
  readonly tokenWebhookConfig: string;
}

const ETCD = 'http://127.0.0.1:2379';
const MASTERS = ['system:masters'];

/** A Kubernetes control plane: etcd, API server, controller manager and scheduler, all real. */
export class ControlPlane {
  public static async start(options: ControlPlaneOptions): Promise<ControlPlane> {
    fs.mkdirSync(options.folder, { recursive: true });
    const adminKubeconfig = await options.pki.kubeconfig('admin', MASTERS);
    const controlPlane = new ControlPlane(options, adminKubeconfig);
    await controlPlane.startEtcd();
    await controlPlane.startApiServer();
    await Promise.all([controlPlane.startControllerManager(), controlPlane.startScheduler()]);
    return controlPlane;
  }

  /** Every write, with what webhooks did to it: a JSON object a line. */
  public readonly auditLog: string;
  public readonly kube: Kube;

  private constructor(private readonly options: ControlPlaneOptions, public readonly adminKubeconfig: string) {
    this.auditLog = path.join(options.folder, 'audit.jsonl');
    this.kube = new Kube({ kubeconfig: adminKubeconfig });
  }

  private async startEtcd() {
    const etcd = this.options.processes.start('etcd', this.options.parts.controlPlane, [
      'etcd',
      '--data-dir', path.join(this.options.folder, 'etcd'),
      '--listen-client-urls', ETCD,
      '--advertise-client-urls', ETCD,
      '--listen-peer-urls', 'http://127.0.0.1:2380',
      // What it holds is thrown away with the run.
      '--unsafe-no-fsync',
    ]);
    await ready(etcd, () => answersOk(`${ETCD}/health`));
  }

  private async startApiServer() {
    const { pki, oidcIssuer, folder } = this.options;
    const auditPolicy = path.join(folder, 'audit-policy.json');
    fs.writeFileSync(auditPolicy, JSON.stringify(AUDIT_POLICY));
    const apiServer = this.options.processes.start('kube-apiserver', this.options.parts.controlPlane, [
      'kube-apiserver',
      `--etcd-servers=${ETCD}`,
      '--bind-address=0.0.0.0',
      `--secure-port=${API_SERVER_PORT}`,
      `--advertise-address=${HOST_ADDRESS}`,
      `--tls-cert-file=${pki.apiServer.certFile}`,
      `--tls-private-key-file=${pki.apiServer.keyFile}`,
      `--client-ca-file=${pki.caBundleFile}`,
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
      `--authentication-token-webhook-config-file=${this.options.tokenWebhookConfig}`,
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
    const kubeconfig = await this.options.pki.kubeconfig('system:kube-controller-manager');
    const manager = this.options.processes.start('kube-controller-manager', this.options.parts.controlPlane, [
      'kube-controller-manager',
      `--kubeconfig=${kubeconfig}`,
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
      '--use-service-account-credentials=true',
      `--service-account-private-key-file=${this.options.pki.serviceAccountKeyFile}`,
      `--root-ca-file=${this.options.pki.caBundleFile}`,
    ]);
    // The first thing that it makes; without it no pod is admitted.
    await ready(manager, async () => (await this.kube.find('/api/v1/namespaces/default/serviceaccounts/default')) !== undefined);
  }

  private async startScheduler() {
    const kubeconfig = await this.options.pki.kubeconfig('system:kube-scheduler');
    const scheduler = this.options.processes.start('kube-scheduler', this.options.parts.controlPlane, [
      'kube-scheduler',
      `--kubeconfig=${kubeconfig}`,
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
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
