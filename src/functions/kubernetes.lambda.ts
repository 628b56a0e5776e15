import { kubernetesHandlers } from './kubernetes-handlers';
import { WORKFLOW_PORTS } from './ports.kubernetes';
import { abandonClaim } from '../cluster/claim-handler';
import { ConfigMapClaim } from '../cluster/claim.kubernetes';
import { connectFor, through } from '../custom-resources/connection.kubernetes';
import { answering } from '../custom-resources/lambda';
import { text } from '../custom-resources/properties';
import { resourceQuery } from '../custom-resources/remote-handlers';
import { remotePortQuery, REMOTE_PORT_QUERY } from '../custom-resources/remote-ports';
import { RESOURCE_QUERY } from '../custom-resources/resource-query';
import { KubernetesController } from '../karpenter/controller-ready/controller.kubernetes';
import { KubernetesNamespaces } from '../karpenter/namespace/namespaces.kubernetes';
import { KubernetesGuardedObjects } from '../karpenter/object-guard/objects.kubernetes';
import { KubernetesObjects } from '../karpenter/object-ready/objects.kubernetes';
import { KubernetesReleases } from '../karpenter/release-guard/releases.kubernetes';
import { readAuthenticationMode } from '../node-access/authentication-mode.aws';
import { KubernetesNodeAccess } from '../node-access/aws-auth.kubernetes';
import { PREFLIGHT_FACTS_QUERY } from '../preflight/contract';
import { preflightFactsQuery } from '../preflight/facts.aws';
import { ApiFactsReader } from '../preflight/facts.kubernetes';
import { stageFactsQuery } from '../preflight/workloads/facts.aws';
import { ApiStageFactsReader } from '../preflight/workloads/facts.kubernetes';
import { STAGE_FACTS_QUERY } from '../preflight/workloads/question';
import { ABANDON_QUERY } from '../workflow/contract';

/** Everything that talks to the Kubernetes API. */
export const handler = answering({
  [RESOURCE_QUERY]: resourceQuery(kubernetesHandlers({
    claims: through(ConfigMapClaim),
    nodeAccess: through(KubernetesNodeAccess),
    namespaces: through(KubernetesNamespaces),
    releases: through(KubernetesReleases),
    guardedObjects: through(KubernetesGuardedObjects),
    controller: through(KubernetesController),
    objects: through(KubernetesObjects),
    readAuthenticationMode,
  })),
  [PREFLIGHT_FACTS_QUERY]: preflightFactsQuery(through(ApiFactsReader)),
  [STAGE_FACTS_QUERY]: stageFactsQuery(through(ApiStageFactsReader)),
  [REMOTE_PORT_QUERY]: remotePortQuery(WORKFLOW_PORTS),
  [ABANDON_QUERY]: async query => abandonClaim(new ConfigMapClaim(await connectFor(query)), text(query, 'Owner')),
});
