import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import * as eks from '@aws-sdk/client-eks';
import { MADE_IN_THE_APP } from './cluster-making';
import { KARPENTER_OBJECTS, KarpenterObjects } from './karpenter-objects';
import type { ClusterFacts, LocalAws } from '../aws';
import { clientConfig } from '../aws/client-config';
import { ADMINISTRATOR } from '../cluster/audit';
import { AuthenticationMode } from '../cluster/authenticator';
import { ControlPlane } from '../cluster/control-plane';
import { ApiEndpoint, Kube } from '../cluster/kube';
import { Site } from '../cluster/site';
import { until } from '../cluster/until';
import { createCorednsAddon, Customer, CustomerSizes, HandMade } from '../customer/account';
import { AddonManager } from '../customer/addon-manager';
import { allPodsReady, isReady, letNodesIn, populate } from '../customer/customer';
import { Joiner } from '../nodes/joiner';
import { NODE_MANAGER, NodegroupDraining } from '../nodes/nodegroup-draining';
import { PodRuntime, PodRuntimeOptions } from '../nodes/pod-runtime';
import { VolumeAttacher } from '../nodes/volume-attacher';
import { Observers } from '../observe';
import { Generation } from '../parts/karpenter';

/** A cluster of a customer's, and what sees and serves it. */
export interface CustomerCluster {
  readonly clusterName: string;
  /** What is proven in it. */
  readonly karpenter: KarpenterObjects;
  /** As the cluster was made. */
  readonly authenticationMode: AuthenticationMode;
  readonly customer: Customer;
  /** Undefined where an app has made the cluster. */
  readonly handMade?: HandMade;
  /** How many its node groups have together. */
  readonly nodes: number;
  readonly kube: Kube;
  /** Whoever uses it is taken for the migration. */
  readonly asMigration: Kube;
  /** Where its nodes find it. */
  readonly endpoint: ApiEndpoint;
  readonly joiner: Joiner;
  /** They see everything from when the cluster is complete. */
  readonly observers: Observers;
  /** Of the API server: a JSON object a line. */
  readonly auditLog: string;
  /** Undefined where coredns is no add-on. */
  readonly addons?: AddonManager;
}

/** How the cluster of a world differs from the usual one. */
export interface ClusterOptions {
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
   * EKS drains the nodes that leave a node group, for at most so many seconds.
   * @default - it does not, and their instances end some seconds after they were chosen
   */
  readonly drainingSeconds?: number;
  /**
   * The app that migrates the cluster makes it as well, with the real CDK.
   * @default false - it is made by hand, and apps import it
   */
  readonly madeInTheApp?: boolean;
}

/** A cluster before there is anything of it. */
export interface ClusterPlan extends ClusterOptions {
  readonly site: Site;
  readonly sizes: CustomerSizes;
  /** Whether the shop runs in it. */
  readonly shop: boolean;
}

export const modeOf = ({ authenticationMode = 'CONFIG_MAP' }: ClusterOptions): AuthenticationMode => authenticationMode;

/** What AWS has to know of a cluster. */
export function factsOf({ site, ...options }: ClusterPlan): ClusterFacts {
  return {
    name: site.clusterName,
    endpoint: site.pki.endpoint.url,
    certificateAuthorityBase64: site.pki.caBase64,
    oidcIssuer: site.oidcIssuer,
    serviceAccountPublicKeyPem: site.pki.serviceAccountPublicKeyPem,
    authenticatorFolder: site.authenticatorFolder,
    version: KARPENTER_OBJECTS[options.generation].kubernetesVersion,
    authenticationMode: modeOf(options),
  };
}

/** The surroundings of a cluster. */
export interface Surroundings extends Pick<PodRuntimeOptions, 'program' | 'addresses' | 'awsCaFile' | 'region' | 'log' | 'signal'> {
  readonly aws: LocalAws;
  readonly ec2: EC2Client;
  readonly account: string;
}

/** A cluster that has been made and got its node groups. */
export interface Begun {
  readonly customer: Customer;
  readonly handMade?: HandMade;
  readonly controlPlane: ControlPlane;
}

/** Has begun to run, and is to be stopped. */
interface Running { stop(): Promise<void> }

/** Lets the nodes of a cluster in, fills it, and waits until it stands. */
export async function complete(
  plan: ClusterPlan, { customer, handMade, controlPlane }: Begun, surroundings: Surroundings,
): Promise<CustomerCluster & Running> {
  const { site: { clusterName, pki }, sizes, corednsAddon, madeInTheApp, drainingSeconds } = plan;
  const { aws, region, log, signal, account } = surroundings;
  const { kube } = controlPlane;
  const objects = KARPENTER_OBJECTS[plan.generation];
  const karpenter = madeInTheApp ? { ...objects, example: MADE_IN_THE_APP } : objects;
  const count = sizes.apps + sizes.system;
  const running: Running[] = [];
  const start = <T extends Running & { start(): void }>(one: T): T => {
    one.start();
    running.push(one);
    return one;
  };
  if (modeOf(plan) !== 'API' && !madeInTheApp) {
    await letNodesIn(kube, { nodeRoleArn: customer.nodeRoleArn, administratorRoleArn: `arn:aws:iam::${account}:role/platform` });
  }
  const joiner = start(new Joiner({
    ec2: surroundings.ec2,
    cloudControllerKubeconfig: await pki.kubeconfig('cloud-controller', ['system:masters']),
    endpoint: pki.endpoint,
    clusterName,
    kubernetesVersion: karpenter.kubernetesVersion,
    region,
    credentialsForInstance: id => aws.credentialsForInstance(id),
    log,
    signal,
  }));
  running.push(await PodRuntime.start({ ...surroundings, site: plan.site }));
  await until(`all nodes of the node groups of ${clusterName} are Ready`, 120, async () => {
    const nodes = await kube.list('/api/v1/nodes');
    return nodes.length === count && nodes.every(isReady);
  });
  start(new VolumeAttacher({ kube, log, signal }));
  await populate(kube, { clusterName, shop: plan.shop ? { volumes: customer.volumes, loadBalancer: plan.loadBalancer } : undefined });
  const addons = corednsAddon && start(new AddonManager({ kube, log, eks: new eks.EKSClient(clientConfig(aws)), clusterName, signal }));
  if (corednsAddon) {
    await createCorednsAddon(aws, clusterName, corednsAddon.configurationValues);
  }
  await allPodsReady(kube, 120);
  if (drainingSeconds !== undefined) {
    start(new NodegroupDraining({
      kube: new Kube({ kubeconfig: await pki.kubeconfig(NODE_MANAGER, ['system:masters']) }),
      autoScaling: new AutoScalingClient(clientConfig(aws)),
      limitSeconds: drainingSeconds,
      log,
      signal,
    }));
  }
  const asMigration = new Kube({ kubeconfig: await pki.kubeconfig(ADMINISTRATOR, ['system:masters']) });
  const observers = new Observers({ kube, auditLog: controlPlane.auditLog, ownerLabel: karpenter.ownerLabel, calls: aws.calls });
  return {
    clusterName,
    karpenter,
    authenticationMode: modeOf(plan),
    customer,
    handMade,
    nodes: count,
    kube,
    asMigration,
    endpoint: pki.endpoint,
    joiner,
    observers,
    auditLog: controlPlane.auditLog,
    addons,
    stop: async () => {
      await observers.stop();
      for (const one of running.reverse()) {
        await one.stop();
      }
      asMigration.close();
    },
  };
}
