import * as path from 'path';
import { containerEnvironment } from './pod-environment';
import { connectPod, inPod, PodAddresses } from './pod-network';
import { Probe } from './probe';
import { PodTokens } from './service-account-token';
import { ApiEndpoint, Kube, KubeObject } from '../cluster/kube';
import { HOST_ADDRESS } from '../cluster/network';
import { baseEnvironment, ManagedProcess, ProcessStarter } from '../cluster/processes';
import { Log } from '../parts/log';

export interface RealPodOptions {
  readonly kube: Kube;
  readonly processes: ProcessStarter;
  readonly addresses: PodAddresses;
  readonly program: string;
  /** Of the pods of this cluster. */
  readonly folder: string;
  /** Of the cluster. */
  readonly endpoint: ApiEndpoint;
  /** The authorities of AWS' certificates. */
  readonly awsCaFile: string;
  readonly region: string;
  readonly log: Log;
}

const FIRST_BACK_OFF_MILLISECONDS = 2_000;
const LONGEST_BACK_OFF_MILLISECONDS = 60_000;

/** One pod whose first container really runs, in a network of its own. */
export class RealPod {
  public static async start(pod: KubeObject, options: RealPodOptions): Promise<RealPod> {
    const secrets = path.join(options.folder, pod.metadata.name);
    const tokens = await PodTokens.issue({ pod, kube: options.kube, endpoint: options.endpoint, region: options.region, folder: secrets });
    const node = await options.kube.get(`/api/v1/nodes/${pod.spec.nodeName}`);
    const realPod = new RealPod(pod, node, tokens, secrets, options);
    await realPod.startProcess();
    return realPod;
  }

  public restarts = 0;
  private readonly container: KubeObject;
  private readonly podStartedAt = new Date();
  private startedAt = new Date();
  private readonly address: string;
  private process!: ManagedProcess;
  private liveness?: Probe;
  private readiness?: Probe;
  private restartAt?: number;

  private constructor(
    public readonly pod: KubeObject,
    private readonly node: KubeObject,
    public readonly tokens: PodTokens,
    private readonly secrets: string,
    private readonly options: RealPodOptions,
  ) {
    this.container = pod.spec.containers[0];
    this.address = options.addresses.nextAddress();
  }

  /** Does what is due: probes, restarts, status. */
  public async tick(): Promise<void> {
    const now = Date.now();
    if (!this.process.running) {
      await this.restartWhenDue(now);
      return;
    }
    const changed = await this.readiness?.run(now);
    await this.liveness?.run(now);
    if (this.liveness?.passing === false) {
      this.options.log(`pod ${this.pod.metadata.name} fails its liveness probe`);
      await this.process.stop();
      return;
    }
    if (changed) {
      await this.reportStatus();
    }
  }

  /** Ends the program as its deletion asks, then lets the object go. */
  public async terminate(graceSeconds: number): Promise<void> {
    await this.process.stop(graceSeconds * 1000);
    this.tokens.close();
    await this.options.kube.delete(`/api/v1/namespaces/${this.pod.metadata.namespace}/pods/${this.pod.metadata.name}`, {
      apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, preconditions: { uid: this.pod.metadata.uid },
    });
  }

  /** The machine below is gone. */
  public async kill(): Promise<void> {
    await this.process.kill();
    this.tokens.close();
  }

  private async startProcess() {
    const { address } = this;
    const { command, args } = inPod(address, this.secrets, [this.options.program, ...(this.container.args ?? [])]);
    this.process = this.options.processes.startFallible(`pod-${this.pod.metadata.name}`, command, args, {
      stdin: true,
      env: {
        ...baseEnvironment(),
        SSL_CERT_FILE: this.options.awsCaFile,
        AWS_CA_BUNDLE: this.options.awsCaFile,
        HOSTNAME: this.pod.metadata.name,
        ...this.tokens.env,
        ...containerEnvironment(this.pod, this.container, this.node),
      },
    });
    await connectPod(this.process.child.pid!, address, this.options.addresses.nextInterface());
    this.process.child.stdin!.end('go\n');
    this.startedAt = new Date();
    const { livenessProbe, readinessProbe } = this.container;
    this.liveness = livenessProbe && new Probe(livenessProbe, address, this.container, this.startedAt.getTime());
    this.readiness = readinessProbe && new Probe(readinessProbe, address, this.container, this.startedAt.getTime());
    await this.reportStatus();
  }

  private async restartWhenDue(now: number) {
    if (this.restartAt === undefined) {
      const backOff = Math.min(FIRST_BACK_OFF_MILLISECONDS * 2 ** this.restarts, LONGEST_BACK_OFF_MILLISECONDS);
      this.restartAt = now + backOff;
      this.options.log(`pod ${this.pod.metadata.name} ended (${this.process.exitDescription}), restart in ${backOff / 1000} s`);
      await this.reportStatus();
    } else if (now >= this.restartAt) {
      this.restartAt = undefined;
      this.restarts += 1;
      await this.startProcess();
    }
  }

  private async reportStatus() {
    const isReady = this.process.running && (this.readiness === undefined || this.readiness.passing === true);
    const now = new Date().toISOString();
    const condition = (type: string, value: boolean) => ({ type, status: value ? 'True' : 'False', lastTransitionTime: now });
    const { metadata } = this.pod;
    await this.options.kube.patch(`/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/status`, {
      metadata: { uid: metadata.uid },
      status: {
        phase: 'Running',
        hostIP: HOST_ADDRESS,
        podIP: this.address,
        podIPs: [{ ip: this.address }],
        startTime: this.podStartedAt.toISOString(),
        conditions: [condition('Initialized', true), condition('ContainersReady', isReady), condition('Ready', isReady)],
        containerStatuses: [{
          name: this.container.name,
          image: this.container.image,
          imageID: this.container.image,
          ready: isReady,
          started: this.process.running,
          restartCount: this.restarts,
          state: this.process.running ? { running: { startedAt: this.startedAt.toISOString() } } : { waiting: { reason: 'CrashLoopBackOff' } },
        }],
      },
    }, 'strategic-merge');
  }
}
