import { Duration, Size } from 'aws-cdk-lib';
import { EbsDeviceVolumeType } from 'aws-cdk-lib/aws-ec2';
import { Table, accept, many, refuse } from './manifest-row';
import { EvictionThreshold } from '../../../src/provisioning/eviction';
import { MetadataState, MetadataTokens } from '../../../src/provisioning/metadata-options';
import { AmiAlias, AmiTerm, NodeClassAmiFamily } from '../../../src/provisioning/v1/ami';
import { CapacityReservationTerm, InstanceMatchCriteria } from '../../../src/provisioning/v1/capacity-reservation-term';
import { EC2NodeClassOptions, InstanceStorePolicy } from '../../../src/provisioning/v1/ec2-node-class-options';
import { NetworkInterfaceType, NodeNetworkInterface, PlacementGroup } from '../../../src/provisioning/v1/node-class-network';
import { NodeClassBlockDevice } from '../../../src/provisioning/v1/node-class-volumes';
import { SecurityGroupTerm, SubnetTerm } from '../../../src/provisioning/v1/selector-terms';

const { AL2023, AL2, BOTTLEROCKET, WINDOWS_2022, CUSTOM } = NodeClassAmiFamily;
const images = (...terms: (() => AmiTerm)[]) => (): EC2NodeClassOptions => ({ amiSelectorTerms: terms.map((make) => make()), amiFamily: AL2023 });
const subnets = (...terms: (() => SubnetTerm)[]) => (): EC2NodeClassOptions => ({ subnetSelectorTerms: terms.map((make) => make()) });
const groups = (...terms: (() => SecurityGroupTerm)[]) => (): EC2NodeClassOptions => ({ securityGroupSelectorTerms: terms.map((make) => make()) });
const reservations = (...terms: (() => CapacityReservationTerm)[]) => (): EC2NodeClassOptions =>
  ({ capacityReservationSelectorTerms: terms.map((make) => make()) });
const volume = (ebs: NodeClassBlockDevice, rootVolume?: boolean) => (): EC2NodeClassOptions =>
  ({ blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs, rootVolume }] });
const size = Size.gibibytes(100);
const tags = (count: number) => Object.fromEntries(many(count, (index) => [`example.com/${index}`, 'x']));
const card = (networkCardIndex: number, deviceIndex: number, interfaceType = NetworkInterfaceType.INTERFACE): NodeNetworkInterface =>
  ({ networkCardIndex, deviceIndex, interfaceType });
const interfaces = (...networkInterfaces: NodeNetworkInterface[]) => (): EC2NodeClassOptions => ({ networkInterfaces });
const { EFA_ONLY } = NetworkInterfaceType;
const tag = (key: string) => (): EC2NodeClassOptions => ({ tags: { [key]: 'x' } });

const ami = (term: object, amiFamily: string | null = 'AL2023') => ({ amiSelectorTerms: [term], amiFamily });
const alias = (text: string) => ami({ alias: text }, null);
const ebs = (value: object) => ({ blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: value }] });
const EMPTY_TAGS = { rule: 'empty tag keys or values aren\'t supported' };
const restricted = (key: string) => ({ rule: `tag contains a restricted tag matching ${key}` });
const signals = (property: string) => ({
  rule: `valid keys for ${property} are ['memory.available','nodefs.available','nodefs.inodesFree','imagefs.available','imagefs.inodesFree','pid.available']`,
});
const reserved = (property: string) => ({ rule: `valid keys for ${property} are ['cpu','memory','ephemeral-storage','pid']` });
const notNegative = (property: string) => ({ rule: `${property} value cannot be a negative resource quantity` });
const family = (name: string) => ({ rule: `if set, amiFamily must be '${name}' or 'Custom' when using ${name === 'Bottlerocket' ? 'a' : name.startsWith('W') ? 'a' : 'an'} ${name} alias` });
const EXCLUSIVE_ID = { rule: '\'id\' is mutually exclusive, cannot be set with a combination of other fields in amiSelectorTerms' };
const EXCLUSIVE_ALIAS = { rule: '\'alias\' is mutually exclusive, cannot be set with a combination of other fields in amiSelectorTerms' };
const INTERFACE_TWICE = {
  rule: 'networkInterfaces must not have duplicate networkCardIndex and deviceIndex pairs, and can have at most one efa device per network card',
};

/** EC2NodeClasses, each taken or refused by the API server with the definitions of Karpenter 1.14.3. */
export const EC2_NODE_CLASSES: Table<EC2NodeClassOptions> = {
  accepted: [
    accept('the defaults', () => ({})),
    accept('a name with a dot', () => ({ name: 'batch.v2' })),
    accept('labels and annotations of the object', () => ({ objectLabels: { 'example.com/team': 'a' }, objectAnnotations: { 'example.com/note': 'any text' } })),

    accept('Amazon Linux 2023, pinned', () => ({ amiAlias: AmiAlias.al2023('v20260801') })),
    accept('Amazon Linux 2, pinned', () => ({ amiAlias: AmiAlias.al2('v20251120') })),
    accept('Amazon Linux 2, latest', () => ({ amiAlias: AmiAlias.al2Latest() })),
    accept('Bottlerocket, pinned', () => ({ amiAlias: AmiAlias.bottlerocket('v1.50.0') })),
    accept('Bottlerocket, pinned without a letter', () => ({ amiAlias: AmiAlias.bottlerocket('1.50.0') })),
    accept('Bottlerocket, latest', () => ({ amiAlias: AmiAlias.bottlerocketLatest() })),
    accept('Windows 2019', () => ({ amiAlias: AmiAlias.windows2019Latest() })),
    accept('Windows 2022', () => ({ amiAlias: AmiAlias.windows2022Latest() })),
    accept('Windows 2025', () => ({ amiAlias: AmiAlias.windows2025Latest() })),
    accept('an alias with its family', () => ({ amiAlias: AmiAlias.al2023Latest(), amiFamily: AL2023 })),
    accept('an alias with user data of one\'s own', () => ({ amiAlias: AmiAlias.al2023Latest(), amiFamily: CUSTOM, userData: '#!/bin/bash' })),
    accept('an image by its id', images(() => AmiTerm.id('ami-0123456789abcdef0'))),
    accept('images by name and owner', images(() => AmiTerm.matching({ name: 'mine-*', owner: '111111111111' }))),
    accept('images by 20 tags', images(() => AmiTerm.matching({ tags: tags(20) }))),
    accept('images by name, tags and owner', images(() => AmiTerm.matching({ name: 'mine', tags: { stage: '*' }, owner: 'self' }))),
    accept('an image by a parameter', images(() => AmiTerm.ssmParameter('/mine/image'))),
    accept('30 terms of images', images(...many(30, (index) => () => AmiTerm.id(`ami-${index}`)))),
    ...Object.values(NodeClassAmiFamily).map((amiFamily) => accept(`an image of family ${amiFamily}`,
      (): EC2NodeClassOptions => ({ amiSelectorTerms: [AmiTerm.id('ami-1')], amiFamily }))),

    accept('subnets by id and by tags', subnets(() => SubnetTerm.id('subnet-0123456789abcdef0'), () => SubnetTerm.tags({ Name: '*' }))),
    accept('30 terms of subnets', subnets(...many(30, (index) => () => SubnetTerm.id(`subnet-${index}`)))),
    accept('security groups by id, name and tags', groups(() => SecurityGroupTerm.id('sg-1'), () => SecurityGroupTerm.groupName('nodes'), () => SecurityGroupTerm.tags({ a: 'b' }))),
    accept('reservations by id', reservations(() => CapacityReservationTerm.id('cr-0123456789abcdef0'))),
    accept('reservations by tags, criteria and owner', reservations(() => CapacityReservationTerm.matching({
      tags: { a: 'b' }, instanceMatchCriteria: InstanceMatchCriteria.TARGETED, ownerId: '111111111111',
    }))),
    accept('open reservations', reservations(() => CapacityReservationTerm.matching({ instanceMatchCriteria: InstanceMatchCriteria.OPEN }))),
    accept('a placement group by name', () => ({ placementGroup: PlacementGroup.byName('mine') })),
    accept('a placement group by id', () => ({ placementGroup: PlacementGroup.byId('pg-0123456789abcdef0') })),

    accept('the smallest volume', volume({ volumeSize: Size.gibibytes(1) })),
    accept('the largest volume', volume({ volumeSize: Size.gibibytes(59000) })),
    accept('a volume in tebibytes', volume({ volumeSize: Size.tebibytes(19) })),
    accept('a volume of a snapshot', volume({ snapshotId: 'snap-1', volumeInitializationRate: 300 })),
    accept('a volume with all fields', volume({
      volumeSize: size, volumeType: EbsDeviceVolumeType.GP3, iops: 4000, throughput: 250, encrypted: true, kmsKeyId: 'alias/mine', deleteOnTermination: true,
    }, true)),
    accept('50 volumes', () => ({
      blockDeviceMappings: many(50, (index) => ({ deviceName: `/dev/sd${index}`, ebs: { volumeSize: size }, rootVolume: index === 0 })),
    })),
    accept('an array of the instance\'s disks', () => ({ instanceStorePolicy: InstanceStorePolicy.RAID0 })),
    accept('two hops', () => ({ metadataOptions: { httpPutResponseHopLimit: 2 } })),
    accept('all metadata options', () => ({
      metadataOptions: {
        httpEndpoint: MetadataState.DISABLED,
        httpProtocolIpv6: MetadataState.ENABLED,
        httpPutResponseHopLimit: 64,
        httpTokens: MetadataTokens.OPTIONAL,
      },
    })),
    accept('all settings of the kubelet', () => ({
      kubelet: {
        clusterDns: ['10.100.0.10', 'fd00::a'],
        maxPods: 20,
        podsPerCore: 0,
        systemReserved: { cpu: 0.1, memory: Size.mebibytes(100), ephemeralStorage: Size.gibibytes(1), pid: 100 },
        kubeReserved: { cpu: 2 },
        evictionHard: { memoryAvailable: EvictionThreshold.percentage(2.25), nodefsAvailable: EvictionThreshold.size(Size.gibibytes(1)) },
        evictionSoft: { pidAvailable: { threshold: EvictionThreshold.percentage(100), gracePeriod: Duration.minutes(2) } },
        evictionMaxPodGracePeriod: Duration.minutes(1),
        imageGcHighThresholdPercent: 75,
        imageGcLowThresholdPercent: 70,
        cpuCfsQuota: false,
      },
    })),
    accept('no settings of the kubelet', () => ({ kubelet: { evictionSoft: {}, systemReserved: {} } })),
    accept('as many tags as EC2 has room for', () => ({ tags: { Name: 'node', ...tags(44) } })),
    accept('a tag without a value', () => ({ tags: { a: '' } })),
    accept('a tag like Karpenter\'s', tag('karpenter.sh/discovery')),
    accept('user data', () => ({ userData: '#!/bin/bash\necho "${HOME}"' })),
    accept('monitoring, a public address and a context', () => ({ detailedMonitoring: true, associatePublicIpAddress: false, context: 'reserved' })),
    accept('no prefixes', () => ({ ipPrefixCount: 0 })),
    accept('interfaces', interfaces(card(0, 0), card(0, 1, EFA_ONLY), card(1, 1, EFA_ONLY))),
    accept('no interfaces', interfaces()),
    accept('all times of connections', () => ({
      connectionTracking: { tcpEstablishedTimeout: Duration.days(5), udpStreamTimeout: Duration.seconds(60), udpTimeout: Duration.seconds(30) },
    })),
    accept('virtual machines', () => ({ nestedVirtualization: true })),
    accept('no virtual machines', () => ({ nestedVirtualization: false })),
  ],

  refused: [
    refuse('no images', { field: '/spec' }, { amiSelectorTerms: null }),
    refuse('an empty list of images', { field: '/spec/amiSelectorTerms' }, { amiSelectorTerms: [], amiFamily: 'AL2023' }, images(), '`amiSelectorTerms` is empty'),
    refuse('31 terms of images', { field: '/spec/amiSelectorTerms' }, { amiSelectorTerms: many(31, (index) => ({ id: `ami-${index}` })), amiFamily: 'AL2023' },
      images(...many(31, (index) => () => AmiTerm.id(`ami-${index}`))), '`amiSelectorTerms` has 31 terms'),
    refuse('an image of an owner, whatever it is', { rule: 'expected at least one, got none, [\'tags\', \'id\', \'name\', \'alias\', \'ssmParameter\']' },
      ami({ owner: 'self' }), images(() => AmiTerm.matching({ owner: 'self' })), 'image term has neither `name` nor `tags`'),
    refuse('an image by id and name', EXCLUSIVE_ID, ami({ id: 'ami-1', name: 'a' })),
    refuse('an image by alias and owner', EXCLUSIVE_ALIAS, ami({ alias: 'al2023@latest', owner: 'self' }, null)),
    refuse('an alias among others', { rule: '\'alias\' is mutually exclusive, cannot be set with a combination of other amiSelectorTerms' },
      { amiSelectorTerms: [{ alias: 'al2023@latest' }, { id: 'ami-1' }] },
      () => ({ amiAlias: AmiAlias.al2023Latest(), amiSelectorTerms: [AmiTerm.id('ami-1')], amiFamily: AL2023 }), '`amiAlias` and `amiSelectorTerms` are both set'),
    refuse('an alias without a version', { rule: '\'alias\' is improperly formatted, must match the format \'family@version\'' }, alias('al2023'),
      () => ({ amiAlias: AmiAlias.al2023('') }), 'AL2023 image has the version ""'),
    refuse('an alias of an unknown family', { rule: 'family is not supported, must be one of the following: \'al2\', \'al2023\', \'bottlerocket\', \'windows2019\', \'windows2022\', \'windows2025\'' },
      alias('ubuntu@latest')),
    refuse('a pinned Windows', { rule: 'windows families may only specify version \'latest\'' }, alias('windows2022@v1')),
    refuse('an alias of 31 characters', { field: '/spec/amiSelectorTerms/0/alias' }, alias(`al2023@v${'1'.repeat(23)}`),
      () => ({ amiAlias: AmiAlias.al2023(`v${'1'.repeat(23)}`) }), 'AL2023 image has the version'),
    refuse('an image id that is none', { field: '/spec/amiSelectorTerms/0/id' }, ami({ id: 'image-1' }), images(() => AmiTerm.id('image-1')), 'image id is "image-1"'),
    refuse('images by 21 tags', { field: '/spec/amiSelectorTerms/0/tags' }, ami({ tags: tags(21) }),
      images(() => AmiTerm.matching({ tags: tags(21) })), 'image term has 21 tags'),
    refuse('images by a tag without a value', EMPTY_TAGS, ami({ tags: { a: '' } }), images(() => AmiTerm.matching({ tags: { a: '' } })), 'image term has the tag "a": ""'),
    refuse('images without a family', { rule: 'must specify amiFamily if amiSelectorTerms does not contain an alias' }, ami({ id: 'ami-1' }, null),
      () => ({ amiSelectorTerms: [AmiTerm.id('ami-1')] }), '`amiSelectorTerms` is set and `amiFamily` is not'),
    refuse('an unknown family', { field: '/spec/amiFamily' }, ami({ id: 'ami-1' }, 'Ubuntu'),
      () => ({ amiSelectorTerms: [AmiTerm.id('ami-1')], amiFamily: 'Ubuntu' as NodeClassAmiFamily }), '`amiFamily` is "Ubuntu": set one of AL2, AL2023'),
    refuse('Amazon Linux 2 of another family', family('AL2'), ami({ alias: 'al2@latest' }, 'AL2023'),
      () => ({ amiAlias: AmiAlias.al2Latest(), amiFamily: AL2023 }), '`amiFamily` is AL2023 and the image is one of AL2'),
    refuse('Amazon Linux 2023 of another family', family('AL2023'), ami({ alias: 'al2023@latest' }, 'AL2'),
      () => ({ amiAlias: AmiAlias.al2023Latest(), amiFamily: AL2 }), '`amiFamily` is AL2 and the image is one of AL2023'),
    refuse('Bottlerocket of another family', family('Bottlerocket'), ami({ alias: 'bottlerocket@latest' }, 'AL2'),
      () => ({ amiAlias: AmiAlias.bottlerocketLatest(), amiFamily: AL2 }), '`amiFamily` is AL2 and the image is one of Bottlerocket'),
    refuse('Windows 2019 of another family', family('Windows2019'), ami({ alias: 'windows2019@latest' }, 'Windows2022'),
      () => ({ amiAlias: AmiAlias.windows2019Latest(), amiFamily: WINDOWS_2022 }), '`amiFamily` is Windows2022 and the image is one of Windows2019'),
    refuse('Windows 2022 of another family', family('Windows2022'), ami({ alias: 'windows2022@latest' }, 'AL2'),
      () => ({ amiAlias: AmiAlias.windows2022Latest(), amiFamily: AL2 }), '`amiFamily` is AL2 and the image is one of Windows2022'),
    refuse('Windows 2025 of another family', family('Windows2025'), ami({ alias: 'windows2025@latest' }, 'Bottlerocket'),
      () => ({ amiAlias: AmiAlias.windows2025Latest(), amiFamily: BOTTLEROCKET }), '`amiFamily` is Bottlerocket and the image is one of Windows2025'),

    refuse('no subnets', { field: '/spec' }, { subnetSelectorTerms: null }),
    refuse('an empty list of subnets', { rule: 'subnetSelectorTerms cannot be empty' }, { subnetSelectorTerms: [] }, subnets(), '`subnetSelectorTerms` is empty'),
    refuse('31 terms of subnets', { field: '/spec/subnetSelectorTerms' }, { subnetSelectorTerms: many(31, (index) => ({ id: `subnet-${index}` })) },
      subnets(...many(31, (index) => () => SubnetTerm.id(`subnet-${index}`))), '`subnetSelectorTerms` has 31 terms'),
    refuse('an empty term of a subnet', { rule: 'expected at least one, got none, [\'tags\', \'id\']' }, { subnetSelectorTerms: [{}] }),
    refuse('a subnet by id and tags', { rule: '\'id\' is mutually exclusive, cannot be set with a combination of other fields in a subnet selector term' },
      { subnetSelectorTerms: [{ id: 'subnet-1', tags: { a: 'b' } }] }),
    refuse('a subnet id that is none', { field: '/spec/subnetSelectorTerms/0/id' }, { subnetSelectorTerms: [{ id: 'sg-1' }] },
      subnets(() => SubnetTerm.id('sg-1')), 'id "sg-1" is not of the form "subnet-'),
    refuse('subnets by a tag without a key', EMPTY_TAGS, { subnetSelectorTerms: [{ tags: { '': 'a' } }] },
      subnets(() => SubnetTerm.tags({ '': 'a' })), 'subnet term has the tag "": "a"'),

    refuse('no security groups', { field: '/spec' }, { securityGroupSelectorTerms: null }),
    refuse('an empty list of security groups', { rule: 'securityGroupSelectorTerms cannot be empty' }, { securityGroupSelectorTerms: [] },
      groups(), '`securityGroupSelectorTerms` is empty'),
    refuse('an empty term of a security group', { rule: 'expected at least one, got none, [\'tags\', \'id\', \'name\']' }, { securityGroupSelectorTerms: [{}] }),
    refuse('a security group by id and name', { rule: '\'id\' is mutually exclusive, cannot be set with a combination of other fields in a security group selector term' },
      { securityGroupSelectorTerms: [{ id: 'sg-1', name: 'a' }] }),
    refuse('a security group by name and tags', { rule: '\'name\' is mutually exclusive, cannot be set with a combination of other fields in a security group selector term' },
      { securityGroupSelectorTerms: [{ name: 'a', tags: { a: 'b' } }] }),
    refuse('a security group id that is none', { field: '/spec/securityGroupSelectorTerms/0/id' }, { securityGroupSelectorTerms: [{ id: 'group-1' }] },
      groups(() => SecurityGroupTerm.id('group-1')), 'id "group-1" is not of the form "sg-'),

    refuse('an empty term of a reservation', { rule: 'expected at least one, got none, [\'tags\', \'id\', \'instanceMatchCriteria\']' },
      { capacityReservationSelectorTerms: [{ ownerID: '111111111111' }] },
      reservations(() => CapacityReservationTerm.matching({ ownerId: '111111111111' })), 'capacity reservation term has neither `tags` nor `instanceMatchCriteria`'),
    refuse('a reservation by id and tags', { rule: '\'id\' is mutually exclusive, cannot be set along with other fields in a capacity reservation selector term' },
      { capacityReservationSelectorTerms: [{ id: 'cr-1', tags: { a: 'b' } }] }),
    refuse('a reservation id that is none', { field: '/spec/capacityReservationSelectorTerms/0/id' }, { capacityReservationSelectorTerms: [{ id: 'my-cr-1' }] },
      reservations(() => CapacityReservationTerm.id('my-cr-1')), 'capacity reservation id is "my-cr-1"'),
    refuse('a reservation of an owner that is none', { field: '/spec/capacityReservationSelectorTerms/0/ownerID' },
      { capacityReservationSelectorTerms: [{ tags: { a: 'b' }, ownerID: '1' }] },
      reservations(() => CapacityReservationTerm.matching({ tags: { a: 'b' }, ownerId: '1' })), 'capacity reservation term has the `ownerId` "1"'),
    refuse('a reservation by unknown criteria', { field: '/spec/capacityReservationSelectorTerms/0/instanceMatchCriteria' },
      { capacityReservationSelectorTerms: [{ instanceMatchCriteria: 'all' }] },
      reservations(() => CapacityReservationTerm.matching({ instanceMatchCriteria: 'all' as InstanceMatchCriteria })), '`instanceMatchCriteria` of CapacityReservationTerm.matching is "all"'),
    refuse('an empty placement group', { rule: 'expected at least one, got none, [\'name\', \'id\']' }, { placementGroupSelector: {} }),
    refuse('a placement group by name and id', { rule: '\'name\' and \'id\' are mutually exclusive' }, { placementGroupSelector: { name: 'a', id: 'pg-1' } }),
    refuse('a placement group without a name', { field: '/spec/placementGroupSelector/name' }, { placementGroupSelector: { name: '' } },
      () => ({ placementGroup: PlacementGroup.byName('') }), 'placement group has an empty name'),
    refuse('a placement group id that is none', { field: '/spec/placementGroupSelector/id' }, { placementGroupSelector: { id: 'group' } },
      () => ({ placementGroup: PlacementGroup.byId('group') }), 'placement group id is "group"'),

    refuse('neither a role nor a profile', { rule: 'must specify exactly one of [\'role\', \'instanceProfile\']' }, { instanceProfile: null },
      () => ({ instanceProfile: undefined }), '`role` and `instanceProfile` are neither set'),
    refuse('a role and a profile', { rule: 'must specify exactly one of [\'role\', \'instanceProfile\']' }, { role: 'nodes' }),
    refuse('an empty role', { rule: 'role cannot be empty' }, { instanceProfile: null, role: '' }),
    refuse('an empty profile', { rule: 'instanceProfile cannot be empty' }, { instanceProfile: '' }, () => ({ instanceProfile: '' }), '`instanceProfile` is ""'),

    refuse('a volume of no size', { rule: 'snapshotID or volumeSize must be defined' }, ebs({}), volume({}), 'has neither `volumeSize` nor `snapshotId`'),
    refuse('a rate without a snapshot', { rule: 'snapshotID must be set when volumeInitializationRate is set' }, ebs({ volumeSize: '1Gi', volumeInitializationRate: 100 }),
      volume({ volumeSize: size, volumeInitializationRate: 100 }), 'has a `volumeInitializationRate` (100) and no `snapshotId`'),
    refuse('a rate of 99', { field: '/spec/blockDeviceMappings/0/ebs/volumeInitializationRate' }, ebs({ snapshotID: 'snap-1', volumeInitializationRate: 99 }),
      volume({ snapshotId: 'snap-1', volumeInitializationRate: 99 }), '`blockDeviceMappings[0].ebs.volumeInitializationRate` is 99'),
    refuse('a volume in mebibytes', { field: '/spec/blockDeviceMappings/0/ebs/volumeSize' }, ebs({ volumeSize: '1536Mi' }),
      volume({ volumeSize: Size.mebibytes(1536) }), '`volumeSize` of "/dev/xvda" is 1.5 GiB'),
    refuse('a volume of 59001 gibibytes', { field: '/spec/blockDeviceMappings/0/ebs/volumeSize' }, ebs({ volumeSize: '59001Gi' }),
      volume({ volumeSize: Size.gibibytes(59001) }), '`volumeSize` of "/dev/xvda" is 59001 GiB'),
    refuse('a volume of nothing', { field: '/spec/blockDeviceMappings/0/ebs/volumeSize' }, ebs({ volumeSize: '0Gi' }),
      volume({ volumeSize: Size.gibibytes(0) }), '`volumeSize` of "/dev/xvda" is 0 GiB'),
    refuse('an unknown volume type', { field: '/spec/blockDeviceMappings/0/ebs/volumeType' }, ebs({ volumeSize: '1Gi', volumeType: 'gp4' }),
      volume({ volumeSize: size, volumeType: 'gp4' as EbsDeviceVolumeType }), '`blockDeviceMappings[0].ebs.volumeType` is "gp4"'),
    refuse('two root volumes', { rule: 'must have only one blockDeviceMappings with rootVolume' },
      { blockDeviceMappings: many(2, (index) => ({ deviceName: `/dev/sd${index}`, ebs: { volumeSize: '1Gi' }, rootVolume: true })) },
      () => ({ blockDeviceMappings: many(2, (index) => ({ deviceName: `/dev/sd${index}`, ebs: { volumeSize: size }, rootVolume: true })) }),
      'block devices "/dev/sd0", "/dev/sd1" all have `rootVolume`'),
    refuse('51 volumes', { field: '/spec/blockDeviceMappings' },
      { blockDeviceMappings: many(51, (index) => ({ deviceName: `/dev/sd${index}`, ebs: { volumeSize: '1Gi' } })) },
      () => ({ blockDeviceMappings: many(51, (index) => ({ deviceName: `/dev/sd${index}`, ebs: { volumeSize: size } })) }), '`blockDeviceMappings` has 51 entries'),
    refuse('another array', { field: '/spec/instanceStorePolicy' }, { instanceStorePolicy: 'RAID1' },
      () => ({ instanceStorePolicy: 'RAID1' as InstanceStorePolicy }), '`instanceStorePolicy` is "RAID1"'),
    refuse('no hop', { field: '/spec/metadataOptions/httpPutResponseHopLimit' }, { metadataOptions: { httpPutResponseHopLimit: 0 } },
      () => ({ metadataOptions: { httpPutResponseHopLimit: 0 } }), '`metadataOptions.httpPutResponseHopLimit` is 0'),
    refuse('65 hops', { field: '/spec/metadataOptions/httpPutResponseHopLimit' }, { metadataOptions: { httpPutResponseHopLimit: 65 } },
      () => ({ metadataOptions: { httpPutResponseHopLimit: 65 } }), '`metadataOptions.httpPutResponseHopLimit` is 65'),
    refuse('unknown tokens', { field: '/spec/metadataOptions/httpTokens' }, { metadataOptions: { httpTokens: 'never' } },
      () => ({ metadataOptions: { httpTokens: 'never' as MetadataTokens } }), '`metadataOptions.httpTokens` is "never"'),

    refuse('a kubelet that keeps images the wrong way round', { rule: 'imageGCHighThresholdPercent must be greater than imageGCLowThresholdPercent' },
      { kubelet: { imageGCHighThresholdPercent: 70, imageGCLowThresholdPercent: 70 } },
      () => ({ kubelet: { imageGcHighThresholdPercent: 70, imageGcLowThresholdPercent: 70 } }), '`kubelet.imageGcHighThresholdPercent` (70) must be greater'),
    refuse('a threshold of 101 percent', { field: '/spec/kubelet/imageGCHighThresholdPercent' }, { kubelet: { imageGCHighThresholdPercent: 101 } },
      () => ({ kubelet: { imageGcHighThresholdPercent: 101 } }), '`kubelet.imageGcHighThresholdPercent` is 101'),
    refuse('a soft eviction without a time', { rule: 'evictionSoft OwnerKey does not have a matching evictionSoftGracePeriod' },
      { kubelet: { evictionSoft: { 'memory.available': '5%' }, evictionSoftGracePeriod: { 'pid.available': '1m' } } }),
    refuse('a time without a soft eviction', { rule: 'evictionSoftGracePeriod OwnerKey does not have a matching evictionSoft' },
      { kubelet: { evictionSoft: {}, evictionSoftGracePeriod: { 'memory.available': '1m' } } }),
    refuse('an unknown signal of a hard eviction', signals('evictionHard'), { kubelet: { evictionHard: { 'cpu.available': '5%' } } }),
    refuse('an unknown signal of a soft eviction', signals('evictionSoft'),
      { kubelet: { evictionSoft: { 'cpu.available': '5%' }, evictionSoftGracePeriod: { 'cpu.available': '1m' } } }),
    refuse('an unknown signal of a time', signals('evictionSoftGracePeriod'),
      { kubelet: { evictionSoft: { 'cpu.available': '5%' }, evictionSoftGracePeriod: { 'cpu.available': '1m' } } }),
    refuse('a threshold of three decimal places', { field: '/spec/kubelet/evictionHard/memory.available' }, { kubelet: { evictionHard: { 'memory.available': '2.125%' } } },
      () => ({ kubelet: { evictionHard: { memoryAvailable: EvictionThreshold.percentage(2.125) } } }), '`kubelet.evictionHard` has the threshold 2.125%'),
    refuse('an unknown resource for the system', reserved('systemReserved'), { kubelet: { systemReserved: { gpu: '1' } } }),
    refuse('an unknown resource for Kubernetes', reserved('kubeReserved'), { kubelet: { kubeReserved: { gpu: '1' } } }),
    refuse('less than nothing for the system', notNegative('systemReserved'), { kubelet: { systemReserved: { cpu: '-1' } } },
      () => ({ kubelet: { systemReserved: { cpu: -1 } } }), '`kubelet.systemReserved.cpu` is -1'),
    refuse('less than nothing for Kubernetes', notNegative('kubeReserved'), { kubelet: { kubeReserved: { pid: '-1' } } },
      () => ({ kubelet: { kubeReserved: { pid: -1 } } }), '`kubelet.kubeReserved.pid` is -1'),
    refuse('less than no pods', { field: '/spec/kubelet/maxPods' }, { kubelet: { maxPods: -1 } }, () => ({ kubelet: { maxPods: -1 } }), '`kubelet.maxPods` is -1'),
    refuse('less than no pods on a core', { field: '/spec/kubelet/podsPerCore' }, { kubelet: { podsPerCore: -1 } },
      () => ({ kubelet: { podsPerCore: -1 } }), '`kubelet.podsPerCore` is -1'),

    refuse('a tag without a key', { rule: 'empty tag keys aren\'t supported' }, { tags: { '': 'x' } }, tag(''), 'a key in `tags` is empty'),
    refuse('the tag of the cluster', restricted('eks:eks-cluster-name'), { tags: { 'eks:eks-cluster-name': 'x' } }, tag('eks:eks-cluster-name'), 'tag "eks:eks-cluster-name" is restricted'),
    refuse('the former tag of the cluster', restricted('kubernetes.io/cluster/'), { tags: { 'kubernetes.io/cluster/prod': 'owned' } },
      tag('kubernetes.io/cluster/prod'), 'tag "kubernetes.io/cluster/prod" is restricted'),
    refuse('a tag that begins like that of the cluster', restricted('kubernetes.io/cluster/'), { tags: { 'kubernetes.io/clusters': 'x' } },
      tag('kubernetes.io/clusters'), 'tag "kubernetes.io/clusters" is restricted'),
    refuse('the tag of the pool', restricted('karpenter.sh/nodepool'), { tags: { 'karpenter.sh/nodepool': 'x' } }, tag('karpenter.sh/nodepool'), 'tag "karpenter.sh/nodepool" is restricted'),
    refuse('the tag of the claim', restricted('karpenter.sh/nodeclaim'), { tags: { 'karpenter.sh/nodeclaim': 'x' } },
      tag('karpenter.sh/nodeclaim'), 'tag "karpenter.sh/nodeclaim" is restricted'),
    refuse('the tag of the class', restricted('karpenter.k8s.aws/ec2nodeclass'), { tags: { 'karpenter.k8s.aws/ec2nodeclass': 'x' } },
      tag('karpenter.k8s.aws/ec2nodeclass'), 'tag "karpenter.k8s.aws/ec2nodeclass" is restricted'),

    refuse('less than no prefixes', { field: '/spec/ipPrefixCount' }, { ipPrefixCount: -1 }, () => ({ ipPrefixCount: -1 }), '`ipPrefixCount` is -1'),
    refuse('interfaces without the first', { rule: 'networkInterfaces must include a primary interface with interfaceType=\'interface\'' },
      { networkInterfaces: [{ networkCardIndex: 0, deviceIndex: 1, interfaceType: 'interface' }] }, interfaces(card(0, 1)), '`networkInterfaces` has no ordinary interface as device 0 of card 0'),
    refuse('an interface twice', INTERFACE_TWICE, { networkInterfaces: [card(0, 0), card(0, 0)] }, interfaces(card(0, 0), card(0, 0)), 'device 0 of card 0 is given twice'),
    refuse('two fabric adapters on one card', INTERFACE_TWICE, { networkInterfaces: [card(0, 0), card(0, 1, EFA_ONLY), card(0, 2, EFA_ONLY)] },
      interfaces(card(0, 0), card(0, 1, EFA_ONLY), card(0, 2, EFA_ONLY)), 'card 0 is given two interfaces of type efa-only'),
    refuse('an unknown interface', { field: '/spec/networkInterfaces/0/interfaceType' }, { networkInterfaces: [card(0, 0, 'efa' as NetworkInterfaceType)] },
      interfaces(card(0, 0, 'efa' as NetworkInterfaceType)), '`networkInterfaces[0].interfaceType` is "efa"'),
    refuse('a card before the first', { field: '/spec/networkInterfaces/1/networkCardIndex' }, { networkInterfaces: [card(0, 0), card(-1, 0)] },
      interfaces(card(0, 0), card(-1, 0)), '`networkInterfaces[1].networkCardIndex` is -1'),
    refuse('no times of connections', { rule: 'at least one of tcpEstablishedTimeout, udpStreamTimeout, or udpTimeout must be set' }, { connectionTracking: {} },
      () => ({ connectionTracking: {} }), '`connectionTracking` is empty'),
    refuse('connections that are forgotten at once', { field: '/spec/connectionTracking/tcpEstablishedTimeout' }, { connectionTracking: { tcpEstablishedTimeout: 59 } },
      () => ({ connectionTracking: { tcpEstablishedTimeout: Duration.seconds(59) } }), '`connectionTracking.tcpEstablishedTimeout` in seconds is 59'),
    refuse('streams that are kept too long', { field: '/spec/connectionTracking/udpStreamTimeout' }, { connectionTracking: { udpStreamTimeout: 181 } },
      () => ({ connectionTracking: { udpStreamTimeout: Duration.seconds(181) } }), '`connectionTracking.udpStreamTimeout` in seconds is 181'),
    refuse('virtual machines, perhaps', { field: '/spec/cpuOptions/nestedVirtualization' }, { cpuOptions: { nestedVirtualization: 'auto' } }),
  ],
};
