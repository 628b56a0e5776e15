import { ReleaseGuardProperties } from './contract';
import { LONGEST_RUN_MINUTES, planGuard, ReleasePort } from './plan';
import { Connect, done, ResourceHandler, waiting } from '../../custom-resources/lifecycle';
import { flag, text } from '../../custom-resources/properties';

/** Makes sure that no killed run of Helm blocks the next one, and that a deleted chart is gone. */
export function releaseGuardHandler(
  connect: Connect<ReleasePort>,
  now: () => number = Date.now,
): ResourceHandler<ReleaseGuardProperties> {
  return {
    patienceMinutes: LONGEST_RUN_MINUTES + 5,
    parse: raw => ({
      clusterName: text(raw, 'ClusterName'),
      kubectlRoleArn: text(raw, 'KubectlRoleArn'),
      namespace: text(raw, 'Namespace'),
      release: text(raw, 'Release'),
      kept: flag(raw, 'Kept'),
    }),
    identify: properties => `${properties.clusterName}/release-guard/${properties.namespace}/${properties.release}`,

    async apply({ properties: { clusterName, kubectlRoleArn, namespace, release } }) {
      const port = await connect(clusterName, kubectlRoleArn);
      const step = planGuard(await port.records(namespace, release), now());
      switch (step.kind) {
        case 'none': return done();
        case 'wait': return waiting(`Helm may still be at work: ${step.record.secret} in the namespace "${namespace}" is ${step.record.status}`);
        case 'discard':
          console.log(JSON.stringify({ level: 'info', message: `removing ${step.record.secret}, left ${step.record.status} by a Helm that was killed` }));
          await port.discard(namespace, step.record.secret);
          return waiting(`the record before ${step.record.secret} has to be looked at`);
      }
    },

    async remove({ properties: { clusterName, kubectlRoleArn, namespace, release, kept } }) {
      const port = await connect(clusterName, kubectlRoleArn);
      const left = kept ? [] : await port.records(namespace, release);
      if (left.length > 0) {
        throw new Error(`Helm could not uninstall the release "${release}", the log of CDK's kubectl provider says why; ` +
          `run helm uninstall ${release} --namespace ${namespace}, then go on`);
      }
      return done();
    },
  };
}
