import * as ec2 from '@aws-sdk/client-ec2';
import { csiLabels, csiNode } from './ebs';
import { nodeResources } from './node-capacity';
import { Reconciler, ReconcilerOptions } from './reconciler';
import { KubeletArguments, parseUserData } from './user-data';
import { eksToken, SessionCredentials } from '../cluster/eks-token';
import { ApiEndpoint, Kube, KubeError, KubeObject } from '../cluster/kube';

export interface JoinerOptions extends ReconcilerOptions {
  readonly ec2: ec2.EC2Client;
  /** Of the cloud controller, which deletes the nodes of instances that are gone. */
  readonly cloudControllerKubeconfig: string;
  /** Of the cluster, where its nodes find it. */
  readonly endpoint: ApiEndpoint;
  readonly clusterName: string;
  /** As EKS reports it, e.g. `1.27`. */
  readonly kubernetesVersion: string;
  readonly region: string;
  /** What the metadata service of an instance hands out. */
  readonly credentialsForInstance: (instanceId: string) => Promise<SessionCredentials>;
}

/** An attempt to join that the API server refused. */
export interface JoinFailure {
  readonly instanceId: string;
  readonly nodeName: string;
  readonly at: Date;
  /** Undefined if the attempt did not get as far as the API server. */
  readonly status?: number;
  readonly answer: string;
}

const POLL_MILLISECONDS = 1000;
const RETRY_MILLISECONDS = 5000;
/** States of instances that are there. */
const ALIVE = ['pending', 'running', 'stopping', 'stopped'];
/** Of the kubelets in the AMIs of a version of Kubernetes. */
const KUBELET_VERSIONS: Readonly<Record<string, string>> = { '1.27': 'v1.27.16-eks-a737599', '1.30': 'v1.30.4-eks-a737599' };

/**
 * Does for instances what the kubelet on them does, and for nodes what the AWS cloud controller manager does.
 *
 * A node is created with a token of its instance's role. So an instance joins only if aws-auth or an access entry
 * maps that role, under the name that EC2 gave the instance. Nothing here knows what the migration made.
 */
export class Joiner extends Reconciler {
  /** All refused attempts, oldest first. */
  public readonly joinFailures: JoinFailure[] = [];
  /** When each instance joined. */
  public readonly joined = new Map<string, { readonly nodeName: string; readonly at: Date }>();

  private readonly cloudController: Kube;
  private readonly retryAt = new Map<string, number>();
  private readonly inProgress = new Set<string>();

  constructor(private readonly options: JoinerOptions) {
    super('joiner', POLL_MILLISECONDS, options);
    this.cloudController = new Kube({ kubeconfig: options.cloudControllerKubeconfig });
  }

  public async stop(): Promise<void> {
    await super.stop();
    this.cloudController.close();
  }

  protected async reconcile() {
    const states = await this.states();
    const nodes = await this.cloudController.list('/api/v1/nodes');
    await this.removeNodesWithoutInstance(nodes, new Set(states.keys()));
    const known = new Set(nodes.map(node => instanceIdOf(node)));
    const absent = [...states].filter(([id, state]) => state === 'running' && !known.has(id) && !this.joined.has(id) && !this.inProgress.has(id)
      && (this.retryAt.get(id) ?? 0) < Date.now()).map(([id]) => id);
    for (const instance of absent.length > 0 ? await this.instances(absent) : []) {
      const id = instance.InstanceId!;
      this.inProgress.add(id);
      // Instances boot beside each other.
      void this.tryToJoin(instance).finally(() => this.inProgress.delete(id));
    }
  }

  private async tryToJoin(instance: ec2.Instance) {
    const instanceId = instance.InstanceId!;
    const nodeName = instance.PrivateDnsName!;
    try {
      const kubelet = await this.kubeletArguments(instance);
      if (!kubelet) {
        this.retryAt.set(instanceId, Infinity);
        this.options.log(`joiner: ${instanceId} was never told to join ${this.options.clusterName}`);
        return;
      }
      await this.join(instance, kubelet);
      this.joined.set(instanceId, { nodeName, at: new Date() });
      this.options.log(`joiner: ${instanceId} joined as ${nodeName}`);
    } catch (error) {
      this.retryAt.set(instanceId, Date.now() + RETRY_MILLISECONDS);
      const status = error instanceof KubeError ? error.status : undefined;
      const answer = error instanceof KubeError ? error.body : (error as Error).message;
      this.joinFailures.push({ instanceId, nodeName, at: new Date(), status, answer });
      this.options.log(`joiner: ${instanceId} cannot join: ${status ?? ''} ${answer.slice(0, 200)}`);
    }
  }

  private async join(instance: ec2.Instance, kubelet: KubeletArguments) {
    const credentials = await this.options.credentialsForInstance(instance.InstanceId!);
    const token = await eksToken(credentials, this.options.clusterName, this.options.region);
    const { InstanceTypes } = await this.options.ec2.send(new ec2.DescribeInstanceTypesCommand({ InstanceTypes: [instance.InstanceType!] }));
    const asNode = new Kube({ token, endpoint: this.options.endpoint });
    try {
      const node = await asNode.create('/api/v1/nodes', nodeObject(instance, InstanceTypes![0], kubelet, this.options));
      await asNode.create('/apis/storage.k8s.io/v1/csinodes', csiNode(node, instance.InstanceId!));
    } finally {
      asNode.close();
    }
  }

  /** Undefined if nothing tells the instance to join. */
  private async kubeletArguments(instance: ec2.Instance): Promise<KubeletArguments | undefined> {
    const kubelet = parseUserData(await this.userData(instance.InstanceId!));
    const tags = tagsOf(instance);
    const nodegroup = tags['eks:nodegroup-name'];
    if (nodegroup && tags['eks:cluster-name'] === this.options.clusterName) {
      // EKS merges its own call of bootstrap.sh into what the launch template of a node group says.
      return {
        ...kubelet,
        labels: {
          'eks.amazonaws.com/nodegroup': nodegroup,
          'eks.amazonaws.com/capacityType': instance.InstanceLifecycle === 'spot' ? 'SPOT' : 'ON_DEMAND',
          'eks.amazonaws.com/nodegroup-image': instance.ImageId!,
          ...kubelet.labels,
        },
      };
    }
    return kubelet.clusterName === this.options.clusterName ? kubelet : undefined;
  }

  private async userData(instanceId: string): Promise<string> {
    const { UserData } = await this.options.ec2.send(new ec2.DescribeInstanceAttributeCommand({ InstanceId: instanceId, Attribute: 'userData' }));
    return Buffer.from(UserData?.Value ?? '', 'base64').toString('utf8');
  }

  /** The states of all instances that are there. Their descriptions take the emulator five times as long. */
  private async states(): Promise<Map<string, string>> {
    const states = new Map<string, string>();
    const question = { IncludeAllInstances: true, Filters: [{ Name: 'instance-state-name', Values: ALIVE }] };
    for await (const { InstanceStatuses = [] } of ec2.paginateDescribeInstanceStatus({ client: this.options.ec2 }, question)) {
      InstanceStatuses.forEach(({ InstanceId, InstanceState }) => states.set(InstanceId!, InstanceState!.Name!));
    }
    return states;
  }

  private async instances(ids: string[]): Promise<ec2.Instance[]> {
    const { Reservations = [] } = await this.options.ec2.send(new ec2.DescribeInstancesCommand({ InstanceIds: ids }));
    return Reservations.flatMap(reservation => reservation.Instances ?? []);
  }

  private async removeNodesWithoutInstance(nodes: readonly KubeObject[], alive: ReadonlySet<string>) {
    // Nodes of other providers, such as hybrid ones, are not this cloud's business.
    for (const node of nodes.filter(({ spec }) => spec.providerID?.startsWith('aws:'))) {
      if (!alive.has(instanceIdOf(node)) && !node.metadata.deletionTimestamp) {
        this.options.log(`cloud controller: ${node.metadata.name} has no instance any more`);
        await this.cloudController.delete(`/api/v1/nodes/${node.metadata.name}`);
      }
    }
  }
}

function instanceIdOf(node: KubeObject): string {
  return (node.spec.providerID ?? '').split('/').pop();
}

function tagsOf(instance: ec2.Instance): Record<string, string> {
  return Object.fromEntries((instance.Tags ?? []).map(tag => [tag.Key!, tag.Value!]));
}

function nodeObject(
  instance: ec2.Instance, type: ec2.InstanceTypeInfo, kubelet: KubeletArguments, { region, kubernetesVersion }: JoinerOptions,
): KubeObject {
  const kubeletVersion = KUBELET_VERSIONS[kubernetesVersion];
  const zone = instance.Placement!.AvailabilityZone!;
  const arch = instance.Architecture === 'arm64' ? 'arm64' : 'amd64';
  const basics: Record<string, string> = {
    'kubernetes.io/hostname': instance.PrivateDnsName!,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': arch,
    'beta.kubernetes.io/os': 'linux',
    'beta.kubernetes.io/arch': arch,
    'node.kubernetes.io/instance-type': instance.InstanceType!,
    'beta.kubernetes.io/instance-type': instance.InstanceType!,
    'topology.kubernetes.io/zone': zone,
    'topology.kubernetes.io/region': region,
    'failure-domain.beta.kubernetes.io/zone': zone,
    'failure-domain.beta.kubernetes.io/region': region,
    ...csiLabels(zone),
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: instance.PrivateDnsName,
      labels: { ...kubelet.labels, ...basics },
      // So says a kubelet that leaves attaching to the controller.
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    },
    spec: { providerID: `aws:///${zone}/${instance.InstanceId}`, taints: kubelet.taints },
    status: {
      ...nodeResources(type, kubelet.maxPods),
      addresses: [
        { type: 'InternalIP', address: instance.PrivateIpAddress },
        { type: 'InternalDNS', address: instance.PrivateDnsName },
        { type: 'Hostname', address: instance.PrivateDnsName },
      ],
      nodeInfo: {
        architecture: arch,
        operatingSystem: 'linux',
        osImage: 'Amazon Linux 2',
        kernelVersion: '5.10.0',
        kubeletVersion,
        kubeProxyVersion: kubeletVersion,
        containerRuntimeVersion: 'containerd://1.7.0',
        machineID: instance.InstanceId,
        systemUUID: instance.InstanceId,
        bootID: instance.InstanceId,
      },
    },
  };
}
