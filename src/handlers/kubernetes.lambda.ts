import * as k8s from '@kubernetes/client-node';
import { ApiFactsReader, ConfigMapClaim } from './adapters/cluster-kubernetes';
import { KubernetesController, KubernetesNamespaces, KubernetesReleases } from './adapters/karpenter-kubernetes';
import { connect } from './adapters/kubernetes-connection';
import { KubernetesNodeAccess } from './adapters/node-access-kubernetes';
import { ApiStageFactsReader } from './adapters/stage-facts-kubernetes';
import { karpenterRemaining } from './adapters/stage-kubernetes';
import { WORKFLOW_PORTS } from './adapters/workflow-kubernetes';
import { doneWithoutCluster } from './cluster-gone';
import { entry, Query } from './lambda';
import { Connect } from './lifecycle';
import { text } from './properties';
import { remotePortQuery } from './remote-ports';
import { abandonClaim, claimHandler } from '../cluster/claim-handler';
import { CLAIM_TYPE, PREFLIGHT_FACTS_QUERY } from '../cluster/contract';
import { preflightFactsQuery } from '../cluster/facts-query';
import { stageFactsQuery } from '../cluster/stage-facts-query';
import { STAGE_FACTS_QUERY } from '../cluster/stage-question';
import { CONTROLLER_READY_TYPE } from '../karpenter/controller-ready/contract';
import { controllerReadyHandler } from '../karpenter/controller-ready/handler';
import { NAMESPACE_TYPE } from '../karpenter/namespace/contract';
import { namespaceHandler } from '../karpenter/namespace/handler';
import { RELEASE_GUARD_TYPE } from '../karpenter/release-guard/contract';
import { releaseGuardHandler } from '../karpenter/release-guard/handler';
import { NODE_ACCESS_TYPE } from '../node-access/contract';
import { nodeAccessHandler } from '../node-access/handler';
import { ABANDON_QUERY, REMAINING_QUERY, REMOTE_PORT_QUERY } from '../workflow/contract';

/** Connects to the cluster that a request names and puts a port before it. */
function through<P>(Port: new (config: k8s.KubeConfig) => P): Connect<P> {
  return async (clusterName, kubectlRoleArn) => new Port(await connect(clusterName, kubectlRoleArn));
}

function connectFor(query: Query): Promise<k8s.KubeConfig> {
  return connect(text(query, 'ClusterName'), text(query, 'KubectlRoleArn'));
}

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
  [REMAINING_QUERY]: async query => karpenterRemaining(await connectFor(query), text(query, 'OwnerKey')),
  [REMOTE_PORT_QUERY]: remotePortQuery(WORKFLOW_PORTS),
  [ABANDON_QUERY]: async query => abandonClaim(new ConfigMapClaim(await connectFor(query)), text(query, 'Owner')),
});
