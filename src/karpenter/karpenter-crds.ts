import { CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { identityOf, CRD_RELEASE, CRD_RELEASE_NAMESPACE } from './chart-location';
import { ChartSource } from './chart-source';
import { KarpenterRelease } from './karpenter-release';
import { ReleaseGuard } from './release-guard/release-guard';
import { CHART_SOURCE, RELEASE } from './shapes';
import { REVISION } from '../cluster/shapes';
import { KubernetesHandlerOptions } from '../custom-resources/kubernetes-handler-options';
import { KUBERNETES_HANDLER_OPTIONS } from '../custom-resources/kubernetes-provider';
import { CLUSTER } from '../input/cdk-kinds';
import { required } from '../input/kinds';
import { checkShape, Shape, struct } from '../input/shape';

/** Which CustomResourceDefinitions `KarpenterCrds` installs, and from where. */
export interface KarpenterCrdsOptions {
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
   * Where and as whom the function that talks to the Kubernetes API runs.
   *
   * @default - as the import of the cluster says
   */
  readonly kubernetesHandler?: KubernetesHandlerOptions;

  /**
   * Anything; another value makes the next deployment look for a killed run of Helm again.
   *
   * @default - looked for when the chart changes
   */
  readonly revision?: string;
}

/** Props of `KarpenterCrds`. */
export interface KarpenterCrdsProps extends KarpenterCrdsOptions {
  /** The cluster that gets the CustomResourceDefinitions. */
  readonly cluster: eks.ICluster;
}

const SHAPE: Shape<KarpenterCrdsProps> = {
  cluster: required(CLUSTER),
  release: RELEASE,
  chartSource: CHART_SOURCE,
  kubernetesHandler: struct(KUBERNETES_HANDLER_OPTIONS),
  revision: REVISION,
};

/**
 * Karpenter's CustomResourceDefinitions, by the chart `karpenter-crd`.
 *
 * The guide creates them by hand, and Helm never upgrades what it finds in a chart's crds/ folder; as a chart of their
 * own they follow the release. They stay when the stack goes, also when its creation is rolled back: deleting a
 * definition deletes all of its objects, and with them the nodes. The release lives in `kube-system`, so that it
 * outlives the controller's namespace and a later deployment finds it again.
 *
 * @see https://karpenter.sh/v0.29/upgrade-guide/#custom-resource-definition-crd-upgrades
 */
export class KarpenterCrds extends Construct {
  /** The Helm release of the definitions. */
  public readonly releaseName = CRD_RELEASE;

  /** The names of the definitions. */
  public readonly crdNames: string[];

  public constructor(scope: Construct, id: string, props: KarpenterCrdsProps) {
    super(scope, id);
    checkShape('KarpenterCrds', props, SHAPE);
    const release = props.release ?? KarpenterRelease.v0();
    const location = (props.chartSource ?? ChartSource.publicEcr())._bind(this, 'karpenter-crd', release);
    this.crdNames = release.crdNames;
    const namespace = CRD_RELEASE_NAMESPACE;
    const guard = new ReleaseGuard(this, 'Guard', {
      cluster: props.cluster,
      kubernetesHandler: props.kubernetesHandler,
      revision: props.revision,
      namespace,
      release: this.releaseName,
      kept: true,
      chart: Stack.of(this).toJsonString(identityOf(location)),
    });
    const chart = new eks.HelmChart(this, 'Chart', {
      cluster: props.cluster,
      ...location,
      release: this.releaseName,
      namespace,
      createNamespace: false,
      timeout: Duration.minutes(5),
    });
    // The chart's own property for it is younger than the oldest CDK that this library works with.
    (chart.node.findChild('Resource') as CustomResource).applyRemovalPolicy(RemovalPolicy.RETAIN);
    chart.node.addDependency(guard);
  }
}
