import * as fs from 'fs';
import { run } from '../parts/command';

/** The address of the local AWS behind its real host names; also where pods send everything. */
export const HOST_ADDRESS = '10.255.0.1';
export const API_SERVER_PORT = 6443;

/** Where the programs of one cluster listen: addresses of its own, so that each program has its usual port. */
export interface ClusterAddresses {
  /** Of the API server. */
  readonly apiServer: string;
  /** Of what talks with nobody but the API server. */
  readonly loopback: string;
}

/** @param ordinal 1 for the first cluster of a world */
export function clusterAddresses(ordinal: number): ClusterAddresses {
  return { apiServer: `10.255.1.${ordinal}`, loopback: `127.0.1.${ordinal}` };
}

const REGIONAL_SERVICES = [
  'autoscaling', 'cloudformation', 'ec2', 'ecr', 'api.ecr', 'eks', 'oidc.eks', 'events', 'iam', 'lambda', 'logs', 'monitoring', 'api.pricing', 'pricing',
  's3', 'secretsmanager', 'sqs', 'ssm', 'states', 'sts',
];
const GLOBAL_HOSTS = [
  'iam.amazonaws.com', 'sts.amazonaws.com', 's3.amazonaws.com', 'public.ecr.aws', 'api.ecr-public.us-east-1.amazonaws.com',
  'ecr-public.us-east-1.amazonaws.com',
  // The price list exists in few regions, and Karpenter asks the one in us-east-1.
  'api.pricing.us-east-1.amazonaws.com', 'pricing.us-east-1.amazonaws.com',
];

/** The names under which the real AWS is known to programs that cannot be told another endpoint. */
export function awsHosts(region: string): string[] {
  return [...new Set([...GLOBAL_HOSTS, ...REGIONAL_SERVICES.map(service => `${service}.${region}.amazonaws.com`)])];
}

/** Brings up a fresh network namespace and makes AWS' names lead to this machine, in this mount namespace only. */
export async function isolateNetwork(hostsFile: string, region: string): Promise<void> {
  await run('ip', ['link', 'set', 'lo', 'up']);
  await takeAddress(HOST_ADDRESS);
  fs.writeFileSync(hostsFile, ['127.0.0.1 localhost', ...awsHosts(region).map(host => `${HOST_ADDRESS} ${host}`), ''].join('\n'));
  await run('mount', ['--bind', hostsFile, '/etc/hosts']);
}

/** Makes an address one of this machine. */
export async function takeAddress(address: string): Promise<void> {
  await run('ip', ['address', 'add', `${address}/32`, 'dev', 'lo']);
}
