import { StatusDocument } from './contract';
import { count, some } from '../../words/short-list';
import { bar, Paint, wrapped } from '../terminal/terminal';

const BAR_WIDTH = 30;

/** A status for people, as a few lines. */
export function printStatus(status: StatusDocument, paint: Paint, columns: number, now: number): string {
  const width = Math.max(60, Math.min(columns, 140));
  const lines = [headline(status, paint), ...bodyOf(status, paint, now)];
  return `${lines.map(line => wrapped(line, width, '  ')).join('\n')}\n`;
}

/** One line, for a log: the same words as long as nothing has changed. */
export function statusLine({ state, says, nodes, pods, pause }: StatusDocument): string {
  return [
    state,
    ...nodes && nodes.all > 0 ? [`${nodes.done} of ${nodes.all} nodes`] : [],
    ...pods ? [`${pods.moved} pods moved, ${pods.refused} refused`] : [],
    ...pause ? [`${pause.by} since ${pause.since}`] : [],
    ...says ? [says] : [],
  ].join(' · ');
}

function headline({ cluster, region, state, stage, owner }: StatusDocument, paint: Paint): string {
  const name = paint('bold', cluster);
  switch (state) {
    case 'none':
      return `${name} in ${region}: no migration has the cluster; see what one would do: npx cdk-karpenter-migration plan --cluster ${cluster}`;
    case 'abandoned':
      return `${name} in ${region}: ${owner} was destroyed without stage REMOVED and has left its Karpenter working; another migration may take it over`;
    case 'installed':
      return `${name} in ${region}: ${owner} has the cluster, and no run has begun`;
    default:
      return `${name} in ${region}: ${owner} ${GOES[state]} ${paint('bold', stage!)}`;
  }
}

const GOES = { beginning: 'is about to begin the way to', working: 'is on the way to', paused: 'is paused on the way to', stopped: 'has stopped on the way to', arrived: 'has reached' };

function bodyOf({ state, says, pause, nodes, pods, execution }: StatusDocument, paint: Paint, now: number): string[] {
  const colour = state === 'arrived' ? 'green' : state === 'paused' || state === 'stopped' ? 'yellow' : 'blue';
  return [
    ...nodes && nodes.all > 0 ? [`${paint(colour, bar(nodes.done, nodes.all, BAR_WIDTH))} ${nodes.done} of ${nodes.all} nodes`] : [],
    ...nodes?.draining.length ? [`draining ${some(nodes.draining)}`] : [],
    ...pods ? [`${count(pods.moved, 'pod')} moved, ${count(pods.refused, 'eviction')} refused${nodes ? `; ${count(nodes.karpenter, 'node')} of Karpenter's` : ''}`] : [],
    ...says ? [paint(colour, says)] : [],
    ...pause ? [
      `${pause.by}, for ${ago(now - Date.parse(pause.since))}: ${pause.runbook}`,
      ...pause.command ? [`$ ${pause.command}`] : [],
    ] : [],
    ...execution ? [paint('dim', execution.console)] : [],
  ];
}

/** A time as people say it. */
export function ago(milliseconds: number): string {
  const minutes = Math.floor(Math.max(0, milliseconds) / 60_000);
  const hours = Math.floor(minutes / 60);
  return hours > 0 ? `${hours} h ${minutes % 60} min` : minutes > 0 ? `${minutes} min` : `${Math.floor(Math.max(0, milliseconds) / 1000)} s`;
}
