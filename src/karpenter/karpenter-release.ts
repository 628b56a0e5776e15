import { Generation } from './generation';
import { V0Generation } from './v0/generation';
import { KarpenterReleaseV0Options } from './v0/release-options';
import { RELEASE_V0_OPTIONS } from './v0/release-shape';
import { V1Generation } from './v1/generation';
import { KarpenterReleaseV1Options } from './v1/release-options';
import { RELEASE_V1_OPTIONS } from './v1/release-shape';
import { KubernetesRange } from './versions';
import { checkShape } from '../input/shape';

/**
 * A version of Karpenter, with everything that depends on it.
 *
 * Chapters ask the release and never compare versions.
 */
export class KarpenterRelease {
  /**
   * Karpenter with Provisioners, Machines and AWSNodeTemplates, and the first of each that a migration makes.
   *
   * It serves Kubernetes 1.23 to 1.27 (0.31 also 1.28) and does not check that itself.
   *
   * @see https://karpenter.sh/v0.29/upgrade-guide/
   */
  public static v0(options: KarpenterReleaseV0Options = {}): KarpenterRelease {
    checkShape('KarpenterRelease.v0', options, RELEASE_V0_OPTIONS);
    return KarpenterRelease._of(new V0Generation(options));
  }

  /**
   * Karpenter with NodePools, NodeClaims and EC2NodeClasses, and the first of each that a migration makes.
   *
   * It takes the versions 1.5 to 1.15. They serve Kubernetes from 1.26 on: 1.5 up to 1.33, 1.6 to 1.8 up to 1.34, 1.9 to 1.12 up to 1.35,
   * 1.13 and 1.14 up to 1.36, 1.15 up to 1.37. The default, 1.14.3, is the version with which whole migrations were proven, there and
   * back. Upstream advises against 1.8.4.
   *
   * @see https://karpenter.sh/docs/upgrading/compatibility/
   */
  public static v1(options: KarpenterReleaseV1Options = {}): KarpenterRelease {
    checkShape('KarpenterRelease.v1', options, RELEASE_V1_OPTIONS);
    return KarpenterRelease._of(new V1Generation(options));
  }

  /** @internal */
  public static _of(generation: Generation): KarpenterRelease {
    return new KarpenterRelease(generation);
  }

  /** The version without a leading `v`. */
  public readonly version: string;

  /** The version as the charts in the registry carry it. */
  public readonly chartVersion: string;

  /** The namespace that upstream installs into. */
  public readonly defaultNamespace: string;

  /** The service account that the chart makes for the controller by default. */
  public readonly defaultServiceAccountName: string;

  /** The label of every node that Karpenter owns, which is also a tag of its instance. */
  public readonly ownerLabel: string;

  /** The CustomResourceDefinitions, by name. */
  public readonly crdNames: string[];

  /** The Kubernetes versions that upstream supports with this release. */
  public readonly kubernetesRange: KubernetesRange;

  /** How many controllers the chart runs, each on a node of its own. */
  public readonly replicas: number;

  /** The cpu that one controller requests and is limited to. */
  public readonly controllerCpu: string;

  /** The memory that one controller requests and is limited to. */
  public readonly controllerMemory: string;

  /**
   * What only constructs ask.
   *
   * @internal
   */
  public readonly _generation: Generation;

  /**
   * The version, where it decides about what the API takes.
   *
   * @internal
   */
  public get _apiVersion(): string | undefined {
    return this._generation.api.ofVersion && this.version;
  }

  private constructor(generation: Generation) {
    this._generation = generation;
    this.version = generation.version;
    this.chartVersion = generation.chartVersion;
    this.defaultNamespace = generation.defaultNamespace;
    this.defaultServiceAccountName = generation.defaultServiceAccountName;
    this.ownerLabel = generation.api.ownerLabel;
    this.crdNames = [...generation.crdNames];
    this.kubernetesRange = generation.kubernetesRange;
    this.replicas = generation.replicas;
    this.controllerCpu = generation.controllerCpu;
    this.controllerMemory = generation.controllerMemory;
  }
}
