import { CreateAccessEntryCommand, EKSClient } from '@aws-sdk/client-eks';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { clientConfig } from '../../aws/client-config';
import { query, signedAs } from '../../aws/gateway/query';
import { KubeObject } from '../../cluster/kube';
import { until } from '../../cluster/until';
import { ACCOUNT, CLUSTER_NAME, World } from '../world';

const AWS_AUTH = '/api/v1/namespaces/kube-system/configmaps/aws-auth';
const COLLECTIONS: Readonly<Record<string, string>> = { ClusterRole: 'clusterroles', ClusterRoleBinding: 'clusterrolebindings' };

/** What `plan --rights` prints, taken apart as its reader would. */
export interface Rights {
  readonly policy: object;
  readonly objects: readonly KubeObject[];
  readonly group: string;
}

export function rightsIn(text: string): Rights {
  const documents = text.split(/^#.*$/m).map(part => part.trim()).filter(part => part.startsWith('{'));
  const [policy, list] = documents.map(document => JSON.parse(document));
  const group = list.items.find(({ kind }: KubeObject) => kind === 'ClusterRoleBinding').subjects[0].name;
  return { policy, objects: list.items, group };
}

/** A role with those rights and no others, and credentials of a session of it, as the environment takes them. */
export async function createReader(
  world: World, name: string, rights?: Rights,
): Promise<{ readonly arn: string; readonly env: Record<string, string> }> {
  const arn = `arn:aws:iam::${ACCOUNT}:role/${name}`;
  const everybody = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'sts:AssumeRole' };
  const trust = { Version: '2012-10-17', Statement: [everybody] };
  await iam(world, { Action: 'CreateRole', RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) });
  if (rights) {
    await iam(world, { Action: 'PutRolePolicy', RoleName: name, PolicyName: 'reads', PolicyDocument: JSON.stringify(rights.policy) });
    for (const object of rights.objects) {
      await world.kube.create(`/apis/rbac.authorization.k8s.io/v1/${COLLECTIONS[object.kind]}`, object);
    }
    await letIn(world, arn, rights.group);
  }
  const { Credentials: session } = await new STSClient(clientConfig(world.aws)).send(new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'reader' }));
  const { AccessKeyId, SecretAccessKey, SessionToken } = session!;
  return { arn, env: { AWS_ACCESS_KEY_ID: AccessKeyId!, AWS_SECRET_ACCESS_KEY: SecretAccessKey!, AWS_SESSION_TOKEN: SessionToken! } };
}

/** As the text of the rights says, for each authentication mode. */
async function letIn(world: World, arn: string, group: string): Promise<void> {
  if (world.authenticationMode !== 'CONFIG_MAP') {
    const entry = new CreateAccessEntryCommand({ clusterName: CLUSTER_NAME, principalArn: arn, kubernetesGroups: [group] });
    await new EKSClient(clientConfig(world.aws)).send(entry);
    return;
  }
  const { data } = await world.kube.get(AWS_AUTH);
  const entry = `- groups:\n  - ${group}\n  rolearn: ${arn}\n  username: reader\n`;
  await world.kube.patch(AWS_AUTH, { data: { mapRoles: `${data.mapRoles.replace(/\n?$/, '\n')}${entry}` } });
  // The authenticator watches the ConfigMap.
  await until('the entry is in aws-auth', 30, async () => (await world.kube.get(AWS_AUTH)).data.mapRoles.includes(arn));
}

async function iam({ aws }: World, parameters: Record<string, string>): Promise<void> {
  await query(aws.endpoint, 'iam', signedAs(aws.env.AWS_ACCESS_KEY_ID, aws.env.AWS_REGION, 'iam'), parameters);
}
