import * as k8s from '@kubernetes/client-node';
import { nodeView, podView } from './cluster-views';
import { every, PAGE, pagesOf, unlessAbsent, unlessOvertaken } from './kubernetes-api';
import { awsAuthProblem } from '../../cluster/aws-auth-problem';
import { ClaimChanged, ClaimPort, ClaimRecord, StoredClaim } from '../../cluster/claim-port';
import { CLAIM_NAME, CLAIM_NAMESPACE, NODEGROUP_LABEL } from '../../cluster/contract';
import { hosts, mostRoom, NodeView, PodView } from '../../cluster/host-capacity';
import { CrdFacts, KubernetesFacts, KubernetesFactsReader, KubernetesQuestion } from '../../cluster/kubernetes-facts';
import { parseObject } from '../../cluster/object-reference';
import { quantity } from '../../cluster/quantity';

const KARPENTER = 'app.kubernetes.io/name=karpenter';
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
    const need = { cpu: quantity(question.cpu), memory: quantity(question.memory) };
    return {
      claim: await new ConfigMapClaim(this.config).read(),
      hosts: mostRoom(hosts(await this.nodes(), await this.pods(), question.namespace), need, question.replicas),
      awsAuthProblem: await this.awsAuthProblem(),
      karpenters: (await this.deployments(KARPENTER)).map(fullName),
      crds: await present(question.crds, name => this.crd(name)),
      objects: await present(question.objects, reference => this.object(reference)),
      terminationHandlers: await this.terminationHandlers(),
    };
  }

  private async nodes(): Promise<NodeView[]> {
    return (await every(_continue => this.core.listNode({ labelSelector: NODEGROUP_LABEL, limit: PAGE, _continue }))).map(nodeView);
  }

  private async pods(): Promise<PodView[]> {
    const views: PodView[] = [];
    // Page by page, so that only the few fields that count are kept.
    for await (const page of pagesOf(_continue => this.core.listPodForAllNamespaces({ limit: PAGE, _continue }))) {
      views.push(...page.map(podView));
    }
    return views;
  }

  private async awsAuthProblem(): Promise<string | undefined> {
    const map = await unlessAbsent(() => this.core.readNamespacedConfigMap({ namespace: 'kube-system', name: 'aws-auth' }));
    return map && awsAuthProblem(map.data ?? {});
  }

  private async crd(name: string): Promise<CrdFacts> {
    const { metadata } = await this.definitions.readCustomResourceDefinition({ name });
    return {
      name,
      release: metadata?.annotations?.['meta.helm.sh/release-name'],
      releaseNamespace: metadata?.annotations?.['meta.helm.sh/release-namespace'],
    };
  }

  private async object(reference: string): Promise<string> {
    await this.objects.getClusterCustomObject(parseObject(reference));
    return reference;
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

/** The claim as a ConfigMap, guarded by its resourceVersion. */
export class ConfigMapClaim implements ClaimPort {
  private readonly core: k8s.CoreV1Api;

  constructor(config: k8s.KubeConfig) {
    this.core = config.makeApiClient(k8s.CoreV1Api);
  }

  public async read(): Promise<StoredClaim | undefined> {
    const map = await unlessAbsent(() => this.core.readNamespacedConfigMap(CLAIM));
    return map && { owner: map.data?.owner ?? '', abandoned: map.data?.abandoned === 'true', version: map.metadata!.resourceVersion! };
  }

  public async create(record: ClaimRecord): Promise<void> {
    const body = { metadata: CLAIM, data: { ...dataOf(record), generation: '0' } };
    await guarded(() => this.core.createNamespacedConfigMap({ namespace: CLAIM_NAMESPACE, body }));
  }

  public async replace(old: StoredClaim, record: ClaimRecord): Promise<void> {
    await guarded(async () => {
      const map = await this.core.readNamespacedConfigMap(CLAIM);
      const body = { ...map, metadata: { ...map.metadata, resourceVersion: old.version }, data: { ...map.data, ...dataOf(record) } };
      await this.core.replaceNamespacedConfigMap({ ...CLAIM, body });
    });
  }

  public async remove(old: StoredClaim): Promise<void> {
    await guarded(() => this.core.deleteNamespacedConfigMap({ ...CLAIM, body: { preconditions: { resourceVersion: old.version } } }));
  }
}

const CLAIM = { namespace: CLAIM_NAMESPACE, name: CLAIM_NAME };

function dataOf(record: ClaimRecord): Record<string, string> {
  return { owner: record.owner, abandoned: String(record.abandoned) };
}

async function guarded(write: () => Promise<unknown>): Promise<void> {
  if (!await unlessOvertaken(write)) {
    throw new ClaimChanged(`the ConfigMap ${CLAIM_NAMESPACE}/${CLAIM_NAME} was changed in the meantime`);
  }
}

async function present<T>(names: readonly string[], read: (name: string) => Promise<T>): Promise<T[]> {
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
