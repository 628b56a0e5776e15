import { ClusterFacts, ClusterReader, NetworkReader, NodegroupFacts, SecurityGroupFacts, SubnetFacts } from '../../src/cluster/survey-port';
import { PreflightFacts } from '../../src/preflight/checks';
import { PreflightProperties } from '../../src/preflight/contract';
import { HostFacts, KubernetesFacts } from '../../src/preflight/kubernetes-facts';

/** A healthy cluster; every test changes what it is about. */
export function nodegroup(name: string, changes: Partial<NodegroupFacts> = {}): NodegroupFacts {
  return {
    name,
    status: 'ACTIVE',
    subnetIds: ['subnet-a', 'subnet-b'],
    instanceTypes: ['m5.large'],
    capacityType: 'ON_DEMAND',
    amiType: 'AL2_x86_64',
    scaling: { min: 1, max: 5, desired: 2 },
    autoScalingGroupNames: [`eks-${name}`],
    launchTemplateSecurityGroupIds: [],
    ...changes,
  };
}

export function cluster(changes: Partial<ClusterFacts> = {}): ClusterFacts {
  return {
    name: 'prod',
    arn: 'arn:aws:eks:us-east-1:111111111111:cluster/prod',
    status: 'ACTIVE',
    version: '1.27',
    platformVersion: 'eks.5',
    issuer: 'https://oidc.eks.us-east-1.amazonaws.com/id/ABC',
    authenticationMode: 'CONFIG_MAP',
    clusterSecurityGroupId: 'sg-cluster',
    vpcId: 'vpc-1',
    subnetIds: ['subnet-a', 'subnet-b'],
    nodegroups: [nodegroup('apps', { launchTemplateSecurityGroupIds: ['sg-apps'] }), nodegroup('system')],
    ...changes,
  };
}

export function subnet(id: string, changes: Partial<SubnetFacts> = {}): SubnetFacts {
  return { id, zone: 'us-east-1a', availableAddresses: 200, tags: {}, ...changes };
}

export function securityGroup(id: string, tags: Record<string, string> = {}): SecurityGroupFacts {
  return { id, tags };
}

export function host(name: string, changes: Partial<HostFacts> = {}): HostFacts {
  return { name, nodegroup: 'system', freeCpu: 1, freeMemory: 2 ** 30, freePods: 10, ...changes };
}

export function kubernetes(changes: Partial<KubernetesFacts> = {}): KubernetesFacts {
  return { hosts: [host('node-1'), host('node-2')], karpenters: [], crds: [], objects: [], terminationHandlers: [], ...changes };
}

export function facts(changes: Partial<PreflightFacts> = {}): PreflightFacts {
  return {
    cluster: cluster(),
    subnets: [subnet('subnet-a'), subnet('subnet-b', { zone: 'us-east-1b' })],
    securityGroups: [securityGroup('sg-apps'), securityGroup('sg-cluster', { 'kubernetes.io/cluster/prod': 'owned' })],
    kubernetes: kubernetes(),
    ...changes,
  };
}

export function properties(changes: Partial<PreflightProperties> = {}): PreflightProperties {
  return {
    ClusterName: 'prod',
    KubectlRoleArn: 'arn:aws:iam::111111111111:role/kubectl',
    KubernetesFunctionArn: 'arn:aws:lambda:us-east-1:111111111111:function:kubernetes',
    Owner: 'Stack/Migration',
    Api: 'karpenter.sh/v1alpha5',
    Issuer: 'oidc.eks.us-east-1.amazonaws.com/id/ABC',
    MinimumVersion: '1.23',
    MaximumVersion: '1.27',
    TagKey: 'karpenter.sh/discovery',
    SecurityGroupSource: 'nodegroups',
    NodeAccess: 'aws-auth',
    TakeOver: false,
    Namespace: 'karpenter',
    CrdRelease: 'kube-system/karpenter-crd',
    Crds: ['provisioners.karpenter.sh'],
    Objects: ['provisioners.v1alpha5.karpenter.sh/default'],
    Replicas: 2,
    Cpu: '1',
    Memory: '1Gi',
    AcceptedRisks: [],
    ...changes,
  };
}

/** Answers with given facts and remembers what it was asked. */
export class FakeReader implements ClusterReader, NetworkReader {
  public readonly asked: string[] = [];

  constructor(private readonly known: PreflightFacts) {}

  public async readCluster(name: string, nodegroups?: readonly string[]): Promise<ClusterFacts> {
    this.asked.push(`cluster ${name} ${nodegroups?.join(',') ?? 'all'}`);
    return this.known.cluster;
  }

  public async readSubnets(ids: readonly string[]): Promise<SubnetFacts[]> {
    this.asked.push(`subnets ${ids.join(',')}`);
    return ids.map(id => this.known.subnets.find(one => one.id === id) ?? subnet(id));
  }

  public async readSecurityGroups(ids: readonly string[]): Promise<SecurityGroupFacts[]> {
    this.asked.push(`security groups ${ids.join(',')}`);
    return ids.map(id => this.known.securityGroups.find(one => one.id === id) ?? securityGroup(id));
  }
}

/** A request as the framework gives it to a handler. */
export function request<P>(type: 'Create' | 'Update' | 'Delete', props: P, changes: { oldProperties?: P; elapsed?: number } = {}) {
  return { type, properties: props, physicalId: 'id', stackId: 'stack', logicalId: 'Resource', requestId: 'r', elapsed: 120_000, ...changes };
}
