import { ScenarioName, SCENARIOS } from './phases/scenarios';

const DEFAULT: ScenarioName = 'migration';
const NAMES = Object.keys(SCENARIOS) as ScenarioName[];

/** The worlds that a command line asks for. */
export function worldsOf(args: readonly string[]): readonly ScenarioName[] {
  if (args.length === 0) {
    return [DEFAULT];
  }
  if (args.length === 1 && args[0] === '--all') {
    return NAMES;
  }
  if (args.length === 1 && args[0] === '--others') {
    return NAMES.filter(name => name !== DEFAULT);
  }
  if (args.length === 2 && args[0] === '--world' && NAMES.some(name => name === args[1])) {
    return [args[1] as ScenarioName];
  }
  throw new Error(`unknown arguments "${args.join(' ')}"\n\n${usage()}`);
}

function usage(): string {
  const width = Math.max(...NAMES.map(name => name.length));
  return [
    `npm run prove                    the world "${DEFAULT}"`,
    'npm run prove -- --all           every world, side by side',
    `npm run prove -- --others        every world but "${DEFAULT}", for who has played that already`,
    'npm run prove -- --world NAME    one of',
    ...NAMES.map(name => `  ${name.padEnd(width)}  ${SCENARIOS[name].about}`),
  ].join('\n');
}
