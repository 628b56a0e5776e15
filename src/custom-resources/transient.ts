/** What a socket says that the other side may not say at the next try. */
const NETWORK = new RegExp([
  'ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'ETIMEDOUT', 'ESOCKETTIMEDOUT', 'EPIPE', 'EAI_AGAIN', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EPROTO', 'UND_ERR_',
  'socket hang up', 'Client network socket disconnected', 'Premature close', 'network timeout',
].join('|'));
/** Our own clocks: of the clients of AWS, and of requests to the Kubernetes API. */
const TIMEOUT = /TimeoutError|AbortError|Task timed out|RequestTimeout|timed out/i;
/** Words by which AWS and the Kubernetes API refuse too many calls. */
const TOO_MANY = /Throttl|TooManyRequests|RequestLimitExceeded|Rate exceeded|SlowDown|HTTP-Code: 429/;
const SERVER = /HTTP-Code: 5\d\d|InternalFailure|InternalError|InternalServer|ServiceUnavailable|Service Unavailable|ServerException|ServiceException/;

/** By this the error of a call of our other function is known: only its words have come over. */
export const REMOTE_FAILURE = 'the kubernetes function failed: ';

interface Thrown {
  readonly name?: string;
  readonly message?: string;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly cause?: unknown;
}

/**
 * Whether an error says that a call did not come through, was refused because of too many calls, or met a server in trouble: the same call may
 * succeed a little later. What we have decided ourselves is never one of them, whatever words are in it.
 */
export function isTransient(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) {
    return false;
  }
  const { name = '', message = '', code, $metadata, cause } = error as Thrown;
  if (message.startsWith(REMOTE_FAILURE)) {
    return [NETWORK, TIMEOUT, TOO_MANY, SERVER].some(words => words.test(`${name}: ${message}`));
  }
  const status = $metadata?.httpStatusCode ?? (typeof code === 'number' ? code : undefined);
  return (status !== undefined && (status === 429 || status >= 500))
    || (typeof code === 'string' && NETWORK.test(code))
    || TIMEOUT.test(name) || TOO_MANY.test(name) || SERVER.test(name) || NETWORK.test(name)
    || isTransient(cause);
}
