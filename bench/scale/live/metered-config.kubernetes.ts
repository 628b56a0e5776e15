import * as k8s from '@kubernetes/client-node';
import { TimedKubeConfig } from '../../../src/custom-resources/timed-config.kubernetes';

/** A connection as the function has it, which counts the bytes of the answers that its clients read, as text. */
export class MeteredKubeConfig extends TimedKubeConfig {
  public bytes = 0;

  public constructor(kubeconfig: string) {
    super();
    this.loadFromFile(kubeconfig);
  }

  public makeApiClient<T extends k8s.ApiType>(type: k8s.ApiConstructor<T>): T {
    const configuration = k8s.createConfiguration({
      baseServer: new k8s.ServerConfiguration(this.getCurrentCluster()!.server, {}), authMethods: { default: this },
    });
    // Below all that reads answers on their way.
    const { httpApi } = configuration;
    return new type({ ...configuration, httpApi: { send: request => httpApi.send(request).pipe(response => this.counted(response)) } });
  }

  private counted(response: k8s.ResponseContext): k8s.ResponseContext {
    const { body } = response;
    const text = async () => {
      const read = await body.text();
      this.bytes += Buffer.byteLength(read);
      return read;
    };
    return new k8s.ResponseContext(response.httpStatusCode, response.headers, { text, binary: () => body.binary() });
  }
}
