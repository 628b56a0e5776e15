import * as k8s from '@kubernetes/client-node';
import { ClaimChanged, ClaimPort, ClaimRecord, StoredClaim } from './claim-plan';
import { CLAIM_NAME, CLAIM_NAMESPACE } from './contract';
import { unlessAbsent, unlessOvertaken } from '../kubernetes/api.kubernetes';

/** The claim as a ConfigMap, guarded by its resourceVersion. */
export class ConfigMapClaim implements ClaimPort {
  private readonly core: k8s.CoreV1Api;

  constructor(config: k8s.KubeConfig) {
    this.core = config.makeApiClient(k8s.CoreV1Api);
  }

  public async read(): Promise<StoredClaim | undefined> {
    const map = await unlessAbsent(() => this.core.readNamespacedConfigMap(CLAIM));
    return map && { owner: map.data?.owner ?? '', abandoned: map.data?.abandoned === 'true', version: map.metadata!.resourceVersion! };
  }

  public async create(record: ClaimRecord): Promise<void> {
    const body = { metadata: CLAIM, data: { ...dataOf(record), generation: '0' } };
    await guarded(() => this.core.createNamespacedConfigMap({ namespace: CLAIM_NAMESPACE, body }));
  }

  public async replace(old: StoredClaim, record: ClaimRecord): Promise<void> {
    await guarded(async () => {
      const map = await this.core.readNamespacedConfigMap(CLAIM);
      const body = { ...map, metadata: { ...map.metadata, resourceVersion: old.version }, data: { ...map.data, ...dataOf(record) } };
      await this.core.replaceNamespacedConfigMap({ ...CLAIM, body });
    });
  }

  public async remove(old: StoredClaim): Promise<void> {
    await guarded(() => this.core.deleteNamespacedConfigMap({ ...CLAIM, body: { preconditions: { resourceVersion: old.version } } }));
  }
}

const CLAIM = { namespace: CLAIM_NAMESPACE, name: CLAIM_NAME };

function dataOf(record: ClaimRecord): Record<string, string> {
  return { owner: record.owner, abandoned: String(record.abandoned) };
}

async function guarded(write: () => Promise<unknown>): Promise<void> {
  if (!await unlessOvertaken(write)) {
    throw new ClaimChanged(`the ConfigMap ${CLAIM_NAMESPACE}/${CLAIM_NAME} was changed in the meantime`);
  }
}
