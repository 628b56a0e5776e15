import { AccessEntryPort, isOwnedBy, ownerTag, planEntry, planRemoval } from './access-entry-plan';
import { contradiction, isEntered, takesEntries } from './authentication-mode';
import { AccessEntryContract, MANAGED_KINDS, NODE_ENTRY_TYPES, OWNER_TAG } from './contract';
import { done, Outcome, ResourceHandler, waiting } from '../custom-resources/lifecycle';
import { oneOf, optionalText, text } from '../custom-resources/properties';
import { whenRightsSettled } from '../custom-resources/settle';

/** How often one call reads again after others were quicker; the next call goes on a few seconds later. */
const ATTEMPTS = 5;

/**
 * Keeps a role's access entry where the cluster's mode and the choice ask for one.
 *
 * The physical id does not name the role: after a change of the role the entry of the former one stays, for nodes that have it, and
 * the removal takes both away.
 */
export function accessEntryHandler(connect: (clusterName: string) => AccessEntryPort): ResourceHandler<AccessEntryContract> {
  return {
    patienceMinutes: 5,

    parse: raw => ({
      ClusterName: text(raw, 'ClusterName'),
      RoleArn: text(raw, 'RoleArn'),
      Type: oneOf(raw, 'Type', Object.values(NODE_ENTRY_TYPES)),
      Owner: text(raw, 'Owner'),
      Kind: oneOf(raw, 'Kind', MANAGED_KINDS),
      Revision: optionalText(raw, 'Revision'),
    }),

    identify: properties => `karpenter-access-entry/${properties.ClusterName}`,

    apply: ({ properties, elapsed }) => whenRightsSettled(elapsed, async () => {
      const port = connect(properties.ClusterName);
      const mode = await port.authenticationMode();
      if (!isEntered(properties.Kind, mode)) {
        return done();
      }
      const problem = contradiction(properties.Kind, mode, properties.ClusterName);
      if (problem) {
        throw new Error(`${problem.message}: ${problem.remedy}`);
      }
      return enter(port, properties);
    }),

    remove: ({ properties, elapsed }) => whenRightsSettled(elapsed, async () => {
      const port = connect(properties.ClusterName);
      if (!takesEntries(await port.authenticationMode())) {
        return done();
      }
      const ours = (await port.ofRoles()).filter(entry => isOwnedBy(entry, properties.Owner));
      const { leaving, staying } = planRemoval(ours, properties.Owner, ours.length > 0 ? await port.nodegroupRoles() : []);
      for (const role of leaving) {
        await port.remove(role);
      }
      staying.forEach(role => console.warn(JSON.stringify({
        level: 'warning', message: `the access entry of ${role} stays: a managed node group has that role, and may have no other way in`,
      })));
      return done();
    }),
  };
}

async function enter(port: AccessEntryPort, { ClusterName, RoleArn, Type, Owner }: AccessEntryContract): Promise<Outcome> {
  const tags = { [OWNER_TAG]: ownerTag(Owner) };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = await port.find(RoleArn);
    const step = planEntry(found, { clusterName: ClusterName, roleArn: RoleArn, type: Type, owner: Owner }, await port.roleCreatedAt(RoleArn));
    switch (step) {
      case 'none':
        return done();
      case 'own':
        await port.tag(found!.arn, tags);
        return done();
      case 'replace':
        // Nodes are out for a moment only: the entry comes back below, or with the next call.
        await port.remove(RoleArn);
    }
    switch (await port.create(RoleArn, Type, tags)) {
      case 'created':
        return done();
      case 'unknown role':
        return waiting(`EKS does not know the role ${RoleArn} (yet)`);
    }
  }
  return waiting(`the access entry of ${RoleArn} is made and deleted by others faster than it can be read`);
}
