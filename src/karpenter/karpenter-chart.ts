import { Duration } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';
import { identityOf, RELEASE_NAME } from './chart-location';
import { ChartSource } from './chart-source';
import { ControllerImageOptions } from './controller-image-options';
import { ControllerReady } from './controller-ready/controller-ready';
import { DecidedValue } from './generation';
import { KarpenterRelease } from './karpenter-release';
import { HelmRun, ReleaseGuard } from './release-guard/release-guard';
import { CHART_SOURCE, CONTROLLER_IMAGE_OPTIONS, RELEASE, VALUES } from './shapes';
import { GuideValues, guideValues, imageValues, mergeValues, ROLE_ANNOTATION } from './values';
import { NODEGROUPS, REVISION } from '../cluster/shapes';
import { identityOfValue } from '../custom-resources/identity';
import { KubernetesHandlerOptions } from '../custom-resources/kubernetes-handler-options';
import { KUBERNETES_HANDLER_OPTIONS } from '../custom-resources/kubernetes-provider';
import { CLUSTER, ROLE } from '../input/cdk-kinds';
import { ANY_TEXT, FLAG, required, TEXT } from '../input/kinds';
import { checkShape, Shape, struct } from '../input/shape';
import { checkDnsName, checkNamespace } from '../kubernetes/kubernetes-names';

/** Helm may take this long twice, for the installation and for going back, and Lambda ends it after 15 minutes. */
const HELM_TIMEOUT = Duration.minutes(6);

/** Whatever the generation: another role would part the controller from the one that is made for it. */
const DECIDED_ROLE: DecidedValue = { path: ['serviceAccount', 'annotations', ROLE_ANNOTATION], instead: '`controllerRole`' };

/** How `KarpenterChart` installs the controller. */
export interface KarpenterChartOptions {
  /**
   * The version of Karpenter.
   *
   * @default KarpenterRelease.v0()
   */
  readonly release?: KarpenterRelease;

  /**
   * Where the chart comes from.
   *
   * @default ChartSource.publicEcr()
   */
  readonly chartSource?: ChartSource;

  /**
   * Where the image of the controller comes from.
   *
   * @default - as the chart says
   */
  readonly controllerImage?: ControllerImageOptions;

  /**
   * The namespace, which must exist.
   *
   * It cannot change later: the release in the old namespace owns Karpenter's cluster-wide objects, and Helm refuses to
   * take them from it, so that the deployment fails and is rolled back.
   *
   * @default - the release's, `karpenter` with v0, `kube-system` with v1
   */
  readonly namespace?: string;

  /**
   * The service account of the controller, which the controller's role must trust. To use one that exists, also set
   * `serviceAccount.create` to false in `values`.
   *
   * @default - the release's, `karpenter`
   */
  readonly serviceAccountName?: string;

  /**
   * The managed node groups on whose nodes the controller may run; at least two of their nodes must have room for it.
   * An empty list is an error.
   *
   * @default - all managed node groups of the cluster
   */
  readonly hostNodegroups?: string[];

  /**
   * More values for the chart, merged over the guide's as Helm does: maps deeply, lists replaced.
   *
   * `serviceAccount.name` is an error, the role trusts only `serviceAccountName`; so are the cluster's name, the instance profile, the
   * interruption queue and the role, where the props say them.
   *
   * @default - the guide's values
   * @see https://github.com/aws/karpenter-provider-aws/blob/v0.29.2/charts/karpenter/values.yaml
   */
  readonly values?: { [key: string]: any };

  /**
   * Where and as whom the function that talks to the Kubernetes API runs.
   *
   * @default - as the import of the cluster says
   */
  readonly kubernetesHandler?: KubernetesHandlerOptions;

  /**
   * Anything; another value makes the next deployment check the controller again.
   *
   * @default - the controller is checked when the chart or its values change
   */
  readonly revision?: string;
}

/** Props of `KarpenterChart`. */
export interface KarpenterChartProps extends KarpenterChartOptions {
  /** The cluster that gets Karpenter. */
  readonly cluster: eks.ICluster;

  /** The role of the controller, which must trust its service account. */
  readonly controllerRole: iam.IRole;

  /**
   * The instance profile of the nodes that Karpenter launches; required by releases that make none themselves, as v0.
   *
   * @default - Karpenter makes it
   */
  readonly instanceProfileName?: string;

  /**
   * The queue by which the controller learns of interruptions: the name of one in its account and region, which its role may read.
   *
   * @default - none
   */
  readonly interruptionQueueName?: string;

  /**
   * Whether the chart goes only after the nodes of pools that are gone, as in a migration, whose creation may be rolled back with nodes in
   * use.
   *
   * @default false
   * @internal
   */
  readonly _waitsForNodes?: boolean;
}

const SHAPE: Shape<KarpenterChartProps> = {
  cluster: required(CLUSTER),
  controllerRole: required(ROLE),
  instanceProfileName: TEXT,
  interruptionQueueName: TEXT,
  release: RELEASE,
  chartSource: CHART_SOURCE,
  controllerImage: struct(CONTROLLER_IMAGE_OPTIONS),
  namespace: ANY_TEXT,
  serviceAccountName: ANY_TEXT,
  hostNodegroups: NODEGROUPS,
  values: VALUES,
  kubernetesHandler: struct(KUBERNETES_HANDLER_OPTIONS),
  revision: REVISION,
  _waitsForNodes: FLAG,
};

/**
 * The Karpenter controller, by its chart with the guide's values.
 *
 * Two things differ from the guide. The affinity is one term: the controller runs on node groups, *and* not on nodes of
 * its own; the guide's two terms are alternatives, so that the second one pins nothing. And it is ready only when all
 * replicas are available and the webhooks, where the release has any, answer: whatever depends on this construct may create pools.
 * A run of Helm that was killed does not block the next deployment, which takes over what it installed; after a killed
 * run the next one waits up to 15 minutes, until Lambda cannot be running it any more.
 */
export class KarpenterChart extends Construct {
  /** The Helm release. */
  public readonly releaseName = RELEASE_NAME;

  /** The namespace of the controller. */
  public readonly namespace: string;

  /**
   * What comes first of it, and waits for all that it needs.
   *
   * @internal
   */
  public readonly _first: IConstruct;

  /**
   * What comes last of it: it works.
   *
   * @internal
   */
  public readonly _last: IConstruct;

  /** The service account of the controller. */
  public readonly serviceAccountName: string;

  public constructor(scope: Construct, id: string, props: KarpenterChartProps) {
    super(scope, id);
    checkShape('KarpenterChart', props, SHAPE);
    const release = props.release ?? KarpenterRelease.v0();
    checkNamespace('namespace', props.namespace);
    checkDnsName('serviceAccountName', props.serviceAccountName);
    this.namespace = props.namespace ?? release.defaultNamespace;
    this.serviceAccountName = props.serviceAccountName ?? release.defaultServiceAccountName;
    const guide: GuideValues = {
      generation: release._generation,
      clusterName: props.cluster.clusterName,
      instanceProfileName: props.instanceProfileName,
      queueName: props.interruptionQueueName,
      serviceAccountName: this.serviceAccountName,
      controllerRoleArn: props.controllerRole.roleArn,
      hostNodegroups: props.hostNodegroups,
    };
    validate(props, release._generation.decidedValues(guide));
    const location = (props.chartSource ?? ChartSource.publicEcr())._bind(this, 'karpenter', release);
    const values = mergeValues(mergeValues(guideValues(guide), imageValues(props.controllerImage)), props.values ?? {});
    const run: HelmRun = {
      cluster: props.cluster,
      kubernetesHandler: props.kubernetesHandler,
      revision: props.revision,
      namespace: this.namespace,
      release: this.releaseName,
      chart: identityOfValue(this, { ...identityOf(location), values }),
    };
    const guard = this._first = new ReleaseGuard(this, 'Guard', { ...run, kept: false });
    const chart = new eks.HelmChart(this, 'Chart', {
      cluster: props.cluster,
      ...location,
      release: this.releaseName,
      namespace: this.namespace,
      createNamespace: false,
      skipCrds: true,
      wait: true,
      atomic: true,
      timeout: HELM_TIMEOUT,
      values,
    });
    chart.node.addDependency(guard);
    const { webhookProbe: probe, api } = release._generation;
    this._last = new ControllerReady(this, 'Ready', { ...run, probe, api: props._waitsForNodes ? api.name : undefined });
    this._last.node.addDependency(chart);
  }
}

function validate({ values }: KarpenterChartProps, decided: readonly DecidedValue[]): void {
  const name = values?.serviceAccount?.name;
  if (name !== undefined) {
    throw new Error(`values.serviceAccount.name must not be set, got "${name}"; set serviceAccountName, so that the controller's role can trust it`);
  }
  for (const { path, instead } of [...decided, DECIDED_ROLE]) {
    const value = path.reduce<any>((map, key) => map?.[key], values);
    if (value !== undefined) {
      throw new Error(`${path.reduce(member, 'values')} must not be set, got "${value}"; it follows from ${instead}`);
    }
  }
}

/** As one writes it in TypeScript. */
function member(object: string, key: string): string {
  return /^\w+$/.test(key) ? `${object}.${key}` : `${object}["${key}"]`;
}
