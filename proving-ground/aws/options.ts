import type { AuthenticationMode } from '../cluster/authenticator';
import type { Processes } from '../cluster/processes';

/** What the local AWS needs to know about the machine and the clusters that it stands beside. */
export interface LocalAwsOptions {
  /** Records, logs and scratch files of the run go here. */
  readonly runDir: string;
  /** The emulators are started through it, so that none outlives the run. */
  readonly processes: Processes;
  /** The `bin` folder of the virtual environment made from requirements.txt. */
  readonly pythonBin: string;
  /** The folder that holds the `node` of the Lambda runtime. */
  readonly node24Bin: string;
  /** The folders that hold `helm` and `kubectl`, which the Lambda layer brings at AWS. */
  readonly toolDirs: readonly string[];
  /** Certificate for the real host names, and the authorities that clients trust. */
  readonly tls: { readonly certFile: string; readonly keyFile: string; readonly caBundleFile: string };
  /**
   * Where the real host names (`sts.us-east-1.amazonaws.com`, `public.ecr.aws`, ...) are served by TLS.
   * @default - not at all; STS is then reached through the plain endpoint
   */
  readonly secureListener?: { readonly host: string; readonly port: number };
  /** @default 4600 */
  readonly port?: number;
  /** The registry that has what `public.ecr.aws` is asked for, e.g. `http://localhost:5100`. */
  readonly registryUrl: string;
  /** Those that may be created: EKS knows no others here. */
  readonly clusters: readonly ClusterFacts[];
  /** @default '000000000000' */
  readonly account?: string;
  /** @default 'us-east-1' */
  readonly region?: string;
  /**
   * Refuses calls that the policies of a role do not allow; otherwise they are only recorded as denied.
   * @default true
   */
  readonly enforce?: boolean;
  /**
   * How long what takes AWS a while takes here.
   * @default - some seconds each
   */
  readonly seconds?: Durations;
  /**
   * How long state machines wait, as a part of what they ask for: all that they wait for takes less time here than in AWS.
   *
   * @default 1
   */
  readonly stateMachineWaits?: number;
  readonly log: (line: string) => void;
}

/** Seconds. */
export interface Durations {
  /** @default 2 */
  readonly instanceLaunch?: number;
  /** @default 2 */
  readonly instanceShutdown?: number;
  /**
   * How long an instance of a node group is in Terminating:Wait; `off` until somebody completes its lifecycle action.
   * @default 3
   */
  readonly terminationHook?: number | 'off';
  /**
   * Until Auto Scaling finds an instance that EC2 has ended.
   * @default 3
   */
  readonly healthCheck?: number;
  /**
   * Until a group whose zones differ by more than one instance is made even; `off` for never.
   * @default 20
   */
  readonly zoneRebalancing?: number | 'off';
  /** @default 4 */
  readonly nodegroupUpdate?: number;
  /**
   * How far DescribeNodegroup is behind the Auto Scaling group.
   * @default 3
   */
  readonly nodegroupLag?: number;
  /** @default 4 */
  readonly addonUpdate?: number;
  /** @default 2 */
  readonly clusterCreation?: number;
  /**
   * How long a cluster takes to another authentication mode.
   * @default 4
   */
  readonly clusterUpdate?: number;
}

/** What AWS knows about a cluster that has a control plane here. */
export interface ClusterFacts {
  readonly name: string;
  readonly endpoint: string;
  readonly certificateAuthorityBase64: string;
  readonly oidcIssuer: string;
  /** Verifies the tokens of its service accounts. */
  readonly serviceAccountPublicKeyPem: string;
  /**
   * Where its authenticator reads access entries and the authentication mode.
   * @default - nobody reads them
   */
  readonly authenticatorFolder?: string;
  /** @default '1.27' */
  readonly version?: string;
  /** @default 'CONFIG_MAP' */
  readonly authenticationMode?: AuthenticationMode;
  /** @default '10.96.0.0/16' */
  readonly serviceCidr?: string;
}
