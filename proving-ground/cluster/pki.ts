import { createPublicKey, randomBytes } from 'crypto';
import * as fs from 'fs';
import * as path from 'path';
import { HOST_ADDRESS } from './network';
import { run } from '../parts/command';

const VALID_DAYS = '2';
const SERVICE_ADDRESS = '10.96.0.1';

export interface KeyPair {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Keys and certificates of one run, all from one authority that everything in the run trusts. */
export class Pki {
  public static async create(folder: string, region: string): Promise<Pki> {
    fs.mkdirSync(folder, { recursive: true });
    const authority = { certFile: path.join(folder, 'ca.crt'), keyFile: path.join(folder, 'ca.key') };
    await run('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', VALID_DAYS,
      '-keyout', authority.keyFile, '-out', authority.certFile, '-subj', '/CN=proving-ground',
    ]);
    const pki = new Pki(folder, authority);
    pki._apiServer = await pki.issue('kube-apiserver', '/CN=kube-apiserver', [
      'DNS:localhost', 'DNS:kubernetes', 'DNS:kubernetes.default', 'DNS:kubernetes.default.svc', 'IP:127.0.0.1', `IP:${HOST_ADDRESS}`,
      `IP:${SERVICE_ADDRESS}`,
    ]);
    pki._aws = await pki.issue('aws', '/CN=aws', [
      'DNS:localhost', 'IP:127.0.0.1', `IP:${HOST_ADDRESS}`, 'DNS:public.ecr.aws', 'DNS:*.amazonaws.com',
      // A wildcard stands for one label only.
      ...[...new Set([region, 'us-east-1'])].flatMap(name => [
        `DNS:*.${name}.amazonaws.com`, `DNS:*.ecr.${name}.amazonaws.com`, `DNS:*.pricing.${name}.amazonaws.com`,
        `DNS:*.ecr-public.${name}.amazonaws.com`, `DNS:*.eks.${name}.amazonaws.com`, `DNS:*.s3.${name}.amazonaws.com`,
      ]),
    ]);
    // Tokens of service accounts are RS256 at EKS, and STS there accepts nothing else.
    await run('openssl', ['genrsa', '-out', pki.serviceAccountKeyFile, '2048']);
    return pki;
  }

  private _apiServer?: KeyPair;
  private _aws?: KeyPair;

  private constructor(private readonly folder: string, private readonly authority: KeyPair) {}

  /** For SSL_CERT_FILE, AWS_CA_BUNDLE and NODE_EXTRA_CA_CERTS. */
  public get caBundleFile(): string {
    return this.authority.certFile;
  }

  public get caBase64(): string {
    return fs.readFileSync(this.authority.certFile).toString('base64');
  }

  public get apiServer(): KeyPair {
    return this._apiServer!;
  }

  /** For the real host names of AWS. */
  public get aws(): KeyPair {
    return this._aws!;
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
      const pair = await this.issue(name, `${groups.map(group => `/O=${group}`).join('')}/CN=${user}`);
      fs.writeFileSync(file, JSON.stringify({
        'apiVersion': 'v1',
        'kind': 'Config',
        'clusters': [{ name: 'cluster', cluster: { 'server': apiServerUrl(), 'certificate-authority': this.caBundleFile } }],
        'users': [{ name: user, user: { 'client-certificate': pair.certFile, 'client-key': pair.keyFile } }],
        'contexts': [{ name: 'context', context: { cluster: 'cluster', user } }],
        'current-context': 'context',
      }, null, 2), { mode: 0o600 });
    }
    return file;
  }

  private async issue(name: string, subject: string, alternativeNames: readonly string[] = []): Promise<KeyPair> {
    const pair = { certFile: path.join(this.folder, `${name}.crt`), keyFile: path.join(this.folder, `${name}.key`) };
    const request = path.join(this.folder, `${name}.csr`);
    const extensions = path.join(this.folder, `${name}.ext`);
    fs.writeFileSync(extensions, [
      'extendedKeyUsage=serverAuth,clientAuth',
      ...(alternativeNames.length ? [`subjectAltName=${alternativeNames.join(',')}`] : []),
      '',
    ].join('\n'));
    await run('openssl', [
      'req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', pair.keyFile, '-out', request, '-subj', subject,
    ]);
    await run('openssl', [
      'x509', '-req', '-in', request, '-CA', this.authority.certFile, '-CAkey', this.authority.keyFile,
      // A file of serial numbers would be shared by certificates that are made at the same time.
      '-set_serial', `0x01${randomBytes(8).toString('hex')}`,
      '-days', VALID_DAYS, '-extfile', extensions, '-out', pair.certFile,
    ]);
    return pair;
  }
}

export const API_SERVER_PORT = 6443;

/** The same for the machine and for pods, which reach it over their veth pair. */
export function apiServerUrl(): string {
  return `https://${HOST_ADDRESS}:${API_SERVER_PORT}`;
}
