import { BlockDeviceDetails, ImageDetails, NodegroupDetails } from './contract';
import { Finding, finding } from './findings';
import { systemOf } from './image';
import { ImageFamily, ImageProposal, VolumeProposal } from './proposal';

export interface VolumeChoice {
  readonly volumes: readonly VolumeProposal[];
  readonly findings: readonly Finding[];
}

/** What Karpenter maps by default, in gibibytes, which is also what EKS gives where nothing is said. */
const DEFAULT_SIZE = { linux: 20, windows: 50 };
/** The first volume of Bottlerocket holds the system and nothing of pods. */
const BOTTLEROCKET_SYSTEM: VolumeProposal = { deviceName: '/dev/xvda', size: 4, type: 'gp3', encrypted: true, deleteOnTermination: true };
const DEVICES: Readonly<Record<ImageFamily, string | undefined>> = {
  AL2: '/dev/xvda',
  AL2023: '/dev/xvda',
  Bottlerocket: '/dev/xvdb',
  Ubuntu: '/dev/sda1',
  Windows2019: '/dev/sda1',
  Windows2022: '/dev/sda1',
  Windows2025: '/dev/sda1',
  Custom: undefined,
};
/** Types whose operations per second can be chosen. */
const WITH_IOPS = ['gp3', 'io1', 'io2'];

/** The volumes of a node group's nodes; none where they are as Karpenter's own. */
export function chooseVolumes(nodegroup: NodegroupDetails, image: ImageProposal): VolumeChoice {
  const { launchTemplate, diskSize } = nodegroup;
  if (launchTemplate && launchTemplate.blockDevices.length > 0) {
    return ofTemplate(launchTemplate.blockDevices, launchTemplate.image, image.family);
  }
  const size = diskSize ?? DEFAULT_SIZE[systemOf(image.family)];
  const deviceName = DEVICES[image.family];
  if (deviceName === undefined || (size === DEFAULT_SIZE[systemOf(image.family)] && image.family !== 'Ubuntu')) {
    return { volumes: [], findings: [] };
  }
  const volume: VolumeProposal = { deviceName, size, type: 'gp3', encrypted: true, deleteOnTermination: true, ...image.family === 'Ubuntu' ? { root: true } : {} };
  return { volumes: image.family === 'Bottlerocket' ? [BOTTLEROCKET_SYSTEM, volume] : [volume], findings: [] };
}

function ofTemplate(devices: readonly BlockDeviceDetails[], image: ImageDetails | undefined, family: ImageFamily): VolumeChoice {
  const findings: Finding[] = [];
  const root = family === 'Custom' || family === 'Ubuntu' ? image?.rootDevice ?? DEVICES[family] : undefined;
  const volumes = devices.flatMap((device) => {
    const volume = volumeOf(device, image, family, findings);
    return volume === undefined ? [] : [device.deviceName === root ? { ...volume, root: true } : volume];
  });
  const data = DEVICES[family];
  if (volumes.length > 0 && data !== undefined && !volumes.some(({ deviceName }) => deviceName === data)) {
    findings.push(finding('volumes', `none of them is ${data}, on which ${family} has the files of pods, so that disk is as large as the image has it: map it if pods need more`));
  }
  return { volumes, findings };
}

function volumeOf(device: BlockDeviceDetails, image: ImageDetails | undefined, family: ImageFamily, findings: Finding[]): VolumeProposal | undefined {
  const { deviceName, notEbs, snapshotId, type, iops, throughput, encrypted, kmsKeyId, deleteOnTermination } = device;
  const thing = `volume ${deviceName}`;
  if (notEbs !== undefined) {
    findings.push(finding(thing, `it is ${notEbs}, which Karpenter cannot map: leave it out`));
    return undefined;
  }
  const size = device.size ?? image?.volumeSizes?.[deviceName] ?? (snapshotId === undefined ? sizeByDefault(deviceName, family) : undefined);
  if (size === undefined && snapshotId === undefined) {
    findings.push(finding(thing, 'how large it is could not be found out, so it is not mapped: add it to `blockDeviceMappings`'));
    return undefined;
  }
  const takesIops = type !== undefined && WITH_IOPS.includes(type);
  if (iops !== undefined && !takesIops) {
    findings.push(finding(`${thing} with ${iops} IOPS`, `${type ?? 'no type'} takes no number of them: set \`volumeType\` to gp3 if it needs so many`));
  }
  if (throughput !== undefined && type !== 'gp3') {
    findings.push(finding(`${thing} with ${throughput} MiB/s`, `${type ?? 'no type'} takes no throughput: set \`volumeType\` to gp3 if it needs so much`));
  }
  if (kmsKeyId !== undefined) {
    findings.push(finding(`${thing} with the key ${kmsKeyId}`,
      'Karpenter\'s controller role launches the nodes, not Auto Scaling: let the key\'s policy allow it kms:CreateGrant, kms:Decrypt, kms:DescribeKey, kms:GenerateDataKeyWithoutPlaintext and kms:ReEncrypt*'));
  }
  return {
    deviceName,
    size,
    type,
    snapshotId,
    kmsKeyId,
    deleteOnTermination,
    iops: takesIops ? iops : undefined,
    throughput: type === 'gp3' ? throughput : undefined,
    // EC2 takes a key only with encryption.
    encrypted: kmsKeyId === undefined ? encrypted : true,
  };
}

function sizeByDefault(deviceName: string, family: ImageFamily): number | undefined {
  if (family === 'Bottlerocket' && deviceName === BOTTLEROCKET_SYSTEM.deviceName) {
    return BOTTLEROCKET_SYSTEM.size;
  }
  return deviceName === DEVICES[family] ? DEFAULT_SIZE[systemOf(family)] : undefined;
}
