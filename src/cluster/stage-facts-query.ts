import { StageKubernetesReader, KubernetesStageFacts } from './stage-facts';
import { StageQuestion } from './stage-question';
import { Query } from '../handlers/lambda';
import { Connect } from '../handlers/lifecycle';

/** Answers what a stage asks inside the function that may reach the Kubernetes API. */
export function stageFactsQuery(connect: Connect<StageKubernetesReader>): (query: Query) => Promise<KubernetesStageFacts> {
  return async (query) => {
    const question = query.Question as StageQuestion | undefined;
    if (!question) {
      throw new Error('the query has no Question');
    }
    const reader = await connect(question.clusterName, question.kubectlRoleArn);
    return reader.readStageFacts(question);
  };
}
