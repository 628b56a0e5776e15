import { Construct } from 'constructs';
import { V0_API } from './api';
import { guideStatements, scopedStatements } from './controller-policy';
import { checkLaunch, V0Provisioning } from './provisioning';
import { KarpenterReleaseV0Options } from './release-options';
import { WebhookProbe } from '../controller-ready/contract';
import { DecidedValue, Generation, KubernetesRange, ProvisioningContext, SettingsContext } from '../generation';

const DEFAULT_VERSION = '0.29.2';
const OLDEST_KUBERNETES = '1.23';
/** The newest Kubernetes, by minor version of Karpenter. */
const NEWEST_KUBERNETES: Readonly<Record<string, string>> = { '0.29': '1.27', '0.30': '1.27', '0.31': '1.28' };

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
  public readonly scopedStatements = scopedStatements;
  public readonly guideStatements = guideStatements;

  public readonly decidedValues: readonly DecidedValue[] = [
    { path: ['settings', 'aws', 'clusterName'], instead: '`cluster`' },
    { path: ['settings', 'aws', 'defaultInstanceProfile'], instead: '`instanceProfile`' },
  ];

  public readonly webhookProbe: WebhookProbe = {
    group: PROVISIONERS.group,
    version: PROVISIONERS.version,
    plural: PROVISIONERS.plural,
    accepted: probe({}),
    // The schema allows both together; only the webhook knows that they exclude each other.
    refused: probe({ consolidation: { enabled: true }, ttlSecondsAfterEmpty: 30 }),
  };

  public constructor(private readonly options: KarpenterReleaseV0Options) {
    this.version = options.version ?? DEFAULT_VERSION;
    this.chartVersion = `v${this.version}`;
    this.kubernetesRange = { minimum: OLDEST_KUBERNETES, maximum: newestKubernetes(this.version) };
    checkLaunch(options);
  }

  public settings({ clusterName, instanceProfileName }: SettingsContext): Record<string, unknown> {
    if (instanceProfileName === undefined) {
      throw new Error(`instanceProfileName is not set: set it to the profile of Karpenter's nodes, Karpenter ${this.version} makes none itself`);
    }
    return { aws: { clusterName, defaultInstanceProfile: instanceProfileName } };
  }

  public provision(scope: Construct, context: ProvisioningContext): V0Provisioning {
    return new V0Provisioning(scope, context, this.options);
  }
}

function newestKubernetes(version: string): string {
  const minor = /^(0\.\d+)\.\d+$/.exec(version)?.[1] ?? '';
  const newest = NEWEST_KUBERNETES[minor];
  if (!newest) {
    throw new Error(`KarpenterRelease.v0 takes the versions ${Object.keys(NEWEST_KUBERNETES).map(m => `${m}.x`).join(', ')} ` +
      `without a leading v, got "${version}"; set version to one of them, for instance "${DEFAULT_VERSION}"`);
  }
  return newest;
}

function probe(spec: object): Record<string, unknown> {
  return {
    apiVersion: `${PROVISIONERS.group}/${PROVISIONERS.version}`,
    kind: 'Provisioner',
    metadata: { name: 'cdk-karpenter-migration-probe' },
    spec: { providerRef: { name: 'default' }, ...spec },
  };
}
