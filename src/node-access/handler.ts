import { NodeAccessProperties } from './contract';
import { AwsAuth, Change, planAdd, planRemove, withoutPath, NodeAccessPort } from './plan';
import { Connect, done, Outcome, ResourceHandler, ResourceRequest, waiting } from '../custom-resources/lifecycle';
import { text } from '../custom-resources/properties';

/** How often one call reads again after others were quicker; the next call goes on a few seconds later. */
const ATTEMPTS = 5;

/** Keeps one role mapped; a mapping for another role is another resource, so the new one is there before the old one goes. */
export function nodeAccessHandler(connect: Connect<NodeAccessPort>): ResourceHandler<NodeAccessProperties> {
  return {
    patienceMinutes: 5,
    parse: raw => ({
      clusterName: text(raw, 'ClusterName'),
      kubectlRoleArn: text(raw, 'KubectlRoleArn'),
      roleArn: text(raw, 'RoleArn'),
      owner: text(raw, 'Owner'),
    }),
    identify: properties => `${properties.clusterName}/aws-auth/${withoutPath(properties.roleArn)}`,
    apply: request => change(request, (found, owner) => planAdd(found, request.properties.roleArn, owner)),
    remove: request => change(request, (found, owner) => planRemove(found, request.properties.roleArn, owner)),
  };

  async function change(
    { properties }: ResourceRequest<NodeAccessProperties>,
    plan: (found: AwsAuth | undefined, owner: string) => Change,
  ): Promise<Outcome> {
    const port = await connect(properties.clusterName, properties.kubectlRoleArn);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const found = await port.read();
      if (await act(port, plan(found?.content, properties.owner), found?.version)) {
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
