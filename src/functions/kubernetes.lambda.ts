import { WORKFLOW_PORTS } from './ports.kubernetes';
import { abandonClaim, claimHandler } from '../cluster/claim-handler';
import { ABANDON_QUERY } from '../workflow/contract';
import { ConfigMapClaim } from '../cluster/claim.kubernetes';
import { CLAIM_TYPE } from '../cluster/contract';
import { doneWithoutCluster } from '../custom-resources/cluster-gone';
import { connectFor, through } from '../custom-resources/connection.kubernetes';
import { entry } from '../custom-resources/lambda';
import { text } from '../custom-resources/properties';
import { remotePortQuery, REMOTE_PORT_QUERY } from '../custom-resources/remote-ports';
import { CONTROLLER_READY_TYPE } from '../karpenter/controller-ready/contract';
import { KubernetesController } from '../karpenter/controller-ready/controller.kubernetes';
import { controllerReadyHandler } from '../karpenter/controller-ready/handler';
import { NAMESPACE_TYPE } from '../karpenter/namespace/contract';
import { namespaceHandler } from '../karpenter/namespace/handler';
import { KubernetesNamespaces } from '../karpenter/namespace/namespaces.kubernetes';
import { RELEASE_GUARD_TYPE } from '../karpenter/release-guard/contract';
import { releaseGuardHandler } from '../karpenter/release-guard/handler';
import { KubernetesReleases } from '../karpenter/release-guard/releases.kubernetes';
import { KubernetesNodeAccess } from '../node-access/aws-auth.kubernetes';
import { NODE_ACCESS_TYPE } from '../node-access/contract';
import { nodeAccessHandler } from '../node-access/handler';
import { PREFLIGHT_FACTS_QUERY } from '../preflight/contract';
import { preflightFactsQuery } from '../preflight/facts.aws';
import { ApiFactsReader } from '../preflight/facts.kubernetes';
import { stageFactsQuery } from '../preflight/workloads/facts.aws';
import { ApiStageFactsReader } from '../preflight/workloads/facts.kubernetes';
import { STAGE_FACTS_QUERY } from '../preflight/workloads/question';

/** Everything that talks to the Kubernetes API. */
export const handler = entry(doneWithoutCluster({
  [CLAIM_TYPE]: claimHandler(through(ConfigMapClaim)),
  [NODE_ACCESS_TYPE]: nodeAccessHandler(through(KubernetesNodeAccess)),
  [NAMESPACE_TYPE]: namespaceHandler(through(KubernetesNamespaces)),
  [RELEASE_GUARD_TYPE]: releaseGuardHandler(through(KubernetesReleases)),
  [CONTROLLER_READY_TYPE]: controllerReadyHandler(through(KubernetesController)),
}), {
  [PREFLIGHT_FACTS_QUERY]: preflightFactsQuery(through(ApiFactsReader)),
  [STAGE_FACTS_QUERY]: stageFactsQuery(through(ApiStageFactsReader)),
  [REMOTE_PORT_QUERY]: remotePortQuery(WORKFLOW_PORTS),
  [ABANDON_QUERY]: async query => abandonClaim(new ConfigMapClaim(await connectFor(query)), text(query, 'Owner')),
});
