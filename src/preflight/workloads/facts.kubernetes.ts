import * as k8s from '@kubernetes/client-node';
import { KubernetesStageFacts, StageKubernetesReader } from './facts';
import { freeOnKarpenter, groupWorkloads } from './grouping';
import { StageQuestion } from './question';
import { neededRights, Right, rightText } from './rights';
import { StagePod, TemplateView } from './views';
import { budgetView, stagePod, templateView, volumeView } from './views.kubernetes';
import { READ_ONLY } from '../../custom-resources/fence';
import { FleetKubernetes } from '../../karpenter/api/fleet.kubernetes';
import { KarpenterApi } from '../../karpenter/api/karpenter-api';
import { apiOf } from '../../karpenter/apis';
import { every, PAGE, pagesOf, unlessAbsent } from '../../kubernetes/api.kubernetes';
import { nodesAsSent, podsAsSent } from '../../kubernetes/as-sent.kubernetes';
import { KeepAnnotation } from '../../kubernetes/kept-pods';
import { NodeOffer } from '../../kubernetes/node-offer';
import { NODEGROUP_LABEL } from '../../kubernetes/views';
import { nodeView } from '../../kubernetes/views.kubernetes';

/** What a stage wants to know, from the API itself. */
export class ApiStageFactsReader implements StageKubernetesReader {
  private readonly core: k8s.CoreV1Api;
  private readonly apps: k8s.AppsV1Api;
  private readonly batch: k8s.BatchV1Api;
  private readonly policy: k8s.PolicyV1Api;
  private readonly authorization: k8s.AuthorizationV1Api;

  constructor(private readonly config: k8s.KubeConfig) {
    this.core = config.makeApiClient(k8s.CoreV1Api);
    this.apps = config.makeApiClient(k8s.AppsV1Api);
    this.batch = config.makeApiClient(k8s.BatchV1Api);
    this.policy = config.makeApiClient(k8s.PolicyV1Api);
    this.authorization = config.makeApiClient(k8s.AuthorizationV1Api);
  }

  public async readStageFacts(question: StageQuestion): Promise<KubernetesStageFacts> {
    const api = apiOf(question.api);
    const nodes = await this.nodes();
    const pods = await this.pods(api.keepAnnotation);
    return {
      ...groupWorkloads({
        nodegroups: nodegroupsOf(nodes, question),
        systems: systemsOf(nodes),
        pods,
        templates: await this.templates(),
        budgets: (await every(_continue => this.policy.listPodDisruptionBudgetForAllNamespaces({ limit: PAGE, _continue }))).map(budgetView),
        volumes: (await every(_continue => this.core.listPersistentVolume({ limit: PAGE, _continue }))).flatMap(volume => volumeView(volume) ?? []),
      }, question),
      karpenter: freeOnKarpenter(nodes, pods, api),
      ...await new FleetKubernetes(this.config, api, READ_ONLY).supply(),
      defaultInstanceProfile: await this.defaultInstanceProfile(question, api),
      podsUseSubnets: await this.podsUseSubnets(),
      denied: question.hasRights ? [] : await this.denied(neededRights(question.namespace, api)),
    };
  }

  private async nodes(): Promise<NodeOffer[]> {
    return (await every(_continue => nodesAsSent(this.core, { _continue }))).map(nodeView);
  }

  private async pods(keep: KeepAnnotation): Promise<StagePod[]> {
    const views: StagePod[] = [];
    // Page by page, so that only the few fields that count are kept.
    for await (const page of pagesOf(_continue => podsAsSent(this.core, { _continue }))) {
      views.push(...page.map(pod => stagePod(pod, keep)));
    }
    return views;
  }

  private async templates(): Promise<TemplateView[]> {
    const deployments = await every(_continue => this.apps.listDeploymentForAllNamespaces({ limit: PAGE, _continue }));
    const statefulSets = await every(_continue => this.apps.listStatefulSetForAllNamespaces({ limit: PAGE, _continue }));
    const cronJobs = await every(_continue => this.batch.listCronJobForAllNamespaces({ limit: PAGE, _continue }));
    const jobs = await every(_continue => this.batch.listJobForAllNamespaces({ limit: PAGE, _continue }));
    return [
      ...deployments.map(one => templateView('Deployment', one, one.spec?.template)),
      ...statefulSets.map(one => templateView('StatefulSet', one, one.spec?.template)),
      ...cronJobs.map(one => templateView('CronJob', one, one.spec?.jobTemplate.spec?.template)),
      ...jobs.filter(isUnfinished).map(one => templateView('Job', one, one.spec?.template)),
    ];
  }

  private async defaultInstanceProfile({ namespace }: StageQuestion, { defaultInstanceProfile }: KarpenterApi): Promise<string | undefined> {
    if (!defaultInstanceProfile) {
      return undefined;
    }
    const { configMap: name, key } = defaultInstanceProfile;
    return (await unlessAbsent(() => this.core.readNamespacedConfigMap({ namespace, name })))?.data?.[key] || undefined;
  }

  /** As the VPC CNI is set up; other network plugins bring networks of their own. */
  private async podsUseSubnets(): Promise<boolean> {
    const plugin = await unlessAbsent(() => this.apps.readNamespacedDaemonSet({ namespace: 'kube-system', name: 'aws-node' }));
    const environment = (plugin?.spec?.template.spec?.containers ?? []).flatMap(container => container.env ?? []);
    const isOn = (name: string) => environment.some(variable => variable.name === name && variable.value === 'true');
    return plugin !== undefined && !isOn('AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG') && !isOn('ENABLE_IPv6');
  }

  private async denied(rights: readonly Right[]): Promise<string[]> {
    const answers = await Promise.all(rights.map(async (right) => {
      const { status } = await this.authorization.createSelfSubjectAccessReview({ body: { spec: { resourceAttributes: right } } });
      return status?.allowed ? [] : [rightText(right)];
    }));
    return answers.flat();
  }
}

function nodegroupsOf(nodes: readonly NodeOffer[], { nodegroups }: StageQuestion): ReadonlyMap<string, string> {
  return new Map(nodes.filter(({ labels }) => labels[NODEGROUP_LABEL] && (nodegroups?.includes(labels[NODEGROUP_LABEL]) ?? true))
    .map(({ name, labels }) => [name, labels[NODEGROUP_LABEL]]));
}

function systemsOf(nodes: readonly NodeOffer[]): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const ofSystem = ([key]: [string, string]) => key === 'kubernetes.io/arch' || key === 'kubernetes.io/os';
  return new Map(nodes.map(({ name, labels }) => [name, Object.fromEntries(Object.entries(labels).filter(ofSystem))]));
}

function isUnfinished({ status }: k8s.V1Job): boolean {
  return !status?.conditions?.some(condition => (condition.type === 'Complete' || condition.type === 'Failed') && condition.status === 'True');
}
