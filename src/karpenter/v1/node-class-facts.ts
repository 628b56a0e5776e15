import { quantity } from '../../kubernetes/quantity';
import { ApiObject, NodeClassFacts, SubnetTerm } from '../api/karpenter-api';

/** The parts of an EC2NodeClass that decide where and how nodes are made. */
interface NodeClassSpec {
  readonly subnetSelectorTerms?: ReadonlyArray<{ readonly id?: string; readonly tags?: Readonly<Record<string, string>> }>;
  readonly amiFamily?: string;
  readonly amiSelectorTerms?: ReadonlyArray<{ readonly alias?: string }>;
  readonly userData?: string;
  readonly role?: string;
  readonly instanceProfile?: string;
  readonly instanceStorePolicy?: string;
  readonly blockDeviceMappings?: ReadonlyArray<{ readonly ebs?: { readonly volumeSize?: string | number } }>;
}

/** The images that an alias may name, as `<family>@<version>`, by what Karpenter calls their families. */
const FAMILIES: Readonly<Record<string, string>> = {
  al2: 'AL2', al2023: 'AL2023', bottlerocket: 'Bottlerocket', windows2019: 'Windows2019', windows2022: 'Windows2022', windows2025: 'Windows2025',
};

/** What Karpenter gives a node's biggest volume by itself, in gibibytes. */
const DEFAULT_DISK_GIB = 20;
const WINDOWS_DISK_GIB = 50;

export function nodeClassFacts({ metadata, spec }: ApiObject): NodeClassFacts {
  const {
    subnetSelectorTerms = [], amiSelectorTerms = [], blockDeviceMappings = [], userData, amiFamily: family, instanceStorePolicy,
    role, instanceProfile,
  } = (spec ?? {}) as NodeClassSpec;
  const alias = amiSelectorTerms.find(term => term.alias)?.alias;
  const amiFamily = family ?? FAMILIES[alias?.split('@')[0] ?? ''] ?? 'Custom';
  return {
    name: metadata.name,
    subnets: subnetSelectorTerms.map(subnetTerm),
    amiFamily,
    ownAmi: alias === undefined,
    userData: userData !== undefined,
    ...instanceProfile !== undefined ? { identity: { instanceProfile } } : role !== undefined ? { identity: { role } } : {},
    // Disks of the instance take the place of its volumes.
    ...instanceStorePolicy !== undefined ? {} : diskOf(blockDeviceMappings.flatMap(({ ebs }) => ebs?.volumeSize ?? []), amiFamily),
  };
}

/** An image that brings its own volumes has sizes that nobody tells here. */
function diskOf(volumes: ReadonlyArray<string | number>, amiFamily: string): Pick<NodeClassFacts, 'diskGib'> {
  if (volumes.length > 0) {
    return { diskGib: Math.max(...volumes.map(size => quantity(String(size)) / 2 ** 30)) };
  }
  return amiFamily === 'Custom' ? {} : { diskGib: amiFamily.startsWith('Windows') ? WINDOWS_DISK_GIB : DEFAULT_DISK_GIB };
}

/** A subnet is selected if all of a term holds; `*` is any value, and commas are part of a value. */
function subnetTerm({ id, tags = {} }: NonNullable<NodeClassSpec['subnetSelectorTerms']>[number]): SubnetTerm {
  return id !== undefined
    ? [{ name: 'subnet-id', values: [id] }]
    : Object.entries(tags).map(([key, value]) => value === '*' ? { name: 'tag-key', values: [key] } : { name: `tag:${key}`, values: [value] });
}
