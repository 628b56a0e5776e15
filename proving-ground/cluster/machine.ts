import * as path from 'path';
import { AuthenticationMode, Authenticator } from './authenticator';
import { AwsIdentity, awsIdentity } from './aws-identity';
import { ControlPlane } from './control-plane';
import { startKwok } from './kwok';
import { Processes } from './processes';
import { ChartRegistry, startChartRegistry } from './registry';
import { Site } from './site';
import { KarpenterParts } from '../parts/karpenter';
import { Log } from '../parts/log';
import { Parts } from '../parts/parts';

/** What stands before any AWS is there: its keys, and the registry that it shows as public.ecr.aws. */
export interface Foundation {
  readonly aws: AwsIdentity;
  readonly registry: ChartRegistry;
}

export interface FoundationOptions {
  readonly parts: Parts;
  readonly processes: Processes;
  readonly runDir: string;
  readonly region: string;
  /** Whose charts the registry has. */
  readonly karpenter: KarpenterParts;
}

export async function layFoundation(options: FoundationOptions): Promise<Foundation> {
  const [aws, registry] = await Promise.all([
    awsIdentity(path.join(options.runDir, 'aws-pki'), options.region),
    startChartRegistry(options.parts, options.karpenter, options.processes),
  ]);
  return { aws, registry };
}

export interface MachineOptions {
  readonly parts: Parts;
  readonly log: Log;
  readonly region: string;
  /** Roles that may do everything in the cluster whatever aws-auth and access entries say, as EKS lets the creator of a cluster. */
  readonly administratorRoleArns: readonly string[];
  readonly authenticationMode: AuthenticationMode;
  /** Credentials with which the authenticator asks EC2, once there is one: the control plane starts beside the local AWS. */
  readonly awsEnv: Promise<Readonly<Record<string, string>>>;
}

/** Starts a cluster without nodes: control plane, token review by AWS identity, and life for nodes and pods to come. */
export async function startCluster(site: Site, options: MachineOptions): Promise<ControlPlane> {
  const { parts, log, region } = options;
  const authenticator = await Authenticator.prepare({
    parts, site, region, administratorRoleArns: options.administratorRoleArns, authenticationMode: options.authenticationMode,
  });
  log(`starting the control plane of ${site.clusterName}`);
  const controlPlane = await ControlPlane.start({ parts, site, tokenWebhookConfig: authenticator.webhookConfig });
  await Promise.all([authenticator.start(await options.awsEnv), startKwok(parts, site)]);
  log(`the control plane of ${site.clusterName} is ready`);
  return controlPlane;
}
