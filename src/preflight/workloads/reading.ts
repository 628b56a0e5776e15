import { KubernetesStageFacts, StageAwsReader, StageFacts, StagePorts } from './facts';
import { StageQuestion } from './question';

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
  return {
    ...kubernetes,
    nodegroups: await ports.aws.readShapes(question.clusterName, question.nodegroups),
    subnets: await subnetsOf(kubernetes, ports.aws),
    ...await orProblem('vcpus', 'vcpuProblem', () => ports.aws.readVcpus(), mayPass),
    ...await orProblem('types', 'typesProblem', () => ports.aws.readInstanceTypes(), mayPass),
  };
}

async function subnetsOf({ pools, nodeClasses }: KubernetesStageFacts, aws: StageAwsReader): Promise<StageFacts['subnets']> {
  const used = nodeClasses.filter(nodeClass => pools.some(pool => pool.nodeClass === nodeClass.name));
  const subnets: Record<string, StageFacts['subnets'][string]> = {};
  for (const { name, subnets: terms } of used) {
    subnets[name] = await aws.selectSubnets(terms);
  }
  return subnets;
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
