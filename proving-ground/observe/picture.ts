import { bars, escaped, LAYOUT, number, PALETTE, scale, stepArea, text, ticks } from './drawing';
import { Moment } from './moments';

/** A moment with a name, for example that of a stage. */
export interface Mark { readonly at: number; readonly label: string }

export interface PictureData {
  readonly title: string;
  readonly from: number;
  readonly until: number;
  readonly moments: readonly Moment[];
  readonly marks: readonly Mark[];
  /** When evictions were granted, and when a PodDisruptionBudget refused them. */
  readonly granted: readonly number[];
  readonly refused: readonly number[];
}

interface Scales { readonly x: (at: number) => number; readonly pods: (count: number) => number; readonly nodes: (count: number) => number }

/** Where pods were over time, as an SVG that needs nothing else: pods above, evictions below them, nodes at the bottom. */
export function picture(data: PictureData): string {
  const { left, right, pods, nodes } = LAYOUT;
  const mostPods = Math.max(1, ...data.moments.map(m => m.onNodegroups + m.onKarpenter + m.pending));
  const mostNodes = Math.max(1, ...data.moments.map(m => Math.max(m.nodegroupNodes, m.karpenterNodes)));
  const podTicks = ticks(mostPods * 1.08, 5);
  const nodeTicks = ticks(mostNodes * 1.1, 3);
  const scales: Scales = {
    x: scale([data.from, data.until], [left, right]),
    pods: scale([0, podTicks.at(-1)!], [pods.bottom, pods.top]),
    nodes: scale([0, nodeTicks.at(-1)!], [nodes.bottom, nodes.top]),
  };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${LAYOUT.width} ${LAYOUT.height}" role="img"`
    + ' font-family="-apple-system, \'Segoe UI\', Helvetica, Arial, sans-serif">',
    `<title>${escaped(data.title)}</title>`,
    `<rect width="${LAYOUT.width}" height="${LAYOUT.height}" fill="${PALETTE.paper}"/>`,
    text(left, 32, data.title, { size: 18, weight: 600 }),
    legend(),
    ...horizontals(podTicks, scales.pods, 'pods', pods),
    ...horizontals(nodeTicks, scales.nodes, 'nodes', nodes),
    ...podAreas(data.moments, scales),
    ...nodeLines(data.moments, scales),
    ...evictions(data, scales),
    ...stageMarks(data.marks, scales),
    ...timeAxis(data, scales),
    '</svg>',
    '',
  ].join('\n');
}

function podAreas(all: readonly Moment[], { x, pods }: Scales): string[] {
  const moments = onePerPixel(all, x);
  const area = (fill: string, low: (m: Moment) => number, high: (m: Moment) => number) =>
    `<path fill="${fill}" d="${stepArea(moments.map(m => ({ x: x(m.at), low: pods(low(m)), high: pods(high(m)) })))}"/>`;
  return [
    area(PALETTE.nodegroup, () => 0, m => m.onNodegroups),
    area(PALETTE.karpenter, m => m.onNodegroups, m => m.onNodegroups + m.onKarpenter),
    area(PALETTE.pending, m => m.onNodegroups + m.onKarpenter, m => m.onNodegroups + m.onKarpenter + m.pending),
  ];
}

/** Of the moments that share a pixel, the one with most pending pods: what was short must not be hidden. */
function onePerPixel(moments: readonly Moment[], x: (at: number) => number): Moment[] {
  const columns = new Map<number, Moment>();
  for (const moment of moments) {
    const column = Math.round(x(moment.at));
    const known = columns.get(column);
    if (!known || moment.pending >= known.pending) {
      columns.set(column, moment);
    }
  }
  return [...columns.values()];
}

function nodeLines(moments: readonly Moment[], { x, nodes }: Scales): string[] {
  const line = (stroke: string, count: (m: Moment) => number) => {
    const steps = moments.map((m, i) => `${i === 0 ? 'M' : 'H'}${number(x(m.at))}${i === 0 ? ',' : 'V'}${number(nodes(count(m)))}`).join('');
    return `<path fill="none" stroke="${stroke}" stroke-width="2" stroke-linejoin="round" d="${steps}"/>`;
  };
  return moments.length === 0 ? [] : [line(PALETTE.nodegroupLine, m => m.nodegroupNodes), line(PALETTE.karpenterLine, m => m.karpenterNodes)];
}

function evictions({ granted, refused }: PictureData, { x }: Scales): string[] {
  const { top, middle, bottom } = LAYOUT.evictions;
  return [
    text(LAYOUT.left - 10, middle + 4, 'evictions', { anchor: 'end', size: 11, fill: PALETTE.faint }),
    bars(granted.map(x), top, middle - 1, PALETTE.granted),
    bars(refused.map(x), middle + 1, bottom, PALETTE.refused),
  ];
}

function stageMarks(marks: readonly Mark[], { x }: Scales): string[] {
  const ends = [-Infinity, -Infinity];
  return marks.flatMap(({ at, label }) => {
    const where = x(at);
    // In the second row where the first is taken.
    const row = where >= ends[0] ? 0 : 1;
    ends[row] = where + label.length * 7 + 14;
    const y = LAYOUT.pods.top - 8 - 16 * (1 - row);
    return [
      `<line x1="${number(where)}" x2="${number(where)}" y1="${y - 10}" y2="${LAYOUT.nodes.bottom}" stroke="${PALETTE.mark}" stroke-dasharray="3 3"/>`,
      text(where + 4, y, label, { size: 11.5, weight: 600, fill: PALETTE.mark }),
    ];
  });
}

interface Panel { readonly top: number; readonly bottom: number }

function horizontals(values: readonly number[], y: (value: number) => number, what: string, panel: Panel): string[] {
  return [
    ...values.flatMap(value => [
      `<line x1="${LAYOUT.left}" x2="${LAYOUT.right}" y1="${number(y(value))}" y2="${number(y(value))}" stroke="${PALETTE.grid}"/>`,
      text(LAYOUT.left - 10, y(value) + 4, String(value), { anchor: 'end', size: 11, fill: PALETTE.faint }),
    ]),
    `<g transform="translate(18 ${(panel.top + panel.bottom) / 2}) rotate(-90)">${text(0, 0, what, { anchor: 'middle', size: 12, fill: PALETTE.faint })}</g>`,
  ];
}

function timeAxis({ from, until }: PictureData, { x }: Scales): string[] {
  const minutes = ticks((until - from) / 60_000, 10).filter(minute => from + minute * 60_000 <= until);
  const y = LAYOUT.nodes.bottom;
  return [
    `<line x1="${LAYOUT.left}" x2="${LAYOUT.right}" y1="${y}" y2="${y}" stroke="${PALETTE.faint}"/>`,
    ...minutes.map(minute => text(x(from + minute * 60_000), y + 18, String(minute), { anchor: 'middle', size: 11, fill: PALETTE.faint })),
    text(LAYOUT.right, y + 36, 'minutes', { anchor: 'end', size: 12, fill: PALETTE.faint }),
  ];
}

function legend(): string {
  const entries: readonly [string, string][] = [
    [PALETTE.nodegroup, 'on node groups'], [PALETTE.karpenter, 'on Karpenter\'s nodes'], [PALETTE.pending, 'pending'],
    [PALETTE.granted, 'evicted'], [PALETTE.refused, 'refused by a PodDisruptionBudget'],
  ];
  let x = LAYOUT.left;
  return entries.map(([fill, label]) => {
    const entry = `<rect x="${x}" y="46" width="12" height="12" rx="2" fill="${fill}"/>${text(x + 18, 56, label, { size: 12 })}`;
    x += 18 + label.length * 6.6 + 22;
    return entry;
  }).join('');
}
