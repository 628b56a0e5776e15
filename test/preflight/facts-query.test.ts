import { kubernetes } from './facts';
import { parseObject } from '../../src/kubernetes/object-reference';
import { preflightFactsQuery } from '../../src/preflight/facts.aws';
import { KubernetesQuestion } from '../../src/preflight/kubernetes-facts';

const QUERY = {
  Query: 'preflight-facts',
  ClusterName: 'prod',
  KubectlRoleArn: 'role',
  Api: 'karpenter.sh/v1',
  Namespace: 'karpenter',
  Crds: ['c'],
  Objects: ['o'],
  Replicas: 2,
  Cpu: '1',
  Memory: '1Gi',
};

test('the query connects to the cluster it names and answers with its facts', async () => {
  const seen: unknown[] = [];
  const answer = preflightFactsQuery(async (...connection) => {
    seen.push(connection);
    return {
      readFacts: async (question: KubernetesQuestion) => {
        seen.push(question);
        return kubernetes();
      },
    };
  });
  expect(await answer(QUERY)).toEqual(kubernetes());
  expect(seen).toEqual([
    ['prod', 'role'],
    { clusterName: 'prod', kubectlRoleArn: 'role', api: 'karpenter.sh/v1', namespace: 'karpenter', crds: ['c'], objects: ['o'], replicas: 2, cpu: '1', memory: '1Gi' },
  ]);
});

test('a query that lacks something is refused before anything is asked', async () => {
  const answer = preflightFactsQuery(() => Promise.reject(new Error('connected')));
  await expect(answer({ ...QUERY, Namespace: undefined })).rejects.toThrow(/Namespace/);
});

test('an object is named as kubectl names it in full', () => {
  expect(parseObject('provisioners.v1alpha5.karpenter.sh/default'))
    .toEqual({ plural: 'provisioners', version: 'v1alpha5', group: 'karpenter.sh', name: 'default' });
  expect(parseObject('ec2nodeclasses.v1.karpenter.k8s.aws/default'))
    .toEqual({ plural: 'ec2nodeclasses', version: 'v1', group: 'karpenter.k8s.aws', name: 'default' });
  expect(() => parseObject('provisioner/default')).toThrow('"provisioner/default" is not an object, write <plural>.<version>.<group>/<name>');
});
