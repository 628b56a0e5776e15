import { createServer, Server, ServerResponse } from 'http';
import { AddressInfo } from 'net';
import { bundled } from '../kubernetes/fake-api-server';

const { TimedKubeConfig, CoreV1Api } = bundled('custom-resources/timed-config.kubernetes');

let server: Server;

async function client(answer: (response: ServerResponse) => void): Promise<any> {
  server = createServer((_request, response) => answer(response));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const config = new TimedKubeConfig(300);
  config.loadFromClusterAndUser(
    { name: 'fake', server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, skipTLSVerify: true }, { name: 'nobody', token: 'none' },
  );
  return config.makeApiClient(CoreV1Api);
}

afterEach(async () => {
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
});

test.each<[string, Parameters<typeof client>[0]]>([
  ['does not answer', () => undefined],
  ['does not end its answer', response => response.write('{"items":')],
])('a request ends in time where the server %s', async (_name, answer) => {
  const core = await client(answer);
  await expect(core.listNode()).rejects.toThrow(/abort/i);
});

test('an answer in time is one', async () => {
  const core = await client(response => response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":[]}'));
  expect((await core.listNode()).items).toEqual([]);
});
