import { planAbandonment, planClaim, planRelease, ClaimStep, ClaimChanged, ClaimPort, StoredClaim } from './claim-plan';
import { ClaimProperties } from './contract';
import { Connect, done, ResourceHandler } from '../custom-resources/lifecycle';
import { optionalText, text } from '../custom-resources/properties';

/** Nobody but other migrations writes the claim; more conflicts than this are not chance. */
const ATTEMPTS = 5;

/** Holds the claim on a cluster as long as the resource exists. */
export function claimHandler(connect: Connect<ClaimPort>): ResourceHandler<ClaimProperties> {
  return {
    patienceMinutes: 5,
    parse: raw => ({ ClusterName: text(raw, 'ClusterName'), KubectlRoleArn: text(raw, 'KubectlRoleArn'), Owner: text(raw, 'Owner'), Revision: optionalText(raw, 'Revision') }),
    identify: properties => `karpenter-claim/${properties.ClusterName}`,
    apply: async ({ properties, oldProperties }) => {
      const port = await connect(properties.ClusterName, properties.KubectlRoleArn);
      await change(port, stored => planClaim(stored, properties.Owner, oldProperties?.Owner));
      return done({ owner: properties.Owner });
    },
    remove: async ({ properties }) => {
      const port = await connect(properties.ClusterName, properties.KubectlRoleArn);
      await change(port, stored => planRelease(stored, properties.Owner));
      return done();
    },
  };
}

/** Marks an own claim as left behind, so that another stack may take over. */
export async function abandonClaim(port: ClaimPort, owner: string): Promise<void> {
  await change(port, stored => planAbandonment(stored, owner));
}

async function change(port: ClaimPort, plan: (stored: StoredClaim | undefined) => ClaimStep): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await perform(port, plan(await port.read()));
    } catch (error) {
      if (!(error instanceof ClaimChanged) || attempt === ATTEMPTS) {
        throw error;
      }
    }
  }
}

async function perform(port: ClaimPort, step: ClaimStep): Promise<void> {
  switch (step.kind) {
    case 'none':
      return;
    case 'create':
      return port.create(step.record);
    case 'replace':
      return port.replace(step.old, step.record);
    case 'remove':
      return port.remove(step.old);
  }
}
