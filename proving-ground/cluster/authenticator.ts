import * as fs from 'fs';
import * as path from 'path';
import { ADMINISTRATOR } from './audit';
import { Pki } from './pki';
import { baseEnvironment, ManagedProcess, Processes, ready } from './processes';
import { run } from '../parts/command';
import { Parts } from '../parts/parts';

export interface AuthenticatorOptions {
  readonly parts: Parts;
  readonly pki: Pki;
  readonly processes: Processes;
  readonly folder: string;
  readonly clusterName: string;
  readonly region: string;
  /** Roles that may do everything whatever aws-auth and access entries say, as EKS lets the creator of a cluster. */
  readonly administratorRoleArns: readonly string[];
  /** As the cluster has it when it is made. */
  readonly authenticationMode: AuthenticationMode;
}

/** Whom EKS believes: aws-auth, access entries, or both. */
export type AuthenticationMode = 'CONFIG_MAP' | 'API_AND_CONFIG_MAP' | 'API';

const PORT = 21362;
/**
 * Where the authenticator looks for roles: in its own configuration, in the file of access entries and of who made the cluster, in aws-auth.
 * The first that knows one counts.
 */
const BACKENDS = ['MountedFile', 'DynamicFile', 'EKSConfigMap'];
/** Which of them each mode leaves, as `aws/emulator/authenticator.py` writes it when the mode changes. */
const BACKENDS_OF_MODE: Readonly<Record<AuthenticationMode, string>> = {
  CONFIG_MAP: BACKENDS.join(' '), API_AND_CONFIG_MAP: BACKENDS.join(' '), API: 'MountedFile DynamicFile',
};
const ENTRIES = 'access-entries.json';
const MODE = 'backend-mode.json';
const WEBHOOK_CONFIG = 'aws-iam-authenticator.kubeconfig';

/**
 * The real aws-iam-authenticator, as EKS runs it beside the API server.
 *
 * API server and authenticator need each other: the first needs the kubeconfig of the second to start at all,
 * the second reads aws-auth from the first. So there are two steps: `prepare`, then `start`.
 */
export class Authenticator {
  public static async prepare(options: AuthenticatorOptions): Promise<Authenticator> {
    fs.mkdirSync(options.folder, { recursive: true });
    const authenticator = new Authenticator(options);
    fs.writeFileSync(authenticator.configFile, JSON.stringify({
      clusterID: options.clusterName,
      server: {
        port: PORT,
        stateDir: options.folder,
        // The same as the flag, or it ends.
        backendMode: BACKENDS,
        dynamicfilepath: path.join(options.folder, ENTRIES),
        dynamicBackendModePath: path.join(options.folder, MODE),
        mapRoles: options.administratorRoleArns.map(rolearn => ({ rolearn, username: ADMINISTRATOR, groups: ['system:masters'] })),
      },
    }));
    // Until the local AWS has a cluster, which says more.
    writeIfNew(path.join(options.folder, ENTRIES), { mapRoles: [], mapUsers: [], mapAccounts: [] });
    writeIfNew(path.join(options.folder, MODE), { backendMode: BACKENDS_OF_MODE[options.authenticationMode] });
    // `init` writes its certificate and kubeconfig into the current folder.
    await run(options.parts.authenticator, ['init', '--config', authenticator.configFile], { cwd: options.folder, env: baseEnvironment() });
    return authenticator;
  }

  /** For the API server's `--authentication-token-webhook-config-file`. */
  public readonly webhookConfig: string;
  private readonly configFile: string;

  private constructor(private readonly options: AuthenticatorOptions) {
    this.webhookConfig = path.join(options.folder, WEBHOOK_CONFIG);
    this.configFile = path.join(options.folder, 'config.json');
  }

  /** @param awsEnv credentials with which it asks EC2 for the names of nodes, as its environment has them */
  public async start(awsEnv: Readonly<Record<string, string>>): Promise<ManagedProcess> {
    const { parts, pki, processes, region, folder } = this.options;
    const kubeconfig = await pki.kubeconfig('aws-iam-authenticator', ['system:masters']);
    const server = processes.start('aws-iam-authenticator', parts.authenticator, [
      'server',
      '--config', this.configFile,
      '--backend-mode', BACKENDS.join(','),
      '--kubeconfig', kubeconfig,
      '--kubeconfig-pregenerated',
      '--generate-kubeconfig', this.webhookConfig,
      '--state-dir', folder,
    ], {
      env: {
        ...baseEnvironment(),
        AWS_REGION: region,
        SSL_CERT_FILE: pki.caBundleFile,
        AWS_EC2_METADATA_DISABLED: 'true',
        ...awsEnv,
      },
    });
    await ready(server, async () => server.logTail(100).includes('listening on'));
    return server;
  }
}

function writeIfNew(file: string, content: object) {
  if (!fs.existsSync(file)) {
    fs.writeFileSync(file, JSON.stringify(content));
  }
}
