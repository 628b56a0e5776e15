import { isWildcardOnlyAction } from '@cloud-copilot/iam-simulate';
import { EC2_NEEDS } from './ec2-needs';
import { Account } from '../gateway/account';
import { Call } from '../gateway/call';

/** One permission that a call needs. */
export interface Need { readonly action: string; readonly resource: string; readonly context: Readonly<Record<string, string | string[]>> }
export interface World { readonly accountId: string; readonly region: string; readonly account: Account }
/** Finds the resources and condition keys of a call of one action. */
export type NeedsOf = (call: Call, world: World) => Need[] | Promise<Need[]>;

const one = (action: string, resource: (call: Call, world: World) => string): NeedsOf =>
  (call, world) => [{ action, resource: resource(call, world), context: {} }];

const cluster = (call: Call, world: World) => `arn:aws:eks:${world.region}:${world.accountId}:cluster/${call.parameters.name}`;
const object = (call: Call) => `arn:aws:s3:::${call.parameters.Bucket}/${call.parameters.Key}`;

const nodegroup = (action: string): NeedsOf => async (call, world) => {
  const { name, nodegroupName } = call.parameters;
  const found = await world.account.eks(`/clusters/${name}/node-groups/${nodegroupName}`);
  const tags = found?.nodegroup.tags ?? {};
  return [{
    action,
    resource: found?.nodegroup.nodegroupArn ?? `arn:aws:eks:${world.region}:${world.accountId}:nodegroup/${name}/${nodegroupName}/none`,
    context: withPrefix('aws:ResourceTag/', tags),
  }];
};

const eksTag = (action: string): NeedsOf => async (call) => {
  const keys = action === 'eks:TagResource' ? Object.keys(call.parameters.tags) : call.query.getAll('tagKeys');
  return [{
    action,
    resource: call.parameters.resourceArn,
    context: { 'aws:TagKeys': keys, ...withPrefix('aws:RequestTag/', call.parameters.tags ?? {}) },
  }];
};

const NEEDS: Readonly<Record<string, NeedsOf>> = {
  ...EC2_NEEDS,
  'eks:DescribeCluster': one('eks:DescribeCluster', cluster),
  'eks:ListNodegroups': one('eks:ListNodegroups', cluster),
  'eks:ListAddons': one('eks:ListAddons', cluster),
  'eks:ListAccessEntries': one('eks:ListAccessEntries', cluster),
  'eks:DescribeAddon': one('eks:DescribeAddon', (c, w) => `arn:aws:eks:${w.region}:${w.accountId}:addon/${c.parameters.name}/${c.parameters.addonName}/none`),
  'eks:DescribeUpdate': one('eks:DescribeUpdate', cluster),
  'eks:DescribeNodegroup': nodegroup('eks:DescribeNodegroup'),
  'eks:UpdateNodegroupConfig': nodegroup('eks:UpdateNodegroupConfig'),
  'eks:TagResource': eksTag('eks:TagResource'),
  'eks:UntagResource': eksTag('eks:UntagResource'),
  'ssm:GetParameter': one('ssm:GetParameter', (call, world) => {
    const name = String(call.parameters.Name);
    const owner = name.startsWith('/aws/service/') ? '' : world.accountId;
    return `arn:aws:ssm:${world.region}:${owner}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
  }),
  'lambda:Invoke': one('lambda:InvokeFunction', (call, world) => {
    const name = String(call.parameters.FunctionName);
    return name.startsWith('arn:') ? name : `arn:aws:lambda:${world.region}:${world.accountId}:function:${name}`;
  }),
  'states:StartExecution': one('states:StartExecution', call => call.parameters.stateMachineArn),
  'states:DescribeExecution': one('states:DescribeExecution', call => call.parameters.executionArn),
  'states:StopExecution': one('states:StopExecution', call => call.parameters.executionArn),
  'cloudformation:DescribeStacks': one('cloudformation:DescribeStacks', (call, world) => {
    const name = String(call.parameters.StackName);
    return name.startsWith('arn:') ? name : `arn:aws:cloudformation:${world.region}:${world.accountId}:stack/${name}/id`;
  }),
  's3:GetObject': one('s3:GetObject', object),
  's3:HeadObject': one('s3:GetObject', object),
  's3:PutObject': one('s3:PutObject', object),
  's3:ListObjectsV2': one('s3:ListBucket', call => `arn:aws:s3:::${call.parameters.Bucket}`),
  'iam:GetInstanceProfile': one('iam:GetInstanceProfile', (c, w) => `arn:aws:iam::${w.accountId}:instance-profile/${c.parameters.InstanceProfileName}`),
  'iam:GetRole': one('iam:GetRole', (c, w) => `arn:aws:iam::${w.accountId}:role/${c.parameters.RoleName}`),
  'autoscaling:TerminateInstanceInAutoScalingGroup': async (call, world) => {
    const group = await world.account.autoScalingGroupOf(call.parameters.InstanceId);
    return [{
      action: 'autoscaling:TerminateInstanceInAutoScalingGroup',
      resource: group?.arn ?? `arn:aws:autoscaling:${world.region}:${world.accountId}:autoScalingGroup:none:autoScalingGroupName/none`,
      context: withPrefix('aws:ResourceTag/', group?.tags ?? {}),
    }];
  },
  'ecr-public:GetAuthorizationToken': () => ['ecr-public:GetAuthorizationToken', 'sts:GetServiceBearerToken'].map(action => ({ action, resource: '*', context: {} })),
};

/** Undefined where no table says what the call needs. */
export async function needsOf(call: Call, world: World): Promise<Need[] | undefined> {
  if (call.service === 'sts') {
    // STS decides about its own calls, and everybody may ask who they are.
    return [];
  }
  const name = `${call.service}:${call.action}`;
  const known = NEEDS[name];
  if (known) {
    return known(call, world);
  }
  // Reads that no resource can be named for need the action and nothing else.
  const read = /^(Describe|List|Get)/.test(call.action ?? '') && await isWildcardOnlyAction(call.service, call.action!).catch(() => false);
  return read ? [{ action: name, resource: '*', context: {} }] : undefined;
}

export function withPrefix(prefix: string, tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [prefix + key, value]));
}
