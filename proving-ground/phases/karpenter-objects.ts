import { KubeObject } from '../cluster/kube';
import { Generation } from '../parts/karpenter';

/** What Karpenter of one generation calls its objects, where the API server has them, and what its migration differs in. */
export interface KarpenterObjects {
  readonly generation: Generation;
  /** As EKS reports it: what the generation serves. */
  readonly kubernetesVersion: string;
  /** EKS' own image for ARM, for a node group of that version. */
  readonly armAmiType: 'AL2_ARM_64' | 'AL2023_ARM_64_STANDARD';
  /** The app of somebody who changes nothing. */
  readonly example: string;
  readonly namespace: string;
  /** On its nodes a label, at its instances a tag; the value is the pool's name. */
  readonly ownerLabel: string;
  readonly kinds: { readonly pool: string; readonly nodeClass: string; readonly claim: string };
  /** The default pool and its node class. */
  readonly pool: string;
  readonly nodeClass: string;
  readonly pools: string;
  readonly claims: string;
  /** What the default pool asks of nodes, once it is in the cluster, and how that came about. */
  readonly requirements: Readonly<Record<string, string>>;
  readonly defaulted: { readonly name: string; readonly says: string };
  /** Fields of the spec of the default pool once the app has its variant `pool`. */
  readonly changedPool: KubeObject;
  /** The condition of a node class that has found its images; undefined where it says nothing of them. */
  readonly imagesCondition?: string;
  /** On the nodes that it takes away by itself, when the pods of two fit on one; undefined where the default pool lets nodes be. */
  readonly disruptionTaint?: string;
  /** Whether it listens to a queue. */
  readonly hasQueue: boolean;
  /** What may stay in the cluster after a removal, by name, and nothing else. */
  readonly mayStay: readonly RegExp[];
  poolRequirements(pool: KubeObject): readonly KubeObject[];
  /** What of a node class selects tags. */
  networkSelectors(nodeClass: KubeObject): Record<'subnets' | 'securityGroups', Readonly<Record<string, string>>>;
}

export const DISCOVERY_TAG = 'karpenter.sh/discovery';
/** The example with the differences that its context asks for, the generation among them. */
export const VARIANT = 'proving-ground/phases/variant.ts';

/** Their release stays with the definitions, which are Helm's only to begin with. */
const RELEASE_OF_DEFINITIONS = /^Secret kube-system\/sh\.helm\.release\.v1\.karpenter-crd\.v\d+$/;

const REQUIREMENTS = {
  'karpenter.k8s.aws/instance-category': 'In c,m,r',
  'karpenter.k8s.aws/instance-generation': 'Gt 2',
  'karpenter.sh/capacity-type': 'In on-demand',
  'kubernetes.io/arch': 'In amd64',
  'kubernetes.io/os': 'In linux',
};

export const KARPENTER_OBJECTS: Readonly<Record<Generation, KarpenterObjects>> = {
  v0: {
    generation: 'v0',
    kubernetesVersion: '1.27',
    armAmiType: 'AL2_ARM_64',
    example: 'examples/install.ts',
    namespace: 'karpenter',
    ownerLabel: 'karpenter.sh/provisioner-name',
    kinds: { pool: 'Provisioner', nodeClass: 'AWSNodeTemplate', claim: 'Machine' },
    pool: '/apis/karpenter.sh/v1alpha5/provisioners/default',
    nodeClass: '/apis/karpenter.k8s.aws/v1alpha1/awsnodetemplates/default',
    pools: '/apis/karpenter.sh/v1alpha5/provisioners',
    claims: '/apis/karpenter.sh/v1alpha5/machines',
    requirements: REQUIREMENTS,
    defaulted: {
      name: 'the default pool passed the webhooks, which defaulted it',
      says: 'linux, amd64 and on-demand were added to categories c, m and r of a generation above 2',
    },
    changedPool: { weight: 10, ttlSecondsAfterEmpty: 86_400 },
    hasQueue: false,
    mayStay: [
      /^CustomResourceDefinition \/(provisioners\.karpenter\.sh|machines\.karpenter\.sh|awsnodetemplates\.karpenter\.k8s\.aws)$/,
      RELEASE_OF_DEFINITIONS,
      // What the API server itself serves for a definition, and rolls the definitions up in.
      /^APIService \/v1alpha[15]\.karpenter\.(sh|k8s\.aws)$/,
    ],
    poolRequirements: ({ spec }) => spec.requirements,
    networkSelectors: ({ spec }) => ({ subnets: spec.subnetSelector, securityGroups: spec.securityGroupSelector }),
  },
  v1: {
    generation: 'v1',
    kubernetesVersion: '1.30',
    armAmiType: 'AL2023_ARM_64_STANDARD',
    example: 'examples/install-v1.ts',
    namespace: 'kube-system',
    ownerLabel: 'karpenter.sh/nodepool',
    kinds: { pool: 'NodePool', nodeClass: 'EC2NodeClass', claim: 'NodeClaim' },
    pool: '/apis/karpenter.sh/v1/nodepools/default',
    nodeClass: '/apis/karpenter.k8s.aws/v1/ec2nodeclasses/default',
    pools: '/apis/karpenter.sh/v1/nodepools',
    claims: '/apis/karpenter.sh/v1/nodeclaims',
    requirements: REQUIREMENTS,
    defaulted: {
      name: 'the default pool says itself what no webhook adds any more',
      says: 'linux, amd64, on-demand, categories c, m and r, a generation above 2',
    },
    changedPool: { weight: 10 },
    imagesCondition: 'AMIsReady',
    disruptionTaint: 'karpenter.sh/disrupted',
    hasQueue: true,
    mayStay: [
      new RegExp('^CustomResourceDefinition /(nodepools\\.karpenter\\.sh|nodeclaims\\.karpenter\\.sh|nodeoverlays\\.karpenter\\.sh|'
        + 'ec2nodeclasses\\.karpenter\\.k8s\\.aws|capacitybuffers\\.autoscaling\\.x-k8s\\.io)$'),
      RELEASE_OF_DEFINITIONS,
      /^APIService \/(v1\.karpenter\.(sh|k8s\.aws)|v1alpha1\.karpenter\.sh|v1beta1\.autoscaling\.x-k8s\.io)$/,
      // The controller makes it in a namespace that is not its own, and nobody takes it away.
      /^Lease kube-system\/karpenter-leader-election$/,
    ],
    poolRequirements: ({ spec }) => spec.template.spec.requirements,
    networkSelectors: ({ spec }) => ({ subnets: spec.subnetSelectorTerms[0].tags, securityGroups: spec.securityGroupSelectorTerms[0].tags }),
  },
};
