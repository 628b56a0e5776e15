import * as http from 'http';

/** Headers that concern one connection only. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'expect', 'upgrade', 'proxy-connection'];
const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });

export interface Upstream {
  readonly url: string;
  /** Replaces or adds request headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** @default - the request's own path and query */
  readonly path?: string;
}

/** Sends a request on and streams the answer back; answers with the upstream's status. A body that was read already is given. */
export async function forward(request: http.IncomingMessage, response: http.ServerResponse, to: Upstream, body?: Buffer): Promise<number> {
  const answer = await send(request, to, body);
  const status = answer.statusCode!;
  return new Promise((resolve, reject) => {
    // Node adds a Date of its own unless one is set; two of them break the CDK CLI.
    response.sendDate = answer.headers.date === undefined;
    response.writeHead(status, withoutHopByHop(answer.headers));
    answer.pipe(response);
    answer.on('error', reject);
    response.on('close', () => resolve(status));
  });
}

/** An answer's text, and headers that are added to its own. */
export interface Edited { readonly text: string; readonly headers?: Readonly<Record<string, string>> }

/** Sends a request on and gives the answer back with its text changed. */
export async function forwardEdited(
  request: http.IncomingMessage, response: http.ServerResponse, to: Upstream, body: Buffer | undefined, edit: (text: string) => Edited,
): Promise<number> {
  const answer = await send(request, to, body);
  const chunks: Buffer[] = [];
  for await (const chunk of answer) {
    chunks.push(chunk);
  }
  const { text, headers } = edit(Buffer.concat(chunks).toString('utf8'));
  const edited = Buffer.from(text);
  response.sendDate = answer.headers.date === undefined;
  response.writeHead(answer.statusCode!, { ...withoutHopByHop(answer.headers), ...headers, 'content-length': edited.length });
  response.end(edited);
  return answer.statusCode!;
}

/** Sends a request on and reads the answer to its end, which nobody gets. */
export async function forwardForNobody(request: http.IncomingMessage, to: Upstream, body?: Buffer): Promise<number> {
  const answer = await send(request, to, body);
  await new Promise((resolve, reject) => answer.on('end', resolve).on('error', reject).resume());
  return answer.statusCode!;
}

function send(request: http.IncomingMessage, to: Upstream, body?: Buffer): Promise<http.IncomingMessage> {
  const target = new URL(to.url);
  const headers: http.OutgoingHttpHeaders = { ...withoutHopByHop(request.headers), ...to.headers };
  if (body) {
    headers['content-length'] = body.length;
  }
  return new Promise((resolve, reject) => {
    const upstream = http.request({
      agent, host: target.hostname, port: target.port, method: request.method, path: to.path ?? request.url, headers, setHost: false,
    }, resolve);
    upstream.on('error', reject);
    if (body) {
      upstream.end(body);
    } else {
      request.pipe(upstream);
    }
  });
}

function withoutHopByHop(headers: http.IncomingHttpHeaders): http.OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
}
