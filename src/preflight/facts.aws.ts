import { LambdaClient } from '@aws-sdk/client-lambda';
import { PREFLIGHT_FACTS_QUERY } from './contract';
import { KubernetesFacts, KubernetesFactsReader, KubernetesQuestion } from './kubernetes-facts';
import { ASKING_OPTIONS } from '../custom-resources/client-options';
import { Query } from '../custom-resources/lambda';
import { Connect } from '../custom-resources/lifecycle';
import { integer, optionalText, text, texts } from '../custom-resources/properties';
import { ask } from '../custom-resources/query.aws';

/** The Kubernetes API through the function that may reach it. */
export class LambdaFactsReader implements KubernetesFactsReader {
  constructor(private readonly functionArn: string, private readonly lambda = new LambdaClient(ASKING_OPTIONS)) {}

  public readFacts(question: KubernetesQuestion): Promise<KubernetesFacts> {
    return ask(this.lambda, this.functionArn, {
      Query: PREFLIGHT_FACTS_QUERY,
      ClusterName: question.clusterName,
      KubectlRoleArn: question.kubectlRoleArn,
      Api: question.api,
      Namespace: question.namespace,
      Crds: question.crds,
      Objects: question.objects,
      Replicas: question.replicas,
      Cpu: question.cpu,
      Memory: question.memory,
      Tolerations: question.tolerations,
    });
  }
}

/** Answers the preflight's question inside the function that may reach the Kubernetes API. */
export function preflightFactsQuery(connect: Connect<KubernetesFactsReader>): (query: Query) => Promise<KubernetesFacts> {
  return async (query) => {
    const question = {
      clusterName: text(query, 'ClusterName'),
      kubectlRoleArn: text(query, 'KubectlRoleArn'),
      api: text(query, 'Api'),
      namespace: text(query, 'Namespace'),
      crds: texts(query, 'Crds'),
      objects: texts(query, 'Objects'),
      replicas: integer(query, 'Replicas'),
      cpu: text(query, 'Cpu'),
      memory: text(query, 'Memory'),
      tolerations: optionalText(query, 'Tolerations'),
    };
    const reader = await connect(question.clusterName, question.kubectlRoleArn);
    return reader.readFacts(question);
  };
}
