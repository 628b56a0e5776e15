import { Query } from './lambda';
import { integer, text } from './properties';

/** For which run of which cluster a port is asked for. */
export interface PortQuery {
  readonly clusterName: string;
  readonly kubectlRoleArn: string;
  readonly generation: number;
  /** The name of Karpenter's API. */
  readonly api: string;
}

/** A port as the Kubernetes function serves it: its methods by name, for one run of one cluster. */
export interface ServedPort {
  readonly methods: readonly string[];
  connect(query: PortQuery): Promise<object>;
}

/** Answers calls of ports from the function that runs the workflow. */
export function remotePortQuery(ports: Readonly<Record<string, ServedPort>>): (query: Query) => Promise<{ result?: unknown }> {
  return async (query) => {
    const [name, method] = [text(query, 'Port'), text(query, 'Method')];
    const served = ports[name];
    if (!served?.methods.includes(method)) {
      throw new Error(`there is no method "${method}" of port "${name}", there are ${Object.entries(ports).map(([port, { methods }]) => `${port}: ${methods.join(', ')}`).join('; ')}`);
    }
    const port = await served.connect({
      clusterName: text(query, 'ClusterName'),
      kubectlRoleArn: text(query, 'KubectlRoleArn'),
      generation: integer(query, 'Generation'),
      api: text(query, 'Api'),
    });
    const call = (port as Record<string, (...args: unknown[]) => Promise<unknown>>)[method];
    // JSON has no undefined: a parameter that was left out arrives as null.
    return { result: await call.apply(port, (query.Arguments as unknown[]).map(argument => argument ?? undefined)) };
  };
}

/** A call of a port whose adapter lives in the Kubernetes function. */
export const REMOTE_PORT_QUERY = 'workflow-port';
