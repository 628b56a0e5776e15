import * as fs from 'fs';
import * as path from 'path';
import { parse } from 'yaml';
import type { CrowdReport } from './crowd';
import { budget, deployment, KARPENTER, karpenterDeployment, namespace, NODE_CLASS, NODE_POOL, nodeObject, workloadsOf } from './objects';
import { GENERATION } from './ports';
import { ControlPlane } from '../../../proving-ground/cluster/control-plane';
import { Kube, KubeObject } from '../../../proving-ground/cluster/kube';
import { startKwok } from '../../../proving-ground/cluster/kwok';
import { STAGES_OF_KUBELETS } from '../../../proving-ground/cluster/kwok-stages';
import { ready } from '../../../proving-ground/cluster/processes';
import { prepareSite } from '../../../proving-ground/cluster/site';
import { until } from '../../../proving-ground/cluster/until';
import type { RunContext } from '../../../proving-ground/phases/run-context';
import { CLAIM_NAME, CLAIM_NAMESPACE } from '../../../src/cluster/contract';
import { MigrationStage } from '../../../src/words/migration-stage';
import { REPLICAS, Seconds } from '../cluster';
import { configurationOf } from '../drain';
import { Nodegroups } from '../nodegroups';

const CRDS = path.join(__dirname, '..', '..', '..', 'test', 'provisioning', 'crds');
/** Requests at a time. */
const LANES = 20;
/** Two cores place some fifty pods a second. */
const SECONDS_FOR_A_NODE = 2;

/** A cluster in which everything runs, before a drain. */
export interface LiveCluster {
  readonly pods: number;
  readonly auditLog: string;
  kubeconfig(user: string): Promise<string>;
  /** Its instance has ended. */
  removeNode(name: string): Promise<void>;
  /** Gives what was seen since the drain began. */
  end(): Promise<CrowdReport & { readonly made: number }>;
}

export async function setUp(context: RunContext, nodegroups: Nodegroups, nodes: number, seconds: Seconds): Promise<LiveCluster> {
  const { parts, processes, runDir, region, headline } = context;
  const site = await prepareSite({ clusterName: 'prod', ordinal: 1, runDir, region, processes });
  headline('starting the control plane');
  const { kube, auditLog } = await ControlPlane.start({ parts, site, isLarge: true });
  await startKwok(parts, site, STAGES_OF_KUBELETS);
  const workloads = workloadsOf(nodes);
  headline(`making ${nodes} nodes and ${workloads.length} workloads`);
  await furnish(kube, nodegroups, [...new Set(workloads.map(one => one.namespace)), KARPENTER]);
  await kube.create(`/apis/apps/v1/namespaces/${KARPENTER}/deployments`, karpenterDeployment(seconds));
  await inLanes(workloads, one => kube.create(`/apis/apps/v1/namespaces/${one.namespace}/deployments`, deployment(one, seconds)));
  await inLanes(workloads.filter(({ hasBudget }) => hasBudget), one =>
    kube.create(`/apis/policy/v1/namespaces/${one.namespace}/poddisruptionbudgets`, budget(one)));
  await allRun(kube, nodes, headline);
  const file = path.join(runDir, 'surroundings.json');
  const admin = await site.pki.kubeconfig('surroundings', ['system:masters']);
  const surroundings = processes.start('surroundings', process.execPath, [
    ...process.execArgv, path.join(__dirname, 'surroundings.ts'), admin, file, String(seconds.nodesReady),
  ]);
  await ready(surroundings, async () => surroundings.logTail().includes('watching'));
  return {
    pods: workloads.length * REPLICAS,
    auditLog,
    kubeconfig: user => site.pki.kubeconfig(user, ['system:masters']),
    removeNode: name => kube.delete(`/api/v1/nodes/${name}`),
    end: async () => {
      await surroundings.stop();
      return JSON.parse(fs.readFileSync(file, 'utf8'));
    },
  };
}

/** Nodes, namespaces, Karpenter's objects and the claim. */
async function furnish(kube: Kube, { members }: Nodegroups, namespaces: readonly string[]): Promise<void> {
  const definitions = ['karpenter.sh_nodepools.yaml', 'karpenter.k8s.aws_ec2nodeclasses.yaml'].map(file => parse(fs.readFileSync(path.join(CRDS, file), 'utf8')));
  await inLanes(definitions, one => kube.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', one));
  await inLanes(members, ({ id, node, labels }) => kube.create('/api/v1/nodes', nodeObject(node, labels, id)));
  await inLanes(namespaces, name => kube.create('/api/v1/namespaces', namespace(name)));
  await until('Karpenter\'s kinds are served', 60, async () => await kube.find('/apis/karpenter.sh/v1/nodepools') && kube.find('/apis/karpenter.k8s.aws/v1/ec2nodeclasses'));
  await kube.create('/apis/karpenter.k8s.aws/v1/ec2nodeclasses', NODE_CLASS);
  await kube.create('/apis/karpenter.sh/v1/nodepools', NODE_POOL);
  await until('namespaces have their service accounts', 120, async () =>
    (await kube.list('/api/v1/serviceaccounts')).filter(({ metadata }) => metadata.name === 'default' && namespaces.includes(metadata.namespace)).length === namespaces.length);
  await kube.create(`/api/v1/namespaces/${CLAIM_NAMESPACE}/configmaps`, {
    metadata: { name: CLAIM_NAME },
    data: { owner: configurationOf({ Count: 1 }).Owner, generation: String(GENERATION), stage: MigrationStage.SCALE_DOWN },
  });
}

/** All pods are Ready, and budgets know it. */
async function allRun(kube: Kube, nodes: number, log: (line: string) => void): Promise<void> {
  let said = Date.now();
  await until('everything runs', 120 + nodes * SECONDS_FOR_A_NODE, async () => {
    const deployments = await kube.list('/apis/apps/v1/deployments');
    const lacking = deployments.filter(({ spec, status }) => status.readyReplicas !== spec.replicas);
    const budgets = lacking.length > 0 ? [] : await kube.list('/apis/policy/v1/poddisruptionbudgets');
    const blind = budgets.filter(({ status }: KubeObject) => status?.currentHealthy !== REPLICAS);
    if (Date.now() - said > 15_000) {
      said = Date.now();
      log(`${deployments.length - lacking.length} of ${deployments.length} workloads run`);
    }
    return lacking.length + blind.length === 0;
  });
}

async function inLanes<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<void> {
  const left = [...items];
  const lane = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      await act(item);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
