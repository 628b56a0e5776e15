import { Code, Struct } from './expression';

export type Language = 'typescript' | 'python';

/** What is longer is broken into lines. */
const WIDTH = 110;

/** A piece of code as text; lines after the first are indented. */
export function print(code: Code, language: Language, indent = ''): string {
  return language === 'python' ? python(code, indent) : typescript(code, indent);
}

/** As jsii does it: `httpPutResponseHopLimit` is `http_put_response_hop_limit`. */
export function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2').toLowerCase();
}

/** In lines that are not too long. */
export function comment(text: string, language: Language, indent = ''): string {
  const start = `${indent}${language === 'python' ? '#' : '//'}`;
  const lines = [start];
  for (const word of text.split(/\s+/)) {
    const line = `${lines[lines.length - 1]} ${word}`;
    if (line.length > WIDTH && lines[lines.length - 1] !== start) {
      lines.push(`${start}   ${word}`);
    } else {
      lines[lines.length - 1] = line;
    }
  }
  return lines.join('\n');
}

function typescript(code: Code, indent: string): string {
  const inner = `${indent}  `;
  switch (code.kind) {
    case 'literal': {
      const lines = linesOf(code.value);
      return lines ? `${bracketed('[', lines.map(line => quoted(line, '\'')), ']', { indent, inner })}.join('\\n')` : typeof code.value === 'string' ? quoted(code.value, '\'') : String(code.value);
    }
    case 'variable': return code.name;
    case 'member': return `${code.owner}.${code.name}`;
    case 'list': return bracketed('[', code.items.map(item => typescript(item, inner)), ']', { indent, inner });
    case 'map': return bracketed('{', code.entries.map(([key, value]) => `${quoted(key, '\'')}: ${typescript(value, inner)}`), '}', { indent, inner, space: ' ' });
    case 'struct': return bracketed('{', code.fields.map(([name, value]) => `${name}: ${typescript(value, inner)}`), '}', {
      indent, inner, space: ' ', comments: remarks(code, 'typescript', inner),
    });
    case 'call': return `${code.owner}.${code.method}(${code.args.map(arg => typescript(arg, indent)).join(', ')})`;
  }
}

function python(code: Code, indent: string): string {
  const inner = `${indent}    `;
  switch (code.kind) {
    case 'literal': {
      const lines = linesOf(code.value);
      if (lines) {
        return `"\\n".join(${bracketed('[', lines.map(line => quoted(line, '"')), ']', { indent, inner })})`;
      }
      return typeof code.value === 'boolean' ? (code.value ? 'True' : 'False') : typeof code.value === 'string' ? quoted(code.value, '"') : String(code.value);
    }
    case 'variable': return snakeCase(code.name);
    case 'member': return `${code.owner}.${code.name}`;
    case 'list': return bracketed('[', code.items.map(item => python(item, inner)), ']', { indent, inner });
    case 'map': return bracketed('{', code.entries.map(([key, value]) => `${quoted(key, '"')}: ${python(value, inner)}`), '}', { indent, inner });
    case 'struct': return bracketed(`${code.type}(`, keywords(code, inner), ')', { indent, inner, comments: remarks(code, 'python', inner) });
    case 'call': {
      // jsii lifts the fields of a struct that comes last.
      const last = code.args[code.args.length - 1];
      const lifted = last?.kind === 'struct' ? last : undefined;
      const plain = code.args.slice(0, lifted ? -1 : undefined).map(arg => python(arg, inner));
      return bracketed(`${code.owner}.${snakeCase(code.method)}(`, [...plain, ...lifted ? keywords(lifted, inner) : []], ')', {
        indent, inner, comments: lifted ? remarks(lifted, 'python', inner) : [],
      });
    }
  }
}

/** Of text with several lines, which is written as a list of them. */
function linesOf(value: string | number | boolean): string[] | undefined {
  return typeof value === 'string' && value.includes('\n') ? value.split('\n') : undefined;
}

function keywords(struct: Struct, inner: string): string[] {
  return struct.fields.map(([name, value]) => `${snakeCase(name)}=${python(value, inner)}`);
}

function remarks({ comments = [] }: Struct, language: Language, inner: string): string[] {
  return comments.map(text => comment(text, language, inner));
}

interface Layout { readonly indent: string; readonly inner: string; readonly space?: string; readonly comments?: readonly string[] }

/** In one line where that is short and nothing in it is broken. */
function bracketed(open: string, parts: readonly string[], close: string, { indent, inner, space = '', comments = [] }: Layout): string {
  const line = parts.length === 0 ? `${open}${close}` : `${open}${space}${parts.join(', ')}${space}${close}`;
  if (comments.length === 0 && line.length + indent.length <= WIDTH && !line.includes('\n')) {
    return line;
  }
  return [open, ...comments, ...parts.map(part => `${inner}${part},`), `${indent}${close}`].join('\n');
}

/** Both languages know the escapes of JSON. */
function quoted(text: string, quote: '\'' | '"'): string {
  const escaped = JSON.stringify(text).slice(1, -1).replace(/[\u2028\u2029\u007f]/g, one => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return quote === '"' ? `"${escaped}"` : `'${escaped.replace(/\\"/g, '"').replace(/'/g, '\\\'')}'`;
}
