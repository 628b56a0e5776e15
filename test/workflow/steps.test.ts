import { readFileSync } from 'fs';
import { join } from 'path';
import { apiOf } from '../../src/karpenter/apis';
import { neededRights, rightText } from '../../src/preflight/workloads/rights';
import { STEP_PORTS, STEPS } from '../../src/workflow/steps';

const V0 = apiOf('karpenter.sh/v1alpha5');
const rights = neededRights('karpenter', V0).map(rightText);

/** What the clients' methods mean, where their names do not say it. */
const VERBS: Readonly<Record<string, string>> = { read: 'get', get: 'get', list: 'list', create: 'create', patch: 'patch', replace: 'update', delete: 'delete' };

/** The resource of a method of a typed client; custom objects say theirs by an argument. */
const RESOURCES: Readonly<Record<string, string>> = {
  ConfigMap: 'configmaps',
  CustomResourceDefinition: 'customresourcedefinitions.apiextensions.k8s.io',
  Deployment: 'deployments.apps',
  Event: 'events',
  Ingress: 'ingresses.networking.k8s.io',
  Node: 'nodes',
  PersistentVolume: 'persistentvolumes',
  Pod: 'pods',
  PodDisruptionBudget: 'poddisruptionbudgets.policy',
  PodEviction: 'pods/eviction',
  PriorityClass: 'priorityclasses.scheduling.k8s.io',
  ReplicaSet: 'replicasets.apps',
  ReplicationController: 'replicationcontrollers',
  Service: 'services',
  StatefulSet: 'statefulsets.apps',
  VolumeAttachment: 'volumeattachments.storage.k8s.io',
};

const ADAPTERS = [
  'run-record', 'critical-workloads/workloads', 'cluster-autoscaler/autoscaler', 'draining/draining',
].map(name => `src/workflow/${name}.kubernetes.ts`).concat('src/karpenter/api/fleet.kubernetes.ts');

function callsOf(adapter: string): string[] {
  const text = readFileSync(join(__dirname, '../..', adapter), 'utf8');
  return [...text.matchAll(/\.(core|apps|scheduling|storage|networking|policy)\.(read|list|create|patch|replace|delete)(?:Namespaced)?(\w+?)(?:ForAllNamespaces)?\(/g)]
    .map(([, , verb, name]) => `${VERBS[verb]} ${RESOURCES[name]}`);
}

test.each(ADAPTERS)('the preflight asks for all that %s does', adapter => {
  const calls = callsOf(adapter);
  expect(calls).not.toEqual([]);
  expect(calls.filter(call => !rights.some(right => right === call || right.startsWith(`${call} in namespace `)))).toEqual([]);
});

test.each([
  'create priorityclasses.scheduling.k8s.io', 'get priorityclasses.scheduling.k8s.io', 'patch priorityclasses.scheduling.k8s.io',
  'delete priorityclasses.scheduling.k8s.io', 'delete nodes', 'delete pods', 'create pods/eviction', 'delete machines.karpenter.sh',
  'patch provisioners.karpenter.sh', 'delete provisioners.karpenter.sh', 'list awsnodetemplates.karpenter.k8s.aws', 'delete awsnodetemplates.karpenter.k8s.aws',
  'create pods in namespace karpenter', 'patch statefulsets.apps',
  'update configmaps in namespace kube-system', 'list targetgroupbindings.elbv2.k8s.aws',
])('the preflight asks whether our identity may %s', right => {
  expect(rights).toContain(right);
});

test('no right is asked for twice', () => {
  expect(rights).toEqual([...new Set(rights)]);
});

test('names of steps, ports and directions are each there once', () => {
  for (const names of [STEPS.map(({ name }) => name), STEP_PORTS.map(({ name }) => name), STEPS.flatMap(({ apply, revert }) => [apply, revert])]) {
    expect(names).toEqual([...new Set(names)]);
  }
});
