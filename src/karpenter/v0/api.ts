import { quantity } from '../../kubernetes/quantity';
import { Taint } from '../../kubernetes/scheduling';
import { WellKnownLabel } from '../../provisioning/well-known-label';
import { Amounts, ApiObject, KarpenterApi, NodeClassFacts, PoolFacts, SubnetTerm } from '../api/karpenter-api';

/** The parts of an AWSNodeTemplate's spec, or of a Provisioner's own `provider`, that decide where and how nodes are made. */
interface AwsSpec {
  readonly instanceProfile?: string;
  readonly subnetSelector?: Readonly<Record<string, string>>;
  readonly amiFamily?: string;
  readonly amiSelector?: object;
  readonly userData?: string;
  readonly launchTemplate?: string;
  readonly blockDeviceMappings?: ReadonlyArray<{ readonly ebs?: { readonly volumeSize?: string | number } }>;
}

interface ProvisionerSpec {
  readonly requirements?: ReadonlyArray<{ readonly key: string; readonly operator: string; readonly values?: readonly string[] }>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly startupTaints?: readonly Taint[];
  readonly limits?: { readonly resources?: Amounts };
  readonly providerRef?: { readonly name?: string };
  readonly provider?: AwsSpec;
}

const GROUP = 'karpenter.sh';
const VERSION = 'v1alpha5';
const OWNER_LABEL = 'karpenter.sh/provisioner-name';
const LAUNCH_TEMPLATE_TAG = 'karpenter.k8s.aws/cluster';
/** On a Machine that was made for an instance that ran already. */
const LINKED = 'karpenter.sh/linked';
/** What Karpenter gives a node's biggest volume by itself, in gibibytes. */
const DEFAULT_DISK_GIB = 20;
const WINDOWS_DISK_GIB = 50;

/** Provisioners, Machines and AWSNodeTemplates: Karpenter 0.29 to 0.31. */
export const V0_API: KarpenterApi = {
  name: `${GROUP}/${VERSION}`,
  words: {
    pool: 'Provisioner',
    pools: 'Provisioners',
    nodeClass: 'AWSNodeTemplate',
    plainNodeClass: 'node template',
    claim: 'Machine',
    claims: 'Machines',
    nodeClassFields: '`userData`, `blockDeviceMappings`, `amiFamily`, `amiSelector`',
  },
  kinds: {
    pool: { group: GROUP, version: VERSION, plural: 'provisioners', singular: 'provisioner' },
    nodeClass: { group: 'karpenter.k8s.aws', version: 'v1alpha1', plural: 'awsnodetemplates', singular: 'awsnodetemplate' },
    claim: { group: GROUP, version: VERSION, plural: 'machines', singular: 'machine' },
  },
  ownerLabel: OWNER_LABEL,
  nodeSelector: { matchExpressions: [{ key: OWNER_LABEL, operator: 'Exists' }] },
  keepAnnotation: { key: 'karpenter.sh/do-not-evict', value: 'true' },
  launchTemplateTag: LAUNCH_TEMPLATE_TAG,
  instanceTags: clusterName => [{ key: OWNER_LABEL }, { key: `kubernetes.io/cluster/${clusterName}`, value: 'owned' }],
  launchTemplateTags: clusterName => [{ key: LAUNCH_TEMPLATE_TAG, value: clusterName }],
  conditions: { launched: 'MachineLaunched', registered: 'MachineRegistered', initialized: 'MachineInitialized' },
  labels: {
    wellKnown: Object.values(WellKnownLabel),
    restrictedDomains: ['kubernetes.io', 'k8s.io', 'karpenter.sh', 'karpenter.k8s.aws'],
    freeDomains: ['node.kubernetes.io', 'kops.k8s.io'],
  },
  resources: {
    ofTypes: ['nvidia.com/gpu', 'amd.com/gpu', 'aws.amazon.com/neuron', 'habana.ai/gaudi'],
    // Only on Windows nodes.
    uncounted: ['vpc.amazonaws.com/PrivateIPv4Address'],
  },
  defaultInstanceProfile: { configMap: 'karpenter-global-settings', key: 'aws.defaultInstanceProfile' },
  // A webhook writes it into every Provisioner.
  defaultCapacityTypes: ['on-demand'],

  isOfKarpenter: () => true,
  poolFacts,
  nodeClassFacts: (nodeClasses, pools) => [
    ...nodeClasses.map(({ metadata, spec }) => nodeClassFacts(metadata.name, (spec ?? {}) as AwsSpec)),
    ...pools.flatMap((pool) => {
      const { provider } = specOf(pool);
      return provider ? [nodeClassFacts(ownTemplate(pool.metadata.name), provider)] : [];
    }),
  ],
  providerIdOf: ({ metadata, status }) => (status as { readonly providerID?: string } | undefined)?.providerID || metadata.annotations?.[LINKED],
  claimNamedBy: message => /\bmachine\/([a-z0-9.-]+)/.exec(message)?.[1],
  limitedBy: () => 'cpu',
  amountsOf: limits => limits?.resources as Amounts | undefined,
  limitsWith: (limits, resources) => ({ ...limits, resources }),
};

function poolFacts(pool: ApiObject): PoolFacts {
  const { name } = pool.metadata;
  const { requirements, labels, taints, startupTaints, limits, providerRef } = specOf(pool);
  return {
    name,
    requirements: (requirements ?? []).map(({ key, operator, values }) => ({ key, operator, values: values ?? [] })),
    labels: labels ?? {},
    taints: (taints ?? []).map(plainTaint),
    ...startupTaints && { startupTaints: startupTaints.map(plainTaint) },
    limits: texts(limits?.resources),
    used: texts((pool.status as { readonly resources?: Amounts } | undefined)?.resources),
    nodeClass: providerRef?.name ?? ownTemplate(name),
  };
}

function plainTaint({ key, value, effect }: Taint): Taint {
  return { key, value, effect };
}

function specOf({ spec }: ApiObject): ProvisionerSpec {
  return (spec ?? {}) as ProvisionerSpec;
}

function nodeClassFacts(name: string, spec: AwsSpec): NodeClassFacts {
  const amiFamily = spec.amiFamily ?? 'AL2';
  const volumes = (spec.blockDeviceMappings ?? []).flatMap(({ ebs }) => ebs?.volumeSize ?? []);
  const sizes = volumes.map(size => quantity(String(size)) / 2 ** 30);
  const ownDisk = amiFamily.startsWith('Windows') ? WINDOWS_DISK_GIB : DEFAULT_DISK_GIB;
  // Images of the user's own have sizes that nobody tells here.
  const isKnown = spec.launchTemplate === undefined && (sizes.length > 0 || amiFamily !== 'Custom');
  return {
    name,
    subnets: subnetTerms(spec.subnetSelector ?? {}),
    amiFamily,
    ownAmi: spec.amiSelector !== undefined || spec.launchTemplate !== undefined,
    userData: spec.userData !== undefined || spec.launchTemplate !== undefined,
    ...identityOf(spec),
    ...isKnown ? { diskGib: sizes.length > 0 ? Math.max(...sizes) : ownDisk } : {},
  };
}

/** The instances of a launch template of the user's are what that says, whatever the settings are. */
function identityOf({ launchTemplate, instanceProfile }: AwsSpec): Pick<NodeClassFacts, 'identity'> {
  if (launchTemplate !== undefined) {
    return { identity: null };
  }
  return instanceProfile === undefined ? {} : { identity: { instanceProfile } };
}

/** All entries must hold, `*` is any value, and commas part alternatives. A selector without an entry selects nothing. */
function subnetTerms(selector: Readonly<Record<string, string>>): SubnetTerm[] {
  const term = Object.entries(selector).map(([key, value]) => {
    const values = value.split(',').map(one => one.trim()).filter(one => one !== '');
    if (key === 'aws-ids') {
      return { name: 'subnet-id', values };
    }
    return value === '*' ? { name: 'tag-key', values: [key] } : { name: `tag:${key}`, values };
  });
  return term.length > 0 ? [term] : [];
}

function ownTemplate(provisioner: string): string {
  return `provider of ${provisioner}`;
}

function texts(resources: Amounts | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(resources ?? {}).map(([name, value]) => [name, String(value)]));
}
