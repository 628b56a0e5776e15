import { ControllerReadyProperties, WebhookProbe } from './contract';
import { leftOf, missingFromRollout, missingFromWebhooks, ControllerPort } from './plan';
import { Connect, done, ResourceHandler, waiting } from '../../custom-resources/lifecycle';
import { optionalText, text } from '../../custom-resources/properties';
import { some } from '../../words/short-list';
import { apiOf } from '../apis';

/** Evictions wait for budgets; CloudFormation gives a custom resource an hour. */
const REMOVAL_MINUTES = 50;

/** Waits until every replica of the controller is available and its webhooks, if it has any, decide about objects. */
export function controllerReadyHandler(connect: Connect<ControllerPort>): ResourceHandler<ControllerReadyProperties> {
  return {
    patienceMinutes: 10,
    removalPatienceMinutes: REMOVAL_MINUTES,
    parse: raw => ({
      clusterName: text(raw, 'ClusterName'),
      kubectlRoleArn: text(raw, 'KubectlRoleArn'),
      namespace: text(raw, 'Namespace'),
      release: text(raw, 'Release'),
      probe: probeOf(optionalText(raw, 'Probe')),
      api: optionalText(raw, 'Api'),
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

    async remove({ properties: { clusterName, kubectlRoleArn, api: name } }) {
      if (name === undefined) {
        return done();
      }
      const port = await connect(clusterName, kubectlRoleArn);
      const api = apiOf(name);
      const left = leftOf(await port.fleet(api), api);
      return left.length === 0
        ? done()
        : waiting(`Karpenter, which would go next, still ends ${some(left)} of ${api.words.pools} that are gone: see the log of karpenter, and who holds pods there: kubectl get pdb -A`);
    },
  };
}

function probeOf(json: string | undefined): WebhookProbe | undefined {
  return json === undefined ? undefined : JSON.parse(json) as WebhookProbe;
}
