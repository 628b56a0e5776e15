import { Construct } from 'constructs';
import { V0_API } from './api';
import { guidePolicies, scopedPolicies } from './controller-policy';
import { checkLaunch, V0Provisioning } from './provisioning';
import { KarpenterReleaseV0Options } from './release-options';
import { V0_VERSIONS } from './versions';
import { WebhookProbe } from '../controller-ready/contract';
import { DecidedValue, Generation, ProvisioningContext, SettingsContext, Values } from '../generation';
import { INTERRUPTION_EVENTS } from '../interruption-events';
import { isOn } from '../values';
import { KubernetesRange, lineOf } from '../versions';

const { pool: PROVISIONERS, claim: MACHINES, nodeClass: NODE_TEMPLATES } = V0_API.kinds;

/** Karpenter 0.29 to 0.31: Provisioners, Machines and AWSNodeTemplates. */
export class V0Generation implements Generation {
  public readonly name = 'v0';
  public readonly api = V0_API;
  public readonly version: string;
  public readonly chartVersion: string;
  public readonly defaultNamespace = 'karpenter';
  public readonly defaultServiceAccountName = 'karpenter';
  public readonly crdNames = [PROVISIONERS, MACHINES, NODE_TEMPLATES].map(({ plural, group }) => `${plural}.${group}`);
  public readonly kubernetesRange: KubernetesRange;
  public readonly replicas = 2;
  public readonly controllerCpu = '1';
  public readonly controllerMemory = '1Gi';
  /** To join, to give pods addresses, to pull images, and to be reached by Session Manager. */
  public readonly nodePolicies = [
    'AmazonEKSWorkerNodePolicy',
    'AmazonEKS_CNI_Policy',
    'AmazonEC2ContainerRegistryReadOnly',
    'AmazonSSMManagedInstanceCore',
  ];

  public readonly needsInstanceProfile = true;
  public readonly spreadsOverZones = false;
  public readonly queueByDefault = false;
  public readonly interruptionEvents = INTERRUPTION_EVENTS;
  public readonly scopedPolicies = scopedPolicies;
  public readonly guidePolicies = guidePolicies;

  public readonly webhookProbe: WebhookProbe = {
    group: PROVISIONERS.group,
    version: PROVISIONERS.version,
    plural: PROVISIONERS.plural,
    accepted: probe({}),
    // The schema allows both together; only the webhook knows that they exclude each other.
    refused: probe({ consolidation: { enabled: true }, ttlSecondsAfterEmpty: 30 }),
  };

  public constructor(private readonly options: KarpenterReleaseV0Options) {
    this.version = options.version ?? V0_VERSIONS.defaultVersion;
    this.chartVersion = `v${this.version}`;
    this.kubernetesRange = lineOf(V0_VERSIONS, this.version).kubernetes;
    checkLaunch(options);
  }

  /** Interfaces of their own for pods are counted on a setting only. */
  public uncountedResources({ settings }: Values): string[] {
    return isOn(settings?.aws?.enablePodENI) ? ['vpc.amazonaws.com/pod-eni'] : [];
  }

  public decidedValues({ queueName }: SettingsContext): DecidedValue[] {
    return [
      { path: ['settings', 'aws', 'clusterName'], instead: '`cluster`' },
      { path: ['settings', 'aws', 'defaultInstanceProfile'], instead: '`instanceProfile`' },
      // Without a queue of the migration's, the value may name one that a role of the user's own may read.
      ...queueName === undefined ? [] : [{ path: ['settings', 'aws', 'interruptionQueueName'], instead: '`interruptionQueue`' }],
    ];
  }

  public settings({ clusterName, instanceProfileName, queueName }: SettingsContext): Record<string, unknown> {
    if (instanceProfileName === undefined) {
      throw new Error(`instanceProfileName is not set: set it to the profile of Karpenter's nodes, Karpenter ${this.version} makes none itself`);
    }
    const queue = queueName === undefined ? {} : { interruptionQueueName: queueName };
    return { aws: { clusterName, defaultInstanceProfile: instanceProfileName, ...queue } };
  }

  public provision(scope: Construct, context: ProvisioningContext): V0Provisioning {
    return new V0Provisioning(scope, context, this.options);
  }
}

function probe(spec: object): Record<string, unknown> {
  return {
    apiVersion: `${PROVISIONERS.group}/${PROVISIONERS.version}`,
    kind: 'Provisioner',
    metadata: { name: 'cdk-karpenter-migration-probe' },
    spec: { providerRef: { name: 'default' }, ...spec },
  };
}
