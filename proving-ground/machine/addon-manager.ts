import * as eks from '@aws-sdk/client-eks';
import { corednsDeployment, ownedFields, sameAffinity } from './coredns-addon';
import { Kube } from './kube';
import { sleep } from './processes';
import { Log } from '../parts/log';

export interface AddonManagerOptions {
  readonly eks: eks.EKSClient;
  readonly kube: Kube;
  readonly clusterName: string;
  readonly log: Log;
  /**
   * Ends it when the run ends.
   * @default - it goes on until it is stopped
   */
  readonly signal?: AbortSignal;
}

const POLL_MILLISECONDS = 1500;
const ADDON = 'coredns';
const DEPLOYMENT = '/apis/apps/v1/namespaces/kube-system/deployments/coredns';
const FIELD_MANAGER = 'fieldManager=eks';

/**
 * The part of EKS that keeps its add-on in the cluster as configured: what it owns of the Deployment of coredns, and somebody patched, is
 * put back. Where coredns is no add-on, it does nothing.
 */
export class AddonManager {
  /** How often something was put back. */
  public putBack = 0;
  /** As of the last time it was applied. */
  private applied?: { readonly configuration: string | undefined; readonly owned: string };
  private stopped = false;
  private running?: Promise<void>;

  constructor(private readonly options: AddonManagerOptions) {}

  public start(): void {
    this.running = this.loop();
  }

  public async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async loop() {
    while (!this.over) {
      try {
        await this.reconcile();
      } catch (error) {
        // Once the run is over, nothing answers any more, and that is no news.
        if (!this.over) {
          this.options.log(`add-on manager: ${(error as Error).message}`);
        }
      }
      await sleep(POLL_MILLISECONDS);
    }
  }

  private get over(): boolean {
    return this.stopped || this.options.signal?.aborted === true;
  }

  private async reconcile() {
    const { eks: client, clusterName, kube } = this.options;
    const { addons } = await client.send(new eks.ListAddonsCommand({ clusterName }));
    if (!addons?.includes(ADDON)) {
      this.applied = undefined;
      return;
    }
    const { addon } = await client.send(new eks.DescribeAddonCommand({ clusterName, addonName: ADDON }));
    const configuration = addon!.configurationValues;
    const live = await kube.find(DEPLOYMENT);
    const known = this.applied?.configuration === configuration ? this.applied : undefined;
    if (known && live && ownedFields(live) === known.owned) {
      return;
    }
    if (known) {
      this.putBack += 1;
      this.options.log('add-on manager: somebody changed coredns, which is put back');
    }
    this.applied = { configuration, owned: await this.apply(configuration) };
  }

  private async apply(configuration: string | undefined): Promise<string> {
    const { kube } = this.options;
    const wanted = corednsDeployment(configuration);
    const result = await kube.patch(`${DEPLOYMENT}?${FIELD_MANAGER}&force=true`, wanted, 'apply');
    if (sameAffinity(result, wanted)) {
      return ownedFields(result);
    }
    // The affinity is its own as a whole; applying leaves what others put beside its parts.
    const replacement = [{ op: 'add', path: '/spec/template/spec/affinity', value: wanted.spec.template.spec.affinity }];
    return ownedFields(await kube.patch(`${DEPLOYMENT}?${FIELD_MANAGER}`, replacement, 'json'));
  }
}
