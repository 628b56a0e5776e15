import { LaunchTemplateDetails, NodegroupDetails, OtherField } from './contract';
import { Finding, finding } from './findings';
import { GenerationName, MetadataProposal } from './proposal';

/** What to do about what has no place in Karpenter's objects. */
const ADVICE: Readonly<Record<OtherField, string>> = {
  KeyName: 'Karpenter\'s nodes have no key pair: log in by the Session Manager of Systems Manager, or put the public key into `userData`',
  CpuOptions: 'Karpenter has no setting for threads and cores (but `nestedVirtualization` from 1.13 on): build it into the image, or choose types by their vCPUs',
  CreditSpecification: 'Karpenter has no setting for CPU credits, so burstable types have those of the account: set the account\'s default, or require another category',
  CapacityReservationSpecification: 'Karpenter uses reservations only where a node class names them: set `capacityReservationSelectorTerms` (Karpenter 1.3 and later) and allow the capacity type `reserved`',
  Placement: 'set `placementGroup` of the node class (Karpenter 1.11 and later), or require `instance-tenancy` (1.9 and later); earlier ones cannot do it',
  InstanceMarketOptions: 'Karpenter chooses by the requirement on karpenter.sh/capacity-type and has no maximum price: bound it by `limits` and instance types',
  HibernationOptions: 'Karpenter ends nodes and never hibernates them: leave it out',
  EnclaveOptions: 'Karpenter has it from 1.15 on and this library not yet: keep these workloads on the node group',
  LicenseSpecifications: 'Karpenter has no setting for licenses: associate them with the image, or keep these workloads on the node group',
  PrivateDnsNameOptions: 'Karpenter has no setting for host names: set them on the subnets, which hand them on to instances',
  MaintenanceOptions: 'Karpenter replaces nodes that EC2 gives up, when it has an interruption queue: leave it out',
  NetworkInterfaces: 'set `networkInterfaces` of the node class (Karpenter 1.11 and later); pods that request vpc.amazonaws.com/efa get interfaces for it without that',
  RamDiskId: 'Karpenter has no setting for it: build it into the image',
  KernelId: 'Karpenter has no setting for it: build it into the image',
  DisableApiTermination: 'Karpenter must be able to end its nodes: leave it out',
  DisableApiStop: 'Karpenter must be able to end its nodes: leave it out',
  InstanceInitiatedShutdownBehavior: 'Karpenter\'s nodes end when they shut down: leave it out',
  InstanceRequirements: 'Karpenter chooses by the requirements of the pool: see that they say the same',
  NetworkPerformanceOptions: 'Karpenter has no setting for it: keep these workloads on the node group if they need it',
  InstanceMetadataTags: 'Karpenter has no setting for tags in the instance metadata: let workloads read labels or the EC2 API instead',
};

/** What neither generation lets a user tag. */
const RESTRICTED = /^(aws:|eks:|kubernetes\.io\/cluster|karpenter\.sh\/|karpenter\.k8s\.aws\/)/i;
/** EC2 takes 50, and Karpenter needs some. */
const MOST_TAGS = 44;

/** What a launch template says that is neither image, volumes, user data nor network. */
export interface TemplateChoice {
  readonly metadataOptions?: MetadataProposal;
  readonly tags: Readonly<Record<string, string>>;
  readonly detailedMonitoring?: boolean;
  readonly associatePublicIpAddress?: boolean;
  readonly findings: readonly Finding[];
}

export function chooseFromTemplate(nodegroup: NodegroupDetails, generation: GenerationName): TemplateChoice {
  const { launchTemplate, amiType } = nodegroup;
  const ofGroup = [
    ...nodegroup.launchTemplateUnread ? [finding('launch template', 'it was not read, so image, volumes, user data and metadata options may be missing here: read it with the right to, or set them')] : [],
    ...nodegroup.remoteAccess ? [finding('remote access', ADVICE.KeyName)] : [],
    ...nodegroup.nodeRepair ? [finding('node repair', 'turn on Karpenter\'s feature gate nodeRepair (1.1 and later), which replaces nodes that are not healthy')] : [],
    ...nodegroup.capacityType === 'CAPACITY_BLOCK' ? [finding('capacity block', ADVICE.CapacityReservationSpecification)] : [],
    ...amiType.startsWith('AL2_') && launchTemplate?.metadataOptions?.httpTokens === undefined && !nodegroup.launchTemplateUnread ? [finding('instance metadata',
      'nodes of Amazon Linux 2 answer without a token (IMDSv1) unless something forbids it, and Karpenter\'s do not: set `metadataOptions.httpTokens` to optional if workloads read it without one')] : [],
  ];
  if (!launchTemplate) {
    return { tags: {}, findings: ofGroup };
  }
  const { tags, findings } = tagsOf(launchTemplate);
  const { detailedMonitoring, associatePublicIpAddress, instanceProfile } = launchTemplate;
  return {
    metadataOptions: metadataOf(launchTemplate),
    tags,
    ...detailedMonitoring ? { detailedMonitoring } : {},
    ...associatePublicIpAddress === undefined || generation === 'v0' ? {} : { associatePublicIpAddress },
    findings: [
      ...ofGroup,
      ...findings,
      ...instanceProfile === undefined ? [] : [finding(`instance profile ${instanceProfile}`, 'Karpenter\'s nodes have the migration\'s node role: give that the policies which pods need, or pods a role of their own')],
      ...generation === 'v0' && associatePublicIpAddress !== undefined
        ? [finding(`public IP addresses ${associatePublicIpAddress ? 'on' : 'off'}`, 'Karpenter 0.29 to 0.31 take what the subnet says: set it there')] : [],
      ...launchTemplate.others.map(({ field, value }) => finding(`launch template ${field}${value === '' ? '' : ` ${value}`}`, ADVICE[field])),
    ],
  };
}

function metadataOf({ metadataOptions = {} }: LaunchTemplateDetails): MetadataProposal | undefined {
  const given = Object.fromEntries(Object.entries(metadataOptions).filter(([, value]) => value !== undefined));
  return Object.keys(given).length > 0 ? given : undefined;
}

/** Karpenter has one list for instances and volumes; what differs between them is said. */
function tagsOf({ tags: { instance, volume } }: LaunchTemplateDetails): { readonly tags: Record<string, string>; readonly findings: Finding[] } {
  const entries = Object.entries({ ...volume, ...instance });
  const good = entries.filter(([key]) => !RESTRICTED.test(key) && key !== '').slice(0, MOST_TAGS);
  const lost = entries.filter(entry => !good.includes(entry));
  const differing = Object.keys(volume).filter(key => instance[key] !== undefined && instance[key] !== volume[key]);
  return {
    tags: Object.fromEntries(good.sort(([one], [other]) => one < other ? -1 : 1)),
    findings: [
      ...lost.map(([key, value]) => finding(`tag ${key}=${value}`, RESTRICTED.test(key)
        ? 'AWS, EKS and Karpenter keep its key for themselves: use another key' : `Karpenter's nodes take ${MOST_TAGS} tags at most: leave out one that you do not need`)),
      ...differing.map(key => finding(`tag ${key}=${volume[key]} of volumes`, `Karpenter gives instances and volumes the same tags, here ${instance[key]}: decide which one it is`)),
    ],
  };
}
