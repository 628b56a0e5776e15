import { Need, NeedsOf, withPrefix, World } from './need';
import { Call } from '../gateway/call';

type Find = (call: Call, world: World) => Promise<Need>;

const of = (kind: string, path: (parameters: Call['parameters']) => string, field: string, none: (parameters: Call['parameters']) => string): Find =>
  async (call, world) => {
    const found = (await world.account.eks(path(call.parameters)))?.[field];
    return {
      action: `eks:${call.action}`,
      resource: found?.[`${field}Arn`] ?? found?.arn ?? `arn:aws:eks:${world.region}:${world.accountId}:${kind}/${none(call.parameters)}`,
      context: withPrefix('aws:ResourceTag/', found?.tags ?? {}),
    };
  };

const cluster = of('cluster', p => `/clusters/${p.name}`, 'cluster', p => p.name);
const nodegroup = of('nodegroup', p => `/clusters/${p.name}/node-groups/${p.nodegroupName}`, 'nodegroup', p => `${p.name}/${p.nodegroupName}/none`);
const addon = of('addon', p => `/clusters/${p.name}/addons/${p.addonName}`, 'addon', p => `${p.name}/${p.addonName}/none`);

const each = (actions: readonly string[], ...finds: readonly Find[]): Record<string, NeedsOf> => Object.fromEntries(actions.map(action =>
  [`eks:${action}`, (call, world) => Promise.all(finds.map(find => find(call, world)))]));

/** An update belongs to the cluster and to what it is an update of. */
const update: NeedsOf = (call, world) => {
  const named = { ...call, parameters: { ...call.parameters, ...Object.fromEntries(call.query) } };
  const more = named.parameters.nodegroupName ? [nodegroup] : named.parameters.addonName ? [addon] : [];
  return Promise.all([cluster, ...more].map(find => find(named, world)));
};

const tag: NeedsOf = async (call, world) => {
  const keys = call.action === 'TagResource' ? Object.keys(call.parameters.tags) : call.query.getAll('tagKeys');
  const arn = String(call.parameters.resourceArn);
  const { tags } = await world.account.eks(`/tags/${encodeURIComponent(arn)}`) ?? { tags: {} };
  return [{
    action: `eks:${call.action}`,
    resource: arn,
    context: { 'aws:TagKeys': keys, ...withPrefix('aws:RequestTag/', call.parameters.tags ?? {}), ...withPrefix('aws:ResourceTag/', tags) },
  }];
};

/** Permissions of EKS calls, with the tags of what they name as they are. */
export const EKS_NEEDS: Readonly<Record<string, NeedsOf>> = {
  ...each(['DescribeCluster', 'ListNodegroups', 'ListAddons', 'ListAccessEntries'], cluster),
  ...each(['DescribeNodegroup', 'UpdateNodegroupConfig'], nodegroup),
  ...each(['DescribeAddon', 'UpdateAddon', 'DeleteAddon'], addon),
  'eks:DescribeUpdate': update,
  'eks:ListUpdates': update,
  'eks:TagResource': tag,
  'eks:UntagResource': tag,
};
