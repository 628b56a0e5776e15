/** A piece of code that both languages can say, in the names of TypeScript. */
export type Code =
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  /** A constant of a class or an enum: `WellKnownLabel.ZONE`. */
  | { readonly kind: 'member'; readonly owner: string; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Code[] }
  /** Keys are data, such as labels. */
  | { readonly kind: 'map'; readonly entries: ReadonlyArray<readonly [key: string, value: Code]> }
  | Struct
  /** `AmiTerm.id('ami-1')`; a struct as the last argument is one of options. */
  | { readonly kind: 'call'; readonly owner: string; readonly method: string; readonly args: readonly Code[] }
  | { readonly kind: 'variable'; readonly name: string };

/** Options, by the name of their type, which Python needs where they stand in others. */
export interface Struct {
  readonly kind: 'struct';
  readonly type: string;
  readonly fields: ReadonlyArray<readonly [name: string, value: Code]>;
  /** Remarks above the fields. */
  readonly comments?: readonly string[];
}

export function literal(value: string | number | boolean): Code {
  return { kind: 'literal', value };
}

export function member(owner: string, name: string): Code {
  return { kind: 'member', owner, name };
}

export function list(items: readonly Code[]): Code {
  return { kind: 'list', items };
}

export function texts(items: readonly string[]): Code {
  return list(items.map(literal));
}

export function map(entries: Readonly<Record<string, string>>): Code {
  return { kind: 'map', entries: Object.entries(entries).map(([key, value]) => [key, literal(value)] as const) };
}

export function call(owner: string, method: string, ...args: readonly Code[]): Code {
  return { kind: 'call', owner, method, args };
}

export function variable(name: string): Code {
  return { kind: 'variable', name };
}

/** Fields without a value are left out. */
export function struct(type: string, fields: Readonly<Record<string, Code | undefined>>, comments?: readonly string[]): Struct {
  return { kind: 'struct', type, fields: Object.entries(fields).flatMap(([name, value]) => value === undefined ? [] : [[name, value] as const]), comments };
}

/** The classes, enums and types that a piece of code names. */
export function namesIn(code: Code, withStructs: boolean): string[] {
  switch (code.kind) {
    case 'literal': case 'variable': return [];
    case 'member': return [code.owner];
    case 'list': return code.items.flatMap(item => namesIn(item, withStructs));
    case 'map': return code.entries.flatMap(([, value]) => namesIn(value, withStructs));
    case 'struct': return [...withStructs ? [code.type] : [], ...code.fields.flatMap(([, value]) => namesIn(value, withStructs))];
    // The last struct of a call is its keyword arguments.
    case 'call': return [code.owner, ...code.args.flatMap((arg, index) => arg.kind === 'struct' && index === code.args.length - 1
      ? arg.fields.flatMap(([, value]) => namesIn(value, withStructs)) : namesIn(arg, withStructs))];
  }
}
