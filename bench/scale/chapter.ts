import { BUDGET, PODS_PER_NODE, REPLICAS, SECONDS } from './cluster';
import { ScaleFigures } from './drain';
import { table } from '../document';
import { liveSection } from './live/chapter';
import { LiveFigures } from './live/figures';

export const SCALE_HEADING = '## Scale';

/** @param about machine and date */
export function scaleChapter(all: readonly ScaleFigures[], live: readonly LiveFigures[], about: string): string {
  return [
    SCALE_HEADING,
    '',
    `By \`npm run bench -- --scale\`. ${about}. The step that drains node groups, in clusters in memory, by simulated time: ${PODS_PER_NODE} pods a node in workloads of ${REPLICAS}, `
      + `of which four in five have a PodDisruptionBudget that lets ${BUDGET} be missing, and as many volumes as a tenth of the pods; a tenth of the nodes drains at a time. `
      + `A pod ends in ${SECONDS.podsEnd} s, its replacement is Ready ${SECONDS.podsReady} s after it has a node, a node of Karpenter's takes ${SECONDS.nodesReady} s, an instance ends in ${SECONDS.instancesEnd} s. `
      + 'Requests are counted by what each call of a port asks of the APIs, in pages of 500 objects; bytes by 8 kB a pod, 10 kB a node and 2 kB of anything else. '
      + 'What the functions take for the lists themselves is not in the time of the planners.',
    '',
    table(['nodes', ...all.map(({ nodes }) => nodes.toLocaleString('en'))], LINES.map(([title, say]) => [title, ...all.map(say)])),
    '',
    liveSection(live),
  ].join('\n');
}

const LINES: ReadonlyArray<readonly [string, (figures: ScaleFigures) => string | number]> = [
  ['nodes drained', ({ drained }) => drained],
  ['hours', ({ hours }) => hours.toFixed(2)],
  ['calls of the step', ({ calls }) => calls],
  ['state transitions', ({ transitions }) => transitions],
  ['evictions', ({ evictions }) => evictions],
  ['refused evictions', ({ refused }) => refused],
  ['most evictions of a pod', ({ mostEvictionsOfAPod }) => mostEvictionsOfAPod],
  ['workloads that lacked more pods than they may', ({ harmed }) => harmed],
  ['requests to Kubernetes for each node', ({ kubernetes, drained }) => (kubernetes / drained).toFixed(0)],
  ['calls of AWS for each node, those of functions with them', ({ aws, drained }) => (aws / drained).toFixed(0)],
  ['MB of lists for each node', ({ bytes, drained }) => (bytes / drained / 1e6).toFixed(0)],
  ['MB of lists for each call of the step', ({ bytes, calls }) => (bytes / calls / 1e6).toFixed(0)],
  ['planners, CPU ms a call: median', ({ medianMilliseconds }) => medianMilliseconds.toFixed(0)],
  ['planners, CPU ms a call: most', ({ mostMilliseconds }) => mostMilliseconds.toFixed(0)],
];
