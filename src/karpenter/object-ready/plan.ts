import { ObjectReadyProperties } from './contract';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

export interface ObjectState {
  readonly generation: number;
  readonly conditions: readonly Condition[];
}

/** The condition that sums up all others. */
const READY = 'Ready';

/** Karpenter has asked again by then, and said what it learned. */
const SPARE_MINUTES = 10;

/** What an object lacks. */
export interface Missing {
  readonly says: string;
  /** Where it may take longer than usual. */
  readonly patienceMinutes?: number;
}

/** What is missing until Karpenter calls the object ready as it is now; undefined if nothing is. */
export function missingFromObject(
  state: ObjectState | undefined, { word, name, kind, remembered }: Pick<ObjectReadyProperties, 'word' | 'name' | 'kind' | 'remembered'>,
): Missing | undefined {
  if (!state) {
    return { says: `there is no ${word} "${name}"` };
  }
  // A condition about a former generation says nothing about this one.
  const current = state.conditions.filter(({ observedGeneration }) => (observedGeneration ?? state.generation) >= state.generation);
  const ready = current.find(({ type }) => type === READY);
  if (ready?.status === 'True') {
    return undefined;
  }
  const open = current.filter(({ type, status }) => type !== READY && status !== 'True');
  const said = (open.length > 0 ? open : ready ? [ready] : []).map(describe);
  const says = `${word} "${name}" is not Ready: ${said.join('; ') || 'Karpenter has not looked at it yet'}`;
  return remembered && open.some(({ reason }) => remembered.reasons.includes(reason ?? '')) ? {
    says: `${says}. Karpenter repeats that answer for ${remembered.minutes} minutes without asking again: once the controller may do it, let it ask at once `
      + `(kubectl annotate ${kind.plural}.${kind.group} ${name} cdk-karpenter-migration/asked="$(date)" --overwrite)`,
    patienceMinutes: remembered.minutes + SPARE_MINUTES,
  } : { says };
}

function describe({ type, status, reason, message }: Condition): string {
  const because = reason && reason !== type ? ` (${reason})` : '';
  return `${type} is ${status}${because}${message && message !== reason ? `: ${message}` : ''}`;
}

/** Objects of Karpenter in one cluster. */
export interface ObjectStatePort {
  /** Undefined where there is no such object. */
  state(kind: ObjectReadyProperties['kind'], name: string): Promise<ObjectState | undefined>;
}
