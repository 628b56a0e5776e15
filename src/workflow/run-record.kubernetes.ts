import * as k8s from '@kubernetes/client-node';
import { Beginning, begun, entered, Lease, left, RunRecord, RunReport, RunPort } from './run-record';
import { CLAIM_NAME, CLAIM_NAMESPACE } from '../cluster/contract';
import { unlessAbsent, unlessOvertaken } from '../kubernetes/api.kubernetes';
import { MigrationStage } from '../words/migration-stage';

const CLAIM = { namespace: CLAIM_NAMESPACE, name: CLAIM_NAME };
/** The next one to write reads again; nobody but our own few calls writes here. */
const ATTEMPTS = 10;

/** The ConfigMap as this process saw it last through a connection. A write may be tried on it, because it counts only if nobody wrote since. */
interface Seen { readonly map: k8s.V1ConfigMap; readonly at: number }
const SEEN = new WeakMap<k8s.KubeConfig, Seen>();

/** The record as data of the ConfigMap of the claim, guarded by its resourceVersion. */
export class ConfigMapRuns implements RunPort {
  private readonly core: k8s.CoreV1Api;

  public constructor(private readonly config: k8s.KubeConfig, private readonly now: () => number = Date.now) {
    this.core = config.makeApiClient(k8s.CoreV1Api);
  }

  public async read(): Promise<RunRecord | undefined> {
    const map = await this.find();
    return map && recordOf(map);
  }

  /** The record as it was no longer ago than this. */
  public async readWithin(milliseconds: number): Promise<RunRecord | undefined> {
    const seen = SEEN.get(this.config);
    return seen && this.now() - seen.at <= milliseconds ? recordOf(seen.map) : this.read();
  }

  public async begin(beginning: Beginning): Promise<RunRecord> {
    return (await this.changeOwn(record => begun(record, beginning)))!;
  }

  public async enter(generation: number, lease: Lease, now: number): Promise<Lease | false> {
    return (await this.changeOwn(record => entered(record, generation, lease, now)))?.lease ?? false;
  }

  public async leave(token: string, report?: RunReport): Promise<void> {
    await this.change(record => left(record, token, report));
  }

  private async find(): Promise<k8s.V1ConfigMap | undefined> {
    const map = await unlessAbsent(() => this.core.readNamespacedConfigMap(CLAIM));
    this.see(map);
    return map;
  }

  private see(map: k8s.V1ConfigMap | undefined): void {
    if (map) {
      SEEN.set(this.config, { map, at: this.now() });
    } else {
      SEEN.delete(this.config);
    }
  }

  private async changeOwn(change: (record: RunRecord) => RunRecord | undefined): Promise<RunRecord | undefined> {
    const changed = await this.change(change);
    if (changed === 'gone') {
      throw new Error(`there is no claim on the cluster (ConfigMap ${CLAIM_NAMESPACE}/${CLAIM_NAME}): deploy with another \`revision\` to make it again`);
    }
    return changed;
  }

  /** Writes what the change gives, unless that is nothing or what is there already; `gone` where there is no claim. */
  private async change(change: (record: RunRecord) => RunRecord | undefined): Promise<RunRecord | 'gone' | undefined> {
    const changed = await this.changeSeen(change);
    if (changed) {
      return changed;
    }
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const map = await this.find();
      if (!map) {
        return 'gone';
      }
      const before = recordOf(map);
      const after = change(before);
      if (after === undefined || after === before || await this.write(map, after)) {
        return after;
      }
    }
    throw new Error(`the ConfigMap ${CLAIM_NAMESPACE}/${CLAIM_NAME} was changed by others ${ATTEMPTS} times in a row`);
  }

  /** Tries the change on the ConfigMap as it was seen last, which saves the question; undefined where that came to nothing, which says nothing. */
  private async changeSeen(change: (record: RunRecord) => RunRecord | undefined): Promise<RunRecord | undefined> {
    const seen = SEEN.get(this.config);
    if (!seen) {
      return undefined;
    }
    const before = recordOf(seen.map);
    const after = unlessRefused(() => change(before));
    return after !== undefined && after !== before && await this.write(seen.map, after) ? after : undefined;
  }

  private async write(map: k8s.V1ConfigMap, record: RunRecord): Promise<boolean> {
    const { generation: _generation, stage: _stage, request: _request, requested: _requested, lease: _lease, run: _run, ...others } = map.data ?? {};
    return unlessOvertaken(async () => {
      this.see(await this.core.replaceNamespacedConfigMap({ ...CLAIM, body: { ...map, data: { ...others, ...dataOf(record) } } }));
    });
  }
}

/** What an old record refuses a new one may allow: it is asked again. */
function unlessRefused<T>(change: () => T): T | undefined {
  try {
    return change();
  } catch {
    return undefined;
  }
}

function recordOf({ data = {} }: k8s.V1ConfigMap): RunRecord {
  return {
    owner: data.owner ?? '',
    generation: Number(data.generation ?? 0),
    stage: data.stage as MigrationStage | undefined,
    request: data.request,
    requested: data.requested === undefined ? undefined : Number(data.requested),
    lease: data.lease === undefined ? undefined : JSON.parse(data.lease) as Lease,
    report: data.run === undefined ? undefined : JSON.parse(data.run) as RunReport,
  };
}

function dataOf(record: RunRecord): Record<string, string> {
  return {
    owner: record.owner,
    generation: String(record.generation),
    ...record.stage === undefined ? {} : { stage: record.stage },
    ...record.request === undefined ? {} : { request: record.request },
    ...record.requested === undefined ? {} : { requested: String(record.requested) },
    ...record.lease === undefined ? {} : { lease: JSON.stringify(record.lease) },
    ...record.report === undefined ? {} : { run: JSON.stringify(record.report) },
  };
}
