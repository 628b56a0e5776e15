import { LaunchTemplateBlockDeviceMapping, ResponseLaunchTemplateData, ResourceType } from '@aws-sdk/client-ec2';
import { BlockDeviceDetails, LaunchTemplateDetails, OtherField, UserData } from './contract';
import { tagsOf } from '../../cluster/readings.aws';
import { launchTemplateSecurityGroupIds } from '../../cluster/survey';

/** What a launch template says, in plain words; its image is known by id only. */
export function launchTemplateDetails(id: string, version: string, data: ResponseLaunchTemplateData): LaunchTemplateDetails {
  const { MetadataOptions: metadata, NetworkInterfaces: cards = [] } = data;
  const tags = (type: ResourceType) => tagsOf(data.TagSpecifications?.find(({ ResourceType: one }) => one === type)?.Tags);
  return {
    id,
    version,
    image: data.ImageId === undefined ? undefined : { id: data.ImageId },
    blockDevices: (data.BlockDeviceMappings ?? []).map(blockDevice),
    metadataOptions: metadata && {
      httpEndpoint: metadata.HttpEndpoint,
      httpTokens: metadata.HttpTokens,
      httpPutResponseHopLimit: metadata.HttpPutResponseHopLimit,
      httpProtocolIpv6: metadata.HttpProtocolIpv6,
    },
    userData: data.UserData ? decoded(data.UserData) : undefined,
    securityGroupIds: launchTemplateSecurityGroupIds({
      networkInterfaces: cards.map(card => ({ groups: card.Groups ?? [] })), securityGroupIds: data.SecurityGroupIds ?? [],
    }),
    tags: { instance: tags('instance'), volume: tags('volume') },
    instanceProfile: data.IamInstanceProfile?.Name ?? data.IamInstanceProfile?.Arn,
    detailedMonitoring: data.Monitoring?.Enabled,
    associatePublicIpAddress: cards[0]?.AssociatePublicIpAddress,
    others: others(data),
  };
}

/** What begins like a gzip file is one. */
function decoded(base64: string): UserData {
  const bytes = Buffer.from(base64, 'base64');
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? { gzip: true } : { text: bytes.toString('utf8') };
}

function blockDevice({ DeviceName, Ebs, VirtualName, NoDevice }: LaunchTemplateBlockDeviceMapping): BlockDeviceDetails {
  return {
    deviceName: DeviceName!,
    size: Ebs?.VolumeSize,
    type: Ebs?.VolumeType,
    iops: Ebs?.Iops,
    throughput: Ebs?.Throughput,
    encrypted: Ebs?.Encrypted,
    kmsKeyId: Ebs?.KmsKeyId,
    snapshotId: Ebs?.SnapshotId,
    deleteOnTermination: Ebs?.DeleteOnTermination,
    notEbs: Ebs ? undefined : NoDevice === undefined ? `the instance's own disk ${VirtualName ?? ''}`.trim() : 'a device that is taken out of the image',
  };
}

/** What EC2 does anyway is left out. */
function others(data: ResponseLaunchTemplateData): LaunchTemplateDetails['others'] {
  const { Placement: placement, CapacityReservationSpecification: reservation, NetworkInterfaces: cards = [] } = data;
  const special = cards.filter(({ InterfaceType: type }) => type !== undefined && type !== 'interface');
  const found: Partial<Record<OtherField, unknown>> = {
    KeyName: data.KeyName,
    CpuOptions: data.CpuOptions,
    CreditSpecification: data.CreditSpecification?.CpuCredits,
    CapacityReservationSpecification: reservation?.CapacityReservationTarget ?? (reservation?.CapacityReservationPreference === 'open' ? undefined : reservation?.CapacityReservationPreference),
    Placement: withoutEmpty({ ...placement, Tenancy: placement?.Tenancy === 'default' ? undefined : placement?.Tenancy }),
    InstanceMarketOptions: data.InstanceMarketOptions,
    HibernationOptions: data.HibernationOptions?.Configured || undefined,
    EnclaveOptions: data.EnclaveOptions?.Enabled || undefined,
    LicenseSpecifications: data.LicenseSpecifications?.map(({ LicenseConfigurationArn: arn }) => arn).join(', ') || undefined,
    PrivateDnsNameOptions: data.PrivateDnsNameOptions && withoutEmpty(data.PrivateDnsNameOptions),
    MaintenanceOptions: data.MaintenanceOptions?.AutoRecovery === 'disabled' ? 'AutoRecovery disabled' : undefined,
    NetworkInterfaces: cards.length > 1 || special.length > 0 ? `${cards.length} (${[...new Set(cards.map(card => card.InterfaceType ?? 'interface'))].join(', ')})` : undefined,
    RamDiskId: data.RamDiskId,
    KernelId: data.KernelId,
    DisableApiTermination: data.DisableApiTermination || undefined,
    DisableApiStop: data.DisableApiStop || undefined,
    InstanceInitiatedShutdownBehavior: data.InstanceInitiatedShutdownBehavior === 'stop' ? 'stop' : undefined,
    InstanceRequirements: data.InstanceRequirements && '',
    NetworkPerformanceOptions: data.NetworkPerformanceOptions && withoutEmpty(data.NetworkPerformanceOptions),
    InstanceMetadataTags: data.MetadataOptions?.InstanceMetadataTags === 'enabled' ? 'enabled' : undefined,
  };
  return Object.entries(found).filter(([, value]) => value !== undefined)
    .map(([field, value]) => ({ field: field as OtherField, value: value === true ? '' : typeof value === 'string' ? value : JSON.stringify(value) }));
}

function withoutEmpty(value: object): object | undefined {
  const entries = Object.entries(value).filter(([, one]) => one !== undefined && one !== '' && one !== false);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
