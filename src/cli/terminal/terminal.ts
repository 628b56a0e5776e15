/** Where a command writes to, as far as it must know. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Where no terminal says how wide it is. */
const COLUMNS = 100;

/** How many characters fit into a line. */
export function columnsOf({ columns = COLUMNS }: Output): number {
  return columns;
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue';

/** @see https://en.wikipedia.org/wiki/ANSI_escape_code#Select_Graphic_Rendition_parameters */
const CODES: Readonly<Record<Style, readonly [on: number, off: number]>> = {
  bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39], blue: [34, 39],
};

export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_style, text) => text;

/**
 * Colours where somebody sees them: on a terminal that is not dumb, unless NO_COLOR says otherwise.
 *
 * @see https://no-color.org
 */
export function paintFor(output: Output, environment: Readonly<Record<string, string | undefined>>): Paint {
  const isWanted = output.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb';
  return isWanted ? (style, text) => `\u001b[${CODES[style][0]}m${text}\u001b[${CODES[style][1]}m` : plain;
}

/** A part of a whole, as a bar of some characters. */
export function bar(done: number, all: number, width: number): string {
  const filled = all === 0 ? width : Math.min(width, Math.floor(done / all * width));
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

// eslint-disable-next-line no-control-regex -- that is what colours are
const COLOURS = /\u001b\[\d+m/g;

/** How many characters somebody sees of a text. */
export function seen(text: string): number {
  return text.replace(COLOURS, '').length;
}

/** How many lines of a terminal a text takes. */
export function linesOn(text: string, columns: number): number {
  return text.split('\n').slice(0, -1).reduce((sum, line) => sum + Math.max(1, Math.ceil(seen(line) / columns)), 0);
}

/** Breaks a text between words, so that no line is wider than this; each line but the first is indented. */
export function wrapped(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (last !== undefined && seen(`${last} ${word}`) <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(lines.length === 0 ? word : `${indent}${word}`);
    }
  }
  return lines.join('\n');
}
