import { PreflightProperties } from './contract';

/** What one node could still host. */
export interface HostFacts {
  readonly name: string;
  readonly nodegroup: string;
  /** Allocatable minus the requests of the pods on it, our own Karpenter's not counted. */
  readonly freeCpu: number;
  readonly freeMemory: number;
  readonly freePods: number;
  /** Why a replica of Karpenter cannot run here, whatever is free. */
  readonly obstacle?: string;
  /** Undefined where no zone is known, and for a node that the chart's node selector leaves out: its zone does not count. */
  readonly zone?: string;
}

/** A custom resource definition and the Helm release that owns it. */
export interface CrdFacts {
  readonly name: string;
  /** Undefined where Helm does not own it. */
  readonly release?: string;
  readonly releaseNamespace?: string;
}

/** What the Kubernetes API says before anything is changed. Compact: it travels as a function's answer. */
export interface KubernetesFacts {
  readonly claim?: { readonly owner: string; readonly abandoned: boolean };
  /** The nodes of node groups, per group only the ones with the most room. */
  readonly hosts: readonly HostFacts[];
  /** Why the authenticator maps no role of the aws-auth ConfigMap; undefined where it does, or where there is none. */
  readonly awsAuthProblem?: string;
  /** What it leaves out, where it does not take all of it. */
  readonly awsAuthDamage?: string;
  /** The label by which a CDK stack says that the ConfigMap is one of its manifests; undefined where none does. */
  readonly awsAuthLabel?: string;
  /** `<namespace>/<name>` of the Deployments that carry Karpenter's name label. */
  readonly karpenters: readonly string[];
  readonly crds: readonly CrdFacts[];
  /** Those of the asked objects that exist and do not say that a migration made them. */
  readonly objects: readonly string[];
  /** Those of the asked objects that a migration made, this one or one whose place it takes; none where it is left out. */
  readonly migratedObjects?: readonly string[];
  /** The APIs of Karpenter, other than the one that was asked for, of which there are node classes. */
  readonly otherApis?: readonly string[];
  /** `<kind> <namespace>/<name>` of AWS Node Termination Handlers. */
  readonly terminationHandlers: readonly string[];
}

/** What is asked. */
export interface KubernetesQuestion {
  readonly clusterName: string;
  readonly kubectlRoleArn: string;
  /** The name of Karpenter's API. */
  readonly api: string;
  /** Where our own release lives. */
  readonly namespace: string;
  readonly crds: readonly string[];
  /** As `<plural>.<version>.<group>/<name>`. */
  readonly objects: readonly string[];
  readonly replicas: number;
  /** Kubernetes quantities. */
  readonly cpu: string;
  readonly memory: string;
  /** What a replica tolerates, as JSON; as the chart says if undefined. */
  readonly tolerations?: string;
}

/** What the preflight of a migration asks. */
export function kubernetesQuestion(properties: PreflightProperties): KubernetesQuestion {
  return {
    clusterName: properties.ClusterName,
    kubectlRoleArn: properties.KubectlRoleArn,
    api: properties.Api,
    namespace: properties.Namespace,
    crds: properties.Crds,
    objects: properties.Objects,
    replicas: properties.Replicas,
    cpu: properties.Cpu,
    memory: properties.Memory,
    tolerations: properties.Tolerations,
  };
}

/** Reads a cluster through the Kubernetes API; changes nothing. */
export interface KubernetesFactsReader {
  readFacts(question: KubernetesQuestion): Promise<KubernetesFacts>;
}
