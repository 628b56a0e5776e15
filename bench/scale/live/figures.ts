import type { AuditReport } from '../../../proving-ground/observe/audit-events';
import type { ScaleFigures } from '../drain';

/** What one call of the step took. */
export interface Call { readonly wallMilliseconds: number; readonly cpuMilliseconds: number }

/** What was seen of one drain with a real control plane. */
export interface LiveFigures {
  readonly nodes: number;
  /** The times of the table in memory. */
  readonly slow: boolean;
  /** The day, and the machine. */
  readonly about: string;
  readonly drained: number;
  readonly seconds: number;
  /** Until everything ran before the drain. */
  readonly setUpSeconds: number;
  readonly calls: number;
  readonly evictions: number;
  readonly refused: number;
  /** Answered 404 or 409, and anything else. */
  readonly otherwise: number;
  readonly mostEvictionsOfAPod: number;
  readonly harmed: number;
  readonly stranded: number;
  readonly karpenterNodes: number;
  /** Requests by verb and resource, as `list pods`, the most frequent first. */
  readonly requests: Readonly<Record<string, number>>;
  readonly aws: number;
  readonly bytes: number;
  /** The same drain with the same times in memory. */
  readonly inMemory: Pick<ScaleFigures, 'drained' | 'kubernetes' | 'aws' | 'bytes'>;
  /** Of a call of the step, in milliseconds: of all that it waits for, and of this machine's cores. */
  readonly wall: Spread;
  readonly cpu: Spread;
}

/** What a world finds. */
export type Found = Omit<LiveFigures, 'slow' | 'about' | 'inMemory'>;

export interface Spread { readonly median: number; readonly most: number }

/** What the audit log says, in the figures of a drain. */
export function requestFigures(report: AuditReport): Pick<LiveFigures, 'evictions' | 'refused' | 'otherwise' | 'mostEvictionsOfAPod' | 'requests'> {
  const ofPods = new Map<string, number>();
  report.granted.forEach(({ pod }) => ofPods.set(pod, (ofPods.get(pod) ?? 0) + 1));
  return {
    evictions: report.granted.length,
    refused: report.refused.length,
    otherwise: report.gone.length + report.failed.length,
    mostEvictionsOfAPod: Math.max(0, ...ofPods.values()),
    requests: report.calls,
  };
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, other) => one - other);
  return { median: sorted[Math.floor(sorted.length / 2)] ?? 0, most: sorted.at(-1) ?? 0 };
}

/** Figures of former runs, with those of this one in the place of others of the same size and times. */
export function kept(before: readonly LiveFigures[], found: readonly LiveFigures[]): LiveFigures[] {
  const isNew = (one: LiveFigures) => found.some(({ nodes, slow }) => nodes === one.nodes && slow === one.slow);
  return [...before.filter(one => !isNew(one)), ...found].sort((one, other) => Number(one.slow) - Number(other.slow) || one.nodes - other.nodes);
}
