import { NamespaceProperties } from './contract';
import { planApply, planRemove, NamespacePort } from './plan';
import { Connect, done, ResourceHandler, waiting } from '../../custom-resources/lifecycle';
import { text } from '../../custom-resources/properties';
import { OWNER_ANNOTATION } from '../../kubernetes/object-reference';

/** Makes a namespace unless there is one, and takes it away again if it was made here and holds nothing of others. */
export function namespaceHandler(connect: Connect<NamespacePort>): ResourceHandler<NamespaceProperties> {
  return {
    patienceMinutes: 10,
    parse: raw => ({
      clusterName: text(raw, 'ClusterName'),
      kubectlRoleArn: text(raw, 'KubectlRoleArn'),
      namespace: text(raw, 'Namespace'),
      release: text(raw, 'Release'),
    }),
    identify: properties => `${properties.clusterName}/namespace/${properties.namespace}`,

    async apply({ properties: { clusterName, kubectlRoleArn, namespace }, stackId, logicalId }) {
      const port = await connect(clusterName, kubectlRoleArn);
      const owner = `${stackId}/${logicalId}`;
      const found = await port.read(namespace);
      switch (planApply(found, owner)) {
        case 'none': return done();
        case 'wait': return waiting(`the namespace "${namespace}" is being deleted`);
        case 'create': return await port.create(namespace, { [OWNER_ANNOTATION]: owner }) ? done() : overtaken(namespace);
        case 'take over': return await port.annotate(namespace, { ...found!.annotations, [OWNER_ANNOTATION]: owner }, found!.version)
          ? done()
          : overtaken(namespace);
      }
    },

    async remove({ properties: { clusterName, kubectlRoleArn, namespace, release }, stackId, logicalId }) {
      const port = await connect(clusterName, kubectlRoleArn);
      const found = await port.read(namespace);
      const step = planRemove(found, found ? await port.inhabitants(namespace) : [], release, `${stackId}/${logicalId}`);
      switch (step.kind) {
        case 'none': return done();
        case 'keep':
          console.log(JSON.stringify({ level: 'info', message: `the namespace "${namespace}" stays: ${step.because}` }));
          return done();
        case 'discard':
          await port.discard(namespace, found!.version);
          return waiting(`the namespace "${namespace}" has to become empty`);
        case 'wait': return waiting(`the namespace "${namespace}" has to become empty`);
      }
    },
  };
}

function overtaken(namespace: string) {
  return waiting(`the namespace "${namespace}" was changed by somebody else meanwhile`);
}
