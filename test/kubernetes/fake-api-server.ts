import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { createServer, IncomingMessage, Server } from 'http';
import { createRequire } from 'module';
import { AddressInfo } from 'net';
import { tmpdir } from 'os';
import { join } from 'path';
import { buildSync } from 'esbuild';

/** Modules below src/ as they are bundled for the function, with the Kubernetes client: it is an ES module, which jest cannot load. */
export function bundled(...modules: string[]): any {
  const { outputFiles: [{ text }] } = buildSync({
    stdin: {
      contents: [...modules.map(module => `export * from "./src/${module}";`), 'export { ApiException, CoreV1Api, KubeConfig } from "@kubernetes/client-node";'].join('\n'),
      resolveDir: join(__dirname, '../..'),
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    write: false,
  });
  const directory = mkdtempSync(join(tmpdir(), 'bundled-'));
  try {
    writeFileSync(join(directory, 'bundle.js'), text);
    return createRequire(__filename)(join(directory, 'bundle.js'));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** What somebody asks the Kubernetes API for. */
export interface Asked {
  readonly method: string;
  readonly pathname: string;
  readonly searchParams: URLSearchParams;
  /** Undefined where there is none. */
  readonly body?: any;
  readonly headers: IncomingMessage['headers'];
}

/** A Kubernetes API on this machine; what it answers is the test's. */
export abstract class FakeApiServer {
  private server?: Server;

  /** Gives the configuration of a client, of the kind that its bundle knows. */
  public async start({ KubeConfig }: { readonly KubeConfig: new () => any }): Promise<any> {
    this.server = createServer((incoming, answer) => {
      let body = '';
      incoming.on('data', chunk => body += chunk).on('end', () => {
        const { pathname, searchParams } = new URL(incoming.url!, 'http://fake');
        const [code, content] = this.respond({
          method: incoming.method!, pathname, searchParams, body: body ? JSON.parse(body) : undefined, headers: incoming.headers,
        });
        answer.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(content));
      });
    });
    await new Promise<void>(resolve => this.server!.listen(0, '127.0.0.1', resolve));
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      { name: 'fake', server: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`, skipTLSVerify: true },
      { name: 'nobody', token: 'none' },
    );
    return config;
  }

  /** Ends all connections, in the middle of whatever is asked. */
  public hangUp(): void {
    this.server!.closeAllConnections();
  }

  public async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise(resolve => this.server!.close(resolve));
  }

  /** A status and what comes with it. */
  protected abstract respond(asked: Asked): [number, object];
}

/** The page of a list that is asked for; two objects are a page. */
export function page(list: readonly object[], searchParams: URLSearchParams): object {
  const start = Number(searchParams.get('continue') ?? 0);
  return { metadata: { continue: start + 2 < list.length ? String(start + 2) : undefined }, items: list.slice(start, start + 2) };
}
