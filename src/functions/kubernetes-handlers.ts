import { claimHandler } from '../cluster/claim-handler';
import { ClaimPort } from '../cluster/claim-plan';
import { CLAIM_TYPE } from '../cluster/contract';
import { Connect, ResourceHandlers } from '../custom-resources/lifecycle';
import { CONTROLLER_READY_TYPE } from '../karpenter/controller-ready/contract';
import { controllerReadyHandler } from '../karpenter/controller-ready/handler';
import { ControllerPort } from '../karpenter/controller-ready/plan';
import { NAMESPACE_TYPE } from '../karpenter/namespace/contract';
import { namespaceHandler } from '../karpenter/namespace/handler';
import { NamespacePort } from '../karpenter/namespace/plan';
import { OBJECT_GUARD_TYPE } from '../karpenter/object-guard/contract';
import { objectGuardHandler } from '../karpenter/object-guard/handler';
import { ObjectsPort } from '../karpenter/object-guard/plan';
import { OBJECT_READY_TYPE } from '../karpenter/object-ready/contract';
import { objectReadyHandler } from '../karpenter/object-ready/handler';
import { ObjectStatePort } from '../karpenter/object-ready/plan';
import { RELEASE_GUARD_TYPE } from '../karpenter/release-guard/contract';
import { releaseGuardHandler } from '../karpenter/release-guard/handler';
import { ReleasePort } from '../karpenter/release-guard/plan';
import { NODE_ACCESS_TYPE } from '../node-access/contract';
import { nodeAccessHandler } from '../node-access/handler';
import { NodeAccessPort } from '../node-access/plan';

/** The ways to a cluster that resources need. */
export interface KubernetesPorts {
  readonly claims: Connect<ClaimPort>;
  readonly nodeAccess: Connect<NodeAccessPort>;
  readonly readAuthenticationMode: (clusterName: string) => Promise<string>;
  readonly namespaces: Connect<NamespacePort>;
  readonly releases: Connect<ReleasePort>;
  readonly guardedObjects: Connect<ObjectsPort>;
  readonly controller: Connect<ControllerPort>;
  readonly objects: Connect<ObjectStatePort>;
}

const nowhere = () => Promise.reject(new Error('only the function for the Kubernetes API has a way to the cluster'));

/** Of the function that only names and checks such resources. */
export const NO_WAY: KubernetesPorts = {
  claims: nowhere,
  nodeAccess: nowhere,
  readAuthenticationMode: nowhere,
  namespaces: nowhere,
  releases: nowhere,
  guardedObjects: nowhere,
  controller: nowhere,
  objects: nowhere,
};

/** What needs the Kubernetes API. */
export function kubernetesHandlers(ports: KubernetesPorts): ResourceHandlers {
  return {
    [CLAIM_TYPE]: claimHandler(ports.claims),
    [NODE_ACCESS_TYPE]: nodeAccessHandler(ports.nodeAccess, ports.readAuthenticationMode),
    [NAMESPACE_TYPE]: namespaceHandler(ports.namespaces),
    [RELEASE_GUARD_TYPE]: releaseGuardHandler(ports.releases),
    [OBJECT_GUARD_TYPE]: objectGuardHandler(ports.guardedObjects),
    [CONTROLLER_READY_TYPE]: controllerReadyHandler(ports.controller),
    [OBJECT_READY_TYPE]: objectReadyHandler(ports.objects),
  };
}
