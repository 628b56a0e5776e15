import { Cluster } from '@aws-sdk/client-eks';
import * as k8s from '@kubernetes/client-node';
import { DrainFacts } from './drain';
import { PlanPorts } from './ports';
import { AwsClusterReader } from '../../cluster/survey.aws';
import { READ_ONLY } from '../../custom-resources/fence';
import { apiOf } from '../../karpenter/apis';
import { unlessAbsent } from '../../kubernetes/api.kubernetes';
import { PodView } from '../../kubernetes/views';
import { readList } from '../../node-access/authenticator';
import { ApiFactsReader } from '../../preflight/facts.kubernetes';
import { AwsStageReader } from '../../preflight/workloads/facts.aws';
import { ApiStageFactsReader } from '../../preflight/workloads/facts.kubernetes';
import { ClusterAutoscalerKubernetes } from '../../workflow/cluster-autoscaler/autoscaler.kubernetes';
import { KubernetesWorkloads } from '../../workflow/critical-workloads/workloads.kubernetes';
import { DrainingKubernetes } from '../../workflow/draining/draining.kubernetes';
import { ScaleDownAws } from '../../workflow/scale-down/nodegroups.aws';
import { ImportAws } from '../access/import.aws';
import { AwsNodegroupReader } from '../pools/node-groups.aws';

const MASTERS = 'system:masters';

/** The adapters of the functions, as the caller instead of as their roles. */
export function planPorts(cluster: Cluster, config: k8s.KubeConfig): PlanPorts {
  const ofImport = new ImportAws();
  // Which annotation keeps a pod is the only thing that the API of Karpenter decides here.
  const draining = (api: string) => new DrainingKubernetes(config, apiOf(api), READ_ONLY);
  return {
    cluster: new AwsClusterReader(),
    preflight: new ApiFactsReader(config),
    stage: { kubernetes: new ApiStageFactsReader(config), aws: new AwsStageReader() },
    identity: {
      openIdConnectProvider: () => ofImport.openIdConnectProvider(cluster),
      administrators: () => ofImport.administrators(cluster),
      trusting: roles => ofImport.trusting(roles, cluster.arn!.split(':')[4]),
    },
    mastersOfAwsAuth: () => mastersOfAwsAuth(config.makeApiClient(k8s.CoreV1Api)),
    pools: () => new AwsNodegroupReader().read(cluster.name!),
    nodegroups: () => new ScaleDownAws(cluster.name!, READ_ONLY).nodegroups(),
    drain: ({ Api }) => drainFacts(draining(Api)),
    hasLoadBalancers: () => new DrainingKubernetes(config, { keepAnnotation: { key: '', value: '' } }, READ_ONLY).loadBalancers(),
    autoscalers: () => new ClusterAutoscalerKubernetes(config, READ_ONLY).deployments(),
    workload: name => new KubernetesWorkloads(config, READ_ONLY).read(name),
  };
}

async function mastersOfAwsAuth(core: k8s.CoreV1Api): Promise<string[]> {
  const map = await unlessAbsent(() => core.readNamespacedConfigMap({ namespace: 'kube-system', name: 'aws-auth' }));
  return readList('mapRoles', map?.data?.mapRoles ?? '').mappings.filter(({ groups }) => groups.includes(MASTERS)).map(({ arn }) => arn);
}

async function drainFacts(draining: DrainingKubernetes): Promise<Omit<DrainFacts, 'nodegroups'>> {
  const nodes = await draining.nodes();
  const pods: PodView[] = [];
  let page: string | undefined;
  do {
    const { pods: some, next } = await draining.pods(page);
    pods.push(...some);
    page = next;
  } while (page !== undefined);
  const refs = new Map(pods.flatMap(({ namespace, controller }) => controller?.kind === 'ReplicaSet' ? [[controller.uid, { ...controller, namespace }] as const] : []));
  return { nodes, pods, controllers: await draining.controllers([...refs.values()]) };
}
