import {
  _InstanceType, DescribeLaunchTemplateVersionsCommand, EC2Client, InstanceTypeInfo,
  paginateDescribeInstances, paginateDescribeInstanceTypes, paginateDescribeSubnets,
} from '@aws-sdk/client-ec2';
import { EKSClient, Nodegroup, Taint as NodegroupTaint } from '@aws-sdk/client-eks';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import {
  KubernetesStageFacts, NodegroupShape, RolePolicies, StageAwsReader, StageKubernetesReader, VcpuFacts,
} from './facts';
import { STAGE_FACTS_QUERY, StageQuestion } from './question';
import { RolePoliciesAws } from './role-policies.aws';
import { describeNodegroup, nodegroupNames, subnetFacts } from '../../cluster/readings.aws';
import { SubnetFacts } from '../../cluster/survey-port';
import { ASKING_OPTIONS, CLIENT_OPTIONS } from '../../custom-resources/client-options';
import { Query } from '../../custom-resources/lambda';
import { Connect } from '../../custom-resources/lifecycle';
import { ask } from '../../custom-resources/query.aws';
import { InstanceTypeFacts } from '../../karpenter/api/instance-types';
import { NodeIdentity, SubnetTerm } from '../../karpenter/api/karpenter-api';
import { Taint } from '../../kubernetes/scheduling';
import { countsAgainstStandardQuota, STANDARD_VCPU_QUOTA } from '../vcpu-quota';

/** EKS says them in words of its own. */
const EFFECTS: Readonly<Record<string, string>> = { NO_SCHEDULE: 'NoSchedule', NO_EXECUTE: 'NoExecute', PREFER_NO_SCHEDULE: 'PreferNoSchedule' };
/** EC2 takes this many types in one question. */
export const TYPES_AT_ONCE = 100;
/** As Karpenter asks. */
export const LAUNCHABLE = [
  { Name: 'supported-virtualization-type', Values: ['hvm'] }, { Name: 'processor-info.supported-architecture', Values: ['x86_64', 'arm64'] },
];

type LaunchTemplateShape = Pick<NodegroupShape, 'ownAmi' | 'userData' | 'diskGib'>;

/** EKS, EC2 and Service Quotas at first hand. */
export class AwsStageReader implements StageAwsReader {
  private types?: readonly InstanceTypeFacts[];

  constructor(
    private readonly eks = new EKSClient(CLIENT_OPTIONS), private readonly ec2 = new EC2Client(CLIENT_OPTIONS),
    private readonly quotas = new ServiceQuotasClient(CLIENT_OPTIONS), private readonly roles = new RolePoliciesAws(),
  ) {}

  public async readShapes(clusterName: string, nodegroups?: readonly string[]): Promise<NodegroupShape[]> {
    const shapes: NodegroupShape[] = [];
    for (const name of (await nodegroupNames(this.eks, clusterName)).filter(one => nodegroups?.includes(one) ?? true)) {
      const nodegroup = await describeNodegroup(this.eks, clusterName, name);
      if (nodegroup && nodegroup.status !== 'DELETING') {
        shapes.push(await this.shape(nodegroup));
      }
    }
    return shapes;
  }

  public async selectSubnets(terms: readonly SubnetTerm[]): Promise<SubnetFacts[]> {
    const found = new Map<string, SubnetFacts>();
    // Without a filter EC2 would answer with everything.
    for (const term of terms.filter(filters => filters.length > 0)) {
      const Filters = term.map(({ name: Name, values }) => ({ Name, Values: [...values] }));
      for await (const page of paginateDescribeSubnets({ client: this.ec2 }, { Filters })) {
        for (const subnet of (page.Subnets ?? []).map(subnetFacts)) {
          found.set(subnet.id, subnet);
        }
      }
    }
    return [...found.values()];
  }

  public async readVcpus(): Promise<VcpuFacts> {
    const { Quota: quota } = await this.quotas.send(new GetServiceQuotaCommand(STANDARD_VCPU_QUOTA));
    if (quota?.Value === undefined) {
      throw new Error('Service Quotas gives no value');
    }
    return { quota: quota.Value, running: await this.runningVcpus() };
  }

  public async readInstanceTypes(): Promise<readonly InstanceTypeFacts[]> {
    // They do not change while a run asks again and again.
    if (this.types) {
      return this.types;
    }
    const types: InstanceTypeFacts[] = [];
    for await (const page of paginateDescribeInstanceTypes({ client: this.ec2 }, { Filters: LAUNCHABLE, MaxResults: TYPES_AT_ONCE })) {
      types.push(...(page.InstanceTypes ?? []).map(instanceType));
    }
    this.types = types;
    return types;
  }

  public readPolicies(identity: NodeIdentity): Promise<RolePolicies> {
    return this.roles.policiesOf(identity);
  }

  private async runningVcpus(): Promise<number> {
    const counts = new Map<_InstanceType, number>();
    const pages = paginateDescribeInstances({ client: this.ec2 }, { Filters: [{ Name: 'instance-state-name', Values: ['pending', 'running'] }] });
    for await (const page of pages) {
      const instances = (page.Reservations ?? []).flatMap(reservation => reservation.Instances ?? []);
      for (const { InstanceType: type } of instances.filter(countsAgainstStandardQuota)) {
        counts.set(type!, (counts.get(type!) ?? 0) + 1);
      }
    }
    let vcpus = 0;
    const types = [...counts.keys()];
    for (let start = 0; start < types.length; start += TYPES_AT_ONCE) {
      for await (const page of paginateDescribeInstanceTypes({ client: this.ec2 }, { InstanceTypes: types.slice(start, start + TYPES_AT_ONCE) })) {
        vcpus += (page.InstanceTypes ?? []).reduce((sum, type) => sum + type.VCpuInfo!.DefaultVCpus! * counts.get(type.InstanceType!)!, 0);
      }
    }
    return vcpus;
  }

  private async shape(nodegroup: Nodegroup): Promise<NodegroupShape> {
    return {
      name: nodegroup.nodegroupName!,
      desired: nodegroup.scalingConfig?.desiredSize ?? 0,
      capacityType: nodegroup.capacityType ?? 'ON_DEMAND',
      amiType: nodegroup.amiType ?? 'CUSTOM',
      labels: nodegroup.labels ?? {},
      taints: (nodegroup.taints ?? []).map(taint),
      role: nodegroup.nodeRole!.split('/').pop()!,
      ...await this.launchTemplateShape(nodegroup),
    };
  }

  private async launchTemplateShape({ launchTemplate, diskSize }: Nodegroup): Promise<LaunchTemplateShape> {
    if (!launchTemplate?.id || !launchTemplate.version) {
      return { ownAmi: false, userData: false, diskGib: diskSize };
    }
    const { LaunchTemplateVersions: [version] = [] } = await this.ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: launchTemplate.id, Versions: [launchTemplate.version] }),
    );
    const data = version?.LaunchTemplateData;
    const sizes = (data?.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.VolumeSize ?? []);
    return { ownAmi: data?.ImageId !== undefined, userData: Boolean(data?.UserData), diskGib: sizes.length > 0 ? Math.max(...sizes) : undefined };
  }
}

/** The Kubernetes API through the function that may reach it. */
export class LambdaStageFactsReader implements StageKubernetesReader {
  constructor(private readonly functionArn: string, private readonly lambda = new LambdaClient(ASKING_OPTIONS)) {}

  public readStageFacts(question: StageQuestion): Promise<KubernetesStageFacts> {
    return ask(this.lambda, this.functionArn, { Query: STAGE_FACTS_QUERY, Question: question });
  }
}

/** An instance type in plain words. */
export function instanceType({ InstanceType, ProcessorInfo, VCpuInfo, MemoryInfo, ...devices }: InstanceTypeInfo): InstanceTypeFacts {
  const amounts = { cpu: VCpuInfo?.DefaultVCpus ?? 0, memory: (MemoryInfo?.SizeInMiB ?? 0) * 2 ** 20, ...devicesOf(devices) };
  return {
    name: InstanceType!,
    arch: ProcessorInfo?.SupportedArchitectures?.includes('arm64') ? 'arm64' : 'amd64',
    resources: Object.fromEntries(Object.entries(amounts).filter(([, amount]) => amount > 0)) as InstanceTypeFacts['resources'],
  };
}

/** By the names under which Kubernetes counts them. */
function devicesOf(
  { GpuInfo, NeuronInfo, InferenceAcceleratorInfo, NetworkInfo }: Pick<InstanceTypeInfo, 'GpuInfo' | 'NeuronInfo' | 'InferenceAcceleratorInfo' | 'NetworkInfo'>,
): Record<string, number> {
  const sum = <T>(list: readonly T[] = [], amount: (one: T) => number | undefined) => list.reduce((total, one) => total + (amount(one) ?? 0), 0);
  const gpus = (manufacturer: string) => sum(GpuInfo?.Gpus?.filter(gpu => gpu.Manufacturer === manufacturer), gpu => gpu.Count);
  const neurons = NeuronInfo?.NeuronDevices;
  return {
    'nvidia.com/gpu': gpus('NVIDIA'),
    'amd.com/gpu': gpus('AMD'),
    'habana.ai/gaudi': gpus('Habana'),
    'aws.amazon.com/neuron': Math.max(sum(neurons, device => device.Count), sum(InferenceAcceleratorInfo?.Accelerators, one => one.Count)),
    'aws.amazon.com/neuroncore': sum(neurons, device => (device.Count ?? 0) * (device.CoreInfo?.Count ?? 0)),
    'vpc.amazonaws.com/efa': NetworkInfo?.EfaInfo?.MaximumEfaInterfaces ?? 0,
  };
}

/** A taint as Kubernetes says it. */
export function taint({ key, value, effect }: NodegroupTaint): Taint {
  return { key: key!, value: value || undefined, effect: EFFECTS[effect!] ?? effect! };
}

/** Answers what a stage asks inside the function that may reach the Kubernetes API. */
export function stageFactsQuery(connect: Connect<StageKubernetesReader>): (query: Query) => Promise<KubernetesStageFacts> {
  return async (query) => {
    const question = query.Question as StageQuestion | undefined;
    if (!question) {
      throw new Error('the query has no Question');
    }
    const reader = await connect(question.clusterName, question.kubectlRoleArn);
    return reader.readStageFacts(question);
  };
}
