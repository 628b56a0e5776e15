/** The annotation by which a pod stays on its node. */
export interface KeepAnnotation {
  readonly key: string;
  readonly value: string;
  /** Its value may be a duration, too: until it has run that long a pod stays. */
  readonly orDuration?: boolean;
}

/** What is asked of a pod, as the API's client gives it. */
interface Annotated {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  readonly status?: { readonly startTime?: string };
}

/** Whether a pod stays on its node for now; one that has not started may ask for any time. */
export function isKept({ metadata, status }: Annotated, keep: KeepAnnotation, now: number): boolean {
  const value = metadata?.annotations?.[keep.key];
  if (value === undefined || value === keep.value) {
    return value !== undefined;
  }
  const duration = keep.orDuration ? goDuration(value) : undefined;
  return duration !== undefined && (status?.startTime === undefined || now - Date.parse(status.startTime) < duration);
}

const MILLISECONDS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, us: 1e-3, µs: 1e-3, ns: 1e-6 };

/** The milliseconds of a positive duration as Go writes it: `1h30m` is 5400000; undefined where a text is none. */
function goDuration(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+\.?\d*|\.\d+)(h|ms|m|s|us|µs|ns)/g)];
  const milliseconds = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * MILLISECONDS[unit], 0);
  return parts.map(([part]) => part).join('') === text.replace(/^\+/, '') && milliseconds > 0 ? milliseconds : undefined;
}
