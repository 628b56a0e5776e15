/**
 * CloudFormation hands every scalar of a custom resource's properties over as a string; these turn them back and say
 * which property is wrong.
 */

/** How a complaint about a property begins, with its name. */
export const PROPERTY_PROBLEM = /^property (\w+) must /;

type Raw = Readonly<Record<string, unknown>>;

export function text(raw: Raw, name: string): string {
  const value = raw[name];
  if (typeof value !== 'string' || value === '') {
    throw new Error(`property ${name} must be a non-empty string, got ${JSON.stringify(value)}`);
  }
  return value;
}

export function optionalText(raw: Raw, name: string): string | undefined {
  return raw[name] === undefined || raw[name] === '' ? undefined : text(raw, name);
}

export function texts(raw: Raw, name: string): string[] {
  const value = raw[name];
  if (!Array.isArray(value) || value.some(v => typeof v !== 'string' || v === '')) {
    throw new Error(`property ${name} must be a list of non-empty strings, got ${JSON.stringify(value)}`);
  }
  return value as string[];
}

export function optionalTexts(raw: Raw, name: string): string[] | undefined {
  return raw[name] === undefined ? undefined : texts(raw, name);
}

export function flag(raw: Raw, name: string): boolean {
  const value = raw[name];
  if (value !== 'true' && value !== 'false' && typeof value !== 'boolean') {
    throw new Error(`property ${name} must be true or false, got ${JSON.stringify(value)}`);
  }
  return value === true || value === 'true';
}

export function optionalFlag(raw: Raw, name: string): boolean | undefined {
  return raw[name] === undefined ? undefined : flag(raw, name);
}

export function integer(raw: Raw, name: string): number {
  const value = raw[name];
  if (!(typeof value === 'string' && /^-?\d+$/.test(value)) && !Number.isInteger(value)) {
    throw new Error(`property ${name} must be a whole number, got ${JSON.stringify(value)}`);
  }
  return Number(value);
}

export function oneOf<T extends string>(raw: Raw, name: string, allowed: readonly T[]): T {
  const value = text(raw, name);
  if (!allowed.includes(value as T)) {
    throw new Error(`property ${name} must be one of ${allowed.join(', ')}, got "${value}"`);
  }
  return value as T;
}

/** Whether two lists hold the same, or both are left out. */
export function sameList(one: readonly string[] | undefined, other: readonly string[] | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
