import * as autoscaling from '@aws-sdk/client-auto-scaling';
import * as ec2 from '@aws-sdk/client-ec2';
import * as eks from '@aws-sdk/client-eks';
import * as lambda from '@aws-sdk/client-lambda';
import type { LocalAws } from '.';
import { clientConfig } from './client-config';
import { query, queryJson, signedAs } from './gateway/query';
import { members } from './gateway/xml';

/** Every object of the account, by kind and name, with what matters about it. */
export type Snapshot = Readonly<Record<string, unknown>>;

/** What became of an object between two snapshots; `before` is missing for a new one and `after` for one that is gone. */
export interface Difference { readonly object: string; readonly before?: unknown; readonly after?: unknown }

type Endpoint = Pick<LocalAws, 'endpoint' | 'env'>;
type Entry = readonly [string, unknown];

/** The account object by object; without times, so that two of an untouched account are equal. */
export async function takeSnapshot(aws: Endpoint): Promise<Snapshot> {
  const parts = await Promise.all([identities(aws), network(aws), cluster(aws), functions(aws), stacks(aws), rest(aws)]);
  return Object.fromEntries(parts.flat().sort(([a], [b]) => a < b ? -1 : 1));
}

/** Objects that appeared, are gone, or changed. */
export function diffSnapshots(before: Snapshot, after: Snapshot): Difference[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
    .filter(object => canonical(before[object]) !== canonical(after[object]))
    .map(object => ({ object, before: before[object], after: after[object] }));
}

async function identities(aws: Endpoint): Promise<Entry[]> {
  const iam = (parameters: Record<string, string>): Promise<any> => ask(aws, 'iam', parameters);
  const [roles, policies, profiles, providers] = await Promise.all([
    iam({ Action: 'ListRoles', MaxItems: '1000' }), iam({ Action: 'ListPolicies', Scope: 'Local', MaxItems: '1000' }),
    iam({ Action: 'ListInstanceProfiles', MaxItems: '1000' }), iam({ Action: 'ListOpenIDConnectProviders' }),
  ]);
  const role = async ({ RoleName, Arn, AssumeRolePolicyDocument }: any): Promise<Entry> => {
    const [inline, attached, tags] = await Promise.all([
      iam({ Action: 'ListRolePolicies', RoleName }), iam({ Action: 'ListAttachedRolePolicies', RoleName }), iam({ Action: 'ListRoleTags', RoleName }),
    ]);
    const names: string[] = members(inline.ListRolePoliciesResult.PolicyNames);
    const documents = await Promise.all(names.map(async PolicyName =>
      [PolicyName, parsed((await iam({ Action: 'GetRolePolicy', RoleName, PolicyName })).GetRolePolicyResult.PolicyDocument)]));
    return [`iam role ${RoleName}`, {
      arn: Arn,
      trust: parsed(AssumeRolePolicyDocument),
      inline: Object.fromEntries(documents),
      attached: members(attached.ListAttachedRolePoliciesResult.AttachedPolicies).map(p => p.PolicyArn).sort(),
      tags: tagMap(members(tags.ListRoleTagsResult.Tags)),
    }];
  };
  return [
    ...await Promise.all(members(roles.ListRolesResult.Roles).map(role)),
    ...members(policies.ListPoliciesResult.Policies).map((p): Entry => [`iam policy ${p.PolicyName}`, { arn: p.Arn, version: p.DefaultVersionId }]),
    ...members(profiles.ListInstanceProfilesResult.InstanceProfiles)
      .map((p): Entry => [`iam instance profile ${p.InstanceProfileName}`, { roles: members(p.Roles).map(r => r.RoleName) }]),
    ...members(providers.ListOpenIDConnectProvidersResult.OpenIDConnectProviderList).map((p): Entry => [`iam oidc provider ${p.Arn}`, {}]),
  ];
}

const GONE: readonly string[] = ['shutting-down', 'terminated'];

async function network(aws: Endpoint): Promise<Entry[]> {
  const client = new ec2.EC2Client(clientConfig(aws));
  const [instances, templates, subnets, groups, vpcs] = await Promise.all([
    client.send(new ec2.DescribeInstancesCommand({})), client.send(new ec2.DescribeLaunchTemplatesCommand({})),
    client.send(new ec2.DescribeSubnetsCommand({})), client.send(new ec2.DescribeSecurityGroupsCommand({})),
    client.send(new ec2.DescribeVpcsCommand({})),
  ]);
  const living = (instances.Reservations ?? []).flatMap(r => r.Instances ?? []).filter(i => !GONE.includes(i.State?.Name ?? ''));
  // A group may have other instances than before, as long as there are as many in each zone.
  const own = living.filter(i => !i.Tags?.some(tag => tag.Key === 'aws:autoscaling:groupName'));
  return [
    ...own.map((i): Entry => [`ec2 instance ${i.InstanceId}`, {
      type: i.InstanceType,
      state: i.State?.Name,
      subnet: i.SubnetId,
      groups: i.SecurityGroups?.map(g => g.GroupId).sort(),
      profile: i.IamInstanceProfile?.Arn,
      tags: tagMap(i.Tags),
    }]),
    ...(templates.LaunchTemplates ?? []).map((t): Entry =>
      [`ec2 launch template ${t.LaunchTemplateName}`, { version: t.LatestVersionNumber, default: t.DefaultVersionNumber, tags: tagMap(t.Tags) }]),
    ...(subnets.Subnets ?? []).map((s): Entry => [`ec2 subnet ${s.SubnetId}`, { tags: tagMap(s.Tags) }]),
    ...(groups.SecurityGroups ?? []).map((g): Entry =>
      [`ec2 security group ${g.GroupId}`, { name: g.GroupName, ingress: g.IpPermissions, egress: g.IpPermissionsEgress, tags: tagMap(g.Tags) }]),
    ...(vpcs.Vpcs ?? []).map((v): Entry => [`ec2 vpc ${v.VpcId}`, { tags: tagMap(v.Tags) }]),
  ];
}

async function cluster(aws: Endpoint): Promise<Entry[]> {
  const client = new eks.EKSClient(clientConfig(aws));
  const entries: Entry[] = [];
  for (const name of (await client.send(new eks.ListClustersCommand({}))).clusters ?? []) {
    const { cluster: found } = await client.send(new eks.DescribeClusterCommand({ name }));
    entries.push([`eks cluster ${name}`, { version: found!.version, status: found!.status, access: found!.accessConfig, tags: found!.tags }]);
    // EKS answers for entries only where the mode takes them.
    const takesEntries = found!.accessConfig?.authenticationMode !== 'CONFIG_MAP';
    for (const principalArn of takesEntries ? (await client.send(new eks.ListAccessEntriesCommand({ clusterName: name }))).accessEntries ?? [] : []) {
      const { accessEntry: entry } = await client.send(new eks.DescribeAccessEntryCommand({ clusterName: name, principalArn }));
      entries.push([`eks access entry ${name} ${principalArn}`, { type: entry!.type, username: entry!.username, groups: entry!.kubernetesGroups, tags: entry!.tags }]);
    }
    for (const nodegroupName of (await client.send(new eks.ListNodegroupsCommand({ clusterName: name }))).nodegroups ?? []) {
      const { nodegroup } = await client.send(new eks.DescribeNodegroupCommand({ clusterName: name, nodegroupName }));
      entries.push([`eks node group ${name}/${nodegroupName}`, {
        sizes: nodegroup!.scalingConfig, status: nodegroup!.status, labels: nodegroup!.labels, taints: nodegroup!.taints, tags: nodegroup!.tags,
      }]);
    }
    for (const addonName of (await client.send(new eks.ListAddonsCommand({ clusterName: name }))).addons ?? []) {
      const { addon } = await client.send(new eks.DescribeAddonCommand({ clusterName: name, addonName }));
      entries.push([`eks add-on ${name}/${addonName}`, {
        version: addon!.addonVersion, status: addon!.status, values: addon!.configurationValues, tags: addon!.tags,
      }]);
    }
  }
  const groups = await new autoscaling.AutoScalingClient(clientConfig(aws)).send(new autoscaling.DescribeAutoScalingGroupsCommand({}));
  return [...entries, ...(groups.AutoScalingGroups ?? []).map((g): Entry => [`autoscaling group ${g.AutoScalingGroupName}`, {
    minimum: g.MinSize,
    desired: g.DesiredCapacity,
    maximum: g.MaxSize,
    suspended: g.SuspendedProcesses?.map(p => p.ProcessName).sort(),
    instances: countBy(g.Instances ?? [], i => `${i.AvailabilityZone} ${i.LifecycleState}`),
    tags: tagMap(g.Tags),
  }])];
}

async function functions(aws: Endpoint): Promise<Entry[]> {
  const { Functions } = await new lambda.LambdaClient(clientConfig(aws)).send(new lambda.ListFunctionsCommand({}));
  return (Functions ?? []).map(f => [`lambda function ${f.FunctionName}`, { role: f.Role, code: f.CodeSha256 }]);
}

async function stacks(aws: Endpoint): Promise<Entry[]> {
  const answer: any = await ask(aws, 'cloudformation', { Action: 'DescribeStacks' });
  return members(answer.DescribeStacksResult.Stacks).map(s => [`cloudformation stack ${s.StackName}`, { status: s.StackStatus }]);
}

/** Log groups, state machines, queues, rules, alarms, dashboards and buckets: what services with other protocols have, by name. */
async function rest(aws: Endpoint): Promise<Entry[]> {
  const [logs, machines, queues, rules, alarms, dashboards, buckets] = await Promise.all([
    askJson(aws, 'logs', 'Logs_20140328.DescribeLogGroups', {}),
    askJson(aws, 'states', 'AWSStepFunctions.ListStateMachines', {}),
    askJson(aws, 'sqs', 'AmazonSQS.ListQueues', {}),
    askJson(aws, 'events', 'AWSEvents.ListRules', {}),
    askJson(aws, 'monitoring', 'GraniteServiceVersion20100801.DescribeAlarms', {}),
    askJson(aws, 'monitoring', 'GraniteServiceVersion20100801.ListDashboards', {}),
    fetch(aws.endpoint, { headers: signedAs(aws.env.AWS_ACCESS_KEY_ID, aws.env.AWS_REGION, 's3') }).then(r => r.text()),
  ]);
  return [
    ...logs.logGroups.map((g: any): Entry => [`logs group ${g.logGroupName}`, { retention: g.retentionInDays }]),
    ...await Promise.all(machines.stateMachines.map(async ({ name, stateMachineArn }: any): Promise<Entry> => {
      const running = await askJson(aws, 'states', 'AWSStepFunctions.ListExecutions', { stateMachineArn, statusFilter: 'RUNNING' });
      return [`states machine ${name}`, { running: running.executions.length }];
    })),
    ...(queues.QueueUrls ?? []).map((url: string): Entry => [`sqs queue ${url.split('/').pop()}`, {}]),
    ...rules.Rules.map(({ Name, EventPattern, State }: any): Entry => [`events rule ${Name}`, { pattern: EventPattern, state: State }]),
    ...alarms.MetricAlarms.map(({ AlarmName, MetricName, Threshold }: any): Entry => [`cloudwatch alarm ${AlarmName}`, { metric: MetricName, threshold: Threshold }]),
    ...dashboards.DashboardEntries.map(({ DashboardName }: any): Entry => [`cloudwatch dashboard ${DashboardName}`, {}]),
    ...[...buckets.matchAll(/<Bucket>.*?<Name>([^<]+)/gs)].map((match): Entry => [`s3 bucket ${match[1]}`, {}]),
  ];
}

function countBy<T>(things: readonly T[], key: (thing: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const thing of things) {
    counts[key(thing)] = (counts[key(thing)] ?? 0) + 1;
  }
  return counts;
}

function ask(aws: Endpoint, service: 'iam' | 'cloudformation', parameters: Record<string, string>): Promise<any> {
  return query(aws.endpoint, service, signedAs(aws.env.AWS_ACCESS_KEY_ID, aws.env.AWS_REGION, service), parameters) as Promise<any>;
}

function askJson(aws: Endpoint, service: string, target: string, body: object): Promise<any> {
  return queryJson(aws.endpoint, signedAs(aws.env.AWS_ACCESS_KEY_ID, aws.env.AWS_REGION, service), target, body);
}

function parsed(document: string): unknown {
  return JSON.parse(decodeURIComponent(document));
}

function tagMap(tags: readonly { Key?: string; Value?: string }[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(tag => [tag.Key!, tag.Value ?? '']));
}

/** JSON with sorted keys, to compare by. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner) => inner && typeof inner === 'object' && !Array.isArray(inner)
    ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1)) : inner) ?? '';
}
