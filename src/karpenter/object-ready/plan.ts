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

/** What is missing until Karpenter calls the object ready as it is now; undefined if nothing is. */
export function missingFromObject(state: ObjectState | undefined, { word, name }: Pick<ObjectReadyProperties, 'word' | 'name'>): string | undefined {
  if (!state) {
    return `there is no ${word} "${name}"`;
  }
  // A condition about a former generation says nothing about this one.
  const current = state.conditions.filter(({ observedGeneration }) => (observedGeneration ?? state.generation) >= state.generation);
  const ready = current.find(({ type }) => type === READY);
  if (ready?.status === 'True') {
    return undefined;
  }
  const open = current.filter(({ type, status }) => type !== READY && status !== 'True');
  const said = (open.length > 0 ? open : ready ? [ready] : []).map(describe);
  return `${word} "${name}" is not Ready: ${said.join('; ') || 'Karpenter has not looked at it yet'}`;
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
