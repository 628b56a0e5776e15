import * as k8s from '@kubernetes/client-node';

/**
 * An eviction may pass two webhooks of ten seconds each; whoever does not answer for longer will not. The client itself waits for ever, until
 * the function that it is in is ended in the middle.
 */
const REQUEST_MILLISECONDS = 40_000;

/** A configuration whose clients end every request that takes too long. */
export class TimedKubeConfig extends k8s.KubeConfig {
  public constructor(private readonly milliseconds = REQUEST_MILLISECONDS) {
    super();
  }

  /** It sees each request before it is sent, and the time counts until its answer was read. */
  public async applySecurityAuthentication(context: k8s.RequestContext): Promise<void> {
    await super.applySecurityAuthentication(context);
    context.setSignal(AbortSignal.timeout(this.milliseconds));
  }
}
