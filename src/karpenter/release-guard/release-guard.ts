import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { RELEASE_GUARD_TYPE, ReleaseGuardContract } from './contract';
import { KubernetesHandlerOptions } from '../../custom-resources/kubernetes-handler-options';
import { KubernetesProvider } from '../../custom-resources/kubernetes-provider';
import { twoPhaseResource } from '../../custom-resources/two-phase-provider';

/** A Helm release and all that makes Helm run again for it. */
export interface HelmRun {
  readonly cluster: eks.ICluster;
  readonly kubernetesHandler?: KubernetesHandlerOptions;
  readonly revision?: string;
  readonly namespace: string;
  readonly release: string;
  /** Changes whenever the chart, its version or its values change. */
  readonly chart: string;
}

/**
 * Comes before a chart: a release left unfinished by a Helm that was killed does not block the next deployment.
 *
 * On removal, when it comes after the chart, it makes sure that the release is gone: CDK's kubectl provider reports a
 * chart as deleted even if Helm failed.
 */
export class ReleaseGuard extends Construct {
  public constructor(scope: Construct, id: string, run: HelmRun & { readonly kept: boolean }) {
    super(scope, id);
    const provider = KubernetesProvider.getOrCreate(this, run.cluster, run.kubernetesHandler);
    const properties: ReleaseGuardContract = {
      ClusterName: run.cluster.clusterName,
      KubectlRoleArn: provider.kubectlRoleArn,
      Namespace: run.namespace,
      Release: run.release,
      Chart: run.chart,
      Kept: run.kept,
      Revision: run.revision,
    };
    twoPhaseResource(this, provider, RELEASE_GUARD_TYPE, properties);
  }
}
