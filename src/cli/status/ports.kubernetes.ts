import * as k8s from '@kubernetes/client-node';
import { ClaimedRun, StatusPorts } from './ports';
import { ConfigMapClaim } from '../../cluster/claim.kubernetes';
import { READ_ONLY } from '../../custom-resources/fence';
import { every } from '../../kubernetes/api.kubernetes';
import { nodesAsSent } from '../../kubernetes/as-sent.kubernetes';
import { NodeView } from '../../kubernetes/views';
import { nodeView } from '../../kubernetes/views.kubernetes';
import { ConfigMapRuns } from '../../workflow/run-record.kubernetes';
import { ScaleDownAws } from '../../workflow/scale-down/nodegroups.aws';
import { ClusterApi } from '../access/cluster-api.kubernetes';
import { isDenied } from '../access/readings';

/** The claim, the node groups and the nodes, each as the caller may read them. */
export function statusPorts(cluster: string, region: string, api: ClusterApi): StatusPorts {
  const aws = new ScaleDownAws(cluster, READ_ONLY);
  return {
    cluster,
    region,
    run: async () => claimedRun(await api.config()),
    nodegroups: () => ifAllowed(() => aws.nodegroups()),
    nodes: async () => nodesOf((await api.config()).makeApiClient(k8s.CoreV1Api)),
  };
}

async function claimedRun(config: k8s.KubeConfig): Promise<ClaimedRun | undefined> {
  const run = await new ConfigMapRuns(config).read();
  const claim = run && await new ConfigMapClaim(config).read();
  return run && claim && { run, abandoned: claim.abandoned };
}

function nodesOf(core: k8s.CoreV1Api): Promise<NodeView[] | undefined> {
  return ifAllowed(async () => (await every(_continue => nodesAsSent(core, { _continue }))).map(nodeView));
}

/** How far a migration is, the claim tells; who may read that only learns that much. */
async function ifAllowed<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isDenied(error as Error)) {
      return undefined;
    }
    throw error;
  }
}
