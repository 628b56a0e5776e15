import { KubernetesFacts, KubernetesFactsReader } from './kubernetes-facts';
import { Query } from '../handlers/lambda';
import { Connect } from '../handlers/lifecycle';
import { integer, text, texts } from '../handlers/properties';

/** Answers the preflight's question inside the function that may reach the Kubernetes API. */
export function preflightFactsQuery(connect: Connect<KubernetesFactsReader>): (query: Query) => Promise<KubernetesFacts> {
  return async (query) => {
    const question = {
      clusterName: text(query, 'ClusterName'),
      kubectlRoleArn: text(query, 'KubectlRoleArn'),
      namespace: text(query, 'Namespace'),
      crds: texts(query, 'Crds'),
      objects: texts(query, 'Objects'),
      replicas: integer(query, 'Replicas'),
      cpu: text(query, 'Cpu'),
      memory: text(query, 'Memory'),
    };
    const reader = await connect(question.clusterName, question.kubectlRoleArn);
    return reader.readFacts(question);
  };
}
