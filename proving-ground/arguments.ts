import { Generation, GENERATIONS } from './parts/karpenter';
import { Scenario, ScenarioName, SCENARIOS } from './phases/scenarios';

/** What each generation is for. */
const MAIN: Readonly<Record<Generation, ScenarioName>> = { v0: 'migration', v1: 'migration-v1' };
const DEFAULT = MAIN.v0;
const NAMES = Object.keys(SCENARIOS) as ScenarioName[];
/** What a change must pass beside the main job of v0, which whoever tries the README's first command plays: about as much as fits into three quarters of an hour. */
const GATE: readonly ScenarioName[] = ['migration-v1', 'installation', 'sabotage', 'sabotage-v1', 'sabotaged-drain'];

/** What goes wrong in an account and its cluster while things are made and moved. */
const FAULTS: readonly ScenarioName[] = ['faults', 'rollbacks', 'rollbacks-v1'];

/** The worlds that a command line asks for. */
export function worldsOf(args: readonly string[]): readonly ScenarioName[] {
  const [option, value] = args;
  if (args.length === 0) {
    return [DEFAULT];
  }
  if (args.length === 1 && option === '--all') {
    return NAMES;
  }
  if (args.length === 1 && option === '--faults') {
    return FAULTS;
  }
  if (args.length === 1 && option === '--gate') {
    return GATE;
  }
  if (args.length === 2 && option === '--release' && GENERATIONS.some(generation => generation === value)) {
    return [MAIN[value as Generation]];
  }
  if (args.length === 2 && option === '--world' && NAMES.some(name => name === value)) {
    return [value as ScenarioName];
  }
  throw new Error(`unknown arguments "${args.join(' ')}"\n\n${usage()}`);
}

/** The generations that worlds are about. */
export function generationsOf(names: readonly ScenarioName[]): readonly Generation[] {
  return GENERATIONS.filter(generation => names.some(name => (SCENARIOS[name] as Scenario).generation === generation));
}

function usage(): string {
  const width = Math.max(...NAMES.map(name => name.length));
  return [
    `npm run prove                    the world "${DEFAULT}"`,
    `npm run prove -- --release v1    the world "${MAIN.v1}"; v0 is "${MAIN.v0}"`,
    'npm run prove -- --all           every world, side by side',
    `npm run prove -- --gate          what a change must pass beside "${DEFAULT}": ${GATE.join(', ')}`,
    `npm run prove -- --faults        what goes wrong around it: ${FAULTS.join(', ')}`,
    'npm run prove -- --world NAME    one of',
    ...NAMES.map(name => `  ${name.padEnd(width)}  ${SCENARIOS[name].about}`),
  ].join('\n');
}
