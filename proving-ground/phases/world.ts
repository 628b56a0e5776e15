import * as fs from 'fs';
import * as path from 'path';
import * as ec2 from '@aws-sdk/client-ec2';
import * as eks from '@aws-sdk/client-eks';
import { CdkCli } from './cdk-cli';
import { LocalAws, startAws } from '../aws';
import { KARPENTER } from './karpenter-objects';
import { RunContext } from './run-context';
import { clientConfig } from '../aws/client-config';
import { ADMINISTRATOR } from '../cluster/audit';
import { Kube } from '../cluster/kube';
import { layFoundation, startCluster } from '../cluster/machine';
import { HOST_ADDRESS } from '../cluster/network';
import { apiServerUrl } from '../cluster/pki';
import { until } from '../cluster/until';
import { createCorednsAddon, createCustomer, Customer, KUBECTL_ROLE } from '../customer/account';
import { AddonManager } from '../customer/addon-manager';
import { allPodsReady, isReady, letNodesIn, populate } from '../customer/customer';
import { Joiner } from '../nodes/joiner';
import { PodRuntime } from '../nodes/pod-runtime';
import { VolumeAttacher } from '../nodes/volume-attacher';
import { Observers } from '../observe';
import { Log } from '../parts/log';

export const CLUSTER_NAME = 'prod';
export const ACCOUNT = '000000000000';
/** Of all node groups together. */
export const NODES = 12;

/** A customer's account and cluster, and the tools of somebody who works with them. */
export interface World {
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

/** How the customer's cluster differs from the usual one. */
export interface WorldOptions {
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
}

/** Starts everything: the local AWS, the control plane, the customer's account and cluster with its nodes to come. */
export async function createWorld(context: RunContext, options: WorldOptions = {}): Promise<World> {
  const { parts, processes, runDir, region } = context;
  // The console is for the phases; the rest is in the log.
  const log: Log = line => fs.appendFileSync(path.join(runDir, 'world.log'), `${new Date().toISOString()} ${line}\n`);
  const foundation = await layFoundation({ parts, processes, runDir, region });
  const facts = {
    name: CLUSTER_NAME,
    endpoint: apiServerUrl(),
    certificateAuthorityBase64: foundation.pki.caBase64,
    oidcIssuer: foundation.oidcIssuer,
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
    toolDirs: [path.dirname(parts.helm), path.dirname(parts.kubectl)],
    tls: { ...foundation.pki.aws, caBundleFile: foundation.pki.caBundleFile },
    secureListener: { host: HOST_ADDRESS, port: 443 },
    registryUrl: foundation.registry.url,
    serviceAccountPublicKeyPem: foundation.pki.serviceAccountPublicKeyPem,
    cluster: facts,
  });
  const [aws, customer, controlPlane] = await Promise.all([
    starting,
    starting.then(local => createCustomer(local, facts)),
    startCluster(foundation, {
      parts,
      processes,
      runDir,
      log,
      region,
      clusterName: CLUSTER_NAME,
      administratorRoleArns: [`arn:aws:iam::${ACCOUNT}:role/${KUBECTL_ROLE}`],
      awsEnv: starting.then(({ env }) => env),
    }),
  ]);
  const roles = { nodeRoleArn: customer.nodeRoleArn, administratorRoleArn: `arn:aws:iam::${ACCOUNT}:role/platform` };
  await letNodesIn(controlPlane.kube, roles);
  const client = new ec2.EC2Client(clientConfig(aws));
  const joiner = new Joiner({
    ec2: client,
    cloudControllerKubeconfig: await foundation.pki.kubeconfig('cloud-controller', ['system:masters']),
    caFile: foundation.pki.caBundleFile,
    clusterName: CLUSTER_NAME,
    region,
    credentialsForInstance: id => aws.credentialsForInstance(id),
    log,
    signal: context.signal,
  });
  joiner.start();
  const pods = await PodRuntime.start({ parts, pki: foundation.pki, processes, runDir, region, log, signal: context.signal });
  const { kube } = controlPlane;
  await until('all nodes of the node groups are Ready', 120, async () => {
    const nodes = await kube.list('/api/v1/nodes');
    return nodes.length === NODES && nodes.every(isReady);
  });
  const volumes = new VolumeAttacher({ kube, log, signal: context.signal });
  volumes.start();
  await populate(kube, { ...roles, clusterName: CLUSTER_NAME, volumes: customer.volumes, loadBalancer: options.loadBalancer });
  const addons = options.corednsAddon && new AddonManager({
    kube, log, eks: new eks.EKSClient(clientConfig(aws)), clusterName: CLUSTER_NAME, signal: context.signal,
  });
  addons?.start();
  if (options.corednsAddon) {
    await createCorednsAddon(aws, CLUSTER_NAME, options.corednsAddon.configurationValues);
  }
  await allPodsReady(kube, 120);
  const asMigration = new Kube({ kubeconfig: await foundation.pki.kubeconfig(ADMINISTRATOR, ['system:masters']) });
  const observers = new Observers({ kube, auditLog: controlPlane.auditLog, ownerLabel: KARPENTER.ownerLabel, calls: aws.calls });
  return {
    aws,
    customer,
    joiner,
    ec2: client,
    kube,
    asMigration,
    observers,
    addons,
    adminKubeconfig: controlPlane.adminKubeconfig,
    cdk: new CdkCli({
      runDir,
      region,
      account: ACCOUNT,
      env: aws.env,
      context: { clusterName: CLUSTER_NAME, kubectlRoleArn: customer.kubectlRoleArn, openIdConnectProviderArn: customer.oidcProviderArn },
    }),
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
