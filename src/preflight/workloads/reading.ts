import { KubernetesStageFacts, NodegroupShape, StageAwsReader, StageFacts, StagePorts, usedNodeClasses } from './facts';
import { StageQuestion } from './question';
import { NodeIdentity } from '../../karpenter/api/karpenter-api';

/** A message of the SDK may be long. */
const PROBLEM_CHARACTERS = 300;

/**
 * Reads everything that the checks of a stage look at; the node groups must be read from a cluster that is ACTIVE.
 *
 * @param mayPass whether an error is of the kind that goes by itself and must be thrown, not reported
 */
export async function readStageFacts(
  ports: StagePorts, question: StageQuestion, mayPass: (error: unknown) => boolean = () => false,
): Promise<StageFacts> {
  const kubernetes = await ports.kubernetes.readStageFacts(question);
  const nodegroups = await ports.aws.readShapes(question.clusterName, question.nodegroups);
  return {
    ...kubernetes,
    nodegroups,
    subnets: await subnetsOf(kubernetes, ports.aws),
    ...await policiesOf(kubernetes, nodegroups, ports.aws, mayPass),
    ...await orProblem('vcpus', 'vcpuProblem', () => ports.aws.readVcpus(), mayPass),
    ...await orProblem('types', 'typesProblem', () => ports.aws.readInstanceTypes(), mayPass),
  };
}

async function subnetsOf(kubernetes: KubernetesStageFacts, aws: StageAwsReader): Promise<StageFacts['subnets']> {
  const subnets: Record<string, StageFacts['subnets'][string]> = {};
  for (const { name, subnets: terms } of usedNodeClasses(kubernetes)) {
    subnets[name] = await aws.selectSubnets(terms);
  }
  return subnets;
}

async function policiesOf(
  kubernetes: KubernetesStageFacts,
  nodegroups: readonly NodegroupShape[],
  aws: StageAwsReader,
  mayPass: (error: unknown) => boolean,
): Promise<Pick<StageFacts, 'nodegroupPolicies' | 'karpenterPolicies' | 'policiesProblem'>> {
  const { defaultInstanceProfile } = kubernetes;
  const usual = defaultInstanceProfile === undefined ? null : { instanceProfile: defaultInstanceProfile };
  const identities = usedNodeClasses(kubernetes).map(({ identity }) => identity === undefined ? usual : identity);
  const known = distinct(identities.filter(identity => identity !== null));
  const roles = [...new Set(nodegroups.map(({ role }) => role))];
  const { policies, policiesProblem } = await orProblem('policies', 'policiesProblem', async () => ({
    nodegroupPolicies: Object.fromEntries(await Promise.all(roles.map(async role => [role, await aws.readPolicies({ role })] as const))),
    karpenterPolicies: await Promise.all(known.map(identity => aws.readPolicies(identity))),
  }), mayPass);
  return { ...policies, policiesProblem };
}

function distinct(identities: readonly NodeIdentity[]): NodeIdentity[] {
  return [...new Map(identities.map(identity => [JSON.stringify(identity), identity])).values()];
}

/** Accounts may deny a question, and some partitions do not know the quota: that must stop nobody. */
async function orProblem<K extends string, P extends string, T>(
  name: K, problem: P, read: () => Promise<T>, mayPass: (error: unknown) => boolean,
): Promise<{ [key in K]?: T } & { [key in P]?: string }> {
  try {
    return { [name]: await read() } as { [key in K]?: T } & { [key in P]?: string };
  } catch (error) {
    if (mayPass(error)) {
      throw error;
    }
    const says = `${(error as Error).name}: ${(error as Error).message}`.replace(/\s+/g, ' ').slice(0, PROBLEM_CHARACTERS);
    return { [problem]: says } as { [key in K]?: T } & { [key in P]?: string };
  }
}
