import { LiveFigures } from './figures';
import { QUICK } from './worlds';
import { table } from '../../document';
import { SECONDS, Seconds } from '../cluster';

/** Kinds of requests that a node has fewer of are left out. */
const FEWEST = 0.05;

/** The part of the chapter about drains with a real control plane. */
export function liveSection(all: readonly LiveFigures[]): string {
  if (all.length === 0) {
    return '';
  }
  const head = ['nodes', ...all.map(titleOf)];
  return [
    '### With a real control plane',
    '',
    'By `npm run bench -- --scale`, `--nodes` for other sizes; each column is of the last run of its size. Real are etcd, kube-apiserver, kube-controller-manager and kube-scheduler of Kubernetes 1.30, '
      + 'the step with its own adapters, its client and all of its answers, the claim with the lease of each call and its fence, and the readings of the preflight that are repeated before nodes are begun. '
      + 'kwok plays the kubelets. Nodes of Karpenter come from a joiner that follows pods without a node and asks for as many nodes as they need; its NodePool is an object that no controller looks at. '
      + 'EKS, Auto Scaling and EC2 are the model in memory; the end of an instance deletes its node. Both functions are one process here, and nothing limits its share of a core. '
      + 'There are no volumes, because nothing here attaches and detaches them in a time that means anything, no DaemonSets, and no ReplicaSets of former revisions. '
      + 'Namespaces have 20 workloads each. Requests are those of the step\'s user in the audit log of the API server, refused evictions among them; bytes are those of answers as text, '
      + `which the API server compresses on the way. Time passes for real: ${inWords(QUICK)}. Columns that are called slow have the times of the table above: ${inWords(SECONDS)}. `
      + '"In memory" is what the table above counts with the same times.',
    '',
    table(head, LINES.map(([title, say]) => [title, ...all.map(say)])),
    '',
    'Those requests for each node, by kind:',
    '',
    table(head, kindsOf(all).map(kind => [kind, ...all.map(one => eachNode(one, one.requests[kind] ?? 0).toFixed(1))])),
    '',
    ...all.map(one => `- ${titleOf(one)}: on ${one.about}.`),
    '',
  ].join('\n');
}

const LINES: ReadonlyArray<readonly [string, (figures: LiveFigures) => string | number]> = [
  ['nodes drained', ({ drained }) => drained],
  ['hours', ({ seconds }) => (seconds / 3600).toFixed(2)],
  ['hours until everything ran before it', ({ setUpSeconds }) => (setUpSeconds / 3600).toFixed(2)],
  ['calls of the step', ({ calls }) => calls],
  ['evictions', ({ evictions }) => evictions],
  ['refused evictions', ({ refused }) => refused],
  ['evictions with another answer', ({ otherwise }) => otherwise],
  ['most evictions of a pod', ({ mostEvictionsOfAPod }) => mostEvictionsOfAPod],
  ['workloads that lacked more pods than they may', ({ harmed }) => harmed],
  ['pods that lost their node', ({ stranded }) => stranded],
  ['nodes that came in Karpenter\'s place', ({ karpenterNodes }) => karpenterNodes],
  ['requests to Kubernetes for each node', one => eachNode(one, totalOf(one)).toFixed(1)],
  ['in memory', ({ inMemory: { kubernetes, drained } }) => (kubernetes / drained).toFixed(1)],
  ['calls of AWS for each node, those of functions with them', one => eachNode(one, one.aws).toFixed(1)],
  ['in memory', ({ inMemory: { aws, drained } }) => (aws / drained).toFixed(1)],
  ['MB of answers for each node', one => (eachNode(one, one.bytes) / 1e6).toFixed(1)],
  ['in memory', ({ inMemory: { bytes, drained } }) => (bytes / drained / 1e6).toFixed(1)],
  ['MB of answers for each call of the step', ({ bytes, calls }) => (bytes / calls / 1e6).toFixed(1)],
  ['a call of the step, ms: median', ({ wall }) => wall.median.toFixed(0)],
  ['a call of the step, ms: most', ({ wall }) => wall.most.toFixed(0)],
  ['a call of the step, CPU ms: median', ({ cpu }) => cpu.median.toFixed(0)],
  ['a call of the step, CPU ms: most', ({ cpu }) => cpu.most.toFixed(0)],
];

function kindsOf(all: readonly LiveFigures[]): string[] {
  const most = (kind: string) => Math.max(...all.map(one => eachNode(one, one.requests[kind] ?? 0)));
  const kinds = [...new Set(all.flatMap(({ requests }) => Object.keys(requests)))];
  return kinds.filter(kind => most(kind) >= FEWEST).sort((one, other) => most(other) - most(one));
}

function totalOf({ requests }: LiveFigures): number {
  return Object.values(requests).reduce((sum, one) => sum + one, 0);
}

function eachNode({ drained }: LiveFigures, value: number): number {
  return value / drained;
}

function titleOf({ nodes, slow }: LiveFigures): string {
  return `${nodes.toLocaleString('en')}${slow ? ', slow' : ''}`;
}

function inWords({ podsEnd, podsReady, nodesReady, instancesEnd }: Seconds): string {
  return [
    `a pod ends in ${podsEnd} s`,
    `its replacement is Ready about ${podsReady} s after it has a node`,
    `a node of Karpenter's takes about ${nodesReady} s`,
    `an instance ends in ${instancesEnd} s`,
  ].join(', ');
}
