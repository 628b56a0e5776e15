import * as http from 'http';
import { KubeObject } from '../cluster/kube';

/** A probe of a container, as the kubelet carries it out: consecutive results decide. */
export class Probe {
  /** As of the last decision; undefined before the first. */
  public passing?: boolean;
  private successes = 0;
  private failures = 0;
  private nextAt: number;
  private readonly port: number;

  constructor(private readonly spec: KubeObject, private readonly address: string, container: KubeObject, startedAt: number) {
    if (!spec.httpGet) {
      throw new Error(`the pod runtime knows httpGet probes only, not ${JSON.stringify(spec)}`);
    }
    this.port = portNumber(spec.httpGet.port, container);
    this.nextAt = startedAt + (spec.initialDelaySeconds ?? 0) * 1000;
  }

  /** Asks if it is time to; tells whether the decision changed. */
  public async run(now: number): Promise<boolean> {
    if (now < this.nextAt) {
      return false;
    }
    this.nextAt = now + (this.spec.periodSeconds ?? 10) * 1000;
    const before = this.passing;
    if (await this.ask()) {
      this.failures = 0;
      this.successes += 1;
      this.passing = this.successes >= (this.spec.successThreshold ?? 1) ? true : before;
    } else {
      this.successes = 0;
      this.failures += 1;
      this.passing = this.failures >= (this.spec.failureThreshold ?? 3) ? false : before;
    }
    return this.passing !== before;
  }

  private async ask(): Promise<boolean> {
    return new Promise(resolve => {
      const request = http.get({
        host: this.address, port: this.port, path: this.spec.httpGet.path, timeout: (this.spec.timeoutSeconds ?? 1) * 1000,
      }, response => {
        response.resume();
        resolve(response.statusCode! >= 200 && response.statusCode! < 400);
      });
      request.once('timeout', () => request.destroy());
      request.once('error', () => resolve(false));
    });
  }
}

function portNumber(port: string | number, container: KubeObject): number {
  if (typeof port === 'number') {
    return port;
  }
  const named = (container.ports ?? []).find((candidate: KubeObject) => candidate.name === port);
  if (!named) {
    throw new Error(`a probe asks for port '${port}', which the container does not have`);
  }
  return named.containerPort;
}
