import { DescribeLaunchTemplateVersionsCommand, DescribeSecurityGroupsCommand, DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeClusterCommand, DescribeNodegroupCommand, EKSClient, ListNodegroupsCommand, Nodegroup, ResourceNotFoundException } from '@aws-sdk/client-eks';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { AwsClusterReader } from '../../src/cluster/survey.aws';
import { LambdaFactsReader } from '../../src/preflight/facts.aws';

const REGION = { region: 'us-east-1' };

/** Node groups in pages of two. */
class FakeEks extends EKSClient {
  public readonly calls: string[] = [];

  constructor(private readonly groups: Record<string, Partial<Nodegroup>>, private readonly cluster: object = {}) {
    super(REGION);
  }

  public send = async (command: unknown): Promise<any> => {
    if (command instanceof DescribeClusterCommand) {
      return { cluster: { arn: 'arn', status: 'ACTIVE', version: '1.27', ...this.cluster } };
    }
    if (command instanceof ListNodegroupsCommand) {
      const names = Object.keys(this.groups);
      const start = Number(command.input.nextToken ?? 0);
      this.calls.push(`list ${start}`);
      return { nodegroups: names.slice(start, start + 2), nextToken: start + 2 < names.length ? String(start + 2) : undefined };
    }
    if (command instanceof DescribeNodegroupCommand) {
      const name = command.input.nodegroupName!;
      if (this.groups[name].status === undefined) {
        throw new ResourceNotFoundException({ message: 'gone', $metadata: {} });
      }
      return { nodegroup: { nodegroupName: name, ...this.groups[name] } };
    }
    throw new Error('unexpected call');
  };
}

class FakeEc2 extends EC2Client {
  public readonly inputs: object[] = [];

  constructor(private readonly template: object = {}) {
    super(REGION);
  }

  public send = async (command: any): Promise<any> => {
    this.inputs.push(command.input);
    if (command instanceof DescribeLaunchTemplateVersionsCommand) {
      return { LaunchTemplateVersions: [{ LaunchTemplateData: this.template }] };
    }
    if (command instanceof DescribeSubnetsCommand) {
      // One subnet per page, in an order of its own.
      const ids = [...command.input.SubnetIds!].reverse().filter(id => id !== 'subnet-gone');
      const start = Number(command.input.NextToken ?? 0);
      return {
        Subnets: [{ SubnetId: ids[start], AvailabilityZone: 'us-east-1a', AvailableIpAddressCount: 7, Tags: [{ Key: 'a', Value: 'b' }] }],
        NextToken: start + 1 < ids.length ? String(start + 1) : undefined,
      };
    }
    if (command instanceof DescribeSecurityGroupsCommand) {
      return { SecurityGroups: command.input.GroupIds!.map(GroupId => ({ GroupId })) };
    }
    throw new Error('unexpected call');
  };
}

const active = (changes: Partial<Nodegroup> = {}): Partial<Nodegroup> => ({ status: 'ACTIVE', subnets: ['subnet-1'], ...changes });

test('all pages of node groups are read, those in deletion and those that go meanwhile left out', async () => {
  const eks = new FakeEks({ a: active(), b: active({ status: 'DELETING' }), c: active(), d: {}, e: active({ status: 'UPDATING' }) });
  const facts = await new AwsClusterReader(eks, new FakeEc2()).readCluster('prod');
  expect(eks.calls).toEqual(['list 0', 'list 2', 'list 4']);
  expect(facts.nodegroups.map(group => group.name)).toEqual(['a', 'c', 'e']);
});

test('what is gone is left out, or a fact, for whoever tolerates it', async () => {
  const withTemplate = active({ launchTemplate: { id: 'lt-1', version: '3' } });
  const ec2 = new FakeEc2();
  const { send } = ec2;
  ec2.send = async (command: any) => {
    if (command instanceof DescribeLaunchTemplateVersionsCommand) {
      throw Object.assign(new Error('gone'), { name: 'InvalidLaunchTemplateId.NotFound' });
    }
    const [filter] = command.input.Filters ?? [];
    return filter
      ? command instanceof DescribeSubnetsCommand
        ? { Subnets: filter.Values.filter((id: string) => id !== 'subnet-gone').map((SubnetId: string) => ({ SubnetId })) }
        : { SecurityGroups: filter.Values.filter((id: string) => id !== 'sg-gone').map((GroupId: string) => ({ GroupId })) }
      : send(command);
  };
  const reader = new AwsClusterReader(new FakeEks({ a: withTemplate, b: active() }), ec2);
  expect((await reader.readCluster('prod', ['a', 'x'], true)).nodegroups).toMatchObject([{ name: 'a', launchTemplateGone: true, launchTemplateSecurityGroupIds: [] }]);
  await expect(reader.readCluster('prod', ['a'])).rejects.toThrow('gone');
  expect((await reader.readSubnets(['subnet-1', 'subnet-gone'], true)).map(({ id }) => id)).toEqual(['subnet-1']);
  expect((await reader.readSecurityGroups(['sg-gone', 'sg-1'], true)).map(({ id }) => id)).toEqual(['sg-1']);
  expect([await reader.readSubnets([], true), await reader.readSecurityGroups([], true)]).toEqual([[], []]);
});

test('a named node group on a later page is found, one that does not exist is an error', async () => {
  const reader = new AwsClusterReader(new FakeEks({ a: active(), b: active(), c: active() }), new FakeEc2());
  expect((await reader.readCluster('prod', ['c'])).nodegroups.map(group => group.name)).toEqual(['c']);
  await expect(reader.readCluster('prod', ['x'])).rejects.toThrow('has no managed node group "x"; it has a, b, c');
});

test.each([
  [undefined, undefined], [{ enabled: false }, undefined], [{ enabled: true, nodePools: [] }, true],
])('a cluster with compute config %j is in Auto Mode: %s', async (computeConfig, autoMode) => {
  expect((await new AwsClusterReader(new FakeEks({}, { computeConfig }), new FakeEc2()).readCluster('prod')).autoMode).toBe(autoMode);
});

test('a cluster and its node group come in the words of the port', async () => {
  const eks = new FakeEks({
    apps: active({
      instanceTypes: ['m5.large'],
      capacityType: 'SPOT',
      amiType: 'AL2_x86_64',
      scalingConfig: { minSize: 1, maxSize: 5, desiredSize: 3 },
      resources: { autoScalingGroups: [{ name: 'asg' }] },
      launchTemplate: { id: 'lt-1', version: '4' },
    }),
  }, {
    platformVersion: 'eks.5',
    identity: { oidc: { issuer: 'https://issuer' } },
    accessConfig: { authenticationMode: 'API' },
    resourcesVpcConfig: { clusterSecurityGroupId: 'sg-cluster', vpcId: 'vpc-1', subnetIds: ['subnet-9'] },
  });
  const ec2 = new FakeEc2({ NetworkInterfaces: [{ Groups: ['sg-interface'] }], SecurityGroupIds: ['sg-template'] });
  expect(await new AwsClusterReader(eks, ec2).readCluster('prod')).toEqual({
    name: 'prod',
    arn: 'arn',
    status: 'ACTIVE',
    version: '1.27',
    platformVersion: 'eks.5',
    issuer: 'https://issuer',
    authenticationMode: 'API',
    clusterSecurityGroupId: 'sg-cluster',
    vpcId: 'vpc-1',
    subnetIds: ['subnet-9'],
    nodegroups: [{
      name: 'apps',
      status: 'ACTIVE',
      subnetIds: ['subnet-1'],
      instanceTypes: ['m5.large'],
      capacityType: 'SPOT',
      amiType: 'AL2_x86_64',
      scaling: { min: 1, max: 5, desired: 3 },
      autoScalingGroupNames: ['asg'],
      launchTemplate: { id: 'lt-1', version: '4' },
      launchTemplateSecurityGroupIds: ['sg-interface'],
    }],
  });
  expect(ec2.inputs).toEqual([{ LaunchTemplateId: 'lt-1', Versions: ['4'] }]);
});

test('a cluster from before access entries is one that reads aws-auth', async () => {
  const facts = await new AwsClusterReader(new FakeEks({}), new FakeEc2()).readCluster('prod');
  expect(facts).toMatchObject({ authenticationMode: 'CONFIG_MAP', nodegroups: [] });
});

test('subnets of all pages come in the order of their ids, with tags', async () => {
  const subnets = await new AwsClusterReader(new FakeEks({}), new FakeEc2()).readSubnets(['subnet-1', 'subnet-2', 'subnet-3']);
  expect(subnets.map(subnet => subnet.id)).toEqual(['subnet-1', 'subnet-2', 'subnet-3']);
  expect(subnets[0]).toEqual({ id: 'subnet-1', zone: 'us-east-1a', availableAddresses: 7, tags: { a: 'b' } });
});

test('no ids are no question, since EC2 would answer with everything', async () => {
  const ec2 = new FakeEc2();
  const reader = new AwsClusterReader(new FakeEks({}), ec2);
  expect([await reader.readSubnets([]), await reader.readSecurityGroups([])]).toEqual([[], []]);
  expect(ec2.inputs).toEqual([]);
});

test('what EC2 does not know is an error', async () => {
  const reader = new AwsClusterReader(new FakeEks({}), new FakeEc2());
  await expect(reader.readSubnets(['subnet-1', 'subnet-gone'])).rejects.toThrow('"subnet-gone" does not exist in this account and region');
});

test('security groups come with their tags', async () => {
  expect(await new AwsClusterReader(new FakeEks({}), new FakeEc2()).readSecurityGroups(['sg-1'])).toEqual([{ id: 'sg-1', tags: {} }]);
});

describe('the question to the Kubernetes function', () => {
  const question = {
    clusterName: 'prod', kubectlRoleArn: 'role', api: 'karpenter.sh/v1', namespace: 'karpenter', crds: ['c'], objects: [], replicas: 2, cpu: '1', memory: '1Gi',
  };

  function lambda(answer: object): { client: LambdaClient; sent: any[] } {
    const sent: any[] = [];
    const client = new LambdaClient(REGION);
    client.send = (async (command: InvokeCommand) => {
      sent.push({ name: command.input.FunctionName, payload: JSON.parse(Buffer.from(command.input.Payload as Uint8Array).toString()) });
      return answer;
    }) as any;
    return { client, sent };
  }

  test('goes to the function of the cluster and comes back as facts', async () => {
    const { client, sent } = lambda({ Payload: Buffer.from('{"hosts":[]}') });
    expect(await new LambdaFactsReader('arn', client).readFacts(question)).toEqual({ hosts: [] });
    expect(sent).toEqual([{
      name: 'arn',
      payload: {
        Query: 'preflight-facts',
        ClusterName: 'prod',
        KubectlRoleArn: 'role',
        Api: 'karpenter.sh/v1',
        Namespace: 'karpenter',
        Crds: ['c'],
        Objects: [],
        Replicas: 2,
        Cpu: '1',
        Memory: '1Gi',
      },
    }]);
  });

  test('fails with the reason of the function', async () => {
    const { client } = lambda({ FunctionError: 'Unhandled', Payload: Buffer.from('{"errorMessage":"no trust"}') });
    await expect(new LambdaFactsReader('arn', client).readFacts(question)).rejects.toThrow('no trust');
  });
});
