/** What is measured, in the order of its chapters. */
export const BENCHES = ['synthesis', 'deployment', 'drain', 'obstructed', 'scale'] as const;
export type Bench = typeof BENCHES[number];

/** Without arguments only what needs Node alone. */
export function benchesOf(args: readonly string[]): readonly Bench[] {
  if (args.length === 0) {
    return ['synthesis'];
  }
  if (args.length === 1 && args[0] === '--all') {
    return BENCHES;
  }
  const unknown = args.filter(arg => !BENCHES.some(bench => arg === `--${bench}`));
  if (unknown.length > 0) {
    throw new Error(`unknown arguments "${args.join(' ')}"\n\n${USAGE}`);
  }
  return BENCHES.filter(bench => args.includes(`--${bench}`));
}

const USAGE = [
  'npm run bench                    synthesis and size, Node alone',
  'npm run bench -- --deployment    deploying, against the guide\'s commands; what the proving ground needs',
  'npm run bench -- --drain         draining, against kubectl and against EKS; the same',
  'npm run bench -- --obstructed    draining with a budget that allows nothing for a while; the same',
  'npm run bench -- --scale         draining up to a thousand nodes, in memory; Node alone',
  'npm run bench -- --all           all of it, about two hours on two cores',
].join('\n');
