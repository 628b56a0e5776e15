import { ObjectGuardProperties } from './contract';
import { ObjectsPort, outcomeOf } from './plan';
import { Connect, done, ResourceHandler } from '../../custom-resources/lifecycle';
import { text } from '../../custom-resources/properties';

/** Lets nothing go that Karpenter needs to end an object before that is gone; a creation has nothing to guard. */
export function objectGuardHandler(connect: Connect<ObjectsPort>): ResourceHandler<ObjectGuardProperties> {
  return {
    patienceMinutes: 15,
    // The last nodes of a creation that is rolled back may have to wait for budgets.
    removalPatienceMinutes: 50,
    parse: raw => ({
      clusterName: text(raw, 'ClusterName'),
      kubectlRoleArn: text(raw, 'KubectlRoleArn'),
      kind: { group: text(raw, 'Group'), version: text(raw, 'Version'), plural: text(raw, 'Plural'), singular: text(raw, 'Singular') },
      word: text(raw, 'Word'),
      name: text(raw, 'Name'),
    }),
    identify: ({ clusterName, kind, name }) => `${clusterName}/object-guard/${kind.plural}.${kind.group}/${name}`,

    async apply() {
      return done();
    },

    async remove({ properties }) {
      const port = await connect(properties.clusterName, properties.kubectlRoleArn);
      return outcomeOf(await port.find(properties.kind, properties.name), properties);
    },
  };
}
