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

/** The reason behind the words of an error, and how it is said. */
const KINDS: ReadonlyArray<{ readonly words: RegExp; readonly by: PauseReason; readonly says: string }> = [
  { words: TOO_MANY, by: PauseReason.THROTTLED, says: 'too many calls' },
  { words: NOT_ALLOWED, by: PauseReason.ACCESS_DENIED, says: 'not allowed' },
  { words: WEBHOOK, by: PauseReason.WEBHOOKS_UNREACHABLE, says: 'the webhooks of karpenter do not answer' },
  { words: NO_ANSWER, by: PauseReason.NO_ANSWER, says: 'no answer, or none in time' },
  { words: /^/, by: PauseReason.UNEXPECTED, says: 'an error that nobody foresaw, the log has all of it' },
];

/** An error is a pause like any other: what ails a call now may be gone at the next try. */
export function pauseFor(error: Error): Progress {
  const text = `${error.name}: ${error.message}`;
  const { by, says } = kindOf(text);
  return blocked(by, `${says}: ${shortened(error.name === 'Error' ? error.message : text)}`);
}

/** Why one thing of many failed, by the words that it failed with. */
export function reasonFor(words: string): PauseReason {
  return kindOf(words).by;
}

function kindOf(text: string) {
  return KINDS.find(({ words }) => words.test(text))!;
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 500 ? `${line.slice(0, 500)} …` : line;
}
