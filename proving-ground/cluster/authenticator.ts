import * as fs from 'fs';
import * as path from 'path';
import { ADMINISTRATOR } from './audit';
import { baseEnvironment, ManagedProcess, ready } from './processes';
import { Site } from './site';
import { run } from '../parts/command';
import { Parts } from '../parts/parts';

export interface AuthenticatorOptions {
  readonly parts: Parts;
  readonly site: Site;
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
    const { clusterName, addresses: { loopback }, authenticatorFolder: folder } = options.site;
    fs.mkdirSync(folder, { recursive: true });
    const authenticator = new Authenticator(options);
    fs.writeFileSync(authenticator.configFile, JSON.stringify({
      clusterID: clusterName,
      server: {
        port: PORT,
        address: loopback,
        hostname: loopback,
        stateDir: folder,
        // The same as the flag, or it ends.
        backendMode: BACKENDS,
        dynamicfilepath: path.join(folder, ENTRIES),
        dynamicBackendModePath: path.join(folder, MODE),
        mapRoles: options.administratorRoleArns.map(rolearn => ({ rolearn, username: ADMINISTRATOR, groups: ['system:masters'] })),
      },
    }));
    // Until the local AWS has a cluster, which says more.
    writeIfNew(path.join(folder, ENTRIES), { mapRoles: [], mapUsers: [], mapAccounts: [] });
    writeIfNew(path.join(folder, MODE), { backendMode: BACKENDS_OF_MODE[options.authenticationMode] });
    // `init` writes its certificate and kubeconfig into the current folder.
    await run(options.parts.authenticator, ['init', '--config', authenticator.configFile], { cwd: folder, env: baseEnvironment() });
    return authenticator;
  }

  /** For the API server's `--authentication-token-webhook-config-file`. */
  public readonly webhookConfig: string;
  private readonly configFile: string;

  private constructor(private readonly options: AuthenticatorOptions) {
    this.webhookConfig = path.join(options.site.authenticatorFolder, WEBHOOK_CONFIG);
    this.configFile = path.join(options.site.authenticatorFolder, 'config.json');
  }

  /** @param awsEnv credentials with which it asks EC2 for the names of nodes, as its environment has them */
  public async start(awsEnv: Readonly<Record<string, string>>): Promise<ManagedProcess> {
    const { parts, site, region } = this.options;
    const kubeconfig = await site.pki.kubeconfig('aws-iam-authenticator', ['system:masters']);
    const server = site.processes.start('aws-iam-authenticator', parts.authenticator, [
      'server',
      '--config', this.configFile,
      '--backend-mode', BACKENDS.join(','),
      '--kubeconfig', kubeconfig,
      '--kubeconfig-pregenerated',
      '--generate-kubeconfig', this.webhookConfig,
      '--state-dir', site.authenticatorFolder,
    ], {
      env: {
        ...baseEnvironment(),
        AWS_REGION: region,
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
