import { isWildcardOnlyAction } from '@cloud-copilot/iam-simulate';
import { AUTO_SCALING_NEEDS } from './autoscaling-needs';
import { EC2_NEEDS } from './ec2-needs';
import { EKS_NEEDS } from './eks-needs';
import { INSTANCE_PROFILE_NEEDS } from './instance-profile-needs';
import { Need, NeedsOf, World } from './need';
import { Call } from '../gateway/call';

const one = (action: string, resource: (call: Call, world: World) => string): NeedsOf =>
  (call, world) => [{ action, resource: resource(call, world), context: {} }];

/** A queue is named when it is looked for, and by its URL from then on. */
const queue = (call: Call, world: World) =>
  `arn:aws:sqs:${world.region}:${world.accountId}:${call.parameters.QueueName ?? String(call.parameters.QueueUrl).split('/').pop()}`;

/** Stands for all alarms, because a request for `*` is taken for one of whatever a policy allows. */
const EACH_ALARM = 'one-of-any-name';

const object = (call: Call) => `arn:aws:s3:::${call.parameters.Bucket}/${call.parameters.Key}`;

const texts = (entries: readonly any[], name: string): string[] => entries.flatMap(entry => entry[name] === undefined ? [] : [String(entry[name])]);

const NEEDS: Readonly<Record<string, NeedsOf>> = {
  ...EC2_NEEDS,
  ...EKS_NEEDS,
  ...AUTO_SCALING_NEEDS,
  ...INSTANCE_PROFILE_NEEDS,
  ...Object.fromEntries(['GetQueueUrl', 'ReceiveMessage', 'DeleteMessage'].map(action => [`sqs:${action}`, one(`sqs:${action}`, queue)])),
  'ssm:GetParameter': one('ssm:GetParameter', (call, world) => {
    const name = String(call.parameters.Name);
    const owner = name.startsWith('/aws/service/') ? '' : world.accountId;
    return `arn:aws:ssm:${world.region}:${owner}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
  }),
  'lambda:Invoke': one('lambda:InvokeFunction', (call, world) => {
    const name = String(call.parameters.FunctionName);
    return name.startsWith('arn:') ? name : `arn:aws:lambda:${world.region}:${world.accountId}:function:${name}`;
  }),
  ...Object.fromEntries(['StartExecution', 'ListExecutions', 'DescribeStateMachine']
    .map(action => [`states:${action}`, one(`states:${action}`, call => call.parameters.stateMachineArn)])),
  ...Object.fromEntries(['DescribeExecution', 'StopExecution', 'GetExecutionHistory']
    .map(action => [`states:${action}`, one(`states:${action}`, call => call.parameters.executionArn)])),
  // The conditions are about all events of a request together.
  'events:PutEvents': (call, world) => {
    const entries: any[] = call.parameters.Entries ?? [];
    const context = { 'events:source': texts(entries, 'Source'), 'events:detail-type': texts(entries, 'DetailType') };
    return [...new Set(entries.map(({ EventBusName = 'default' }) => String(EventBusName)))].map(name => ({
      action: 'events:PutEvents',
      resource: name.startsWith('arn:') ? name : `arn:aws:events:${world.region}:${world.accountId}:event-bus/${name}`,
      context,
    }));
  },
  'servicequotas:GetServiceQuota': one('servicequotas:GetServiceQuota', (call, world) =>
    `arn:aws:servicequotas:${world.region}:${world.accountId}:${call.parameters.ServiceCode}/${call.parameters.QuotaCode}`),
  'cloudformation:DescribeStacks': one('cloudformation:DescribeStacks', (call, world) => {
    const name = String(call.parameters.StackName);
    return name.startsWith('arn:') ? name : `arn:aws:cloudformation:${world.region}:${world.accountId}:stack/${name}/id`;
  }),
  // Of composite alarms CloudWatch tells only whoever may read all.
  'monitoring:DescribeAlarms': (call, world) => {
    const { AlarmNames = [EACH_ALARM], AlarmTypes = [] } = call.parameters;
    return (AlarmTypes.includes('CompositeAlarm') ? [EACH_ALARM] : AlarmNames).map((name: string) => ({
      action: 'cloudwatch:DescribeAlarms', resource: `arn:aws:cloudwatch:${world.region}:${world.accountId}:alarm:${name}`, context: {},
    }));
  },
  's3:GetObject': one('s3:GetObject', object),
  's3:HeadObject': one('s3:GetObject', object),
  's3:PutObject': one('s3:PutObject', object),
  's3:ListObjectsV2': one('s3:ListBucket', call => `arn:aws:s3:::${call.parameters.Bucket}`),
  ...Object.fromEntries(['ListAttachedRolePolicies', 'ListRolePolicies']
    .map(action => [`iam:${action}`, one(`iam:${action}`, (c, w) => `arn:aws:iam::${w.accountId}:role/${c.parameters.RoleName}`)])),
  ...Object.fromEntries(['DeleteOpenIDConnectProvider', 'UpdateOpenIDConnectProviderThumbprint']
    .map(action => [`iam:${action}`, one(`iam:${action}`, call => call.parameters.OpenIDConnectProviderArn)])),
  'iam:CreateOpenIDConnectProvider': one('iam:CreateOpenIDConnectProvider', (call, world) =>
    `arn:aws:iam::${world.accountId}:oidc-provider/${String(call.parameters.Url).replace(/^https:\/\//, '')}`),
  'iam:GetRole': one('iam:GetRole', (c, w) => `arn:aws:iam::${w.accountId}:role/${c.parameters.RoleName}`),
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
