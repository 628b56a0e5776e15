import { CreateTagsCommand, DeleteTagsCommand } from '@aws-sdk/client-ec2';
import { endBurst } from './burst';
import { CoreCheck, CORE_CHECKS, Installed } from './core-checks';
import { KARPENTER } from './karpenter-objects';
import { karpenterReady } from './karpenter-pods';
import { Report } from './report';
import { core } from './scenario';
import { CLUSTER_NAME, World } from './world';
import { query, signedAs } from '../aws/gateway/query';
import { sleep } from '../cluster/processes';
import { until } from '../cluster/until';

/** Breaks one thing of an installed Karpenter, as somebody with the rights could. */
interface Sabotage {
  readonly what: string;
  /** The only check that may fail. */
  readonly failing: CoreCheck;
  /** Breaks it; gives what mends it again. */
  breakIt(world: World, installed: Installed): Promise<() => Promise<void>>;
}

const DEPLOYMENT = `/apis/apps/v1/namespaces/${KARPENTER.namespace}/deployments/karpenter`;
const TERMS = '/spec/template/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms';
const AWS_AUTH = '/api/v1/namespaces/kube-system/configmaps/aws-auth';

export const SABOTAGES: readonly Sabotage[] = [
  {
    what: 'the discovery tag is taken off a subnet',
    failing: 'tags',
    breakIt: async (world) => {
      const change = { Resources: [world.customer.privateSubnetIds[0]], Tags: [{ Key: KARPENTER.discoveryTag, Value: CLUSTER_NAME }] };
      await world.ec2.send(new DeleteTagsCommand(change));
      return async () => { await world.ec2.send(new CreateTagsCommand(change)); };
    },
  },
  {
    what: 'the mapping of the node role names another role',
    failing: 'mapping',
    breakIt: async (world, { nodeRoleArn }) => {
      const { data } = await world.kube.get(AWS_AUTH);
      const mapRoles = data.mapRoles.replace(nodeRoleArn, 'arn:aws:iam::000000000000:role/somebody-else');
      await world.kube.patch(AWS_AUTH, { data: { mapRoles } });
      return async () => { await world.kube.patch(AWS_AUTH, { data }); };
    },
  },
  {
    what: 'the controller\'s policy no longer allows CreateFleet',
    failing: 'policy',
    breakIt: async (world, { controllerRoleArn }) => {
      const RoleName = controllerRoleArn.split('/').pop()!;
      const denial = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 'ec2:CreateFleet', Resource: '*' }] });
      await iam(world, { Action: 'PutRolePolicy', RoleName, PolicyName: 'sabotage', PolicyDocument: denial });
      return async () => { await iam(world, { Action: 'DeleteRolePolicy', RoleName, PolicyName: 'sabotage' }); };
    },
  },
  {
    what: 'the affinity has two terms, as in the guide',
    failing: 'affinity',
    breakIt: async (world) => {
      const { nodeAffinity } = (await world.kube.get(DEPLOYMENT)).spec.template.spec.affinity;
      const terms = nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
      const replace = async (value: unknown) => {
        await world.kube.patch(DEPLOYMENT, [{ op: 'replace', path: TERMS, value }], 'json');
        await rolledOut(world);
      };
      await replace(terms[0].matchExpressions.map((expression: unknown) => ({ matchExpressions: [expression] })));
      return () => replace(terms);
    },
  },
  {
    what: 'the controller\'s role trusts another service account',
    failing: 'trust',
    breakIt: async (world, { controllerRoleArn }) => {
      const RoleName = controllerRoleArn.split('/').pop()!;
      const { GetRoleResult } = await iam(world, { Action: 'GetRole', RoleName });
      const trust = decodeURIComponent(GetRoleResult.Role.AssumeRolePolicyDocument);
      const set = (PolicyDocument: string) => iam(world, { Action: 'UpdateAssumeRolePolicy', RoleName, PolicyDocument });
      await set(trust.replace('system:serviceaccount:karpenter:karpenter', 'system:serviceaccount:karpenter:somebody-else'));
      return async () => { await set(trust); };
    },
  },
];

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
  const { generation } = (await world.kube.get(DEPLOYMENT)).metadata;
  await until('the change of the controller is rolled out', 300, async () => {
    const { status } = await world.kube.get(DEPLOYMENT);
    return status.observedGeneration >= generation && status.updatedReplicas === 2 && status.availableReplicas === 2 && status.replicas === 2;
  });
}

async function iam(world: World, parameters: Record<string, string>): Promise<any> {
  return query(world.aws.endpoint, 'iam', signedAs(world.aws.env.AWS_ACCESS_KEY_ID, 'us-east-1', 'iam'), parameters);
}
