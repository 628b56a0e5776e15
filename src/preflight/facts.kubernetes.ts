import * as k8s from '@kubernetes/client-node';
import { hosts, LabelledPod, mostRoom } from './host-capacity';
import { CrdFacts, KubernetesFacts, KubernetesFactsReader, KubernetesQuestion } from './kubernetes-facts';
import { ConfigMapClaim } from '../cluster/claim.kubernetes';
import { apisOtherThan } from '../karpenter/apis';
import { every, PAGE, pagesOf, unlessAbsent } from '../kubernetes/api.kubernetes';
import { nodesAsSent, podsAsSent } from '../kubernetes/as-sent.kubernetes';
import { NodeOffer, uncordoned } from '../kubernetes/node-offer';
import { OWNER_ANNOTATION, parseObject } from '../kubernetes/object-reference';
import { quantity } from '../kubernetes/quantity';
import { Toleration } from '../kubernetes/scheduling';
import { NODEGROUP_LABEL, NodeView } from '../kubernetes/views';
import { nodeView, podRoom } from '../kubernetes/views.kubernetes';
import { shortList } from '../words/short-list';
import { CORDON_RECORD } from '../workflow/records';

/** Loaded when it is called: it brings the parser of YAML, and the function starts without it for all else. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const awsAuthReading = (): typeof import('../node-access/aws-auth-problem') => require('../node-access/aws-auth-problem');

/** As much as a finding names. */
const DAMAGE_BYTES = 300;
const KARPENTER = 'app.kubernetes.io/name=karpenter';
/** CDK labels with it what a `KubernetesManifest` of a stack applies, unless the import of the cluster says `prune: false`. */
const CDK_MANIFEST = 'aws.cdk.eks/prune-';
const TERMINATION_HANDLER = 'app.kubernetes.io/name=aws-node-termination-handler';

/** What the preflight wants to know, from the API itself. */
export class ApiFactsReader implements KubernetesFactsReader {
  private readonly core: k8s.CoreV1Api;
  private readonly apps: k8s.AppsV1Api;
  private readonly definitions: k8s.ApiextensionsV1Api;
  private readonly objects: k8s.CustomObjectsApi;

  constructor(private readonly config: k8s.KubeConfig) {
    this.core = config.makeApiClient(k8s.CoreV1Api);
    this.apps = config.makeApiClient(k8s.AppsV1Api);
    this.definitions = config.makeApiClient(k8s.ApiextensionsV1Api);
    this.objects = config.makeApiClient(k8s.CustomObjectsApi);
  }

  public async readFacts(question: KubernetesQuestion): Promise<KubernetesFacts> {
    const tolerations = question.tolerations === undefined ? undefined : JSON.parse(question.tolerations) as Toleration[];
    const need = { cpu: quantity(question.cpu), memory: quantity(question.memory) };
    return {
      claim: await new ConfigMapClaim(this.config).read(),
      hosts: mostRoom(hosts((await this.nodes()).map(withoutOurCordon), await this.pods(), question.namespace, tolerations), need, question.replicas),
      ...await this.awsAuth(),
      karpenters: (await this.deployments(KARPENTER)).map(fullName),
      crds: await present(question.crds, name => this.crd(name)),
      ...await this.existing(question.objects),
      otherApis: await this.otherApis(question.api),
      terminationHandlers: await this.terminationHandlers(),
    };
  }

  private async nodes(): Promise<NodeView[]> {
    return (await every(_continue => nodesAsSent(this.core, { labelSelector: NODEGROUP_LABEL, _continue }))).map(nodeView);
  }

  private async pods(): Promise<LabelledPod[]> {
    const views: LabelledPod[] = [];
    // Page by page, so that only the few fields that count are kept.
    for await (const page of pagesOf(_continue => podsAsSent(this.core, { _continue }))) {
      views.push(...page.map(pod => ({ ...podRoom(pod), labels: pod.metadata!.labels ?? {} })));
    }
    return views;
  }

  private async awsAuth(): Promise<Pick<KubernetesFacts, 'awsAuthProblem' | 'awsAuthDamage' | 'awsAuthLabel'>> {
    const map = await unlessAbsent(() => this.core.readNamespacedConfigMap({ namespace: 'kube-system', name: 'aws-auth' }));
    const { unreadable, damage } = awsAuthReading().awsAuthProblems(map?.data ?? {});
    const label = Object.keys(map?.metadata?.labels ?? {}).find(key => key.startsWith(CDK_MANIFEST));
    return {
      awsAuthProblem: unreadable,
      ...damage.length === 0 ? {} : { awsAuthDamage: shortList(damage, DAMAGE_BYTES) },
      ...label === undefined ? {} : { awsAuthLabel: label },
    };
  }

  private async crd(name: string): Promise<CrdFacts> {
    const { metadata } = await this.definitions.readCustomResourceDefinition({ name });
    return {
      name,
      release: metadata?.annotations?.['meta.helm.sh/release-name'],
      releaseNamespace: metadata?.annotations?.['meta.helm.sh/release-namespace'],
    };
  }

  private async existing(references: readonly string[]): Promise<Pick<KubernetesFacts, 'objects' | 'migratedObjects'>> {
    const found = await present(references, async (reference) => {
      const { metadata } = await this.objects.getClusterCustomObject(parseObject(reference)) as { readonly metadata?: k8s.V1ObjectMeta };
      return { reference, isMigrated: metadata?.annotations?.[OWNER_ANNOTATION] !== undefined };
    });
    const migrated = found.filter(({ isMigrated }) => isMigrated).map(({ reference }) => reference);
    return {
      objects: found.filter(({ isMigrated }) => !isMigrated).map(({ reference }) => reference),
      ...migrated.length > 0 ? { migratedObjects: migrated } : {},
    };
  }

  /** Pools are also those of EKS Auto Mode; node classes are Karpenter's own. */
  private async otherApis(own: string): Promise<string[] | undefined> {
    const others = apisOtherThan(own);
    const found = await present(others.map(({ name }) => name), async (name) => {
      const { group, version, plural } = others.find(api => api.name === name)!.kinds.nodeClass;
      const { items } = await this.objects.listClusterCustomObject({ group, version, plural, limit: 1 }) as { readonly items: readonly unknown[] };
      return items.length > 0 ? name : undefined;
    });
    return found.length > 0 ? found : undefined;
  }

  private deployments(labelSelector: string): Promise<k8s.V1Deployment[]> {
    return every(_continue => this.apps.listDeploymentForAllNamespaces({ labelSelector, limit: PAGE, _continue }));
  }

  private async terminationHandlers(): Promise<string[]> {
    const daemonSets = await every(_continue =>
      this.apps.listDaemonSetForAllNamespaces({ labelSelector: TERMINATION_HANDLER, limit: PAGE, _continue }));
    const deployments = await this.deployments(TERMINATION_HANDLER);
    return [...daemonSets.map(set => `DaemonSet ${fullName(set)}`), ...deployments.map(deployment => `Deployment ${fullName(deployment)}`)];
  }
}

/** A run that is asked to keep other nodes takes its cordon back from them. */
function withoutOurCordon(node: NodeView): NodeOffer {
  return node.annotations[CORDON_RECORD] === undefined ? node : uncordoned(node);
}

async function present<T>(names: readonly string[], read: (name: string) => Promise<T | undefined>): Promise<T[]> {
  const found: T[] = [];
  for (const name of names) {
    const one = await unlessAbsent(() => read(name));
    if (one !== undefined) {
      found.push(one);
    }
  }
  return found;
}

function fullName(object: { readonly metadata?: k8s.V1ObjectMeta }): string {
  return `${object.metadata?.namespace}/${object.metadata?.name}`;
}
