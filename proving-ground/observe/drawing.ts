/** Where things are in the picture. */
export const LAYOUT = {
  width: 1120,
  height: 592,
  left: 76,
  right: 1096,
  pods: { top: 112, bottom: 372 },
  evictions: { top: 384, middle: 399, bottom: 414 },
  nodes: { top: 436, bottom: 540 },
} as const;

export const PALETTE = {
  paper: '#fdfdfb',
  ink: '#22303c',
  faint: '#6b7883',
  grid: '#e6e8e6',
  mark: '#4a5560',
  nodegroup: '#9dbbdc',
  nodegroupLine: '#4f7fb5',
  karpenter: '#7cc6a0',
  karpenterLine: '#2f9467',
  pending: '#e2725b',
  granted: '#3b4c5c',
  refused: '#e0a100',
} as const;

export interface TextStyle {
  readonly size?: number;
  readonly weight?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly fill?: string;
}

export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { size = 12, weight = 400, anchor = 'start', fill = PALETTE.ink } = style;
  return `<text x="${number(x)}" y="${number(y)}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="${fill}">${escaped(content)}</text>`;
}

/** An area whose edges keep their height until the next point. */
export function stepArea(points: readonly { readonly x: number; readonly low: number; readonly high: number }[]): string {
  if (points.length === 0) {
    return '';
  }
  const edge = (ordered: typeof points, height: (point: typeof points[number]) => number) =>
    ordered.map(point => `H${number(point.x)}V${number(height(point))}`).join('');
  const back = [...points].reverse();
  // On the way back a height reaches from its point to the one before in this order.
  const lower = back.map(point => `V${number(point.low)}H${number(point.x)}`).join('');
  return `M${number(points[0].x)},${number(points[0].low)}${edge(points, point => point.high)}${lower}Z`;
}

/** Thin vertical bars; those of one pixel are one. */
export function bars(xs: readonly number[], top: number, bottom: number, stroke: string): string {
  const columns = [...new Set(xs.map(x => Math.round(x)))];
  return columns.length === 0 ? '' : `<path stroke="${stroke}" stroke-width="1" d="${columns.map(x => `M${x}.5,${top}V${bottom}`).join('')}"/>`;
}

export function scale([from, until]: readonly [number, number], [start, end]: readonly [number, number]): (value: number) => number {
  return value => start + (end - start) * (until === from ? 0 : (value - from) / (until - from));
}

/** Round numbers from zero up to the first that is not below the largest. */
export function ticks(largest: number, about: number): number[] {
  const rough = Math.max(largest, Number.MIN_VALUE) / about;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max([1, 2, 5, 10].map(factor => factor * magnitude).find(candidate => candidate >= rough)!, 1);
  return Array.from({ length: Math.ceil(largest / step) + 1 }, (_, i) => i * step);
}

export function number(value: number): string {
  return String(Math.round(value * 10) / 10);
}

export function escaped(content: string): string {
  return content.replace(/[&<>"]/g, character => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character]!);
}
