import { escaped } from './drawing';

const CELL = { width: 8.4, height: 19 } as const;
const MARGIN = 18;
const BAR = 30;
const COLOURS: Readonly<Record<number, string>> = { 31: '#e06c75', 32: '#98c379', 33: '#e5c07b', 34: '#61afef' };
const INK = '#d7dae0';
const PAPER = '#1f2430';

interface Run { readonly text: string; readonly bold: boolean; readonly dim: boolean; readonly colour?: string }

/** The screen of a terminal, as tmux captures it with its escape sequences, as a picture. */
export function screenSvg(captured: string, title: string, columns: number): string {
  const lines = captured.replace(/\s+$/, '').split('\n');
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN);
  const height = Math.ceil(lines.length * CELL.height + 2 * MARGIN + BAR);
  const lights = ['#ff5f56', '#ffbd2e', '#27c93f'].map((fill, index) => `<circle cx="${MARGIN + index * 18}" cy="${BAR / 2 + 4}" r="6" fill="${fill}"/>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    `<rect width="${width}" height="${height}" rx="8" fill="${PAPER}"/>`,
    ...lights,
    `<text x="${width / 2}" y="${BAR / 2 + 8}" text-anchor="middle" font-family="sans-serif" font-size="12" fill="#8a91a0">${escaped(title)}</text>`,
    '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14" xml:space="preserve">',
    ...lines.map((line, index) => lineSvg(line, BAR + MARGIN + (index + 0.8) * CELL.height)),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Each run of characters stands where its column is, whatever font there is. */
function lineSvg(line: string, y: number): string {
  let column = 0;
  return runsOf(line).map(({ text, bold, dim, colour }) => {
    const x = MARGIN + column * CELL.width;
    const length = [...text].length;
    column += length;
    const style = `fill="${colour ?? INK}"${bold ? ' font-weight="700"' : ''}${dim ? ' opacity="0.6"' : ''}`;
    return text.trim() === '' ? '' : `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" textLength="${(length * CELL.width).toFixed(1)}" ${style}>${escaped(text)}</text>`;
  }).join('');
}

/** Takes a line apart at its escape sequences; those that say nothing about colours are left out. */
function runsOf(line: string): Run[] {
  const runs: Run[] = [];
  let [bold, dim, colour]: [boolean, boolean, string | undefined] = [false, false, undefined];
  // eslint-disable-next-line no-control-regex -- that is what escape sequences are
  for (const part of line.split(/(\u001b\[[\d;]*m)/)) {
    // eslint-disable-next-line no-control-regex -- as above
    const codes = /^\u001b\[([\d;]*)m$/.exec(part);
    if (!codes) {
      runs.push({ text: part, bold, dim, colour });
      continue;
    }
    for (const code of codes[1].split(';').map(Number)) {
      [bold, dim, colour] = code === 0 ? [false, false, undefined] : [
        code === 1 || bold && code !== 22, code === 2 || dim && code !== 22, code === 39 ? undefined : COLOURS[code] ?? colour,
      ];
    }
  }
  return runs.filter(({ text }) => text !== '');
}
