import * as k8s from '@kubernetes/client-node';
import { Remaining, Departing, KarpenterNode, KarpenterObjects, Limits, MachineView, ProvisionerChange, ProvisionerView, RemovalKubernetesPort } from './fleet';
import { Fence } from '../../custom-resources/fence';
import { every, PAGE, unlessAbsent, unlessOvertaken } from '../../kubernetes/api.kubernetes';

const FIELD_MANAGER = 'cdk-karpenter-migration';
const OURS = 'cdk-karpenter-migration/';
const KARPENTER = { group: 'karpenter.sh', version: 'v1alpha5' };
const PROVISIONERS = { ...KARPENTER, plural: 'provisioners' };
const MACHINES = { ...KARPENTER, plural: 'machines' };
/** On a Machine that was made for an instance that ran already. */
const LINKED = 'karpenter.sh/linked';

/** A Provisioner or Machine as the API sends it. */
interface KarpenterObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: { readonly limits?: Limits };
  readonly status?: {
    readonly nodeName?: string;
    readonly providerID?: string;
    readonly conditions?: ReadonlyArray<{ readonly type: string; readonly status: string }>;
  };
}

/** Karpenter's objects through the Kubernetes API. */
export class RemovalKubernetes implements RemovalKubernetesPort {
  private readonly core: k8s.CoreV1Api;
  private readonly custom: k8s.CustomObjectsApi;

  public constructor(config: k8s.KubeConfig, private readonly fence: Fence) {
    this.core = config.makeApiClient(k8s.CoreV1Api);
    this.custom = config.makeApiClient(k8s.CustomObjectsApi);
  }

  public async objects(ownerKey: string): Promise<KarpenterObjects> {
    const provisioners = await this.list(PROVISIONERS);
    const machines = await this.list(MACHINES);
    // Last, so that a node that has just registered finds its Machine.
    const nodes = await every(_continue => this.core.listNode({ labelSelector: ownerKey, limit: PAGE, _continue }));
    return {
      provisioners: provisioners.map(provisionerView),
      machines: machines.map(machine => machineView(machine, ownerKey)),
      nodes: nodes.map(node => nodeView(node, ownerKey)),
    };
  }

  public async changeProvisioner({ name, version, limits, annotations }: ProvisionerChange): Promise<boolean> {
    const body = { metadata: { resourceVersion: version, annotations }, ...limits !== undefined && { spec: { limits } } };
    await this.fence.check();
    return unlessOvertaken(() => this.custom.patchClusterCustomObject(
      { ...PROVISIONERS, name, body, fieldManager: FIELD_MANAGER }, k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch),
    ));
  }

  public async remove(objects: readonly Departing[]): Promise<void> {
    for (const object of objects) {
      await this.fence.check();
      await unlessOvertaken(() => this.delete(object));
    }
  }

  private delete({ kind, name, uid }: Departing): Promise<unknown> {
    const body = { preconditions: { uid } };
    switch (kind) {
      case 'node':
        return this.core.deleteNode({ name, body });
      case 'machine':
        return this.custom.deleteClusterCustomObject({ ...MACHINES, name, body });
      case 'provisioner':
        // A deletion in the foreground ends with an update, which would have to pass Karpenter's webhooks.
        return this.custom.deleteClusterCustomObject({ ...PROVISIONERS, name, propagationPolicy: 'Background', body });
    }
  }

  /** Without the definition of a kind there is none of it. */
  private async list(kind: typeof PROVISIONERS): Promise<KarpenterObject[]> {
    return await unlessAbsent(() => every<KarpenterObject>(_continue =>
      this.custom.listClusterCustomObject({ ...kind, limit: PAGE, _continue }))) ?? [];
  }
}

function provisionerView({ metadata, spec }: KarpenterObject): ProvisionerView {
  return {
    name: metadata.name,
    uid: metadata.uid,
    version: metadata.resourceVersion,
    leaving: timeOf(metadata.deletionTimestamp),
    limits: spec?.limits ?? null,
    annotations: Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([key]) => key.startsWith(OURS))),
  };
}

function machineView({ metadata, status }: KarpenterObject, ownerKey: string): MachineView {
  const instanceId = instanceOf(status?.providerID || metadata.annotations?.[LINKED]);
  return {
    name: metadata.name,
    uid: metadata.uid,
    provisioner: metadata.labels?.[ownerKey] ?? '',
    created: timeOf(metadata.creationTimestamp)!,
    leaving: timeOf(metadata.deletionTimestamp),
    launched: instanceId !== undefined || (status?.conditions ?? []).some(({ type, status: state }) => type === 'MachineLaunched' && state === 'True'),
    nodeName: status?.nodeName || undefined,
    instanceId,
  };
}

function nodeView({ metadata }: k8s.V1Node, ownerKey: string): KarpenterNode {
  return { name: metadata!.name!, uid: metadata!.uid!, provisioner: metadata!.labels![ownerKey], leaving: metadata!.deletionTimestamp?.getTime() };
}

function instanceOf(providerId: string | undefined): string | undefined {
  return /^aws:\/\/.*\/(i-[0-9a-f]+)$/.exec(providerId ?? '')?.[1];
}

function timeOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}

interface Named { readonly metadata?: k8s.V1ObjectMeta }

/** Machines, and nodes that carry Karpenter's label, with the ones that are being deleted marked. */
export async function karpenterRemaining(config: k8s.KubeConfig, ownerKey: string): Promise<readonly Remaining[]> {
  const objects = config.makeApiClient(k8s.CustomObjectsApi);
  const core = config.makeApiClient(k8s.CoreV1Api);
  // Without its definition there can be no Machine.
  const machines = await unlessAbsent(() => every<Named>(_continue =>
    objects.listClusterCustomObject({ group: 'karpenter.sh', version: 'v1alpha5', plural: 'machines', limit: PAGE, _continue }))) ?? [];
  const nodes = await every<Named>(_continue => core.listNode({ labelSelector: ownerKey, limit: PAGE, _continue }));
  return [...machines.map(machine => named('machine', machine)), ...nodes.map(node => named('node', node))];
}

function named(kind: string, { metadata }: Named): Remaining {
  return { name: `${kind}/${metadata?.name}`, leaving: metadata?.deletionTimestamp !== undefined };
}
