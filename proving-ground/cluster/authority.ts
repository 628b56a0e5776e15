import { randomBytes } from 'crypto';
import * as fs from 'fs';
import * as path from 'path';
import { run } from '../parts/command';

const VALID_DAYS = '2';
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

export interface KeyPair {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Issues certificates, which only whoever knows the authority trusts. */
export class Authority {
  public static async create(folder: string, name: string): Promise<Authority> {
    fs.mkdirSync(folder, { recursive: true });
    const authority = new Authority(folder, { certFile: path.join(folder, 'ca.crt'), keyFile: path.join(folder, 'ca.key') });
    await run('openssl', [
      'req', '-x509', ...NEW_KEY, '-days', VALID_DAYS, '-keyout', authority.own.keyFile, '-out', authority.own.certFile, '-subj', `/CN=${name}`,
    ]);
    return authority;
  }

  private constructor(private readonly folder: string, private readonly own: KeyPair) {}

  /** For whoever is to trust it. */
  public get certFile(): string {
    return this.own.certFile;
  }

  public async issue(name: string, subject: string, alternativeNames: readonly string[] = []): Promise<KeyPair> {
    const pair = { certFile: path.join(this.folder, `${name}.crt`), keyFile: path.join(this.folder, `${name}.key`) };
    const request = path.join(this.folder, `${name}.csr`);
    const extensions = path.join(this.folder, `${name}.ext`);
    fs.writeFileSync(extensions, [
      'extendedKeyUsage=serverAuth,clientAuth',
      ...(alternativeNames.length ? [`subjectAltName=${alternativeNames.join(',')}`] : []),
      '',
    ].join('\n'));
    await run('openssl', ['req', ...NEW_KEY, '-keyout', pair.keyFile, '-out', request, '-subj', subject]);
    await run('openssl', [
      'x509', '-req', '-in', request, '-CA', this.own.certFile, '-CAkey', this.own.keyFile,
      // A file of serial numbers would be shared by certificates that are made at the same time.
      '-set_serial', `0x01${randomBytes(8).toString('hex')}`,
      '-days', VALID_DAYS, '-extfile', extensions, '-out', pair.certFile,
    ]);
    return pair;
  }
}
