import { WebhookProbe } from './controller-ready/contract';
import { ReleaseSettings } from './generation';

/** The Kubernetes versions that a Karpenter release supports, both inclusive. */
export interface KubernetesRange {
  /** The oldest, as `major.minor`. */
  readonly minimum: string;
  /** The newest, as `major.minor`. */
  readonly maximum: string;
}

/** Which Karpenter of the API generation with Provisioners. */
export interface KarpenterReleaseV0Options {
  /**
   * The version without a leading `v`: 0.29.x, 0.30.x or 0.31.x; any other is an error.
   *
   * @default '0.29.2'
   */
  readonly version?: string;
}

/**
 * A version of Karpenter, with everything that depends on it.
 *
 * Chapters ask the release and never compare versions.
 */
export abstract class KarpenterRelease {
  /**
   * Karpenter with Provisioners, Machines and AWSNodeTemplates.
   *
   * It serves Kubernetes 1.23 to 1.27 (0.31 also 1.28) and does not check that itself.
   *
   * @see https://karpenter.sh/v0.29/upgrade-guide/
   */
  public static v0(options: KarpenterReleaseV0Options = {}): KarpenterRelease {
    return new ProvisionerRelease(options.version ?? ProvisionerRelease.DEFAULT_VERSION);
  }

  /** The version without a leading `v`. */
  public abstract readonly version: string;

  /** The version as the charts in the registry carry it. */
  public abstract readonly chartVersion: string;

  /** The namespace that upstream installs into. */
  public abstract readonly defaultNamespace: string;

  /** The service account that the chart makes for the controller by default. */
  public abstract readonly defaultServiceAccountName: string;

  /** The label of every node that Karpenter owns, which is also a tag of its instance. */
  public abstract readonly ownerLabel: string;

  /**
   * The name of the API, by which the functions find what they must know of it.
   *
   * @internal
   */
  public abstract readonly _api: string;

  /**
   * The tag of Karpenter's launch templates; its value is the cluster's name.
   *
   * @internal
   */
  public abstract readonly _launchTemplateTag: string;

  /** The CustomResourceDefinitions, by name. */
  public abstract readonly crdNames: string[];

  /** The Kubernetes versions that upstream supports with this release. */
  public abstract readonly kubernetesRange: KubernetesRange;

  /** How many controllers the chart runs, each on a node of its own. */
  public abstract readonly replicas: number;

  /** The cpu that one controller requests and is limited to. */
  public abstract readonly controllerCpu: string;

  /** The memory that one controller requests and is limited to. */
  public abstract readonly controllerMemory: string;

  /**
   * The settings of the chart that name the cluster and the instance profile.
   *
   * @internal
   */
  public abstract _settings(settings: ReleaseSettings): Record<string, unknown>;

  /**
   * An object that the webhooks let in and one that only they refuse; neither is ever stored.
   *
   * @internal
   */
  public abstract _webhookProbe(): WebhookProbe;
}

class ProvisionerRelease extends KarpenterRelease {
  public static readonly DEFAULT_VERSION = '0.29.2';
  /** The newest Kubernetes, by minor version of Karpenter. */
  private static readonly NEWEST_KUBERNETES: Readonly<Record<string, string>> = { '0.29': '1.27', '0.30': '1.27', '0.31': '1.28' };

  public readonly version: string;
  public readonly chartVersion: string;
  public readonly defaultNamespace = 'karpenter';
  public readonly defaultServiceAccountName = 'karpenter';
  public readonly ownerLabel = 'karpenter.sh/provisioner-name';
  /** @internal */
  public readonly _api = 'karpenter.sh/v1alpha5';
  /** @internal */
  public readonly _launchTemplateTag = 'karpenter.k8s.aws/cluster';
  public readonly crdNames = ['provisioners.karpenter.sh', 'machines.karpenter.sh', 'awsnodetemplates.karpenter.k8s.aws'];
  public readonly kubernetesRange: KubernetesRange;
  public readonly replicas = 2;
  public readonly controllerCpu = '1';
  public readonly controllerMemory = '1Gi';

  public constructor(version: string) {
    super();
    const minor = /^(0\.\d+)\.\d+$/.exec(version)?.[1] ?? '';
    const maximum = ProvisionerRelease.NEWEST_KUBERNETES[minor];
    if (!maximum) {
      throw new Error(`KarpenterRelease.v0 takes the versions ${Object.keys(ProvisionerRelease.NEWEST_KUBERNETES).map(m => `${m}.x`).join(', ')} ` +
        `without a leading v, got "${version}"; set version to one of them, for instance "${ProvisionerRelease.DEFAULT_VERSION}"`);
    }
    this.version = version;
    this.chartVersion = `v${version}`;
    this.kubernetesRange = { minimum: '1.23', maximum };
  }

  /** @internal */
  public _settings(settings: ReleaseSettings): Record<string, unknown> {
    return { aws: { clusterName: settings.clusterName, defaultInstanceProfile: settings.instanceProfileName } };
  }

  /** @internal */
  public _webhookProbe(): WebhookProbe {
    const provisioner = (spec: object) => ({
      apiVersion: 'karpenter.sh/v1alpha5',
      kind: 'Provisioner',
      metadata: { name: 'cdk-karpenter-migration-probe' },
      spec: { providerRef: { name: 'default' }, ...spec },
    });
    return {
      group: 'karpenter.sh',
      version: 'v1alpha5',
      plural: 'provisioners',
      accepted: provisioner({}),
      // The schema allows both together; only the webhook knows that they exclude each other.
      refused: provisioner({ consolidation: { enabled: true }, ttlSecondsAfterEmpty: 30 }),
    };
  }
}
