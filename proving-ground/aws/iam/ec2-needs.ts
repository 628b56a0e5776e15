import { Need, NeedsOf, World, withPrefix } from './need';
import { LaunchTemplate } from '../gateway/account';
import { Call } from '../gateway/call';

type Tags = Readonly<Record<string, string>>;

/** Permissions of EC2 calls that name resources; AWS asks for one per resource that a call creates or uses. */
export const EC2_NEEDS: Readonly<Record<string, NeedsOf>> = {
  'ec2:CreateFleet': createFleet,
  'ec2:RunInstances': runInstances,
  'ec2:CreateLaunchTemplate': (call, world) => {
    const tags = tagsFor(call, 'launch-template');
    return [created('ec2:CreateLaunchTemplate', 'launch-template', tags, world), ...tagging('CreateLaunchTemplate', 'launch-template', tags, world)];
  },
  'ec2:DeleteLaunchTemplate': async (call, world) => {
    const template = await world.account.launchTemplate(call.parameters.LaunchTemplateId, call.parameters.LaunchTemplateName, '$Latest');
    return [existing('ec2:DeleteLaunchTemplate', template?.id ?? 'lt-00000000000000000', template?.tags ?? {}, world)];
  },
  'ec2:TerminateInstances': async (call, world) => {
    const ids: string[] = call.parameters.InstanceId ?? [];
    const tags = await world.account.ec2Tags(ids);
    return ids.map(id => existing('ec2:TerminateInstances', id, tags[id], world));
  },
  'ec2:CreateTags': (call, world) => changeTags('ec2:CreateTags', call, world),
  'ec2:DeleteTags': (call, world) => changeTags('ec2:DeleteTags', call, world),
};

async function changeTags(action: string, call: Call, world: World): Promise<Need[]> {
  const ids: string[] = call.parameters.ResourceId ?? [];
  const requested = tagMap(call.parameters.Tag);
  const tags = await world.account.ec2Tags(ids);
  const context = { ...withPrefix('aws:RequestTag/', requested), 'aws:TagKeys': Object.keys(requested) };
  return ids.map((id) => {
    const need = existing(action, id, tags[id], world);
    return { ...need, context: { ...need.context, ...context } };
  });
}

async function createFleet(call: Call, world: World): Promise<Need[]> {
  const needs: Need[] = [];
  const fleetTags = tagsFor(call, 'fleet');
  needs.push(created('ec2:CreateFleet', 'fleet', fleetTags, world), ...tagging('CreateFleet', 'fleet', fleetTags, world));
  for (const config of call.parameters.LaunchTemplateConfigs ?? []) {
    const { LaunchTemplateId, LaunchTemplateName, Version } = config.LaunchTemplateSpecification;
    const template = await world.account.launchTemplate(LaunchTemplateId, LaunchTemplateName, Version);
    if (template) {
      needs.push(...await launch(call, template, config.Overrides ?? [], world));
    }
  }
  return once(needs);
}

/** With a launch template, as Karpenter asks for it to find out whether it may. */
async function runInstances(call: Call, world: World): Promise<Need[] | undefined> {
  const { LaunchTemplate: named, NetworkInterface = [], SubnetId } = call.parameters;
  const template = named && await world.account.launchTemplate(named.LaunchTemplateId, named.LaunchTemplateName, named.Version);
  if (!template) {
    return undefined;
  }
  const subnets = [{ SubnetId }, ...NetworkInterface];
  return once((await launch(call, template, subnets, world)).filter(need => need.action !== 'ec2:CreateFleet'));
}

function once(needs: readonly Need[]): Need[] {
  return [...new Map(needs.map(need => [`${need.action} ${need.resource}`, need])).values()];
}

/** An instant fleet runs instances, so that its caller needs what CreateFleet and what RunInstances ask for. */
async function launch(call: Call, template: LaunchTemplate, overrides: readonly any[], world: World): Promise<Need[]> {
  const subnets = [...new Set<string>(overrides.map(o => o.SubnetId).filter(Boolean))];
  const images = [...new Set<string>([template.imageId, ...overrides.map(o => o.ImageId)].filter(Boolean))];
  const tags = await world.account.ec2Tags([...subnets, ...template.securityGroupIds]);
  const use = (action: string, id: string, its: Tags) => existing(action, id, its, world);
  const newTags = (type: string): Tags => ({ ...template.tagSpecifications[type], ...tagsFor(call, type) });
  const needs = ['ec2:CreateFleet', 'ec2:RunInstances'].flatMap(action => [
    use(action, template.id, template.tags),
    ...subnets.map(id => use(action, id, tags[id])),
    ...images.map(id => use(action, id, {})),
    ...['instance', 'volume'].map(type => created(action, type, newTags(type), world)),
  ]);
  needs.push(
    ...template.securityGroupIds.map(id => use('ec2:RunInstances', id, tags[id])),
    created('ec2:RunInstances', 'network-interface', newTags('network-interface'), world),
    ...['instance', 'volume', 'network-interface'].flatMap(type => tagging('RunInstances', type, newTags(type), world)),
  );
  const role = template.instanceProfile && (await world.account.instanceProfile(template.instanceProfile))?.roleArn;
  if (role) {
    needs.push({ action: 'iam:PassRole', resource: role, context: { 'iam:PassedToService': 'ec2.amazonaws.com' } });
  }
  return needs;
}

/** The type of a resource as its ARN names it, by the prefix of its id. */
const TYPES: Readonly<Record<string, string>> = {
  i: 'instance', lt: 'launch-template', subnet: 'subnet', sg: 'security-group', ami: 'image', vol: 'volume', eni: 'network-interface', fleet: 'fleet', vpc: 'vpc', snap: 'snapshot',
};
/** Public to all accounts, so that their ARNs name none. */
const WITHOUT_ACCOUNT = ['image', 'snapshot'];

function existing(action: string, id: string, tags: Tags, world: World): Need {
  const type = TYPES[id.slice(0, id.indexOf('-'))];
  if (!type) {
    throw new Error(`no resource type is known for ids like ${id}`);
  }
  return { action, resource: arn(type, id, world), context: { ...withPrefix('aws:ResourceTag/', tags), ...withPrefix('ec2:ResourceTag/', tags) } };
}

function created(action: string, type: string, tags: Tags, world: World): Need {
  return { action, resource: arn(type, 'new', world), context: { ...withPrefix('aws:RequestTag/', tags), 'aws:TagKeys': Object.keys(tags) } };
}

function tagging(createAction: string, type: string, tags: Tags, world: World): Need[] {
  const need = created('ec2:CreateTags', type, tags, world);
  return Object.keys(tags).length ? [{ ...need, context: { ...need.context, 'ec2:CreateAction': createAction } }] : [];
}

function arn(type: string, id: string, world: World): string {
  return `arn:aws:ec2:${world.region}:${WITHOUT_ACCOUNT.includes(type) ? '' : world.accountId}:${type}/${id}`;
}

function tagsFor(call: Call, type: string): Tags {
  const specifications: any[] = call.parameters.TagSpecification ?? [];
  return Object.assign({}, ...specifications.filter(s => s.ResourceType === type).map(s => tagMap(s.Tag)));
}

function tagMap(tags: readonly { Key: string; Value?: string }[] = []): Tags {
  return Object.fromEntries(tags.map(tag => [tag.Key, tag.Value ?? '']));
}
