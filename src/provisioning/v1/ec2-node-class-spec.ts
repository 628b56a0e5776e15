import { Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { AmiAlias, NodeClassAmiFamily } from './ami';
import { EC2NodeClassOptions } from './ec2-node-class-options';
import { renderNodeClassKubelet } from './node-class-kubelet';
import { renderConnectionTracking, renderNetworkInterfaces } from './node-class-network';
import { renderNodeClassVolumes } from './node-class-volumes';
import { SecurityGroupTerm, SubnetTerm, renderTerms } from './selector-terms';
import { checkTags, checkUserData } from '../ec2-checks';
import { KARPENTER_V1 } from './karpenter-rules';
import { renderMetadataOptions } from '../metadata-options';

/** The tag by which the guide lets Karpenter find subnets and security groups. */
const DISCOVERY_TAG = 'karpenter.sh/discovery';

/**
 * The guide's family. The guide looks up the newest release and pins it; that cannot be done at synthesis.
 */
const DEFAULT_ALIAS = AmiAlias.al2023Latest();

/** Karpenter's own since 1.0: pods with their own network do not reach the credentials of the instance. */
const DEFAULT_HOP_LIMIT = 1;

/** The spec of a node class as the API has it, with nothing left to its defaults; throws on what it, Karpenter or EC2 would refuse. */
export function renderEC2NodeClassSpec(options: EC2NodeClassOptions, clusterName: string): object {
  const discovery = { [DISCOVERY_TAG]: clusterName };
  checkTags(options.tags ?? {}, KARPENTER_V1.tags);
  checkUserData(options.userData);
  return {
    ...renderIdentity(options.role, options.instanceProfile),
    ...renderImages(options),
    subnetSelectorTerms: renderTerms('subnetSelectorTerms', options.subnetSelectorTerms ?? [SubnetTerm.tags(discovery)]),
    securityGroupSelectorTerms: renderTerms('securityGroupSelectorTerms',
      options.securityGroupSelectorTerms ?? [SecurityGroupTerm.tags(discovery)]),
    capacityReservationSelectorTerms: options.capacityReservationSelectorTerms
      && renderTerms('capacityReservationSelectorTerms', options.capacityReservationSelectorTerms),
    placementGroupSelector: options.placementGroup?._render(),
    associatePublicIPAddress: options.associatePublicIpAddress,
    ipPrefixCount: options.ipPrefixCount,
    networkInterfaces: options.networkInterfaces && renderNetworkInterfaces(options.networkInterfaces),
    connectionTracking: options.connectionTracking && renderConnectionTracking(options.connectionTracking),
    blockDeviceMappings: options.blockDeviceMappings && renderNodeClassVolumes(options.blockDeviceMappings),
    instanceStorePolicy: options.instanceStorePolicy,
    metadataOptions: renderMetadataOptions(options.metadataOptions ?? {}, DEFAULT_HOP_LIMIT),
    kubelet: options.kubelet && renderNodeClassKubelet(options.kubelet),
    cpuOptions: options.nestedVirtualization === undefined ? undefined : { nestedVirtualization: options.nestedVirtualization ? 'enabled' : 'disabled' },
    userData: options.userData,
    tags: options.tags,
    detailedMonitoring: options.detailedMonitoring,
    context: options.context,
  };
}

/** What nodes of a class run; undefined where images of one's own decide it. */
export function operatingSystemOf(options: EC2NodeClassOptions): string | undefined {
  const family = options.amiFamily ?? options.amiAlias?.family ?? (options.amiSelectorTerms ? NodeClassAmiFamily.CUSTOM : DEFAULT_ALIAS.family);
  if (family === NodeClassAmiFamily.CUSTOM || Token.isUnresolved(family)) {
    return undefined;
  }
  return family.startsWith('Windows') ? 'windows' : 'linux';
}

function renderIdentity(role: iam.IRole | undefined, instanceProfile: string | undefined): object {
  if ((role === undefined) === (instanceProfile === undefined)) {
    throw new Error(`\`role\` and \`instanceProfile\` are ${role ? 'both' : 'neither'} set: set exactly one of them, the role for nodes or an instance profile of your own`);
  }
  return { role: role?.roleName, instanceProfile };
}

function renderImages({ amiAlias, amiSelectorTerms, amiFamily }: EC2NodeClassOptions): object {
  if (amiSelectorTerms === undefined) {
    const alias = amiAlias ?? DEFAULT_ALIAS;
    checkAliasFamily(alias.family, amiFamily);
    return { amiSelectorTerms: [alias._render()], amiFamily };
  }
  if (amiAlias) {
    throw new Error('`amiAlias` and `amiSelectorTerms` are both set: keep one of them');
  }
  if (amiFamily === undefined) {
    throw new Error('`amiSelectorTerms` is set and `amiFamily` is not, so that nobody knows how user data is made: set it to the family of the images');
  }
  return { amiSelectorTerms: renderTerms('amiSelectorTerms', amiSelectorTerms), amiFamily };
}

function checkAliasFamily(aliased: NodeClassAmiFamily, family: NodeClassAmiFamily | undefined): void {
  if (family !== undefined && !Token.isUnresolved(family) && family !== aliased && family !== NodeClassAmiFamily.CUSTOM) {
    throw new Error(`\`amiFamily\` is ${family} and the image is one of ${aliased}: set it to ${aliased} or ${NodeClassAmiFamily.CUSTOM}, or leave it out`);
  }
}
