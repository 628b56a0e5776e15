import { ReleaseGuardProperties } from './contract';
import { GuardStep, LONGEST_RUN_MINUTES, planGuard, planRemoval, ReleasePort } from './plan';
import { Connect, done, Outcome, ResourceHandler, waiting } from '../../custom-resources/lifecycle';
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
      return perform(port, namespace, planGuard(await port.records(namespace, release), now()));
    },

    async remove({ properties: { clusterName, kubectlRoleArn, namespace, release, kept } }) {
      const port = await connect(clusterName, kubectlRoleArn);
      const step = planRemoval(kept ? [] : await port.records(namespace, release), now());
      if (step.kind === 'refuse') {
        throw new Error(`Helm could not uninstall the release "${release}", the log of CDK's kubectl provider says why; ` +
          `run helm uninstall ${release} --namespace ${namespace}, then go on`);
      }
      return perform(port, namespace, step);
    },
  };
}

async function perform(port: ReleasePort, namespace: string, step: GuardStep): Promise<Outcome> {
  switch (step.kind) {
    case 'none': return done();
    case 'wait': return waiting(`Helm may still be at work: ${step.record.secret} in the namespace "${namespace}" is ${step.record.status}`);
    case 'discard':
      console.log(JSON.stringify({ level: 'info', message: `removing ${step.record.secret}, left ${step.record.status} by a Helm that was killed` }));
      await port.discard(namespace, step.record.secret);
      return waiting(`the record before ${step.record.secret} has to be looked at`);
  }
}
