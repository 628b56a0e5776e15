import { Ask } from './remote-handlers';
import { REMOTE_PORT_QUERY } from './remote-ports';

/** Which port of which cluster, in the name of which run. */
export interface RemoteAddress {
  readonly functionArn: string;
  readonly clusterName: string;
  readonly kubectlRoleArn: string;
  readonly port: string;
  /** Every change is refused once the claim on the cluster has another generation. */
  readonly generation: number;
  /** The name of Karpenter's API. */
  readonly api: string;
}

/** A port whose adapter lives in the Kubernetes function: each call of a method is a call of that function. */
export function remotePort<P extends object>(ask: Ask, address: RemoteAddress, methods: readonly (keyof P & string)[]): P {
  const call = (method: string) => async (...args: unknown[]) => {
    const { result } = await ask(address.functionArn, {
      Query: REMOTE_PORT_QUERY,
      ClusterName: address.clusterName,
      KubectlRoleArn: address.kubectlRoleArn,
      Port: address.port,
      Generation: address.generation,
      Api: address.api,
      Method: method,
      Arguments: args,
    }) as { result?: unknown };
    return result;
  };
  return Object.fromEntries(methods.map(method => [method, call(method)])) as P;
}
