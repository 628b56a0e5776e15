import * as fs from 'fs';
import * as path from 'path';
import * as ec2 from '@aws-sdk/client-ec2';
import { CdkCli } from './cdk-cli';
import { byHand, inTheApp, Made } from './cluster-making';
import { Begun, ClusterOptions, ClusterPlan, complete, CustomerCluster, factsOf, modeOf } from './customer-cluster';
import { LocalAws, startAws } from '../aws';
import { RunContext } from './run-context';
import { clientConfig } from '../aws/client-config';
import { Foundation, layFoundation, startCluster } from '../cluster/machine';
import { HOST_ADDRESS } from '../cluster/network';
import { prepareSite } from '../cluster/site';
import { createGround, createNetwork, CustomerNetwork, furnishCluster, kubectlRole } from '../customer/account';
import { PodAddresses } from '../nodes/pod-network';
import { KarpenterParts } from '../parts/karpenter';
import { Log } from '../parts/log';
import { karpenterOf } from '../parts/parts';

export const CLUSTER_NAME = 'prod';
export const ACCOUNT = '000000000000';

/** A customer's account, one of its clusters, and the tools of somebody who works with them. */
export interface World extends CustomerCluster {
  readonly aws: LocalAws;
  readonly ec2: ec2.EC2Client;
  readonly cdk: CdkCli;
  /** The same account with its other cluster; undefined where there is none. */
  readonly second?: World;
  stop(): Promise<void>;
}

/** What a world is about, and how the customer's cluster differs from the usual one. */
export interface WorldOptions extends ClusterOptions {
  /**
   * A second cluster of the account, in the same network, with two nodes and an empty shop.
   * @default - there is one cluster
   */
  readonly second?: Pick<ClusterOptions, 'authenticationMode'>;
}

/** Starts everything: the local AWS, the control planes, the customer's account and clusters with their nodes to come. */
export async function createWorld(context: RunContext, options: WorldOptions): Promise<World> {
  const { parts, processes, runDir, region, signal } = context;
  // The console is for the phases; the rest is in the log.
  const log: Log = line => fs.appendFileSync(path.join(runDir, 'world.log'), `${new Date().toISOString()} ${line}\n`);
  const built = karpenterOf(parts, options.generation);
  const [foundation, plans] = await Promise.all([layFoundation({ parts, karpenter: built, processes, runDir, region }), plan(context, options)]);
  const starting = startLocalAws(context, log, built, foundation, plans);
  const network = starting.then(local => createNetwork(local, CLUSTER_NAME));
  const [aws, begun] = await Promise.all([starting, Promise.all(plans.map(one => begin(context, log, one, starting, network)))]);
  const client = new ec2.EC2Client(clientConfig(aws));
  const addresses = new PodAddresses();
  const surroundings = {
    aws, ec2: client, account: ACCOUNT, program: built.controller, addresses, awsCaFile: foundation.aws.caBundleFile, region, log, signal,
  };
  const [first, second] = await Promise.all(begun.map(one => complete(one.plan, one, surroundings)));
  const world = {
    ...first,
    aws,
    ec2: client,
    cdk: begun[0].cdk,
    stop: async () => {
      await Promise.all([first, second].map(one => one?.stop()));
      await aws.stop();
    },
  };
  return { ...world, second: second && { ...world, ...second, stop: world.stop } };
}

/** The clusters of the account: the usual one, and what a world asks for beside it. */
async function plan({ runDir, region, processes }: RunContext, { second, ...first }: WorldOptions): Promise<ClusterPlan[]> {
  const clusters = [
    { clusterName: CLUSTER_NAME, sizes: { apps: 9, system: 3 }, shop: true, ...first },
    ...second ? [{ clusterName: 'staging', sizes: { apps: 1, system: 1 }, shop: false, generation: first.generation, ...second }] : [],
  ];
  return Promise.all(clusters.map(async ({ clusterName, ...more }, i) =>
    ({ ...more, site: await prepareSite({ clusterName, ordinal: i + 1, runDir, region, processes }) })));
}

/** Makes a cluster, beside the control plane that stands for it, and gives it its node groups. */
async function begin(
  { parts, runDir, region }: RunContext, log: Log, one: ClusterPlan, starting: Promise<LocalAws>, network: Promise<CustomerNetwork>,
): Promise<{ plan: ClusterPlan } & Begun & Made> {
  const { site: { clusterName }, madeInTheApp } = one;
  const startingCluster = startCluster(one.site, {
    parts,
    log,
    region,
    administratorRoleArns: madeInTheApp ? [] : [`arn:aws:iam::${ACCOUNT}:role/${kubectlRole(clusterName)}`],
    authenticationMode: modeOf(one),
    awsEnv: starting.then(({ env }) => env),
  });
  const making = async () => {
    const [aws, facts] = [await starting, factsOf(one)];
    const ground = await createGround(aws, await network, clusterName);
    const common = { clusterName, release: one.generation };
    const made = await (madeInTheApp ? inTheApp : byHand)({
      aws,
      facts,
      ground,
      controlPlane: startingCluster,
      cli: more => new CdkCli({ runDir, region, account: ACCOUNT, env: aws.env, context: { ...common, ...more } }),
    });
    return { ...made, customer: await furnishCluster(aws, facts, ground, one.sizes) };
  };
  const [made, controlPlane] = await Promise.all([making(), startingCluster]);
  return { ...made, plan: one, controlPlane };
}

function startLocalAws(
  { parts, processes, runDir, region }: RunContext, log: Log, built: KarpenterParts, foundation: Foundation, plans: readonly ClusterPlan[],
): Promise<LocalAws> {
  return startAws({
    stateMachineWaits: 0.4,
    processes,
    runDir,
    log,
    region,
    account: ACCOUNT,
    pythonBin: parts.python,
    node24Bin: parts.node24,
    toolDirs: [built.tools.helm, built.tools.kubectl].map(tool => path.dirname(tool)),
    tls: foundation.aws,
    secureListener: { host: HOST_ADDRESS, port: 443 },
    registryUrl: foundation.registry.url,
    seconds: plans.some(({ drainingSeconds }) => drainingSeconds !== undefined) ? { terminationHook: 'off' } : undefined,
    clusters: plans.map(factsOf),
  });
}
