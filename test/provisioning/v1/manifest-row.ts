/** Why the API server refuses an object: the message of a rule, or the field that its schema objects to, as a JSON pointer. */
export type Objection = { readonly rule: string } | { readonly field: string };

/** An object that the API server takes, written as options of ours. */
export interface AcceptedRow<O> {
  readonly name: string;
  readonly options: () => O;
}

/** An object that the API server refuses, as a change of the default one; and, if our types can express it, what we say to it. */
export interface RefusedRow<O> {
  readonly name: string;
  readonly objection: Objection;
  /** Replaces fields of the default spec; null takes one away, and lists are replaced as a whole. */
  readonly patch: object;
  readonly ours?: { readonly options: () => O; readonly complaint: string };
}

export interface Table<O> {
  readonly accepted: readonly AcceptedRow<O>[];
  readonly refused: readonly RefusedRow<O>[];
}

export function accept<O>(name: string, options: () => O): AcceptedRow<O> {
  return { name, options };
}

/** Refused by the server, and not expressible with our types. */
export function refuse<O>(name: string, objection: Objection, patch: object): RefusedRow<O>;
/** Refused by the server, and by us with a complaint. */
export function refuse<O>(name: string, objection: Objection, patch: object, options: () => O, complaint: string): RefusedRow<O>;
export function refuse<O>(name: string, objection: Objection, patch: object, options?: () => O, complaint?: string): RefusedRow<O> {
  return { name, objection, patch, ...options ? { ours: { options, complaint: complaint! } } : {} };
}

/** A value with a patch upon it. */
export function patched(value: any, patch: any): any {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) {
    return patch;
  }
  const result = { ...typeof value === 'object' && !Array.isArray(value) ? value : {} };
  for (const [key, change] of Object.entries(patch)) {
    if (change === null) {
      delete result[key];
    } else {
      result[key] = patched(result[key], change);
    }
  }
  return result;
}

/** So many things, made from their number. */
export function many<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
