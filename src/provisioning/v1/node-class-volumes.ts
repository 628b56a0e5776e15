import { Size } from 'aws-cdk-lib';
import { BlockDevice, renderBlockDeviceMappings } from '../block-device';
import { KARPENTER_V1 } from './karpenter-rules';

/** An EBS volume of a node. */
export interface NodeClassBlockDevice extends BlockDevice {
  /**
   * How fast the blocks of the snapshot are loaded, in mebibytes per second, from 100 to 300; requires `snapshotId`.
   *
   * @default - as EC2 gets to it
   */
  readonly volumeInitializationRate?: number;
}

/** A volume of a node and where it is attached. */
export interface NodeClassBlockDeviceMapping {
  /** The name of the device, such as `/dev/xvda`. */
  readonly deviceName: string;

  /** The volume; its size is a whole number of gibibytes, at most 59000. */
  readonly ebs: NodeClassBlockDevice;

  /**
   * Whether the kubelet has its files there, by which Karpenter knows the ephemeral storage of the node; for at most one volume.
   *
   * @default - as the image family has it
   */
  readonly rootVolume?: boolean;
}

/** The mappings as the API has them. */
export function renderNodeClassVolumes(mappings: NodeClassBlockDeviceMapping[]): object[] {
  const roots = mappings.filter((mapping) => mapping.rootVolume === true).map((mapping) => `"${mapping.deviceName}"`);
  if (roots.length > 1) {
    throw new Error(`block devices ${roots.join(', ')} all have \`rootVolume\`: a node has one, keep it at one of them`);
  }
  mappings.forEach(({ deviceName, ebs }) => checkVolume(deviceName, ebs));
  return renderBlockDeviceMappings(mappings).map((rendered, index) => ({
    deviceName: rendered.deviceName,
    ebs: { ...rendered.ebs, volumeInitializationRate: mappings[index].ebs.volumeInitializationRate },
    rootVolume: mappings[index].rootVolume,
  }));
}

function checkVolume(name: string, ebs: NodeClassBlockDevice): void {
  checkSize(name, ebs.volumeSize);
  if (ebs.volumeInitializationRate !== undefined && ebs.snapshotId === undefined) {
    throw new Error(`block device "${name}" has a \`volumeInitializationRate\` (${ebs.volumeInitializationRate}) and no \`snapshotId\`: `
      + 'set the snapshot whose blocks are loaded, or remove the rate');
  }
  if (ebs.snapshotId === '') {
    throw new Error(`block device "${name}" has an empty \`snapshotId\`: set the id of a snapshot, or leave it out`);
  }
}

function checkSize(name: string, size: Size | undefined): void {
  if (!size || size.isUnresolved()) {
    return;
  }
  const gibibytes = size.toBytes() / 1024 ** 3;
  if (!Number.isInteger(gibibytes) || gibibytes < 1 || gibibytes > KARPENTER_V1.volumeGibibytes) {
    throw new Error(`\`volumeSize\` of "${name}" is ${gibibytes} GiB: set a whole number of gibibytes from 1 to ${KARPENTER_V1.volumeGibibytes}`);
  }
}
