/** What is measured, in the order of its chapters. */
export const BENCHES = ['synthesis', 'deployment', 'drain', 'drain-v1', 'obstructed', 'scale'] as const;
export type Bench = typeof BENCHES[number];

/** Drains with a real control plane. */
export interface LiveOptions {
  /** How many nodes, one drain each. */
  readonly nodes: readonly number[];
  /** With the times of the drains in memory. */
  readonly slow: boolean;
}

export interface Arguments extends LiveOptions { readonly benches: readonly Bench[] }

const USUAL_NODES = [50, 200];
/** Fewer have nothing to drain; more pods than this have no addresses in the cluster. */
const NODES = { fewest: 10, most: 2000 };

/** Without arguments only what needs Node alone. */
export function argumentsOf(args: readonly string[]): Arguments {
  const benches = BENCHES.filter(bench => args.includes('--all') || args.includes(`--${bench}`));
  const slow = args.includes('--slow');
  const at = args.indexOf('--nodes');
  const nodes = at < 0 ? USUAL_NODES : (args[at + 1] ?? '').split(',').map(Number);
  const known = [...BENCHES.map(bench => `--${bench}`), '--all', '--slow', '--nodes'];
  if (args.some((arg, index) => !known.includes(arg) && !(at >= 0 && index === at + 1))) {
    throw new Error(`unknown arguments "${args.join(' ')}"\n\n${USAGE}`);
  }
  if (nodes.some(one => !Number.isInteger(one) || one < NODES.fewest || one > NODES.most)) {
    throw new Error(`--nodes takes whole numbers from ${NODES.fewest} to ${NODES.most}, separated by commas, not "${args[at + 1] ?? ''}"\n\n${USAGE}`);
  }
  if ((slow || at >= 0) && !benches.includes('scale')) {
    throw new Error(`--nodes and --slow belong to --scale\n\n${USAGE}`);
  }
  return { benches: args.length === 0 ? ['synthesis'] : benches, nodes, slow };
}

const USAGE = [
  'npm run bench                             synthesis and size, Node alone',
  'npm run bench -- --deployment             deploying, against the guide\'s commands; what the proving ground needs',
  'npm run bench -- --drain                  draining, against kubectl and against EKS; the same',
  'npm run bench -- --drain-v1               the same with Karpenter 1.x, which consolidates beside whoever drains',
  'npm run bench -- --obstructed             draining with a budget that allows nothing for a while; the same',
  'npm run bench -- --scale                  draining up to a thousand nodes in memory, and 50 and 200 with a real control plane; the same',
  'npm run bench -- --scale --nodes 1000     as many with a real control plane, or several numbers separated by commas; other columns stay',
  'npm run bench -- --scale --slow           with the times of the drains in memory; other columns stay',
  'npm run bench -- --all                    all of it, about three hours on two cores',
].join('\n');
