import { NodeFacts } from '../../../src/kubernetes/placement';
import { Affinity } from '../../../src/kubernetes/scheduling';
import { WorkloadReference } from '../../../src/workflow/contract';
import { configurationOf } from '../../../src/workflow/critical-workloads/addon-configuration';
import { nodegroupRequirement } from '../../../src/workflow/critical-workloads/affinity';
import {
  Addon, AddonsPort, AddonUpdate, Rollout, Workload, WorkloadChange, WorkloadName, WorkloadPod, WorkloadsPort,
} from '../../../src/workflow/critical-workloads/port';
import { criticalWorkloadsStep } from '../../../src/workflow/critical-workloads/step';
import { ADDON_RECORD, AFFINITY_RECORD } from '../../../src/workflow/records';
import { Progress, Step } from '../../../src/workflow/step';

export const GROUP = 'eks.amazonaws.com/nodegroup';
export const OURS = nodegroupRequirement(GROUP, ['apps']);
export const LINUX: Affinity = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/os', operator: 'In', values: ['linux'] }] }],
    },
  },
  podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100 }] },
};
export const COREDNS: WorkloadReference = { Kind: 'Deployment', Namespace: 'kube-system', Name: 'coredns', Optional: true };
export const DATABASE: WorkloadReference = { Kind: 'StatefulSet', Namespace: 'data', Name: 'database', Optional: false };

interface Stored {
  readonly name: WorkloadName;
  affinity: Affinity | null;
  annotations: Record<string, string>;
  rollout: Rollout;
  version: number;
  managers: string[];
}

/** Workloads whose pods roll out when the test says so. */
export class FakeCluster implements WorkloadsPort {
  public readonly stored: Stored[] = [];
  public readonly writes: string[] = [];
  public hosts: NodeFacts[] = [{ name: 'n1', labels: { [GROUP]: 'apps', 'kubernetes.io/os': 'linux' }, taints: [], ready: true, unschedulable: false }];
  public podsOf: WorkloadPod[] = [];
  /** Somebody else writes just before our next write. */
  public overtake = false;
  /** What is written rolls out at once. */
  public quick = true;

  public add(reference: WorkloadReference, affinity: Affinity | null, replicas = 2): Stored {
    const settled = { replicas, total: replicas, updated: replicas, available: replicas };
    const rollout = { ...settled, generation: 1, observedGeneration: 1, paused: false, byHand: false };
    const name = { kind: reference.Kind, namespace: reference.Namespace, name: reference.Name };
    const stored = { name, affinity, annotations: {}, rollout, version: 1, managers: ['helm'] };
    this.stored.push(stored);
    return stored;
  }

  public setAffinity(stored: Stored, affinity: Affinity | null): void {
    stored.affinity = affinity;
    stored.version++;
    stored.rollout = { ...stored.rollout, generation: stored.rollout.generation + 1, ...this.quick ? {} : { updated: 0 } };
    if (this.quick) {
      this.rollOut(stored);
    }
  }

  public rollOut(stored: Stored): void {
    const { replicas, generation } = stored.rollout;
    stored.rollout = { ...stored.rollout, total: replicas, updated: replicas, available: replicas, observedGeneration: generation };
  }

  public async read(name: WorkloadName): Promise<Workload | undefined> {
    const stored = this.find(name);
    return stored && view(stored);
  }

  public async recorded(): Promise<Workload[]> {
    return this.stored.filter(({ annotations }) => AFFINITY_RECORD in annotations || ADDON_RECORD in annotations).map(view);
  }

  public async pods(): Promise<WorkloadPod[]> {
    return this.podsOf;
  }

  public async nodes(keys: readonly string[], nodegroups?: readonly string[]): Promise<NodeFacts[]> {
    return this.hosts.filter(({ labels }) => !nodegroups || nodegroups.includes(labels[GROUP]))
      .map(host => ({ ...host, labels: Object.fromEntries(Object.entries(host.labels).filter(([key]) => keys.includes(key))) }));
  }

  public async write(name: WorkloadName, version: string, change: WorkloadChange): Promise<boolean> {
    const stored = this.find(name)!;
    if (this.overtake) {
      this.overtake = false;
      stored.version++;
    }
    if (String(stored.version) !== version) {
      return false;
    }
    this.writes.push(`${name.name}: ${[change.affinity === undefined ? undefined : 'affinity', ...Object.entries(change.annotations)
      .map(([key, value]) => `${value === null ? '-' : '+'}${key.split('/')[1]}`)].filter(text => text).join(' ')}`);
    stored.version++;
    for (const [key, value] of Object.entries(change.annotations)) {
      value === null ? delete stored.annotations[key] : stored.annotations[key] = value;
    }
    if (change.affinity !== undefined) {
      this.setAffinity(stored, change.affinity);
    }
    return true;
  }

  private find(name: WorkloadName): Stored | undefined {
    return this.stored.find(one => one.name.kind === name.kind && one.name.namespace === name.namespace && one.name.name === name.name);
  }
}

function view({ name, affinity, annotations, rollout, version, managers }: Stored): Workload {
  return {
    ...name,
    version: String(version),
    affinity,
    nodeSelector: {},
    tolerations: [],
    rollout,
    affinityRecord: annotations[AFFINITY_RECORD],
    addonRecord: annotations[ADDON_RECORD],
    affinityManagers: managers,
  };
}

/** The add-on coredns as EKS has it: its configuration is merged with its defaults and put into the Deployment. */
export class FakeAddon implements AddonsPort {
  public addon?: Addon = { name: 'coredns', version: 'v1.10.1-eksbuild.4', status: 'ACTIVE', issues: [] };
  public readonly configured: string[] = [];
  public answer: AddonUpdate = { kind: 'started' };
  public properties: object = { affinity: { type: ['object', 'null'] }, replicaCount: { type: 'integer' } };
  /** What the add-on does to the Deployment; a test may leave it out. */
  public effective = true;
  /** An empty text is taken for nothing said. */
  public ignoresEmpty = false;

  public constructor(private readonly cluster: FakeCluster, private readonly deployment: Stored, private readonly defaults: Affinity | null) {}

  public async read(name: string): Promise<Addon | undefined> {
    return name === 'coredns' ? this.addon : undefined;
  }

  public async schema(): Promise<string> {
    return JSON.stringify({
      $ref: '#/definitions/Coredns',
      $schema: 'http://json-schema.org/draft-06/schema#',
      definitions: { Coredns: { additionalProperties: false, properties: this.properties, type: 'object' } },
    });
  }

  public async configure(addon: Addon, configuration: string): Promise<AddonUpdate> {
    this.configured.push(configuration);
    if (this.answer.kind === 'started' && !(configuration === '' && this.ignoresEmpty)) {
      this.addon = { ...addon, configuration: configuration || undefined, status: 'UPDATING' };
    }
    return this.answer;
  }

  /** The update comes to its end. */
  public finish(): void {
    this.addon = { ...this.addon!, status: 'ACTIVE' };
    if (this.effective) {
      this.cluster.setAffinity(this.deployment, configurationOf(this.addon.configuration).affinity ?? this.defaults);
    }
  }
}

export const NO_ADDONS: AddonsPort = {
  read: async () => undefined,
  schema: async () => { throw new Error('there is no add-on'); },
  configure: async () => { throw new Error('there is no add-on'); },
};

export const clock = { now: Date.parse('2023-08-01T10:00:00Z') };

export function stepOf(kubernetes: WorkloadsPort, addons: AddonsPort = NO_ADDONS, ...CriticalWorkloads: WorkloadReference[]): Step {
  const configuration = { ClusterName: 'prod', Owner: 'Stack/Migration', Nodegroups: ['apps', 'batch'], HostNodegroups: ['apps'], CriticalWorkloads };
  return criticalWorkloadsStep({ kubernetes, addons }, configuration, () => clock.now);
}

/** Calls until something else than `working` comes, or as often as a test likes. */
export async function run(call: () => Promise<Progress>, meanwhile: () => void = () => {}, most = 20): Promise<Progress> {
  for (let times = 0; times < most; times++) {
    const progress = await call();
    if (progress.kind !== 'working') {
      return progress;
    }
    meanwhile();
  }
  throw new Error('it does not come to an end');
}
