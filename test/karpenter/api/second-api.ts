import { Amounts, ApiObject, KarpenterApi, NodeClassFacts, PoolFacts } from '../../../src/karpenter/api/karpenter-api';
import { Taint } from '../../../src/kubernetes/scheduling';

interface HerdSpec {
  readonly template?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly taints?: readonly Taint[];
    readonly requirements?: PoolFacts['requirements'];
    readonly pasture?: string;
  };
  readonly limits?: Amounts;
}

const kind = (plural: string, singular: string) => ({ group: 'second.example.com', version: 'v7', plural, singular });

/** A generation that nobody has: herds of sheep on pastures, with flat limits and without webhooks. */
export const SECOND_API: KarpenterApi = {
  name: 'second.example.com/v7',
  words: {
    pool: 'Herd', pools: 'Herds', nodeClass: 'Pasture', plainNodeClass: 'pasture', claim: 'Sheep', claims: 'Sheep', nodeClassFields: '`grass`',
  },
  kinds: { pool: kind('herds', 'herd'), nodeClass: kind('pastures', 'pasture'), claim: kind('sheep', 'sheep') },
  ownerLabel: 'second.example.com/herd',
  nodeSelector: { matchExpressions: [{ key: 'second.example.com/herd', operator: 'Exists' }] },
  keepAnnotation: { key: 'second.example.com/let-it-graze', value: 'please' },
  launchTemplateTag: 'second.example.com/cluster',
  instanceTags: clusterName => [{ key: 'second.example.com/herd' }, { key: 'second.example.com/cluster', value: clusterName }],
  launchTemplateTags: clusterName => [{ key: 'second.example.com/cluster', value: clusterName }],
  conditions: { launched: 'Born', registered: 'Counted', initialized: 'Grown' },
  labels: { wellKnown: ['second.example.com/wool'], restrictedDomains: ['second.example.com'], freeDomains: [] },
  resources: { ofTypes: ['nvidia.com/gpu'], uncounted: [] },
  defaultCapacityTypes: ['spot', 'on-demand'],
  isOfKarpenter: () => true,
  poolFacts,
  nodeClassFacts: nodeClasses => nodeClasses.map(({ metadata: { name } }): NodeClassFacts => ({
    name, subnets: [[{ name: 'subnet-id', values: ['subnet-a'] }], [{ name: 'tag-key', values: ['meadow'] }]], amiFamily: 'AL2023', ownAmi: false, userData: false,
  })),
  providerIdOf: ({ status }) => (status as { readonly barn?: string } | undefined)?.barn,
  claimNamedBy: message => /\bsheep ([a-z0-9-]+) was born/.exec(message)?.[1],
  limitedBy: () => 'cpu',
  amountsOf: limits => limits === null ? undefined : limits as Amounts,
  limitsWith: (_limits, amounts) => amounts,
};

function poolFacts({ metadata, spec, status }: ApiObject): PoolFacts {
  const { template, limits } = (spec ?? {}) as HerdSpec;
  const texts = (amounts: Amounts = {}) => Object.fromEntries(Object.entries(amounts).map(([name, value]) => [name, String(value)]));
  return {
    name: metadata.name,
    requirements: template?.requirements ?? [],
    labels: template?.labels ?? {},
    taints: template?.taints ?? [],
    limits: texts(limits),
    used: texts((status as { readonly eaten?: Amounts } | undefined)?.eaten),
    nodeClass: template?.pasture ?? '',
  };
}

/** Stands in for `src/karpenter/apis`, with this generation beside the ones that there are. */
export function apisWithSecond(real: { readonly apiOf: (name: string) => KarpenterApi }): { apiOf: (name: string) => KarpenterApi } {
  return { apiOf: name => name === SECOND_API.name ? SECOND_API : real.apiOf(name) };
}
