import { PauseReason } from './pause-reason';
import { blocked, Progress } from './step';

/** Words by which AWS and the Kubernetes API refuse too many calls. */
const TOO_MANY = /Throttl|TooManyRequests|RequestLimitExceeded|Rate exceeded|SlowDown|HTTP-Code: 429/;
const NOT_ALLOWED = /AccessDenied|UnauthorizedOperation|not authorized to perform|HTTP-Code: 40[13]/;
/** What the network, a server in trouble, or a call that was ended in time leaves behind. */
const NO_ANSWER = new RegExp([
  'AbortError', 'TimeoutError', 'FetchError', 'E(CONN(RESET|REFUSED|ABORTED)|TIMEDOUT|PIPE|NOTFOUND|AI_AGAIN|HOSTUNREACH|NETUNREACH)', 'socket hang up',
  'HTTP-Code: 5\\d\\d', 'InternalFailure', 'InternalServer', 'InternalError', 'ServiceUnavailable', 'ServerException', 'Task timed out', 'Sandbox[.]Timedout',
].join('|'));
/** The client of the Kubernetes API says the answer as JSON, in which quotes are escaped. */
const WEBHOOK = /failed calling webhook [\\"]*[\w.-]*karpenter/;

/** An error is a pause like any other: what ails a call now may be gone at the next try. */
export function pauseFor(error: Error): Progress {
  const text = `${error.name}: ${error.message}`;
  const words = shortened(error.name === 'Error' ? error.message : text);
  if (TOO_MANY.test(text)) {
    return blocked(PauseReason.THROTTLED, `too many calls: ${words}`);
  }
  if (NOT_ALLOWED.test(text)) {
    return blocked(PauseReason.ACCESS_DENIED, `not allowed: ${words}`);
  }
  if (WEBHOOK.test(text)) {
    return blocked(PauseReason.WEBHOOKS_UNREACHABLE, `the webhooks of karpenter do not answer: ${words}`);
  }
  if (NO_ANSWER.test(text)) {
    return blocked(PauseReason.NO_ANSWER, `no answer, or none in time: ${words}`);
  }
  return blocked(PauseReason.UNEXPECTED, `an error that nobody foresaw, the log has all of it: ${words}`);
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 500 ? `${line.slice(0, 500)} …` : line;
}
