import * as eks from '@aws-sdk/client-eks';
import { corednsDeployment, ownedFields, sameAffinity } from './coredns-addon';
import { Kube } from '../cluster/kube';
import { Reconciler, ReconcilerOptions } from '../nodes/reconciler';

export interface AddonManagerOptions extends ReconcilerOptions {
  readonly eks: eks.EKSClient;
  readonly kube: Kube;
  readonly clusterName: string;
}

const POLL_MILLISECONDS = 1500;
const ADDON = 'coredns';
const DEPLOYMENT = '/apis/apps/v1/namespaces/kube-system/deployments/coredns';
const FIELD_MANAGER = 'fieldManager=eks';

/**
 * The part of EKS that keeps its add-on in the cluster as configured: what it owns of the Deployment of coredns, and somebody patched, is
 * put back. Where coredns is no add-on, it does nothing.
 */
export class AddonManager extends Reconciler {
  /** How often something was put back. */
  public putBack = 0;
  /** As of the last time it was applied. */
  private applied?: { readonly configuration: string | undefined; readonly owned: string };

  constructor(private readonly options: AddonManagerOptions) {
    super('add-on manager', POLL_MILLISECONDS, options);
  }

  protected async reconcile() {
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
