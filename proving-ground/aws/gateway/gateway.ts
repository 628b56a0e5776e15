import * as fs from 'fs';
import * as http from 'http';
import * as https from 'https';
import { Answer, denial, failure, throttled } from './answers';
import { Call, describeCall } from './call';
import { Death, killCaller, Killing, Moment } from './caller';
import { Credentials, Lookup, Principal } from './credentials';
import { CustomResourceResponses } from './custom-resource-responses';
import { fixedAnswer } from './fixed-answers';
import { Internals } from './internals';
import { Edited, forward, forwardEdited, forwardForNobody } from './proxy';
import { readSignature } from './signature';
import { SecurityTokenService } from './sts';
import { Authorizer } from '../iam/authorizer';
import { Recorder } from '../recorder';

/** Largest body that is read before it is sent on; objects of S3 are streamed. */
const MAXIMUM_BODY = 64 * 1024 * 1024;
/** Services that moto serves; ministack has the rest. */
const MOTO_SERVICES = ['ec2', 'autoscaling', 'eks'];

export interface GatewayParts {
  readonly account: string;
  readonly region: string;
  readonly urls: { readonly ministack: string; readonly moto: string; readonly registry: string };
  readonly credentials: Credentials;
  readonly sts: SecurityTokenService;
  readonly authorizer: Authorizer;
  readonly recorder: Recorder;
  readonly internals: Internals;
  readonly customResources: CustomResourceResponses;
  readonly enforce: boolean;
  readonly log: (line: string) => void;
}

/** The one place that every AWS call passes: finds out who asks for what, decides, records, and sends it on. */
export class Gateway {
  private readonly servers: http.Server[] = [];
  private held?: { readonly matches: (call: Call) => boolean; readonly until: Promise<void>; caught(): void };
  private detoured?: { readonly whose: RegExp; readonly endpoint: string };
  private throttling?: (call: Call, roleArn: string) => boolean;
  private killing?: { readonly when: (call: Call) => Moment | undefined; readonly whose?: RegExp; readonly deaths: Death[] };

  constructor(private readonly parts: GatewayParts) {}

  public async listen(port: number): Promise<void> {
    await this.start(http.createServer(this.onRequest), { host: '127.0.0.1', port });
  }

  public async listenSecurely(at: { host: string; port: number }, tls: { certFile: string; keyFile: string }): Promise<void> {
    await this.start(https.createServer({ cert: fs.readFileSync(tls.certFile), key: fs.readFileSync(tls.keyFile) }, this.onRequest), at);
  }

  /** Holds the first call that matches until then, as if its caller slept; the promise is kept when the call has come. */
  public hold(matches: (call: Call) => boolean, until: Promise<void>): Promise<void> {
    return new Promise(caught => { this.held = { matches, until, caught }; });
  }

  /** Ends the process that makes a call, if and when it is told to, instead of answering; only those of some callers, if they are named. */
  public kill(when: (call: Call) => Moment | undefined, whose?: RegExp): Killing {
    const deaths: Death[] = [];
    this.killing = { when, whose, deaths };
    return { deaths, stop: () => { this.killing = undefined; } };
  }

  /** Tells some callers another endpoint of the clusters that they ask for. */
  public detour(whose: RegExp, endpoint: string): void {
    this.detoured = { whose, endpoint };
  }

  /** Answers a role, where it is told to, that it asks for too much; until it is stopped. */
  public throttle(when: (call: Call, roleArn: string) => boolean): () => void {
    this.throttling = when;
    return () => { this.throttling = undefined; };
  }

  public async close(): Promise<void> {
    for (const server of this.servers) {
      server.close();
      server.closeAllConnections();
    }
  }

  private async start(server: http.Server, at: { host: string; port: number }): Promise<void> {
    // Functions may run for a quarter of an hour and their callers wait.
    server.requestTimeout = 0;
    server.keepAliveTimeout = 75_000;
    this.servers.push(server);
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(at.port, at.host, resolve));
  }

  private readonly onRequest = (request: http.IncomingMessage, response: http.ServerResponse) => {
    this.handle(request, response).catch((error: Error) => {
      this.parts.log(`gateway: ${request.method} ${request.headers.host}${request.url?.slice(0, 200)}: ${error.stack}`);
      if (!response.headersSent) {
        response.writeHead(500, { 'content-type': 'text/plain' });
      }
      response.end(error.message);
    });
  };

  private async handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const url = new URL(request.url!, 'http://gateway');
    if (/(^|\.)ecr\.aws(:\d+)?$/.test(request.headers.host ?? '')) {
      await forward(request, response, { url: this.parts.urls.registry });
      return;
    }
    if (url.pathname.startsWith('/_gateway/')) {
      send(response, await this.parts.internals.answer(url, request.headers, await read(request)));
      return;
    }
    if (CustomResourceResponses.isFor(url)) {
      const body = await this.parts.customResources.receive(await read(request));
      if (CustomResourceResponses.isPlayed(url)) {
        send(response, { status: 200, headers: {}, body: '' });
        return;
      }
      await forward(request, response, { url: this.parts.urls.ministack }, body);
      return;
    }
    await this.handleCall(request, response, url);
  }

  private async handleCall(request: http.IncomingMessage, response: http.ServerResponse, url: URL): Promise<void> {
    const signature = readSignature(request.headers, url.searchParams);
    const streamed = signature?.service === 's3';
    const body = streamed ? Buffer.alloc(0) : await read(request);
    const call = describeCall(signature?.service ?? 'sts', request.method!, url, request.headers, body, signature);
    await this.holdIfAsked(call);
    const lookup = signature && this.parts.credentials.find(signature.accessKeyId, signature.token);
    const refused = refusal(call, lookup);
    if (refused) {
      this.record(call, undefined, [], refused.status);
      send(response, refused);
      return;
    }
    const principal = lookup as Principal | undefined;
    const decisions = await this.parts.authorizer.decide(call, principal);
    const denied = this.enforcedFor(principal) ? decisions.find(d => d.decision !== 'allowed') : undefined;
    const answer = denied
      ? denial(call, principal!.arn, denied.action, denied.resource)
      : call.service === 'sts' ? await this.parts.sts.answer(call, principal) : fixedAnswer(call);
    if (answer) {
      this.record(call, principal, decisions, answer.status);
      send(response, answer);
      return;
    }
    if (principal?.roleArn && this.throttling?.(call, principal.roleArn)) {
      const tooMuch = throttled(call);
      this.record(call, principal, decisions, tooMuch.status);
      send(response, tooMuch);
      return;
    }
    const { killing } = this;
    const moment = killing && (killing.whose === undefined || killing.whose.test(principal?.arn ?? '')) ? killing.when(call) : undefined;
    if (moment !== 'before') {
      const to = this.upstream(call, principal);
      const sent = streamed ? undefined : body;
      const endpoint = call.service === 'eks' && call.action === 'DescribeCluster' && this.detoured?.whose.test(principal?.arn ?? '') ? this.detoured.endpoint : undefined;
      const edit = endpoint ? (text: string) => withEndpoint(text, endpoint) : call.service === 'lambda' && call.action === 'Invoke' ? invocationAnswer : undefined;
      const status = await (moment === 'after' ? forwardForNobody(request, to, sent)
        : edit ? forwardEdited(request, response, to, sent, edit) : forward(request, response, to, sent));
      this.record(call, principal, decisions, status);
    }
    if (killing && moment) {
      killCaller(request.socket);
      killing.deaths.push({ at: Date.now(), call, moment, principal: principal!.arn });
      response.destroy();
    }
  }

  private async holdIfAsked(call: Call): Promise<void> {
    const { held } = this;
    if (held?.matches(call)) {
      this.held = undefined;
      held.caught();
      await held.until;
    }
  }

  /** The roles of CDK's bootstrap stack deploy for the administrator; what they do is no subject of ours. */
  private enforcedFor(principal: Principal | undefined): boolean {
    return this.parts.enforce && principal?.kind === 'role' && !/:role\/cdk-hnb659fds-/.test(principal.roleArn!);
  }

  /** Moto is told who calls: who makes a cluster is its administrator. */
  private upstream(call: Call, principal: Principal | undefined) {
    const { urls, account, region } = this.parts;
    const caller: Record<string, string> = principal ? { 'x-gateway-caller': principal.roleArn ?? principal.arn } : {};
    return MOTO_SERVICES.includes(call.service)
      ? { url: urls.moto, headers: { 'host': `${call.service}.${region}.amazonaws.com`, 'x-moto-account-id': account, ...caller } }
      : { url: urls.ministack };
  }

  private record(call: Call, principal: Principal | undefined, decisions: Awaited<ReturnType<Authorizer['decide']>>, status: number): void {
    this.parts.recorder.add({
      time: new Date().toISOString(),
      principal: principal?.arn ?? 'anonymous',
      agent: call.headers['user-agent'],
      service: call.service,
      action: call.action ?? `${call.method} ${call.path}`,
      parameters: shortened(call.parameters),
      decisions,
      enforced: this.enforcedFor(principal),
      status,
    });
  }
}

function withEndpoint(description: string, endpoint: string): Edited {
  const answer = JSON.parse(description);
  return { text: JSON.stringify(answer.cluster ? { ...answer, cluster: { ...answer.cluster, endpoint } } : answer) };
}

/** Lambda hands on so many bytes of an answer. */
const MAXIMUM_ANSWER = 6_291_556;

function invocationAnswer(text: string): Edited {
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAXIMUM_ANSWER} bytes).`;
  return Buffer.byteLength(text) <= MAXIMUM_ANSWER ? { text } : {
    text: JSON.stringify({ errorMessage, errorType: 'Function.ResponseSizeTooLarge' }), headers: { 'x-amz-function-error': 'Unhandled' },
  };
}

/** Calls that go no further: nobody's, or with keys that nobody gave out. */
function refusal(call: Call, lookup: Lookup | undefined): Answer | undefined {
  switch (lookup) {
    case undefined:
      return call.action === 'AssumeRoleWithWebIdentity' ? undefined : failure(call, 403, 'MissingAuthenticationToken', 'Request is missing Authentication Token');
    case 'unknown key': return failure(call, 403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
    case 'wrong token': return failure(call, 403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
    case 'expired': return failure(call, 403, 'ExpiredToken', 'The security token included in the request is expired');
    default: return undefined;
  }
}

/** Parameters without secrets and without the bulk of templates and code. */
function shortened(parameters: Readonly<Record<string, any>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => {
    const text = JSON.stringify(value) ?? '';
    return [name, name === 'WebIdentityToken' ? '…' : text.length > 2000 ? `${text.slice(0, 2000)}…` : value];
  }));
}

async function read(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAXIMUM_BODY) {
      throw new Error(`a body of more than ${MAXIMUM_BODY} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(response: http.ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, { ...answer.headers, 'x-amzn-requestid': '00000000-0000-0000-0000-000000000000' });
  response.end(answer.body);
}
