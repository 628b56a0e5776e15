import { DescribeAddonCommand, EKSClient } from '@aws-sdk/client-eks';
import { clientConfig } from '../../aws/client-config';
import { KubeObject } from '../../cluster/kube';
import { expectEqual, until } from '../../cluster/until';
import { readyPods } from '../../customer/customer';
import { claims, karpenterNodes } from '../burst';
import { Report } from '../report';
import { CLUSTER_NAME, World } from '../world';

const DEPLOYMENTS = '/apis/apps/v1/namespaces/kube-system/deployments';
const CANARY = 'cdk-karpenter-migration-canary';
const NODEGROUP = 'eks.amazonaws.com/nodegroup';

/** Raises the stage once: critical workloads onto node groups, the Cluster Autoscaler to zero, and nothing else. */
export async function cutOver(world: World, report: Report): Promise<void> {
  const from = world.observers.mark('CUT_OVER');
  const before = new Set((await karpenterNodes(world)).map(node => node.metadata.name));
  await report.check({ step: 'Set nodeAffinity for critical workloads', shows: 'seen', name: 'cdk deploy reaches stage CUT_OVER' }, async () => {
    const run = await world.cdk.deploy(world.karpenter.example, { stage: 'CUT_OVER' });
    expectEqual('exit code', run.code, 0);
    return `${run.seconds} s: ${stateOf(world)}`;
  });
  await report.check({ step: 'Set nodeAffinity for critical workloads', shows: 'seen', name: 'metrics-server is pinned to node groups, and all else of it is as before' }, async () => {
    const { spec } = await world.kube.get(`${DEPLOYMENTS}/metrics-server`);
    expectEqual('required terms', requiredTerms(spec.template.spec), [{ matchExpressions: [{ key: NODEGROUP, operator: 'Exists' }] }]);
    return 'one term: the node is of a node group';
  });
  await report.check({ step: 'Set nodeAffinity for critical workloads', shows: 'seen', name: 'coredns is pinned through its add-on, and EKS does not put that back' }, async () => {
    const { addon } = await new EKSClient(clientConfig(world.aws)).send(new DescribeAddonCommand({ clusterName: CLUSTER_NAME, addonName: 'coredns' }));
    expectEqual('status of the add-on', addon!.status, 'ACTIVE');
    const terms = requiredTerms((await world.kube.get(`${DEPLOYMENTS}/coredns`)).spec.template.spec);
    for (const term of terms) {
      if (!term.matchExpressions.some((e: KubeObject) => e.key === NODEGROUP) || !term.matchExpressions.some((e: KubeObject) => e.key === 'kubernetes.io/arch')) {
        throw new Error(`a term has not both, the former expressions and ours: ${JSON.stringify(terms)}`);
      }
    }
    const pods = await world.kube.list('/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns');
    expectEqual('coredns pods that are Ready', (await readyPods(world.kube, pods)).length, 2);
    return addon!.configurationValues!;
  });
  await report.check({ step: 'Remove CAS', shows: 'seen', name: 'a canary pod became Ready on a new node of Karpenter, and both are gone' }, async () => {
    const created = world.observers.observe(from).audit.calls['create pods'] ?? 0;
    if (created === 0) {
      throw new Error('no pod was created by the migration');
    }
    const joined = [...world.joiner.joined.values()].filter(({ at, nodeName }) => at.getTime() > from && !before.has(nodeName));
    if (joined.length === 0) {
      throw new Error('no new instance joined the cluster');
    }
    expectEqual('canary', await world.kube.find(`/api/v1/namespaces/${world.karpenter.namespace}/pods/${CANARY}`), undefined);
    // Whoever deletes a claim does not wait until its instance is gone.
    await until('no claim is left of it', 60, async () => {
      expectEqual('claims', (await claims(world)).length, before.size);
      return true;
    });
    return `${joined[0].nodeName} joined for it`;
  });
  await report.check({ step: 'Remove CAS', shows: 'seen', name: 'the Cluster Autoscaler is at zero, with no pod left' }, async () => {
    expectEqual('replicas', (await world.kube.get(`${DEPLOYMENTS}/cluster-autoscaler`)).spec.replicas, 0);
    expectEqual('pods', (await world.kube.list('/api/v1/namespaces/kube-system/pods?labelSelector=app%3Dcluster-autoscaler')).length, 0);
    return 'none';
  });
  await report.check({ step: 'Remove CAS', shows: 'survives', name: 'no pod of anybody was evicted or deleted for it' }, async () => {
    const { audit, disruption } = world.observers.observe(from);
    expectEqual('evictions', audit.granted.length + audit.refused.length, 0);
    expectEqual('pods deleted by us', audit.deletedPods, []);
    expectEqual('violations', disruption.violations, []);
    return 'neither evictions nor deletions';
  });
}

export function stateOf(world: World): string {
  const outputs = world.cdk.outputs();
  return outputs[Object.keys(outputs).find(name => name.startsWith('MigrationOutputsState'))!];
}

function requiredTerms(podSpec: KubeObject): KubeObject[] {
  return podSpec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
}
