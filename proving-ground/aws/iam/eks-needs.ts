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

const accessEntry: Find = async (call, world) => {
  const { name, principalArn } = call.parameters;
  const found = (await world.account.eks(`/clusters/${name}/access-entries/${encodeURIComponent(principalArn)}`))?.accessEntry;
  return {
    action: `eks:${call.action}`,
    resource: found?.accessEntryArn ?? entryToBe(call, world),
    context: {
      'eks:clusterName': name,
      'eks:principalArn': principalArn,
      ...found ? { 'eks:accessEntryType': found.type } : {},
      ...withPrefix('aws:ResourceTag/', found?.tags ?? {}),
    },
  };
};

/** The ARN of an entry that is not there yet, but for the id at its end. */
function entryToBe({ parameters: { name, principalArn } }: Call, world: World): string {
  const [, identity, principal] = /^arn:[^:]+:iam::\d*:([^/]+)\/(?:.*\/)?([^/]+)$/.exec(principalArn) ?? [undefined, 'role', 'none'];
  return `arn:aws:eks:${world.region}:${world.accountId}:access-entry/${name}/${identity}/${world.accountId}/${principal}/none`;
}

/** Tags are a permission of their own, and nodes' roles are passed, as EKS' guide says. */
const createAccessEntry = (call: Call, world: World): Need[] => {
  const { principalArn, type = 'STANDARD', tags = {}, name } = call.parameters;
  const keys = Object.keys(tags);
  const tagging: Need['context'] = keys.length > 0 ? { 'aws:TagKeys': keys, ...withPrefix('aws:RequestTag/', tags) } : {};
  const creation: Need = {
    action: 'eks:CreateAccessEntry',
    resource: `arn:aws:eks:${world.region}:${world.accountId}:cluster/${name}`,
    context: { 'eks:principalArn': principalArn, 'eks:accessEntryType': type, ...tagging },
  };
  const tagged: Need = { action: 'eks:TagResource', resource: entryToBe(call, world), context: tagging };
  const passed: Need = { action: 'iam:PassRole', resource: principalArn, context: { 'iam:PassedToService': 'eks.amazonaws.com' } };
  return [creation, ...keys.length > 0 ? [tagged] : [], ...type === 'STANDARD' ? [] : [passed]];
};

/** The role of the cluster is passed, and tags are a permission of their own. */
const createCluster = (call: Call, world: World): Need[] => {
  const { name, roleArn, tags = {} } = call.parameters;
  const keys = Object.keys(tags);
  const resource = `arn:aws:eks:${world.region}:${world.accountId}:cluster/${name}`;
  const tagging: Need['context'] = keys.length > 0 ? { 'aws:TagKeys': keys, ...withPrefix('aws:RequestTag/', tags) } : {};
  return [
    { action: 'eks:CreateCluster', resource, context: tagging },
    ...keys.length > 0 ? [{ action: 'eks:TagResource', resource, context: tagging }] : [],
    { action: 'iam:PassRole', resource: roleArn, context: { 'iam:PassedToService': 'eks.amazonaws.com' } },
  ];
};

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
  'eks:CreateCluster': createCluster,
  ...each(['DescribeCluster', 'DeleteCluster', 'ListNodegroups', 'ListAddons', 'ListAccessEntries'], cluster),
  ...each(['DescribeAccessEntry', 'DeleteAccessEntry', 'ListAssociatedAccessPolicies'], accessEntry),
  'eks:CreateAccessEntry': createAccessEntry,
  ...each(['DescribeNodegroup', 'UpdateNodegroupConfig'], nodegroup),
  ...each(['DescribeAddon', 'UpdateAddon', 'DeleteAddon'], addon),
  'eks:DescribeUpdate': update,
  'eks:ListUpdates': update,
  'eks:TagResource': tag,
  'eks:UntagResource': tag,
};
