import { CfnParameter, Duration, Fn, Size, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EbsDeviceVolumeType } from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { nodeClassManifest } from './fixtures';
import { EvictionThreshold } from '../../../src/provisioning/eviction';
import { MetadataState, MetadataTokens } from '../../../src/provisioning/metadata-options';
import { AmiAlias, AmiTerm, NodeClassAmiFamily } from '../../../src/provisioning/v1/ami';
import { CapacityReservationTerm, InstanceMatchCriteria } from '../../../src/provisioning/v1/capacity-reservation-term';
import { EC2NodeClass } from '../../../src/provisioning/v1/ec2-node-class';
import { InstanceStorePolicy } from '../../../src/provisioning/v1/ec2-node-class-options';
import { NetworkInterfaceType, PlacementGroup } from '../../../src/provisioning/v1/node-class-network';
import { SecurityGroupTerm, SubnetTerm } from '../../../src/provisioning/v1/selector-terms';
import { MANIFEST_RESOURCE, clusterIn, importedCluster, manifestsOf, schemaErrors } from '../fixtures';

/** What CloudFormation makes of a joined manifest. */
function deployed(stack: Stack, values: Record<string, unknown>): any {
  const resolve = (value: any): any => {
    if (typeof value !== 'object') {
      return value;
    }
    if (value.Ref) {
      return values[value.Ref];
    }
    const [separator, parts] = value['Fn::Join'];
    return (Array.isArray(parts) ? parts.map(resolve) : resolve(parts)).join(separator);
  };
  const [resource] = Object.values(Template.fromStack(stack).findResources(MANIFEST_RESOURCE));
  return JSON.parse(resolve(resource.Properties.Manifest))[0];
}

test('the default is the guide\'s with the latest image, and with the metadata options that Karpenter would fill in', () => {
  const { stack, cluster } = importedCluster();
  new EC2NodeClass(stack, 'NodeClass', { cluster, role: iam.Role.fromRoleName(stack, 'Role', 'KarpenterNodeRole-prod') });

  expect(manifestsOf(stack).EC2NodeClass).toEqual({
    apiVersion: 'karpenter.k8s.aws/v1',
    kind: 'EC2NodeClass',
    metadata: { name: 'default' },
    spec: {
      role: 'KarpenterNodeRole-prod',
      amiSelectorTerms: [{ alias: 'al2023@latest' }],
      subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'prod' } }],
      securityGroupSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'prod' } }],
      metadataOptions: { httpEndpoint: 'enabled', httpProtocolIPv6: 'disabled', httpPutResponseHopLimit: 1, httpTokens: 'required' },
    },
  });
});

test('every field of the API is rendered as the schema has it', () => {
  const manifest = nodeClassManifest({
    name: 'custom',
    instanceProfile: 'Nodes-prod',
    objectLabels: { 'example.com/team': 'a' },
    objectAnnotations: { 'example.com/note': 'of the class' },
    amiFamily: NodeClassAmiFamily.BOTTLEROCKET,
    amiSelectorTerms: [
      AmiTerm.id('ami-0123'),
      AmiTerm.ssmParameter('/mine/image'),
      AmiTerm.matching({ name: 'mine-*', owner: 'self' }),
      AmiTerm.matching({ tags: { stage: 'prod' } }),
    ],
    subnetSelectorTerms: [SubnetTerm.id('subnet-0a1'), SubnetTerm.tags({ Name: '*' })],
    securityGroupSelectorTerms: [SecurityGroupTerm.id('sg-0a1'), SecurityGroupTerm.groupName('nodes'), SecurityGroupTerm.tags({ a: 'b' })],
    capacityReservationSelectorTerms: [
      CapacityReservationTerm.id('cr-0a1'),
      CapacityReservationTerm.matching({ tags: { a: 'b' }, instanceMatchCriteria: InstanceMatchCriteria.TARGETED, ownerId: '111111111111' }),
    ],
    blockDeviceMappings: [
      {
        deviceName: '/dev/xvda',
        ebs: { volumeSize: Size.gibibytes(100), volumeType: EbsDeviceVolumeType.GP3, iops: 4000, throughput: 250, encrypted: true, kmsKeyId: 'alias/mine', deleteOnTermination: true },
      },
      { deviceName: '/dev/xvdb', ebs: { snapshotId: 'snap-0123', volumeInitializationRate: 100 }, rootVolume: true },
    ],
    instanceStorePolicy: InstanceStorePolicy.RAID0,
    metadataOptions: {
      httpEndpoint: MetadataState.DISABLED, httpProtocolIpv6: MetadataState.ENABLED, httpPutResponseHopLimit: 2, httpTokens: MetadataTokens.OPTIONAL,
    },
    kubelet: {
      maxPods: 20,
      kubeReserved: { cpu: 0.1 },
      evictionHard: { memoryAvailable: EvictionThreshold.percentage(5) },
      evictionSoft: { memoryAvailable: { threshold: EvictionThreshold.percentage(7), gracePeriod: Duration.minutes(2) } },
      imageGcHighThresholdPercent: 75,
      imageGcLowThresholdPercent: 70,
    },
    userData: '[settings.kubernetes]\nkey = "va\\lue ${x}"\n',
    tags: { 'Name': 'node', 'example.com/team': '' },
    detailedMonitoring: true,
    associatePublicIpAddress: false,
    ipPrefixCount: 1,
    networkInterfaces: [
      { networkCardIndex: 0, deviceIndex: 0, interfaceType: NetworkInterfaceType.INTERFACE },
      { networkCardIndex: 0, deviceIndex: 1, interfaceType: NetworkInterfaceType.EFA_ONLY },
    ],
    connectionTracking: { tcpEstablishedTimeout: Duration.hours(1), udpStreamTimeout: Duration.minutes(2), udpTimeout: Duration.minutes(1) },
    placementGroup: PlacementGroup.byName('mine'),
    nestedVirtualization: true,
    context: 'reserved',
  });

  expect(manifest).toEqual({
    apiVersion: 'karpenter.k8s.aws/v1',
    kind: 'EC2NodeClass',
    metadata: { name: 'custom', labels: { 'example.com/team': 'a' }, annotations: { 'example.com/note': 'of the class' } },
    spec: {
      instanceProfile: 'Nodes-prod',
      amiFamily: 'Bottlerocket',
      amiSelectorTerms: [{ id: 'ami-0123' }, { ssmParameter: '/mine/image' }, { name: 'mine-*', owner: 'self' }, { tags: { stage: 'prod' } }],
      subnetSelectorTerms: [{ id: 'subnet-0a1' }, { tags: { Name: '*' } }],
      securityGroupSelectorTerms: [{ id: 'sg-0a1' }, { name: 'nodes' }, { tags: { a: 'b' } }],
      capacityReservationSelectorTerms: [{ id: 'cr-0a1' }, { tags: { a: 'b' }, instanceMatchCriteria: 'targeted', ownerID: '111111111111' }],
      blockDeviceMappings: [
        {
          deviceName: '/dev/xvda',
          ebs: { volumeSize: '100Gi', volumeType: 'gp3', iops: 4000, throughput: 250, encrypted: true, kmsKeyID: 'alias/mine', deleteOnTermination: true },
        },
        { deviceName: '/dev/xvdb', ebs: { snapshotID: 'snap-0123', volumeInitializationRate: 100 }, rootVolume: true },
      ],
      instanceStorePolicy: 'RAID0',
      metadataOptions: { httpEndpoint: 'disabled', httpProtocolIPv6: 'enabled', httpPutResponseHopLimit: 2, httpTokens: 'optional' },
      kubelet: {
        maxPods: 20,
        kubeReserved: { cpu: '100m' },
        evictionHard: { 'memory.available': '5%' },
        evictionSoft: { 'memory.available': '7%' },
        evictionSoftGracePeriod: { 'memory.available': '120s' },
        imageGCHighThresholdPercent: 75,
        imageGCLowThresholdPercent: 70,
      },
      userData: '[settings.kubernetes]\nkey = "va\\lue ${x}"\n',
      tags: { 'Name': 'node', 'example.com/team': '' },
      detailedMonitoring: true,
      associatePublicIPAddress: false,
      ipPrefixCount: 1,
      networkInterfaces: [
        { networkCardIndex: 0, deviceIndex: 0, interfaceType: 'interface' },
        { networkCardIndex: 0, deviceIndex: 1, interfaceType: 'efa-only' },
      ],
      connectionTracking: { tcpEstablishedTimeout: 3600, udpStreamTimeout: 120, udpTimeout: 60 },
      placementGroupSelector: { name: 'mine' },
      cpuOptions: { nestedVirtualization: 'enabled' },
      context: 'reserved',
    },
  });
  expect(schemaErrors('EC2NodeClass', manifest)).toEqual([]);
});

test.each([
  [AmiAlias.al2023('v20260801'), 'al2023@v20260801'],
  [AmiAlias.al2('v20251120'), 'al2@v20251120'],
  [AmiAlias.al2Latest(), 'al2@latest'],
  [AmiAlias.bottlerocket('v1.50.0'), 'bottlerocket@v1.50.0'],
  [AmiAlias.bottlerocketLatest(), 'bottlerocket@latest'],
  [AmiAlias.windows2019Latest(), 'windows2019@latest'],
  [AmiAlias.windows2022Latest(), 'windows2022@latest'],
  [AmiAlias.windows2025Latest(), 'windows2025@latest'],
])('an image of EKS is the only term, and its family follows from it: %#', (amiAlias, alias) => {
  const { spec } = nodeClassManifest({ amiAlias });

  expect(spec.amiSelectorTerms).toEqual([{ alias }]);
  expect(spec).not.toHaveProperty('amiFamily');
});

test('metadata options that are set in part are filled with Karpenter\'s own', () => {
  expect(nodeClassManifest({ metadataOptions: { httpPutResponseHopLimit: 2 } }).spec.metadataOptions)
    .toEqual({ httpEndpoint: 'enabled', httpProtocolIPv6: 'disabled', httpPutResponseHopLimit: 2, httpTokens: 'required' });
});

test('the path of a role is not part of what Karpenter gets', () => {
  const { stack, cluster } = importedCluster();
  const role = iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111111111111:role/some/path/nodes');

  expect((new EC2NodeClass(stack, 'NodeClass', { cluster, role })._toManifest() as any).spec.role).toBe('nodes');
});

test('a version of an image, a role and a cluster that are known only at deployment reach the node class', () => {
  const { stack } = importedCluster();
  const version = new CfnParameter(stack, 'Version').valueAsString;
  const role = iam.Role.fromRoleName(stack, 'Role', new CfnParameter(stack, 'NodeRole').valueAsString);
  const cluster = clusterIn(stack, 'Late', new CfnParameter(stack, 'Name').valueAsString);
  new EC2NodeClass(stack, 'NodeClass', { cluster, role, amiAlias: AmiAlias.al2023(version) });

  expect(deployed(stack, { Version: 'v20260801', NodeRole: 'nodes', Name: 'late' }).spec).toMatchObject({
    role: 'nodes',
    amiSelectorTerms: [{ alias: 'al2023@v20260801' }],
    subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'late' } }],
  });
});

test('lists of ids that are known only at deployment become terms, without a custom resource', () => {
  const { stack, cluster } = importedCluster();
  const list = (id: string) => new CfnParameter(stack, id, { type: 'CommaDelimitedList' }).valueAsList;
  new EC2NodeClass(stack, 'NodeClass', {
    cluster,
    instanceProfile: 'nodes',
    subnetSelectorTerms: SubnetTerm._ofIds(list('Subnets')),
    securityGroupSelectorTerms: SecurityGroupTerm._ofIds(list('Groups')),
  });

  const manifest = deployed(stack, { Subnets: ['subnet-1', 'subnet-2'], Groups: ['sg-1'] });
  expect(manifest.spec).toMatchObject({
    subnetSelectorTerms: [{ id: 'subnet-1' }, { id: 'subnet-2' }],
    securityGroupSelectorTerms: [{ id: 'sg-1' }],
  });
  expect(schemaErrors('EC2NodeClass', manifest)).toEqual([]);
  Template.fromStack(stack).resourceCountIs('Custom::AWSCDKCfnJsonStringify', 0);
});

test('ids that are known at synthesis are a term each', () => {
  const { spec } = nodeClassManifest({
    subnetSelectorTerms: SubnetTerm._ofIds(['subnet-1', 'subnet-2']),
    securityGroupSelectorTerms: SecurityGroupTerm._ofIds(['sg-1', Fn.importValue('group')]),
  });

  expect(spec.subnetSelectorTerms).toEqual([{ id: 'subnet-1' }, { id: 'subnet-2' }]);
  expect(spec.securityGroupSelectorTerms).toHaveLength(2);
});

test('a list of unknown length stands alone', () => {
  const { stack } = importedCluster();
  const ids = new CfnParameter(stack, 'Subnets', { type: 'CommaDelimitedList' }).valueAsList;

  expect(() => nodeClassManifest({ subnetSelectorTerms: [...SubnetTerm._ofIds(ids), SubnetTerm.id('subnet-1')] }))
    .toThrow('`subnetSelectorTerms` has a list of ids that is known only at deployment beside other terms');
});
