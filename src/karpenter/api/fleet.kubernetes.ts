import * as k8s from '@kubernetes/client-node';
import { ClaimView, Condition, Departing, FleetNode, FleetObjects, FleetPort, FleetSupply, NodeClassView, PoolChange, PoolView, USUAL_LIMIT } from './fleet';
import { ApiObject, KarpenterApi, Kind, Limits, PoolFacts } from './karpenter-api';
import { Fence } from '../../custom-resources/fence';
import { every, FIELD_MANAGER, PAGE, unlessAbsent, unlessOvertaken } from '../../kubernetes/api.kubernetes';
import { AsSent, nodesAsSent, timeOf } from '../../kubernetes/as-sent.kubernetes';
import { selectorText } from '../../kubernetes/label-selector';

const OURS = 'cdk-karpenter-migration/';

/** Karpenter's objects of one generation through the Kubernetes API. */
export class FleetKubernetes implements FleetPort {
  private readonly core: k8s.CoreV1Api;
  private readonly custom: k8s.CustomObjectsApi;

  public constructor(config: k8s.KubeConfig, private readonly api: KarpenterApi, private readonly fence: Fence) {
    this.core = config.makeApiClient(k8s.CoreV1Api);
    this.custom = config.makeApiClient(k8s.CustomObjectsApi);
  }

  public async objects(): Promise<FleetObjects> {
    const { ownerLabel, nodeSelector } = this.api;
    const pools = await this.pools();
    const claims = await this.claims();
    // Last, so that a node that has just registered finds its claim.
    const nodes = await every(_continue => nodesAsSent(this.core, { labelSelector: selectorText(nodeSelector), _continue }));
    return { pools, claims, nodes: nodes.map(node => nodeView(node, ownerLabel)) };
  }

  public async pools(): Promise<PoolView[]> {
    return (await this.own(this.api.kinds.pool)).map(pool => poolView(pool, this.api));
  }

  public async claims(): Promise<ClaimView[]> {
    return (await this.own(this.api.kinds.claim)).map(claim => claimView(claim, this.api));
  }

  public async pool(name: string): Promise<PoolFacts | undefined> {
    const found = await unlessAbsent<ApiObject>(() => this.custom.getClusterCustomObject({ ...address(this.api.kinds.pool), name }));
    return found && this.api.isOfKarpenter(found) ? this.api.poolFacts(found) : undefined;
  }

  public async supply(): Promise<FleetSupply> {
    const { kinds } = this.api;
    const pools = (await this.own(kinds.pool)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    return { pools: pools.map(pool => this.api.poolFacts(pool)), nodeClasses: this.api.nodeClassFacts(await this.list(kinds.nodeClass), pools) };
  }

  public async nodeClasses(): Promise<NodeClassView[]> {
    // Those of another controller's pools count: what one of them refers to is in use.
    const pools = (await this.list(this.api.kinds.pool)).map(pool => this.api.poolFacts(pool));
    return (await this.list(this.api.kinds.nodeClass)).map(({ metadata }) => ({
      name: metadata.name,
      uid: metadata.uid,
      leaving: timeOf(metadata.deletionTimestamp),
      pools: pools.filter(({ nodeClass }) => nodeClass === metadata.name).map(({ name }) => name),
      annotations: ownOf(metadata.annotations),
    }));
  }

  public async changePool({ name, version, limits, budgets, annotations }: PoolChange): Promise<boolean> {
    const spec = { ...limits !== undefined && { limits }, ...budgets !== undefined && this.api.voluntaryDisruption?.specWith(budgets) };
    const body = { metadata: { resourceVersion: version, annotations }, ...Object.keys(spec).length > 0 && { spec } };
    await this.fence.check();
    return unlessOvertaken(() => this.custom.patchClusterCustomObject(
      { ...address(this.api.kinds.pool), name, body, fieldManager: FIELD_MANAGER }, k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch),
    ));
  }

  public async remove(objects: readonly Departing[]): Promise<void> {
    for (const object of objects) {
      await this.fence.check();
      await unlessOvertaken(() => this.delete(object));
    }
  }

  private delete({ kind, name, uid }: Departing): Promise<unknown> {
    const { kinds } = this.api;
    const body = { preconditions: { uid } };
    switch (kind) {
      case 'node':
        return this.core.deleteNode({ name, body });
      case 'claim':
      case 'nodeClass':
        return this.custom.deleteClusterCustomObject({ ...address(kinds[kind]), name, body });
      case 'pool':
        // A deletion in the foreground ends with an update, which would have to pass Karpenter's webhooks.
        return this.custom.deleteClusterCustomObject({ ...address(kinds.pool), name, propagationPolicy: 'Background', body });
    }
  }

  /** Without those that another controller serves. */
  private async own(kind: Kind): Promise<ApiObject[]> {
    return (await this.list(kind)).filter(object => this.api.isOfKarpenter(object));
  }

  /** Without the definition of a kind there is none of it. */
  private async list(kind: Kind): Promise<ApiObject[]> {
    return await unlessAbsent(() => every<ApiObject>(_continue =>
      this.custom.listClusterCustomObject({ ...address(kind), limit: PAGE, _continue }))) ?? [];
  }
}

function address({ group, version, plural }: Kind): Pick<Kind, 'group' | 'version' | 'plural'> {
  return { group, version, plural };
}

function poolView(pool: ApiObject, api: KarpenterApi): PoolView {
  const { metadata, spec } = pool;
  const limitedBy = api.limitedBy(pool);
  return {
    name: metadata.name,
    uid: metadata.uid,
    version: metadata.resourceVersion,
    leaving: timeOf(metadata.deletionTimestamp),
    limits: (spec as { readonly limits?: Limits } | undefined)?.limits ?? null,
    ...limitedBy === USUAL_LIMIT ? {} : { limitedBy },
    ...api.voluntaryDisruption && { budgets: api.voluntaryDisruption.budgetsOf(pool) },
    annotations: ownOf(metadata.annotations),
  };
}

function ownOf(annotations: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => key.startsWith(OURS)));
}

interface ClaimStatus { readonly nodeName?: string; readonly conditions?: readonly Condition[] }

function claimView(claim: ApiObject, api: KarpenterApi): ClaimView {
  const { metadata } = claim;
  const { nodeName, conditions = [] } = (claim.status ?? {}) as ClaimStatus;
  const instanceId = instanceOf(api.providerIdOf(claim));
  const { launched, registered, initialized } = api.conditions;
  const unmet = conditions.filter(({ type, status }) => [launched, registered, initialized].includes(type) && status !== 'True');
  return {
    name: metadata.name,
    uid: metadata.uid,
    pool: metadata.labels?.[api.ownerLabel] ?? '',
    created: timeOf(metadata.creationTimestamp)!,
    leaving: timeOf(metadata.deletionTimestamp),
    launched: instanceId !== undefined || conditions.some(({ type, status }) => type === launched && status === 'True'),
    nodeName: nodeName || undefined,
    instanceId,
    unmet: unmet.length > 0 ? unmet.map(({ type, status, reason, message }) => ({ type, status, reason, message })) : undefined,
  };
}

function nodeView({ metadata }: AsSent<k8s.V1Node>, ownerLabel: string): FleetNode {
  return { name: metadata!.name!, uid: metadata!.uid!, pool: metadata!.labels![ownerLabel], leaving: timeOf(metadata!.deletionTimestamp) };
}

function instanceOf(providerId: string | undefined): string | undefined {
  return /^aws:\/\/.*\/(i-[0-9a-f]+)$/.exec(providerId ?? '')?.[1];
}
