import { createPublicKey } from 'crypto';
import * as fs from 'fs';
import * as path from 'path';
import { Authority, KeyPair } from './authority';
import { ApiEndpoint } from './kube';
import { API_SERVER_PORT } from './network';
import { run } from '../parts/command';

const SERVICE_ADDRESS = '10.96.0.1';

/** Keys and certificates of one cluster, all from an authority of its own: nobody takes it for another one. */
export class Pki {
  /** @param address where its API server is */
  public static async create(folder: string, address: string): Promise<Pki> {
    const authority = await Authority.create(folder, 'kubernetes');
    const apiServer = await authority.issue('kube-apiserver', '/CN=kube-apiserver', [
      'DNS:kubernetes', 'DNS:kubernetes.default', 'DNS:kubernetes.default.svc', `IP:${address}`, `IP:${SERVICE_ADDRESS}`,
    ]);
    const pki = new Pki(folder, authority, apiServer, { url: `https://${address}:${API_SERVER_PORT}`, caFile: authority.certFile });
    // Tokens of service accounts are RS256 at EKS, and STS there accepts nothing else.
    await run('openssl', ['genrsa', '-out', pki.serviceAccountKeyFile, '2048']);
    return pki;
  }

  private constructor(
    private readonly folder: string,
    private readonly authority: Authority,
    public readonly apiServer: KeyPair,
    /** The same for the machine and for pods, which reach it over their veth pair. */
    public readonly endpoint: ApiEndpoint,
  ) {}

  public get caBase64(): string {
    return fs.readFileSync(this.authority.certFile).toString('base64');
  }

  public get serviceAccountKeyFile(): string {
    return path.join(this.folder, 'service-account.key');
  }

  public get serviceAccountPublicKeyPem(): string {
    return createPublicKey(fs.readFileSync(this.serviceAccountKeyFile)).export({ type: 'spki', format: 'pem' }).toString();
  }

  /**
   * Writes a kubeconfig for a user of its own and gives its path.
   *
   * Whoever writes to the API server here has a name of its own, so that the audit log tells them apart.
   */
  public async kubeconfig(user: string, groups: readonly string[] = []): Promise<string> {
    const name = user.replace(/[^a-z0-9-]/g, '-');
    const file = path.join(this.folder, `${name}.kubeconfig`);
    if (!fs.existsSync(file)) {
      const pair = await this.authority.issue(name, `${groups.map(group => `/O=${group}`).join('')}/CN=${user}`);
      const { url, caFile } = this.endpoint;
      fs.writeFileSync(file, JSON.stringify({
        'apiVersion': 'v1',
        'kind': 'Config',
        'clusters': [{ name: 'cluster', cluster: { 'server': url, 'certificate-authority': caFile } }],
        'users': [{ name: user, user: { 'client-certificate': pair.certFile, 'client-key': pair.keyFile } }],
        'contexts': [{ name: 'context', context: { cluster: 'cluster', user } }],
        'current-context': 'context',
      }, null, 2), { mode: 0o600 });
    }
    return file;
  }
}
