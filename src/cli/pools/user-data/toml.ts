/** A value of a TOML document. */
export type Toml = string | number | boolean | readonly Toml[] | TomlTable;
export interface TomlTable { readonly [key: string]: Toml }

type Table = Record<string, any>;

/**
 * Reads the part of TOML in which settings of Bottlerocket are written: tables, dotted keys, text, numbers, booleans, lists and inline tables.
 *
 * @throws on anything else, naming the line
 */
export function parseToml(text: string): TomlTable {
  const root = emptyTable();
  let table = root;
  const lines = text.replace(/\r\n/g, '\n').split('\n');
  for (let index = 0; index < lines.length; index++) {
    let line = lines[index].trim();
    if (line === '' || line.startsWith('#')) {
      continue;
    }
    const header = /^(\[{1,2})\s*([^\]]+?)\s*\]{1,2}\s*(#.*)?$/.exec(line);
    if (header && !line.includes('=')) {
      table = header[1] === '[[' ? appended(root, keysIn(header[2])) : tableAt(root, keysIn(header[2]));
      continue;
    }
    // Lists, and text in three quotes, may go on in the next lines.
    while (isOpen(line) && index + 1 < lines.length) {
      line += `\n${lines[++index]}`;
    }
    const reader = new Reader(line);
    const keys = reader.keys();
    reader.expect('=');
    const value = reader.value();
    reader.end();
    const parent = tableAt(table, keys.slice(0, -1));
    parent[keys[keys.length - 1]] = value;
  }
  return root;
}

function keysIn(text: string): string[] {
  const reader = new Reader(text);
  const keys = reader.keys();
  reader.end();
  return keys;
}

function tableAt(root: Table, keys: readonly string[]): Table {
  return keys.reduce((table, key) => {
    const next = table[key] ??= emptyTable();
    return Array.isArray(next) ? next[next.length - 1] : next;
  }, root);
}

function appended(root: Table, keys: readonly string[]): Table {
  const parent = tableAt(root, keys.slice(0, -1));
  const list = parent[keys[keys.length - 1]] ??= [];
  list.push(emptyTable());
  return list[list.length - 1];
}

/** Whether a list, an inline table or a text in three quotes is not closed; what stands in quotes does not count. */
function isOpen(text: string): boolean {
  let openText = false;
  const bare = text.replace(/"""(?:\\[^]|[^\\])*?"""|'''[^]*?'''|"""|'''|"(?:\\.|[^"\\\n])*"|'[^'\n]*'/g, (found) => {
    openText ||= found === '"""' || found === '\'\'\'';
    return '';
  }).replace(/#.*$/gm, '');
  const count = (pattern: RegExp) => (bare.match(pattern) ?? []).length;
  return openText || count(/\[/g) > count(/\]/g) || count(/\{/g) > count(/\}/g);
}

const ESCAPES: Readonly<Record<string, string>> = { 'n': '\n', 't': '\t', 'r': '\r', 'b': '\b', 'f': '\f', '"': '"', '\\': '\\' };

class Reader {
  private position = 0;

  public constructor(private readonly text: string) {}

  public keys(): string[] {
    const keys = [this.key()];
    while (this.take(/\s*\.\s*/y) !== undefined) {
      keys.push(this.key());
    }
    return keys;
  }

  public value(): Toml {
    this.blank();
    return this.quoted() ?? this.list() ?? this.inlineTable() ?? this.bare();
  }

  public expect(mark: string): void {
    this.blank();
    if (this.text[this.position] !== mark) {
      throw new Error(`"${this.text.split('\n')[0]}" has no "${mark}" where one must be`);
    }
    this.position++;
  }

  public end(): void {
    this.blank();
    if (this.position < this.text.length) {
      throw new Error(`"${this.text.split('\n')[0]}" goes on with "${this.text.slice(this.position, this.position + 20)}"`);
    }
  }

  private key(): string {
    this.blank();
    return this.quoted() ?? this.take(/[\w-]+/y) ?? this.fail('a key');
  }

  private quoted(): string | undefined {
    const block = this.take(/"""(?:\\[^]|[^\\])*?"""|'''[^]*?'''/y);
    if (block !== undefined) {
      const inner = block.slice(3, -3).replace(/^\n/, '');
      return block.startsWith('"') ? unescaped(inner) : inner;
    }
    const literal = this.take(/'[^'\n]*'/y);
    if (literal !== undefined) {
      return literal.slice(1, -1);
    }
    const basic = this.take(/"(?:\\.|[^"\\\n])*"/y);
    return basic === undefined ? undefined : unescaped(basic.slice(1, -1));
  }

  private list(): Toml[] | undefined {
    if (this.take(/\[/y) === undefined) {
      return undefined;
    }
    const values: Toml[] = [];
    for (this.blank(); this.take(/\]/y) === undefined; this.blank()) {
      values.push(this.value());
      this.blank();
      this.take(/,/y);
    }
    return values;
  }

  private inlineTable(): TomlTable | undefined {
    if (this.take(/\{/y) === undefined) {
      return undefined;
    }
    const table = emptyTable();
    for (this.blank(); this.take(/\}/y) === undefined; this.blank()) {
      const keys = this.keys();
      this.expect('=');
      tableAt(table, keys.slice(0, -1))[keys[keys.length - 1]] = this.value();
      this.blank();
      this.take(/,/y);
    }
    return table;
  }

  private bare(): Toml {
    const word = this.take(/[^\s,\]}#]+/y) ?? this.fail('a value');
    if (word === 'true' || word === 'false') {
      return word === 'true';
    }
    const number = Number(word.replace(/_/g, ''));
    return Number.isNaN(number) ? this.fail(`a value instead of ${word}`) : number;
  }

  private blank(): void {
    this.take(/(?:\s|#[^\n]*)*/y);
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const [found] = pattern.exec(this.text) ?? [];
    if (found === undefined) {
      return undefined;
    }
    this.position += found.length;
    return found;
  }

  private fail(what: string): never {
    throw new Error(`"${this.text.split('\n')[0]}" lacks ${what}`);
  }
}

function unescaped(text: string): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|[^])/g, (_, code: string) => code.length > 1 ? String.fromCharCode(parseInt(code.slice(1), 16)) : ESCAPES[code] ?? code);
}

/** Without a prototype, so that no key means anything but itself. */
function emptyTable(): Table {
  return Object.create(null) as Table;
}
