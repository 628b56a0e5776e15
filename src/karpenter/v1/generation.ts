import { Construct } from 'constructs';
import { V1_API } from './api';
import { scopedPolicies } from './controller-policy';
import { guidePolicies } from './guide-policy';
import { checkLaunch, makesInstanceProfiles, V1Provisioning } from './provisioning';
import { KarpenterReleaseV1Options } from './release-options';
import { Subject } from './statements';
import { V1_VERSIONS } from './versions';
import { ControllerContext, DecidedValue, Generation, PolicyPart, ProvisioningContext, SettingsContext, Values } from '../generation';
import { INTERRUPTION_EVENTS, InterruptionEvent } from '../interruption-events';
import { isOn } from '../values';
import { KubernetesRange, lineOf } from '../versions';

/** The minor versions, 1.x, that brought something. */
const NODE_OVERLAYS = 7;
const CAPACITY_RESERVATION_INTERRUPTIONS = 10;
const CAPACITY_BUFFERS = 14;

/** Karpenter 1.5 to 1.15: NodePools, NodeClaims and EC2NodeClasses. */
export class V1Generation implements Generation {
  public readonly name = 'v1';
  public readonly api = V1_API;
  public readonly version: string;
  public readonly chartVersion: string;
  public readonly defaultNamespace = 'kube-system';
  public readonly defaultServiceAccountName = 'karpenter';
  public readonly crdNames: readonly string[];
  public readonly kubernetesRange: KubernetesRange;
  public readonly replicas = 2;
  public readonly controllerCpu = '1';
  public readonly controllerMemory = '1Gi';
  /** To join, to give pods addresses, to pull images, and to be reached by Session Manager. */
  public readonly nodePolicies = [
    'AmazonEKSWorkerNodePolicy',
    'AmazonEKS_CNI_Policy',
    'AmazonEC2ContainerRegistryPullOnly',
    'AmazonSSMManagedInstanceCore',
  ];

  public readonly needsInstanceProfile = false;
  public readonly spreadsOverZones = true;
  public readonly queueByDefault = true;
  public readonly interruptionEvents: readonly InterruptionEvent[];

  /** What decides which calls the controller makes. */
  private readonly calls: Pick<Subject, 'minor' | 'makesInstanceProfiles'>;

  public constructor(private readonly options: KarpenterReleaseV1Options) {
    this.version = options.version ?? V1_VERSIONS.defaultVersion;
    const line = lineOf(V1_VERSIONS, this.version);
    this.chartVersion = this.version;
    this.kubernetesRange = line.kubernetes;
    const minor = Number(line.minor.split('.')[1]);
    this.calls = { minor, makesInstanceProfiles: makesInstanceProfiles(options) };
    this.crdNames = crdNames(minor);
    this.interruptionEvents = interruptionEvents(minor);
    checkLaunch(options);
  }

  public scopedPolicies(scope: Construct, context: ControllerContext): PolicyPart[] {
    return scopedPolicies(scope, { ...context, ...this.calls });
  }

  public guidePolicies(scope: Construct, context: ControllerContext): PolicyPart[] {
    return guidePolicies(scope, { ...context, ...this.calls });
  }

  /** A NodeOverlay may add any resource to instance types. */
  public uncountedResources({ settings }: Values): string[] {
    return isOn(settings?.featureGates?.nodeOverlay) ? ['*'] : [];
  }

  public decidedValues(): DecidedValue[] {
    return [
      { path: ['settings', 'clusterName'], instead: '`cluster`' },
      { path: ['settings', 'interruptionQueue'], instead: '`interruptionQueue`' },
    ];
  }

  public settings({ clusterName, queueName }: SettingsContext): Record<string, unknown> {
    return { clusterName, ...queueName === undefined ? {} : { interruptionQueue: queueName } };
  }

  public provision(scope: Construct, context: ProvisioningContext): V1Provisioning {
    return new V1Provisioning(scope, context, this.version, this.options);
  }
}

function crdNames(minor: number): string[] {
  const { pool, claim, nodeClass } = V1_API.kinds;
  return [
    ...[pool, claim, nodeClass].map(({ plural, group }) => `${plural}.${group}`),
    ...minor < NODE_OVERLAYS ? [] : [`nodeoverlays.${pool.group}`],
    ...minor < CAPACITY_BUFFERS ? [] : ['capacitybuffers.autoscaling.x-k8s.io'],
  ];
}

function interruptionEvents(minor: number): InterruptionEvent[] {
  return [
    ...INTERRUPTION_EVENTS,
    ...minor < CAPACITY_RESERVATION_INTERRUPTIONS ? [] : [{ source: 'aws.ec2', detailType: 'EC2 Capacity Reservation Instance Interruption Warning' }],
  ];
}
