import * as path from 'path';
import { AuthenticationMode, Authenticator } from './authenticator';
import { ControlPlane } from './control-plane';
import { startKwok } from './kwok';
import { Pki } from './pki';
import { Processes } from './processes';
import { ChartRegistry, startChartRegistry } from './registry';
import { KarpenterParts } from '../parts/karpenter';
import { Log } from '../parts/log';
import { Parts } from '../parts/parts';

export interface MachineOptions {
  readonly parts: Parts;
  readonly processes: Processes;
  readonly runDir: string;
  readonly log: Log;
  readonly clusterName: string;
  readonly region: string;
  /** Roles that may do everything in the cluster whatever aws-auth and access entries say, as EKS lets the creator of a cluster. */
  readonly administratorRoleArns: readonly string[];
  readonly authenticationMode: AuthenticationMode;
  /** Credentials with which the authenticator asks EC2, once there is one: the control plane starts beside the local AWS. */
  readonly awsEnv: Promise<Readonly<Record<string, string>>>;
}

/** What stands before any AWS is there: keys, and the registry that the local AWS shows as public.ecr.aws. */
export interface Foundation {
  readonly pki: Pki;
  readonly registry: ChartRegistry;
  readonly oidcIssuer: string;
}

export interface FoundationOptions extends Pick<MachineOptions, 'parts' | 'processes' | 'runDir' | 'region'> {
  /** Whose charts the registry has. */
  readonly karpenter: KarpenterParts;
}

export async function layFoundation(options: FoundationOptions): Promise<Foundation> {
  const [pki, registry] = await Promise.all([
    Pki.create(path.join(options.runDir, 'pki'), options.region),
    startChartRegistry(options.parts, options.karpenter, options.processes),
  ]);
  return { pki, registry, oidcIssuer: `https://oidc.eks.${options.region}.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF` };
}

/** Where the authenticator reads what EKS tells it of access entries. */
export function authenticatorFolder(runDir: string): string {
  return path.join(runDir, 'authenticator');
}

/** Starts a cluster without nodes: control plane, token review by AWS identity, and life for nodes and pods to come. */
export async function startCluster(foundation: Foundation, options: MachineOptions): Promise<ControlPlane> {
  const { pki, oidcIssuer } = foundation;
  const { parts, processes, runDir, clusterName, region } = options;
  const authenticator = await Authenticator.prepare({
    parts,
    pki,
    processes,
    clusterName,
    region,
    folder: authenticatorFolder(runDir),
    administratorRoleArns: options.administratorRoleArns,
    authenticationMode: options.authenticationMode,
  });
  options.log('starting the control plane');
  const controlPlane = await ControlPlane.start({
    parts,
    pki,
    processes,
    oidcIssuer,
    folder: path.join(runDir, 'control-plane'),
    tokenWebhookConfig: authenticator.webhookConfig,
  });
  await Promise.all([authenticator.start(await options.awsEnv), startKwok(parts, pki, processes, path.join(runDir, 'kwok'))]);
  options.log('the control plane is ready');
  return controlPlane;
}
