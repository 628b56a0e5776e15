import { NodegroupDetails, PoolFacts } from './contract';
import { Finding, finding } from './findings';
import { architectureOf, chooseImage, systemOf } from './image';
import { chooseInstances, isIn } from './instances';
import { marksOf } from './marks';
import { GenerationName, ImageFamily, NodeClassProposal, PoolProposal } from './proposal';
import { chooseFromTemplate } from './template';
import { joined, Part } from './user-data/document';
import { readUserData, UserDataReading } from './user-data/read';
import { chooseVolumes } from './volumes';
import { Expression } from '../../kubernetes/scheduling';
import { WellKnownLabel } from '../../provisioning/well-known-label';

/** What the nodes of a group are, apart from their zones and how many there are. */
export interface NodegroupShape {
  readonly nodegroup: NodegroupDetails;
  readonly pool: Pick<PoolProposal, 'requirements' | 'labels' | 'taints' | 'startupTaints'>;
  readonly nodeClass: Omit<NodeClassProposal, 'name' | 'nodegroups' | 'reasons' | 'subnetIds' | 'securityGroupIds'>;
  readonly poolReasons: readonly string[];
  readonly classReasons: readonly string[];
  readonly findings: readonly Finding[];
  readonly accelerated: boolean;
}

/** Which parts of user data a family's own are merged with. */
const MERGED: Readonly<Record<ImageFamily, readonly Part['kind'][]>> = {
  AL2: ['shell', 'cloud-config'],
  Ubuntu: ['shell', 'cloud-config'],
  AL2023: ['shell', 'cloud-config', 'nodeadm'],
  Bottlerocket: ['bottlerocket'],
  Windows2019: [],
  Windows2022: [],
  Windows2025: [],
  Custom: [],
};

export function shapeOf(nodegroup: NodegroupDetails, { instanceTypes }: PoolFacts, generation: GenerationName): NodegroupShape {
  const userData = readUserData(nodegroup.launchTemplate?.userData);
  const image = chooseImage(nodegroup, userData, generation);
  const instances = chooseInstances(nodegroup.instanceTypes, instanceTypes);
  const marks = marksOf({ ...userData.labels, ...nodegroup.labels }, [...nodegroup.taints, ...userData.taints], generation);
  const volumes = chooseVolumes(nodegroup, image.image);
  const template = chooseFromTemplate(nodegroup, generation);
  const rest = restOf(nodegroup, userData, image.image.family);
  const spot = nodegroup.capacityType === 'SPOT';
  return {
    nodegroup,
    pool: {
      requirements: [
        ...generation === 'v0' && systemOf(image.image.family) === 'windows' ? [isIn(WellKnownLabel.OS, ['windows'])] : [],
        isIn(WellKnownLabel.ARCH, architecturesOf(nodegroup, instanceTypes)),
        isIn(WellKnownLabel.CAPACITY_TYPE, [spot ? 'spot' : 'on-demand']),
        ...instances.requirements,
      ] satisfies Expression[],
      labels: marks.labels,
      taints: marks.taints,
      startupTaints: marks.startupTaints,
    },
    nodeClass: {
      image: image.image,
      blockDevices: volumes.volumes,
      metadataOptions: template.metadataOptions,
      kubelet: Object.keys(userData.kubelet).length > 0 ? userData.kubelet : undefined,
      userData: rest.text,
      tags: template.tags,
      detailedMonitoring: template.detailedMonitoring,
      associatePublicIpAddress: template.associatePublicIpAddress,
      raid0: userData.raid0 && generation === 'v1' ? true : undefined,
    },
    poolReasons: [...instances.reasons, ...spot ? ['Spot as today; with \'on-demand\' beside \'spot\' Karpenter falls back where there is no Spot capacity'] : []],
    classReasons: image.reasons,
    findings: [
      ...instances.findings, ...overridden(nodegroup, userData), ...marks.findings, ...image.findings, ...volumes.findings, ...template.findings,
      ...userData.findings,
      ...rest.findings,
      ...userData.raid0 && generation === 'v0' ? [finding('local disks as RAID-0', 'Karpenter 0.29 to 0.31 have no setting for it: do it in `userData`')] : [],
    ],
    accelerated: instances.accelerated,
  };
}

function architecturesOf(nodegroup: NodegroupDetails, known: PoolFacts['instanceTypes']): string[] {
  const ofTypes = [...new Set(nodegroup.instanceTypes.flatMap(name => known.find(type => type.name === name)?.arch ?? []))].sort();
  return ofTypes.length > 0 ? ofTypes : [architectureOf(nodegroup)];
}

/** EKS's labels come last, and so win. */
function overridden({ labels }: NodegroupDetails, userData: UserDataReading): Finding[] {
  return Object.entries(userData.labels).filter(([key, value]) => labels[key] !== undefined && labels[key] !== value)
    .map(([key, value]) => finding(`label ${key}=${value} of the user data`, `the node group has ${key}=${labels[key]}, which is proposed: decide which one it is`));
}

interface Rest { readonly text?: string; readonly findings: readonly Finding[] }

/** The user data that is given on, and what is not. */
function restOf({ launchTemplate }: NodegroupDetails, { rest }: UserDataReading, family: ImageFamily): Rest {
  const copied = finding('user data', 'it is copied into `userData`, and so into your code and the template: see that it holds no secrets and fits Karpenter\'s nodes');
  const given = launchTemplate?.userData;
  if (family === 'Custom') {
    return given && 'text' in given ? { text: given.text, findings: [copied] } : { findings: [] };
  }
  const parts = rest.filter(({ kind }) => MERGED[family].includes(kind));
  const lost = rest.filter(({ kind }) => !MERGED[family].includes(kind));
  return {
    ...parts.length > 0 ? { text: joined(parts) } : {},
    findings: [
      ...parts.length > 0 ? [copied] : [],
      ...lost.map(({ kind }) => finding(`user data (${kind})`, `${family} does not read it: write what nodes need in the form that it reads`)),
    ],
  };
}
