import { Kube, KubeObject } from './kube';
import { REAL_POD_LABEL } from './kwok-stages';
import { Pki } from './pki';
import { PodAddresses } from './pod-network';
import { Processes, sleep } from './processes';
import { RealPod, RealPodOptions } from './real-pod';
import { Log } from '../parts/log';
import { Parts } from '../parts/parts';

export interface PodRuntimeOptions {
  readonly parts: Parts;
  readonly pki: Pki;
  readonly processes: Processes;
  readonly runDir: string;
  readonly region: string;
  readonly log: Log;
  /**
   * Ends it when the run ends.
   * @default - it goes on until it is stopped
   */
  readonly signal?: AbortSignal;
}

/** What ran for real. */
export interface PodRecord {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly nodeName: string;
  readonly image: string;
  /** The role of its service account; undefined if that has none. */
  readonly roleArn?: string;
  readonly startedAt: Date;
}

const POLL_MILLISECONDS = 500;
const PODS = `/api/v1/pods?labelSelector=${encodeURIComponent(`${REAL_POD_LABEL.key}=${REAL_POD_LABEL.value}`)}`;

/** A kubelet for the pods of Karpenter, on whichever nodes they are: their controller really runs. */
export class PodRuntime {
  public static async start(options: PodRuntimeOptions): Promise<PodRuntime> {
    const kube = new Kube({ kubeconfig: await options.pki.kubeconfig('pod-runtime', ['system:masters']) });
    const runtime = new PodRuntime(kube, options, {
      kube,
      processes: options.processes,
      addresses: new PodAddresses(),
      program: options.parts.karpenter,
      runDir: options.runDir,
      caFile: options.pki.caBundleFile,
      region: options.region,
      log: options.log,
    });
    runtime.running = runtime.loop();
    return runtime;
  }

  /** All pods that were started, oldest first. */
  public readonly records: PodRecord[] = [];

  private readonly pods = new Map<string, RealPod>();
  private readonly busy = new Set<string>();
  private stopped = false;
  private running?: Promise<void>;

  private constructor(private readonly kube: Kube, private readonly options: PodRuntimeOptions, private readonly podOptions: RealPodOptions) {}

  /** Ends all programs, without a trace in the cluster. */
  public async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
    await Promise.all([...this.pods.values()].map(pod => pod.kill()));
    this.kube.close();
  }

  private async loop() {
    while (!this.over) {
      try {
        await this.reconcile();
      } catch (error) {
        this.complain(error as Error);
      }
      await sleep(POLL_MILLISECONDS);
    }
  }

  private async reconcile() {
    const wanted = new Map((await this.kube.list(PODS)).filter(pod => pod.spec.nodeName).map(pod => [pod.metadata.uid as string, pod]));
    for (const [uid, pod] of wanted) {
      this.once(uid, () => this.reconcilePod(uid, pod));
    }
    for (const [uid, running] of this.pods) {
      if (!wanted.has(uid)) {
        this.once(uid, async () => {
          this.options.log(`pod ${running.pod.metadata.name} is gone without termination, as with its node`);
          this.pods.delete(uid);
          await running.kill();
        });
      }
    }
  }

  private async reconcilePod(uid: string, pod: KubeObject) {
    const running = this.pods.get(uid);
    if (pod.metadata.deletionTimestamp) {
      await this.terminate(uid, pod, running);
    } else if (running) {
      await running.tick();
    } else {
      this.pods.set(uid, await RealPod.start(pod, this.podOptions));
      this.record(pod, this.pods.get(uid)!);
    }
  }

  private async terminate(uid: string, pod: KubeObject, running: RealPod | undefined) {
    if (running) {
      await running.terminate(pod.metadata.deletionGracePeriodSeconds ?? 30);
      this.pods.delete(uid);
      this.options.log(`pod ${pod.metadata.name} ended`);
    } else {
      await this.kube.delete(`/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}`, { gracePeriodSeconds: 0 });
    }
  }

  private record(pod: KubeObject, running: RealPod) {
    const { name, namespace, uid } = pod.metadata;
    const record: PodRecord = {
      name, namespace, uid, nodeName: pod.spec.nodeName, image: pod.spec.containers[0].image, roleArn: running.tokens.roleArn, startedAt: new Date(),
    };
    this.records.push(record);
    this.options.log(`pod ${name} started on ${record.nodeName} as ${record.roleArn ?? 'nobody at AWS'}`);
  }

  /** One thing at a time for a pod, while others go on. */
  private once(uid: string, action: () => Promise<void>) {
    if (!this.busy.has(uid)) {
      this.busy.add(uid);
      action()
        .catch(error => this.complain(error))
        .finally(() => this.busy.delete(uid));
    }
  }

  private get over(): boolean {
    return this.stopped || this.options.signal?.aborted === true;
  }

  /** Once the run is over, nothing answers any more, and that is no news. */
  private complain(error: Error) {
    if (!this.over) {
      this.options.log(`pod runtime: ${error.message}`);
    }
  }
}
