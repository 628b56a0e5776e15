import { ObjectReadyProperties } from './contract';
import { missingFromObject, ObjectStatePort } from './plan';
import { Connect, done, ResourceHandler, waiting } from '../../custom-resources/lifecycle';
import { flag, integer, text, texts } from '../../custom-resources/properties';

/** Waits until Karpenter calls an object ready, and gives up with the conditions that do not hold. */
export function objectReadyHandler(connect: Connect<ObjectStatePort>): ResourceHandler<ObjectReadyProperties> {
  return {
    patienceMinutes: 10,
    parse: raw => ({
      clusterName: text(raw, 'ClusterName'),
      kubectlRoleArn: text(raw, 'KubectlRoleArn'),
      kind: { group: text(raw, 'Group'), version: text(raw, 'Version'), plural: text(raw, 'Plural') },
      word: text(raw, 'Word'),
      name: text(raw, 'Name'),
      wait: flag(raw, 'Wait'),
      ...raw.RememberedReasons === undefined ? {} : { remembered: { reasons: texts(raw, 'RememberedReasons'), minutes: integer(raw, 'RememberedMinutes') } },
    }),
    identify: ({ clusterName, kind, name }) => `${clusterName}/object-ready/${kind.plural}.${kind.group}/${name}`,

    async apply({ properties }) {
      if (!properties.wait) {
        return done();
      }
      const port = await connect(properties.clusterName, properties.kubectlRoleArn);
      const missing = missingFromObject(await port.state(properties.kind, properties.name), properties);
      return missing ? waiting(missing.says, missing.patienceMinutes) : done();
    },

    async remove() {
      return done();
    },
  };
}
