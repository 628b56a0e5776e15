import * as fs from 'fs';
import * as path from 'path';
import * as ec2 from '@aws-sdk/client-ec2';
import * as eks from '@aws-sdk/client-eks';
import { CdkCli } from './cdk-cli';
import { byHand, inTheApp, MADE_IN_THE_APP } from './cluster-making';
import { LocalAws, startAws } from '../aws';
import { KARPENTER_OBJECTS, KarpenterObjects } from './karpenter-objects';
import { RunContext } from './run-context';
import { clientConfig } from '../aws/client-config';
import { ADMINISTRATOR } from '../cluster/audit';
import { AuthenticationMode } from '../cluster/authenticator';
import { Kube } from '../cluster/kube';
import { authenticatorFolder, layFoundation, startCluster } from '../cluster/machine';
import { HOST_ADDRESS } from '../cluster/network';
import { apiServerUrl } from '../cluster/pki';
import { until } from '../cluster/until';
import { createCorednsAddon, createGround, Customer, furnishCluster, KUBECTL_ROLE } from '../customer/account';
import { AddonManager } from '../customer/addon-manager';
import { allPodsReady, isReady, letNodesIn, populate } from '../customer/customer';
import { Joiner } from '../nodes/joiner';
import { PodRuntime } from '../nodes/pod-runtime';
import { VolumeAttacher } from '../nodes/volume-attacher';
import { Observers } from '../observe';
import { Generation } from '../parts/karpenter';
import { Log } from '../parts/log';
import { karpenterOf } from '../parts/parts';

export const CLUSTER_NAME = 'prod';
export const ACCOUNT = '000000000000';
/** Of all node groups together. */
export const NODES = 12;

/** A customer's account and cluster, and the tools of somebody who works with them. */
export interface World {
  /** What is proven in it. */
  readonly karpenter: KarpenterObjects;
  /** As the cluster was made. */
  readonly authenticationMode: AuthenticationMode;
  readonly aws: LocalAws;
  readonly ec2: ec2.EC2Client;
  readonly kube: Kube;
  /** Whoever uses it is taken for the migration. */
  readonly asMigration: Kube;
  readonly joiner: Joiner;
  readonly customer: Customer;
  readonly cdk: CdkCli;
  readonly adminKubeconfig: string;
  /** They see everything from when the cluster is complete. */
  readonly observers: Observers;
  /** Undefined where coredns is no add-on. */
  readonly addons?: AddonManager;
  stop(): Promise<void>;
}

/** What a world is about, and how the customer's cluster differs from the usual one. */
export interface WorldOptions {
  readonly generation: Generation;
  /** @default 'CONFIG_MAP' */
  readonly authenticationMode?: AuthenticationMode;
  /**
   * Coredns is an add-on of EKS with these configuration values, which EKS keeps as configured.
   * @default - it is managed by the customer
   */
  readonly corednsAddon?: { readonly configurationValues?: string };
  /**
   * A Service of type LoadBalancer, which nothing serves.
   * @default false
   */
  readonly loadBalancer?: boolean;
  /**
   * The app that migrates the cluster makes it as well, with the real CDK.
   * @default false - it is made by hand, and apps import it
   */
  readonly madeInTheApp?: boolean;
}

/** Starts everything: the local AWS, the control plane, the customer's account and cluster with its nodes to come. */
export async function createWorld(context: RunContext, options: WorldOptions): Promise<World> {
  const { parts, processes, runDir, region } = context;
  // The console is for the phases; the rest is in the log.
  const log: Log = line => fs.appendFileSync(path.join(runDir, 'world.log'), `${new Date().toISOString()} ${line}\n`);
  const madeInTheApp = options.madeInTheApp ?? false;
  const objects = KARPENTER_OBJECTS[options.generation];
  const karpenter = madeInTheApp ? { ...objects, example: MADE_IN_THE_APP } : objects;
  const built = karpenterOf(parts, options.generation);
  const authenticationMode = options.authenticationMode ?? 'CONFIG_MAP';
  const foundation = await layFoundation({ parts, karpenter: built, processes, runDir, region });
  const facts = {
    name: CLUSTER_NAME,
    endpoint: apiServerUrl(),
    certificateAuthorityBase64: foundation.pki.caBase64,
    oidcIssuer: foundation.oidcIssuer,
    version: karpenter.kubernetesVersion,
    authenticationMode,
  };
  const starting = startAws({
    stateMachineWaits: 0.4,
    processes,
    runDir,
    log,
    region,
    account: ACCOUNT,
    pythonBin: parts.python,
    node24Bin: parts.node24,
    toolDirs: [built.tools.helm, built.tools.kubectl].map(tool => path.dirname(tool)),
    tls: { ...foundation.pki.aws, caBundleFile: foundation.pki.caBundleFile },
    secureListener: { host: HOST_ADDRESS, port: 443 },
    registryUrl: foundation.registry.url,
    serviceAccountPublicKeyPem: foundation.pki.serviceAccountPublicKeyPem,
    cluster: facts,
    authenticatorFolder: authenticatorFolder(runDir),
  });
  const startingCluster = startCluster(foundation, {
    parts,
    processes,
    runDir,
    log,
    region,
    clusterName: CLUSTER_NAME,
    administratorRoleArns: madeInTheApp ? [] : [`arn:aws:iam::${ACCOUNT}:role/${KUBECTL_ROLE}`],
    authenticationMode,
    awsEnv: starting.then(({ env }) => env),
  });
  const [aws, { customer, cdk }, controlPlane] = await Promise.all([starting, starting.then(async (local) => {
    const ground = await createGround(local, CLUSTER_NAME);
    const common = { clusterName: CLUSTER_NAME, release: options.generation };
    const made = await (madeInTheApp ? inTheApp : byHand)({
      aws: local,
      facts,
      ground,
      controlPlane: startingCluster,
      cli: more => new CdkCli({ runDir, region, account: ACCOUNT, env: local.env, context: { ...common, ...more } }),
    });
    return { cdk: made, customer: await furnishCluster(local, facts, ground) };
  }), startingCluster]);
  if (authenticationMode !== 'API' && !madeInTheApp) {
    await letNodesIn(controlPlane.kube, { nodeRoleArn: customer.nodeRoleArn, administratorRoleArn: `arn:aws:iam::${ACCOUNT}:role/platform` });
  }
  const client = new ec2.EC2Client(clientConfig(aws));
  const joiner = new Joiner({
    ec2: client,
    cloudControllerKubeconfig: await foundation.pki.kubeconfig('cloud-controller', ['system:masters']),
    caFile: foundation.pki.caBundleFile,
    clusterName: CLUSTER_NAME,
    kubernetesVersion: karpenter.kubernetesVersion,
    region,
    credentialsForInstance: id => aws.credentialsForInstance(id),
    log,
    signal: context.signal,
  });
  joiner.start();
  const pods = await PodRuntime.start({ program: built.controller, pki: foundation.pki, processes, runDir, region, log, signal: context.signal });
  const { kube } = controlPlane;
  await until('all nodes of the node groups are Ready', 120, async () => {
    const nodes = await kube.list('/api/v1/nodes');
    return nodes.length === NODES && nodes.every(isReady);
  });
  const volumes = new VolumeAttacher({ kube, log, signal: context.signal });
  volumes.start();
  await populate(kube, { clusterName: CLUSTER_NAME, volumes: customer.volumes, loadBalancer: options.loadBalancer });
  const addons = options.corednsAddon && new AddonManager({
    kube, log, eks: new eks.EKSClient(clientConfig(aws)), clusterName: CLUSTER_NAME, signal: context.signal,
  });
  addons?.start();
  if (options.corednsAddon) {
    await createCorednsAddon(aws, CLUSTER_NAME, options.corednsAddon.configurationValues);
  }
  await allPodsReady(kube, 120);
  const asMigration = new Kube({ kubeconfig: await foundation.pki.kubeconfig(ADMINISTRATOR, ['system:masters']) });
  const observers = new Observers({ kube, auditLog: controlPlane.auditLog, ownerLabel: karpenter.ownerLabel, calls: aws.calls });
  return {
    karpenter,
    authenticationMode,
    aws,
    customer,
    joiner,
    ec2: client,
    kube,
    asMigration,
    observers,
    addons,
    adminKubeconfig: controlPlane.adminKubeconfig,
    cdk,
    stop: async () => {
      await observers.stop();
      await addons?.stop();
      await pods.stop();
      await volumes.stop();
      await joiner.stop();
      await aws.stop();
      asMigration.close();
    },
  };
}
