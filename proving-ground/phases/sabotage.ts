import { CreateTagsCommand, DeleteTagsCommand } from '@aws-sdk/client-ec2';
import {
  CreateAccessEntryCommand, DeleteAccessEntryCommand, DescribeAccessEntryCommand, EKSClient,
} from '@aws-sdk/client-eks';
import { DeleteRolePolicyCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { endBurst } from './burst';
import { CoreCheck, CORE_CHECKS, Installed } from './core-checks';
import { DISCOVERY_TAG } from './karpenter-objects';
import { karpenterReady } from './karpenter-pods';
import { Report } from './report';
import { core } from './scenario';
import { CLUSTER_NAME, World } from './world';
import { clientConfig } from '../aws/client-config';
import { query, queryJson, signedAs } from '../aws/gateway/query';
import { sleep } from '../cluster/processes';
import { until } from '../cluster/until';

/** Breaks one thing of an installed Karpenter, as somebody with the rights could. */
export interface Sabotage {
  readonly what: string;
  /** The only check that may fail. */
  readonly failing: CoreCheck;
  /** Breaks it; gives what mends it again. */
  breakIt(world: World, installed: Installed): Promise<() => Promise<void>>;
}

const deployment = (world: World) => `/apis/apps/v1/namespaces/${world.karpenter.namespace}/deployments/karpenter`;
const TERMS = '/spec/template/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms';
const AWS_AUTH = '/api/v1/namespaces/kube-system/configmaps/aws-auth';

export const SABOTAGES = {
  tag: {
    what: 'the discovery tag is taken off a subnet',
    failing: 'tags',
    breakIt: async (world) => {
      const change = { Resources: [world.customer.privateSubnetIds[0]], Tags: [{ Key: DISCOVERY_TAG, Value: CLUSTER_NAME }] };
      await world.ec2.send(new DeleteTagsCommand(change));
      return async () => { await world.ec2.send(new CreateTagsCommand(change)); };
    },
  },
  mapping: {
    what: 'the mapping of the node role names another role',
    failing: 'mapping',
    breakIt: async (world, { nodeRoleArn }) => {
      const { data } = await world.kube.get(AWS_AUTH);
      const mapRoles = data.mapRoles.replace(nodeRoleArn, 'arn:aws:iam::000000000000:role/somebody-else');
      await world.kube.patch(AWS_AUTH, { data: { mapRoles } });
      return async () => { await world.kube.patch(AWS_AUTH, { data }); };
    },
  },
  permission: {
    what: 'the controller\'s policy no longer allows CreateFleet',
    failing: 'policy',
    breakIt: async (world, { controllerRoleArn }) => {
      const RoleName = controllerRoleArn.split('/').pop()!;
      const denial = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 'ec2:CreateFleet', Resource: '*' }] });
      await iam(world, { Action: 'PutRolePolicy', RoleName, PolicyName: 'sabotage', PolicyDocument: denial });
      return async () => { await iam(world, { Action: 'DeleteRolePolicy', RoleName, PolicyName: 'sabotage' }); };
    },
  },
  affinity: {
    what: 'the affinity has two terms, as in the guide',
    failing: 'affinity',
    breakIt: async (world) => {
      const { nodeAffinity } = (await world.kube.get(deployment(world))).spec.template.spec.affinity;
      const terms = nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
      const replace = async (value: unknown) => {
        await world.kube.patch(deployment(world), [{ op: 'replace', path: TERMS, value }], 'json');
        await rolledOut(world);
      };
      await replace(terms[0].matchExpressions.map((expression: unknown) => ({ matchExpressions: [expression] })));
      return () => replace(terms);
    },
  },
  trust: {
    what: 'the controller\'s role trusts another service account',
    failing: 'trust',
    breakIt: async (world, { controllerRoleArn }) => {
      const RoleName = controllerRoleArn.split('/').pop()!;
      const { GetRoleResult } = await iam(world, { Action: 'GetRole', RoleName });
      const trust = decodeURIComponent(GetRoleResult.Role.AssumeRolePolicyDocument);
      const set = (PolicyDocument: string) => iam(world, { Action: 'UpdateAssumeRolePolicy', RoleName, PolicyDocument });
      await set(trust.replace(/(system:serviceaccount:[^:]+):karpenter/, '$1:somebody-else'));
      return async () => { await set(trust); };
    },
  },
  entry: {
    what: 'the node role is mapped in aws-auth instead of its access entry, in a cluster that believes entries alone',
    failing: 'mapping',
    breakIt: async (world, { nodeRoleArn }) => {
      const { data } = await world.kube.get(AWS_AUTH);
      const mapping = `- rolearn: ${nodeRoleArn}\n  username: system:node:{{EC2PrivateDNSName}}\n  groups: [system:bootstrappers, system:nodes]\n`;
      await world.kube.patch(AWS_AUTH, { data: { mapRoles: data.mapRoles + mapping } });
      const client = new EKSClient(clientConfig(world.aws));
      const entry = { clusterName: CLUSTER_NAME, principalArn: nodeRoleArn };
      const { accessEntry } = await client.send(new DescribeAccessEntryCommand(entry));
      await client.send(new DeleteAccessEntryCommand(entry));
      return async () => {
        await client.send(new CreateAccessEntryCommand({ ...entry, type: accessEntry!.type, tags: accessEntry!.tags }));
        await world.kube.patch(AWS_AUTH, { data });
      };
    },
  },
  statement: {
    what: 'the controller\'s role may not pass the node role any more',
    failing: 'policy',
    breakIt: async (world, { controllerRoleArn, nodeRoleArn }) => {
      const client = new IAMClient(clientConfig(world.aws));
      const policy = { RoleName: controllerRoleArn.split('/').pop()!, PolicyName: 'sabotage' };
      const Statement = [{ Effect: 'Deny', Action: 'iam:PassRole', Resource: nodeRoleArn }];
      await client.send(new PutRolePolicyCommand({ ...policy, PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }) }));
      return async () => { await client.send(new DeleteRolePolicyCommand(policy)); };
    },
  },
  queue: {
    what: 'the interruption queue is deleted',
    failing: 'queue',
    breakIt: async (world) => {
      const { containers: [{ env }] } = (await world.kube.get(deployment(world))).spec.template.spec;
      const QueueName: string = env.find(({ name }: { name: string }) => name === 'INTERRUPTION_QUEUE').value;
      const sqs = (action: string, body: object) => queryJson(
        world.aws.endpoint, signedAs(world.aws.env.AWS_ACCESS_KEY_ID, 'us-east-1', 'sqs'), `AmazonSQS.${action}`, body);
      const { QueueUrl } = await sqs('GetQueueUrl', { QueueName });
      const { Attributes } = await sqs('GetQueueAttributes', { QueueUrl, AttributeNames: ['MessageRetentionPeriod', 'Policy', 'SqsManagedSseEnabled'] });
      await sqs('DeleteQueue', { QueueUrl });
      return async () => { await sqs('CreateQueue', { QueueName, Attributes }); };
    },
  },
  image: {
    what: 'the node class names a release of its image that was never published',
    failing: 'images',
    breakIt: async (world) => {
      const { amiSelectorTerms } = (await world.kube.get(world.karpenter.nodeClass)).spec;
      const set = (terms: unknown) => world.kube.patch(world.karpenter.nodeClass, { spec: { amiSelectorTerms: terms } });
      await set([{ alias: 'al2023@v20991231' }]);
      return async () => { await set(amiSelectorTerms); };
    },
  },
} as const satisfies Record<string, Sabotage>;

/** Breaks one thing after the other: each must fail its own check, and no other one. */
export async function sabotage(world: World, report: Report, installed: Installed, one: Sabotage): Promise<void> {
  const silent = report.aside();
  const mend = await one.breakIt(world, installed);
  await settled();
  const outcomes = await core(world, silent, installed);
  await mend();
  await settled();
  await endBurst(world);
  await karpenterReady(world, 180);
  await report.check({ ...CORE_CHECKS[one.failing], name: `${one.what}: only "${CORE_CHECKS[one.failing].name}" fails` }, async () => {
    const failed = [...outcomes].filter(([, passed]) => passed === false).map(([name]) => name);
    if (failed.join() !== one.failing) {
      throw new Error(`failed: ${failed.join(', ') || 'nothing'}; ${silent.results.filter(r => r.outcome === 'failed').map(r => `${r.name}: ${r.detail}`).join('; ')}`);
    }
    return silent.results.find(r => r.outcome === 'failed')!.detail;
  });
}

/** IAM and the authenticator need a moment for what changed, here as at AWS. */
function settled(): Promise<void> {
  return sleep(5000);
}

async function rolledOut(world: World): Promise<void> {
  const { generation } = (await world.kube.get(deployment(world))).metadata;
  await until('the change of the controller is rolled out', 300, async () => {
    const { status } = await world.kube.get(deployment(world));
    return status.observedGeneration >= generation && status.updatedReplicas === 2 && status.availableReplicas === 2 && status.replicas === 2;
  });
}

async function iam(world: World, parameters: Record<string, string>): Promise<any> {
  return query(world.aws.endpoint, 'iam', signedAs(world.aws.env.AWS_ACCESS_KEY_ID, 'us-east-1', 'iam'), parameters);
}
