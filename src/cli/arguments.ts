import { parseArgs, ParseArgsConfig } from 'util';

/** What a command line asks for. */
export type Command =
  | { readonly name: 'help'; readonly about?: CommandName }
  | { readonly name: 'version' }
  | PlanCommand
  | StatusCommand;

export type CommandName = 'plan' | 'status';

/** How a cluster is found and asked. */
export interface ClusterArguments {
  readonly cluster: string;
  /** The one of the environment or of the profile if undefined. */
  readonly region?: string;
  /** The one of the environment if undefined. */
  readonly profile?: string;
  /** A token of EKS for the caller if undefined. */
  readonly kubeconfig?: string;
  readonly json: boolean;
}

export type Language = 'typescript' | 'python';
const LANGUAGES: readonly Language[] = ['typescript', 'python'];

export type Generation = 'v0' | 'v1';
const GENERATIONS: readonly Generation[] = ['v0', 'v1'];

export interface PlanCommand extends ClusterArguments {
  readonly name: 'plan';
  readonly language: Language;
  /** The generation of Karpenter to plan for; the newest one that serves the cluster if undefined. */
  readonly release?: Generation;
  /** Prints what a caller must be allowed, and asks nobody. */
  readonly rights: boolean;
}

export interface StatusCommand extends ClusterArguments {
  readonly name: 'status';
  readonly watch: boolean;
  /** Until a watch gives up; undefined for never. */
  readonly timeoutSeconds?: number;
}

/** What somebody typed makes no sense; the message is for them. */
export class UsageError extends Error {
  public readonly name = 'UsageError';
}

const COMMON = {
  cluster: { type: 'string', short: 'c' },
  region: { type: 'string', short: 'r' },
  profile: { type: 'string' },
  kubeconfig: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;
const OPTIONS = {
  plan: { ...COMMON, language: { type: 'string' }, release: { type: 'string' }, rights: { type: 'boolean' } },
  status: { ...COMMON, watch: { type: 'boolean', short: 'w' }, timeout: { type: 'string' } },
} as const satisfies Record<CommandName, ParseArgsConfig['options']>;
const COMMANDS = Object.keys(OPTIONS) as CommandName[];

/** As EKS takes names of clusters. */
const CLUSTER_NAME = /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/;
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** @throws UsageError with one line that says what was given, what is allowed and what to type */
export function parseCommand(argv: readonly string[]): Command {
  const [first, ...rest] = argv;
  if (first === undefined || first === 'help' || first === '-h' || first === '--help') {
    return { name: 'help', about: COMMANDS.find(name => name === rest[0]) };
  }
  if (first === '-v' || first === '--version' || first === 'version') {
    return { name: 'version' };
  }
  const name = COMMANDS.find(one => one === first);
  if (!name) {
    throw new UsageError(`there is no command "${first}", there are ${COMMANDS.join(' and ')}: try "cdk-karpenter-migration plan --cluster NAME"`);
  }
  return name === 'plan' ? plan(rest) : status(rest);
}

function plan(argv: readonly string[]): Command {
  const values = read('plan', argv);
  if (values.help) {
    return { name: 'help', about: 'plan' };
  }
  const language = oneOf('language', values, LANGUAGES) ?? LANGUAGES[0];
  const release = oneOf('release', values, GENERATIONS);
  const rights = values.rights === true;
  return { name: 'plan', ...clusterOf('plan', values), language, release, rights };
}

function status(argv: readonly string[]): Command {
  const values = read('status', argv);
  if (values.help) {
    return { name: 'help', about: 'status' };
  }
  if (values.timeout !== undefined && !values.watch) {
    throw new UsageError('--timeout is how long to watch, and nobody watches: add -w, or leave it out');
  }
  return { name: 'status', ...clusterOf('status', values), watch: values.watch === true, timeoutSeconds: secondsOf(values.timeout) };
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

function read(name: CommandName, argv: readonly string[]): Values & { readonly timeout?: string } {
  const options: NonNullable<ParseArgsConfig['options']> = OPTIONS[name];
  try {
    const { values, tokens } = parseArgs({ args: [...argv], options, strict: true, allowPositionals: false, tokens: true });
    const named = tokens.flatMap(token => token.kind === 'option' ? [token.name] : []);
    const twice = named.find((option, index) => named.indexOf(option) !== index);
    if (twice !== undefined) {
      throw new UsageError(`--${twice} is given twice: keep one of them`);
    }
    return values as Values & { readonly timeout?: string };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(explained(name, (error as Error & { code?: string }), argv));
  }
}

/** Node's own words are about its parser, and several sentences long. */
function explained(name: CommandName, error: Error & { code?: string }, argv: readonly string[]): string {
  const [named = ''] = /(?<=')-[^']*(?=')/.exec(error.message) ?? [];
  const quoted = (/--[\w-]+/.exec(named) ?? /-\w/.exec(named))?.[0];
  switch (error.code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
      return `${name} has no option "${quoted}", it has ${Object.keys(OPTIONS[name]).map(option => `--${option}`).join(', ')}`;
    case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL': {
      const word = argv.find(one => error.message.includes(`'${one}'`));
      return `${name} takes options only, got "${word}": the name of the cluster goes behind --cluster`;
    }
    default:
      return error.message.includes('does not take an argument')
        ? `option "${quoted}" of ${name} takes no value: leave out what stands behind it`
        : `option "${quoted}" of ${name} needs a value behind it`;
  }
}

function oneOf<T extends string>(option: string, { [option]: given }: Values, allowed: readonly T[]): T | undefined {
  const found = allowed.find(one => one === given);
  if (given !== undefined && !found) {
    throw new UsageError(`--${option} must be ${allowed.join(' or ')}, got "${given}"`);
  }
  return found;
}

function clusterOf(name: CommandName, values: Values): ClusterArguments {
  const { cluster, region, profile, kubeconfig, json } = values as Record<string, string | undefined> & { readonly json?: boolean };
  if (cluster === undefined && !values.rights) {
    throw new UsageError(`${name} needs the name of the cluster: add --cluster NAME, one of those that "aws eks list-clusters" gives`);
  }
  if (cluster !== undefined && !CLUSTER_NAME.test(cluster)) {
    throw new UsageError(`--cluster must be the name of an EKS cluster, of letters, digits, - and _, at most 100, got "${cluster}"`);
  }
  if (region !== undefined && !REGION.test(region)) {
    throw new UsageError(`--region must be the code of a region, such as eu-central-1, got "${region}"`);
  }
  for (const [option, value] of Object.entries({ profile, kubeconfig })) {
    if (value !== undefined && value.trim() === '') {
      throw new UsageError(`--${option} must not be empty`);
    }
  }
  return { cluster: cluster ?? '', region, profile, kubeconfig, json: json === true };
}

function secondsOf(given: string | undefined): number | undefined {
  if (given === undefined) {
    return undefined;
  }
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(given) ?? [];
  const seconds = Number(amount) * SECONDS[unit];
  if (!(seconds > 0)) {
    throw new UsageError(`--timeout must be a number with s, m, h or d behind it, such as 90m or 2h, got "${given}"`);
  }
  return seconds;
}
