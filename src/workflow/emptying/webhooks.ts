import { KarpenterApi } from '../../karpenter/api/karpenter-api';
import { PauseReason } from '../pause-reason';
import { blocked, Progress } from '../step';

/** The error comes out of the body of an answer, where quotes are escaped, maybe twice. */
const UNREACHABLE = /failed calling webhook [\\"]*([\w.-]*karpenter[\w.-]*)/;

/** All configurations of the chart have this label, whatever the release is called. */
const RESCUE = 'kubectl delete validatingwebhookconfigurations,mutatingwebhookconfigurations -l app.kubernetes.io/name=karpenter';

/** The name of the webhook that did not answer; undefined for any other error. */
export function unreachableWebhook(error: unknown): string | undefined {
  return error instanceof Error ? UNREACHABLE.exec(error.message)?.[1] : undefined;
}

/** While Karpenter's webhooks do not answer, nobody can change a pool. */
export async function unlessUnreachable<T extends Progress | undefined>({ words }: KarpenterApi, write: () => Promise<T>): Promise<T | Progress> {
  try {
    return await write();
  } catch (error) {
    const webhook = unreachableWebhook(error);
    if (webhook === undefined) {
      throw error;
    }
    return blocked(PauseReason.WEBHOOKS_UNREACHABLE, `the webhook ${webhook} does not answer, so no ${words.pool} can be changed: let karpenter run again,`
      + ` or, if it is gone for good, ${RESCUE}`);
  }
}
