import { Construct } from 'constructs';
import { CONTROLLER_READY_TYPE, ControllerReadyContract, WebhookProbe } from './contract';
import { KubernetesProvider } from '../../custom-resources/kubernetes-provider';
import { twoPhaseResource } from '../../custom-resources/two-phase-provider';
import { HelmRun } from '../release-guard/release-guard';

/**
 * Comes after the chart: all replicas are available and the webhooks, if there are any, decide about objects.
 *
 * It goes between pools and chart. With an API it then waits for the nodes of pools that are gone: only their controller can end them.
 */
export class ControllerReady extends Construct {
  public constructor(scope: Construct, id: string, run: HelmRun & { readonly probe?: WebhookProbe; readonly api?: string }) {
    super(scope, id);
    const provider = KubernetesProvider.getOrCreate(this, run.cluster, run.kubernetesHandler);
    const properties: ControllerReadyContract = {
      ClusterName: run.cluster.clusterName,
      KubectlRoleArn: provider.kubectlRoleArn,
      Namespace: run.namespace,
      Release: run.release,
      Probe: run.probe && JSON.stringify(run.probe),
      Api: run.api,
      Chart: run.chart,
      Revision: run.revision,
    };
    twoPhaseResource(this, provider, CONTROLLER_READY_TYPE, properties);
  }
}
