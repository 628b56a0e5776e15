import { CustomResource, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { KubernetesProvider } from '../handlers/kubernetes-provider';
import { CONTROLLER_READY_TYPE, ControllerReadyContract, WebhookProbe } from './controller-ready/contract';
import { HelmRun } from './release-guard';

/** Comes after the chart: all replicas are available and the webhooks decide about objects. */
export class ControllerReady extends Construct {
  public constructor(scope: Construct, id: string, run: HelmRun & { readonly probe: WebhookProbe }) {
    super(scope, id);
    const provider = KubernetesProvider.getOrCreate(this, run.cluster, run.kubernetesHandler);
    const properties: ControllerReadyContract = {
      ClusterName: run.cluster.clusterName,
      KubectlRoleArn: provider.kubectlRoleArn,
      Namespace: run.namespace,
      Release: run.release,
      Probe: JSON.stringify(run.probe),
      Chart: run.chart,
      Revision: run.revision,
    };
    new CustomResource(this, 'Resource', {
      serviceToken: provider.serviceToken,
      resourceType: CONTROLLER_READY_TYPE,
      properties,
      serviceTimeout: Duration.minutes(60),
    });
  }
}
