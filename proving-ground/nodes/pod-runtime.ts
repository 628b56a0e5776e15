import * as path from 'path';
import { PodAddresses } from './pod-network';
import { RealPod, RealPodOptions } from './real-pod';
import { Reconciler, ReconcilerOptions } from './reconciler';
import { Kube, KubeObject } from '../cluster/kube';
import { REAL_POD_LABEL } from '../cluster/kwok-stages';
import { Site } from '../cluster/site';

export interface PodRuntimeOptions extends ReconcilerOptions {
  /** The executable of Karpenter's controller. */
  readonly program: string;
  readonly site: Site;
  /** Those of all clusters of this machine. */
  readonly addresses: PodAddresses;
  /** The authorities of AWS' certificates. */
  readonly awsCaFile: string;
  readonly region: string;
}

const POLL_MILLISECONDS = 500;
const PODS = `/api/v1/pods?labelSelector=${encodeURIComponent(`${REAL_POD_LABEL.key}=${REAL_POD_LABEL.value}`)}`;

/** A kubelet for the pods of Karpenter, on whichever nodes they are: their controller really runs. */
export class PodRuntime extends Reconciler {
  public static async start(options: PodRuntimeOptions): Promise<PodRuntime> {
    const { pki, processes, folder } = options.site;
    const kube = new Kube({ kubeconfig: await pki.kubeconfig('pod-runtime', ['system:masters']) });
    const runtime = new PodRuntime(kube, options, {
      kube,
      processes,
      addresses: options.addresses,
      program: options.program,
      folder: path.join(folder, 'pods'),
      endpoint: pki.endpoint,
      awsCaFile: options.awsCaFile,
      region: options.region,
      log: options.log,
    });
    runtime.start();
    return runtime;
  }

  private readonly pods = new Map<string, RealPod>();
  private readonly busy = new Set<string>();

  private constructor(private readonly kube: Kube, private readonly options: PodRuntimeOptions, private readonly podOptions: RealPodOptions) {
    super('pod runtime', POLL_MILLISECONDS, options);
  }

  /** Ends all programs, without a trace in the cluster. */
  public async stop(): Promise<void> {
    await super.stop();
    await Promise.all([...this.pods.values()].map(pod => pod.kill()));
    this.kube.close();
  }

  protected async reconcile() {
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
      const started = await RealPod.start(pod, this.podOptions);
      this.pods.set(uid, started);
      this.options.log(`pod ${pod.metadata.name} started on ${pod.spec.nodeName} as ${started.tokens.roleArn ?? 'nobody at AWS'}`);
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

  /** One thing at a time for a pod, while others go on. */
  private once(uid: string, action: () => Promise<void>) {
    if (!this.busy.has(uid)) {
      this.busy.add(uid);
      action()
        .catch(error => this.complain(error))
        .finally(() => this.busy.delete(uid));
    }
  }
}
