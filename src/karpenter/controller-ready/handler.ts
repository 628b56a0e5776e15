import { ControllerReadyProperties, WebhookProbe } from './contract';
import { missingFromRollout, missingFromWebhooks, ControllerPort } from './plan';
import { Connect, done, ResourceHandler, waiting } from '../../custom-resources/lifecycle';
import { optionalText, text } from '../../custom-resources/properties';

/** Waits until every replica of the controller is available and its webhooks, if it has any, decide about objects. */
export function controllerReadyHandler(connect: Connect<ControllerPort>): ResourceHandler<ControllerReadyProperties> {
  return {
    patienceMinutes: 10,
    parse: raw => ({
      clusterName: text(raw, 'ClusterName'),
      kubectlRoleArn: text(raw, 'KubectlRoleArn'),
      namespace: text(raw, 'Namespace'),
      release: text(raw, 'Release'),
      probe: probeOf(optionalText(raw, 'Probe')),
    }),
    identify: properties => `${properties.clusterName}/controller-ready/${properties.namespace}/${properties.release}`,

    async apply({ properties: { clusterName, kubectlRoleArn, namespace, release, probe } }) {
      const port = await connect(clusterName, kubectlRoleArn);
      const rollout = missingFromRollout(await port.deployments(namespace, release), await port.pods(namespace, release));
      if (rollout) {
        return waiting(`Karpenter in the namespace "${namespace}" is not ready: ${rollout}`);
      }
      if (!probe) {
        return done();
      }
      const webhooks = missingFromWebhooks(await port.check(probe, probe.accepted), await port.check(probe, probe.refused));
      return webhooks ? waiting(`Karpenter in the namespace "${namespace}" is not ready: ${webhooks}`) : done();
    },

    async remove() {
      return done();
    },
  };
}

function probeOf(json: string | undefined): WebhookProbe | undefined {
  return json === undefined ? undefined : JSON.parse(json) as WebhookProbe;
}
