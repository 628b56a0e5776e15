import { isMapped } from './authentication-mode';
import { MANAGED_KINDS, NodeAccessProperties, withoutPath } from './contract';
import { AwsAuth, Change, NodeAccessPort } from './plan';
import { Connect, done, Outcome, ResourceHandler, ResourceRequest, waiting } from '../custom-resources/lifecycle';
import { flag, oneOf, text } from '../custom-resources/properties';

/** How often one call reads again after others were quicker; the next call goes on a few seconds later. */
const ATTEMPTS = 5;

/** Loaded when an entry is changed: it brings the parser of YAML, and both functions start without it for all else. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const planning = (): typeof import('./plan') => require('./plan');

/**
 * Keeps one role mapped where the cluster's mode and the choice ask for it; a mapping for another role is another resource, so the new
 * one is there before the old one goes.
 *
 * @param readMode how the cluster of a name authenticates
 */
export function nodeAccessHandler(
  connect: Connect<NodeAccessPort>, readMode: (clusterName: string) => Promise<string>,
): ResourceHandler<NodeAccessProperties> {
  return {
    patienceMinutes: 5,
    parse: raw => ({
      clusterName: text(raw, 'ClusterName'),
      kubectlRoleArn: text(raw, 'KubectlRoleArn'),
      roleArn: text(raw, 'RoleArn'),
      owner: text(raw, 'Owner'),
      kind: raw.Kind === undefined ? 'aws-auth' : oneOf(raw, 'Kind', MANAGED_KINDS),
      windows: raw.Windows !== undefined && flag(raw, 'Windows'),
    }),
    identify: properties => `${properties.clusterName}/aws-auth/${withoutPath(properties.roleArn)}`,
    apply: async (request) => {
      const { roleArn, owner, kind, windows, clusterName } = request.properties;
      const mode = await readMode(clusterName);
      const { planAdd, planKeep } = planning();
      // A mapping of ours is never in the way of an access entry, which EKS asks first: nodes have both until the removal.
      return change(request, found => isMapped(kind, mode) ? planAdd(found, roleArn, owner, windows) : planKeep(found, roleArn, owner));
    },
    remove: request => change(request, found => planning().planRemove(found, request.properties.roleArn, request.properties.owner)),
  };

  async function change(
    { properties }: ResourceRequest<NodeAccessProperties>,
    plan: (found: AwsAuth | undefined) => Change,
  ): Promise<Outcome> {
    const port = await connect(properties.clusterName, properties.kubectlRoleArn);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const found = await port.read();
      if (await act(port, plan(found?.content), found?.version)) {
        return done();
      }
    }
    return waiting('the ConfigMap aws-auth is changed by others faster than it can be edited');
  }
}

async function act(port: NodeAccessPort, change: Change, version: string | undefined): Promise<boolean> {
  switch (change.kind) {
    case 'none': return true;
    case 'create': return port.create(change.content);
    case 'replace': return port.replace(change.content, version!);
    case 'discard': return port.discard(version!);
  }
}
