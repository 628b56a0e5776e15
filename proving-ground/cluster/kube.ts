import * as fs from 'fs';
import * as http from 'http';
import * as https from 'https';

/** A Kubernetes object as its JSON says it; checks read what they need. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type KubeObject = any;

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
}

/** An answer of the API server other than success. */
export class KubeError extends Error {
  constructor(public readonly status: number, public readonly body: string, request: string) {
    super(`${request} was answered ${status}: ${body.slice(0, 1000)}`);
  }
}

export type PatchType = 'merge' | 'strategic-merge' | 'json' | 'apply';

/** Where an API server is, and the authority of its certificate. */
export interface ApiEndpoint {
  readonly url: string;
  readonly caFile: string;
}

/** Who asks: a client certificate, or a bearer token as nodes and pods have it. */
export type KubeIdentity = { readonly kubeconfig: string } | { readonly token: string; readonly endpoint: ApiEndpoint };

/**
 * A small client of the Kubernetes API.
 *
 * It shows the server's answers as they are, which is what a check wants to see.
 */
export class Kube {
  private readonly agent: https.Agent;
  private readonly headers: Record<string, string>;
  private readonly url: string;

  constructor(identity: KubeIdentity) {
    if ('token' in identity) {
      this.url = identity.endpoint.url;
      this.agent = new https.Agent({ ca: fs.readFileSync(identity.endpoint.caFile), keepAlive: true });
      this.headers = { authorization: `Bearer ${identity.token}` };
    } else {
      const config = JSON.parse(fs.readFileSync(identity.kubeconfig, 'utf8'));
      this.url = config.clusters[0].cluster.server;
      this.agent = new https.Agent({
        ca: fs.readFileSync(config.clusters[0].cluster['certificate-authority']),
        cert: fs.readFileSync(config.users[0].user['client-certificate']),
        key: fs.readFileSync(config.users[0].user['client-key']),
        keepAlive: true,
      });
      this.headers = {};
    }
  }

  public close(): void {
    this.agent.destroy();
  }

  public async get(path: string): Promise<KubeObject> {
    return this.send('GET', path);
  }

  /** Undefined if there is no such object. */
  public async find(path: string): Promise<KubeObject | undefined> {
    try {
      return await this.get(path);
    } catch (error) {
      if (error instanceof KubeError && error.status === 404) {
        return undefined;
      }
      throw error;
    }
  }

  public async list(path: string): Promise<KubeObject[]> {
    return (await this.get(path)).items;
  }

  public async create(path: string, object: KubeObject): Promise<KubeObject> {
    return this.send('POST', path, object);
  }

  public async patch(path: string, patch: KubeObject, type: PatchType = 'merge'): Promise<KubeObject> {
    const contentType = type === 'apply' ? 'application/apply-patch+yaml' : `application/${type}-patch+json`;
    return this.send('PATCH', path, patch, contentType);
  }

  /** Deletes an object; one that is gone already is as good. */
  public async delete(path: string, options?: KubeObject): Promise<void> {
    try {
      await this.send('DELETE', path, options);
    } catch (error) {
      if (!(error instanceof KubeError && error.status === 404)) {
        throw error;
      }
    }
  }

  /** Answers the text of an endpoint such as /readyz. */
  public async text(path: string): Promise<string> {
    const response = await this.request('GET', path);
    return this.read(response, `GET ${path}`);
  }

  /**
   * Calls back for every change of a list, in order and without gaps, until the signal ends it.
   *
   * A change that nobody saw would make a check on disruption worthless, so an expired watch is an error, not a fresh start.
   */
  public async watch(path: string, onEvent: (event: WatchEvent) => void, signal: AbortSignal): Promise<void> {
    const list = await this.get(path);
    for (const object of list.items) {
      onEvent({ type: 'ADDED', object });
    }
    let version: string = list.metadata.resourceVersion;
    while (!signal.aborted) {
      const separator = path.includes('?') ? '&' : '?';
      const response = await this.request(
        'GET', `${path}${separator}watch=1&allowWatchBookmarks=true&resourceVersion=${version}`, undefined, undefined, signal,
      ).catch(error => {
        if (signal.aborted) {
          return undefined;
        }
        throw error;
      });
      if (!response) {
        return;
      }
      if (response.statusCode !== 200) {
        await this.read(response, `watch ${path}`);
      }
      version = await this.readEvents(response, version, path, onEvent, signal);
    }
  }

  private async readEvents(
    response: http.IncomingMessage, version: string, path: string, onEvent: (event: WatchEvent) => void, signal: AbortSignal,
  ): Promise<string> {
    let pending = '';
    let last = version;
    try {
      response.setEncoding('utf8');
      for await (const chunk of response) {
        pending += chunk;
        const lines = pending.split('\n');
        pending = lines.pop()!;
        for (const line of lines.filter(text => text.trim())) {
          const event: WatchEvent = JSON.parse(line);
          if (event.type === 'ERROR') {
            throw new Error(`the watch of ${path} broke: ${JSON.stringify(event.object)}`);
          }
          last = event.object.metadata.resourceVersion;
          if (event.type !== 'BOOKMARK') {
            onEvent(event);
          }
        }
      }
    } catch (error) {
      if (!signal.aborted) {
        throw error;
      }
    }
    return last;
  }

  private async send(method: string, path: string, body?: KubeObject, contentType?: string): Promise<KubeObject> {
    const response = await this.request(method, path, body, contentType);
    return JSON.parse(await this.read(response, `${method} ${path}`));
  }

  private async request(
    method: string, path: string, body?: KubeObject, contentType = 'application/json', signal?: AbortSignal,
  ): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const request = https.request(`${this.url}${path}`, {
        method,
        agent: this.agent,
        signal,
        headers: {
          ...this.headers,
          accept: 'application/json',
          ...(payload === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(payload) }),
        },
      }, resolve);
      request.once('error', reject);
      request.end(payload);
    });
  }

  private async read(response: http.IncomingMessage, request: string): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of response) {
      chunks.push(chunk);
    }
    const text = Buffer.concat(chunks).toString('utf8');
    if (response.statusCode! >= 300) {
      throw new KubeError(response.statusCode!, text, request);
    }
    return text;
  }
}
