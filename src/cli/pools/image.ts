import { ImageDetails, NodegroupDetails } from './contract';
import { Finding, finding } from './findings';
import { GenerationName, ImageFamily, ImageProposal } from './proposal';
import { UserDataReading } from './user-data/read';

export interface ImageChoice {
  readonly image: ImageProposal;
  readonly reasons: readonly string[];
  readonly findings: readonly Finding[];
}

/** What an EKS image is called, and where its release stands in the name. */
const PUBLISHED: ReadonlyArray<readonly [family: ImageFamily, name: RegExp]> = [
  ['AL2023', /^amazon-eks-node-al2023-.*-(v\d{8})$/],
  ['AL2', /^amazon-eks-(?:gpu-|arm64-)?node-\d+\.\d+-(v\d{8})$/],
  ['Bottlerocket', /^bottlerocket-aws-k8s-\d+\.\d+(?:-\w+)*?-(?:x86_64|aarch64)-(v\d+\.\d+\.\d+)-\w+$/],
  ['Windows2019', /^Windows_Server-2019-English-(?:Core|Full)-EKS_Optimized-/],
  ['Windows2022', /^Windows_Server-2022-English-(?:Core|Full)-EKS_Optimized-/],
  ['Windows2025', /^Windows_Server-2025-English-(?:Core|Full)-EKS_Optimized-/],
  ['Ubuntu', /^ubuntu-eks(?:-pro)?\//],
];

/** Canonical's account. */
const UBUNTU_OWNER = '099720109477';

/** The image family, or the image, of a node group's nodes. */
export function chooseImage(nodegroup: NodegroupDetails, userData: UserDataReading, generation: GenerationName): ImageChoice {
  const image = nodegroup.launchTemplate?.image;
  const choice = image ? ofImage(image, userData) : ofType(nodegroup.amiType);
  return forGeneration(choice, generation);
}

/** What Kubernetes calls the operating system of a family; an image of one's own may be any. */
export function systemOf(family: ImageFamily): 'linux' | 'windows' {
  return family.startsWith('Windows') ? 'windows' : 'linux';
}

/** The architecture that a node group says apart from its instance types. */
export function architectureOf({ amiType, launchTemplate }: NodegroupDetails): string {
  return launchTemplate?.image?.architecture ?? (/ARM_64/i.test(amiType) ? 'arm64' : 'amd64');
}

function ofType(amiType: string): ImageChoice {
  const reasons = [`image as ${amiType}`];
  const [, windows] = /^WINDOWS_(?:CORE|FULL)_(2019|2022|2025)/.exec(amiType) ?? [];
  if (windows !== undefined) {
    return {
      image: { family: `Windows${windows}` as ImageFamily },
      reasons,
      findings: amiType.startsWith('WINDOWS_FULL') ? [finding(`image ${amiType}`, 'Karpenter\'s own choice is the Core image of that release: name the Full image with `AmiTerm.matching` if nodes need it')] : [],
    };
  }
  if (amiType.startsWith('BOTTLEROCKET')) {
    return {
      image: { family: 'Bottlerocket' },
      reasons,
      findings: amiType.includes('FIPS') ? [finding(`image ${amiType}`, 'Karpenter\'s own choice is the image without FIPS: name the image with `AmiTerm.ssmParameter` if nodes need it')] : [],
    };
  }
  if (amiType.startsWith('AL2023')) {
    return { image: { family: 'AL2023' }, reasons, findings: [] };
  }
  if (amiType.startsWith('AL2_')) {
    return { image: { family: 'AL2' }, reasons, findings: [] };
  }
  return {
    image: { family: 'AL2023' },
    reasons: [],
    findings: [finding(`image ${amiType}`, 'which image that is could not be found out, so Amazon Linux 2023 is proposed: set `amiAlias` or `amiSelectorTerms`')],
  };
}

function ofImage(image: ImageDetails, userData: UserDataReading): ImageChoice {
  const { id, name = '', owner } = image;
  const [family, pattern] = PUBLISHED.find(([, one]) => one.test(name)) ?? [];
  const release = pattern?.exec(name)?.[1];
  const shown = name === '' ? id : `${id} (${name})`;
  if (family !== undefined && family !== 'Ubuntu' && image.ownerAlias === 'amazon') {
    return systemOf(family) === 'windows'
      ? {
        image: { family },
        reasons: [`image as ${shown}`],
        findings: [finding(`image ${shown}`, 'Karpenter takes the latest Core image of that release: name this one with `AmiTerm.id` if nodes must keep it')],
      }
      : { image: { family, release, id }, reasons: [`image as ${shown}, and as pinned`], findings: [] };
  }
  const guessed = family ?? (owner === UBUNTU_OWNER ? 'Ubuntu' : familyByUserData(userData, image));
  return {
    image: { family: guessed, id },
    reasons: [`image ${shown}`],
    findings: [finding(`image ${shown}`, guessed === 'Custom'
      ? 'what kind of image it is could not be found out, so its user data is used as it is: set `userData` so that the nodes join the cluster, with the taint karpenter.sh/unregistered:NoExecute from Karpenter 1.0 on, or set `amiFamily`'
      : `Karpenter will give it the user data of ${guessed}: set another \`amiFamily\` if it is built from something else, and select it by tags instead of its id so that new ones are taken`)],
  };
}

/** What reads the user data of an image says what it was built from. */
function familyByUserData({ kinds, bootstraps }: UserDataReading, { platform }: ImageDetails): ImageFamily {
  if (kinds.includes('nodeadm')) {
    return 'AL2023';
  }
  if (kinds.includes('bottlerocket')) {
    return 'Bottlerocket';
  }
  if (platform?.toLowerCase() === 'windows' || kinds.includes('powershell')) {
    return 'Windows2022';
  }
  return bootstraps ? 'AL2' : 'Custom';
}

/** What one generation has and the other has not. */
function forGeneration(choice: ImageChoice, generation: GenerationName): ImageChoice {
  const { family } = choice.image;
  if (generation === 'v0' && (family === 'AL2023' || family === 'Windows2025')) {
    const instead = family === 'AL2023' ? 'AL2' : 'Windows2022';
    return {
      ...choice,
      image: { family: instead },
      reasons: [],
      findings: [...choice.findings, finding(`image ${family}`, `Karpenter 0.29 to 0.31 do not know it, so nodes will have ${instead}: see that workloads run there, or use KarpenterRelease.v1`)],
    };
  }
  if (generation === 'v1' && family === 'AL2') {
    return { ...choice, findings: [...choice.findings, finding('image AL2', 'EKS publishes no images of Amazon Linux 2 from Kubernetes 1.33 on: move to AmiAlias.al2023Latest() before that')] };
  }
  return choice;
}
