import { Need, NeedsOf, withPrefix, World } from './need';
import { Call } from '../gateway/call';

type Tags = Readonly<Record<string, string>>;

/** Permissions of calls about instance profiles, which Karpenter makes itself from 0.32 on. */
export const INSTANCE_PROFILE_NEEDS: Readonly<Record<string, NeedsOf>> = {
  'iam:CreateInstanceProfile': (call, world) => {
    const { InstanceProfileName, Path = '/' } = call.parameters;
    const resource = `arn:aws:iam::${world.accountId}:instance-profile${Path}${InstanceProfileName}`;
    const context = requested(call);
    const creation: Need = { action: 'iam:CreateInstanceProfile', resource, context };
    // A policy that lets one tag what carries a tag lets one make what will carry it.
    const tagging: Need = { action: 'iam:TagInstanceProfile', resource, context: { ...context, ...withPrefix('aws:ResourceTag/', tagsOf(call)) } };
    return Object.keys(tagsOf(call)).length > 0 ? [creation, tagging] : [creation];
  },
  'iam:TagInstanceProfile': async (call, world) => {
    const need = await existing(call, world);
    return [{ ...need, context: { ...need.context, ...requested(call) } }];
  },
  'iam:AddRoleToInstanceProfile': async (call, world) => [await existing(call, world), await passRole(call.parameters.RoleName, world)],
  'iam:RemoveRoleFromInstanceProfile': async (call, world) => [await existing(call, world)],
  'iam:DeleteInstanceProfile': async (call, world) => [await existing(call, world)],
  'iam:GetInstanceProfile': async (call, world) => [await existing(call, world)],
};

/** A profile that is there has its path and tags; one that is not is looked for at the root, and has none. */
async function existing(call: Call, world: World): Promise<Need> {
  const name = String(call.parameters.InstanceProfileName);
  const found = await world.account.instanceProfile(name);
  return {
    action: `iam:${call.action}`,
    resource: found?.arn ?? `arn:aws:iam::${world.accountId}:instance-profile/${name}`,
    context: withPrefix('aws:ResourceTag/', found?.tags ?? {}),
  };
}

async function passRole(name: string, world: World): Promise<Need> {
  const role = await world.account.role(name);
  return {
    action: 'iam:PassRole',
    resource: role?.arn ?? `arn:aws:iam::${world.accountId}:role/${name}`,
    context: { 'iam:PassedToService': 'ec2.amazonaws.com' },
  };
}

function requested(call: Call): Need['context'] {
  const tags = tagsOf(call);
  return { ...withPrefix('aws:RequestTag/', tags), 'aws:TagKeys': Object.keys(tags) };
}

function tagsOf(call: Call): Tags {
  const tags: readonly { Key: string; Value?: string }[] = call.parameters.Tags ?? [];
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value ?? '']));
}
