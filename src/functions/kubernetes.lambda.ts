import { WORKFLOW_PORTS } from './ports.kubernetes';
import { abandonClaim, claimHandler } from '../cluster/claim-handler';
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
import { OBJECT_GUARD_TYPE } from '../karpenter/object-guard/contract';
import { objectGuardHandler } from '../karpenter/object-guard/handler';
import { KubernetesGuardedObjects } from '../karpenter/object-guard/objects.kubernetes';
import { OBJECT_READY_TYPE } from '../karpenter/object-ready/contract';
import { objectReadyHandler } from '../karpenter/object-ready/handler';
import { KubernetesObjects } from '../karpenter/object-ready/objects.kubernetes';
import { RELEASE_GUARD_TYPE } from '../karpenter/release-guard/contract';
import { releaseGuardHandler } from '../karpenter/release-guard/handler';
import { KubernetesReleases } from '../karpenter/release-guard/releases.kubernetes';
import { readAuthenticationMode } from '../node-access/authentication-mode.aws';
import { KubernetesNodeAccess } from '../node-access/aws-auth.kubernetes';
import { NODE_ACCESS_TYPE } from '../node-access/contract';
import { nodeAccessHandler } from '../node-access/handler';
import { PREFLIGHT_FACTS_QUERY } from '../preflight/contract';
import { preflightFactsQuery } from '../preflight/facts.aws';
import { ApiFactsReader } from '../preflight/facts.kubernetes';
import { stageFactsQuery } from '../preflight/workloads/facts.aws';
import { ApiStageFactsReader } from '../preflight/workloads/facts.kubernetes';
import { STAGE_FACTS_QUERY } from '../preflight/workloads/question';
import { ABANDON_QUERY } from '../workflow/contract';

/** Everything that talks to the Kubernetes API. */
export const handler = entry(doneWithoutCluster({
  [CLAIM_TYPE]: claimHandler(through(ConfigMapClaim)),
  [NODE_ACCESS_TYPE]: nodeAccessHandler(through(KubernetesNodeAccess), readAuthenticationMode),
  [NAMESPACE_TYPE]: namespaceHandler(through(KubernetesNamespaces)),
  [RELEASE_GUARD_TYPE]: releaseGuardHandler(through(KubernetesReleases)),
  [OBJECT_GUARD_TYPE]: objectGuardHandler(through(KubernetesGuardedObjects)),
  [CONTROLLER_READY_TYPE]: controllerReadyHandler(through(KubernetesController)),
  [OBJECT_READY_TYPE]: objectReadyHandler(through(KubernetesObjects)),
}), {
  [PREFLIGHT_FACTS_QUERY]: preflightFactsQuery(through(ApiFactsReader)),
  [STAGE_FACTS_QUERY]: stageFactsQuery(through(ApiStageFactsReader)),
  [REMOTE_PORT_QUERY]: remotePortQuery(WORKFLOW_PORTS),
  [ABANDON_QUERY]: async query => abandonClaim(new ConfigMapClaim(await connectFor(query)), text(query, 'Owner')),
});
