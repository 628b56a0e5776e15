/** What a script does to the kubelet, and what else it does. */
export interface ScriptReading {
  /** Its flags, without the leading dashes. */
  readonly flags: ReadonlyArray<readonly [name: string, value: string]>;
  /** It calls EKS's bootstrap script, or changes it. */
  readonly bootstraps: boolean;
  /** The bootstrap script was told not to compute the number of pods. */
  readonly unlimitedPods: boolean;
  /** One array of the disks that belong to the instance. */
  readonly raid0: boolean;
  readonly clusterDns?: string;
  /** Values that only the running script knows. */
  readonly unreadable: readonly string[];
  /** Options of the bootstrap script that Karpenter does not pass on, with their values. */
  readonly options: ReadonlyArray<readonly [name: string, value: string]>;
  /** Commands beside the bootstrap. */
  readonly commands: readonly string[];
}

/** Options that say which cluster it is, or how to wait for it; Karpenter gives its own. */
const OF_CLUSTER = [
  'b64-cluster-ca', 'apiserver-endpoint', 'cluster-id', 'ip-family', 'service-ipv6-cidr', 'service-ipv4-cidr', 'aws-api-retry-attempts',
  'pause-container-account', 'pause-container-version', 'enable-docker-bridge', 'container-runtime', 'docker-config-json',
];

const BOOTSTRAP = /bootstrap\.sh\b/;
const ASSIGNMENT = /^(?:export\s+|local\s+|readonly\s+)?([A-Za-z_]\w*)=(.*)$/;
/** What a shell says that does nothing to the node. */
const NO_COMMAND = /^(#|set\s|exec\s+>|export\s+[A-Za-z_]\w*$|(fi|done|EOF|else|then)$)/;

/** Reads a script for a call of EKS's bootstrap script, and for the variables by which it is told the same. */
export function readScript(text: string): ScriptReading {
  const lines = text.replace(/\\\n/g, ' ').split('\n').map(line => line.trim()).filter(line => line !== '');
  const variables = assignmentsIn(lines);
  const calls = lines.filter(line => BOOTSTRAP.test(line) && isCall(line)).map(line => argumentsOf(line, variables));
  const options = calls.flatMap(call => call.options);
  const extra = [...options.filter(([name]) => name === 'kubelet-extra-args').map(([, value]) => value),
    ...calls.length === 0 ? [variables.get('KUBELET_EXTRA_ARGS') ?? ''] : []];
  const extraWords = extra.flatMap(words);
  const useMaxPods = options.find(([name]) => name === 'use-max-pods')?.[1] ?? (calls.length === 0 ? variables.get('USE_MAX_PODS') : undefined);
  const flags = [...options.filter(([name]) => name === 'max-pods'), ...flagsIn(extraWords)];
  return {
    flags: flags.filter(([, value]) => !value.includes('$')),
    bootstraps: lines.some(line => BOOTSTRAP.test(line)),
    unlimitedPods: useMaxPods === 'false',
    raid0: options.some(([name, value]) => name === 'local-disks' && value === 'raid0'),
    clusterDns: options.find(([name, value]) => name === 'dns-cluster-ip' && !value.includes('$'))?.[1],
    unreadable: [...extraWords.filter(word => word.includes('$') && !word.startsWith('-')), ...flags.filter(([, value]) => value.includes('$')).map(([name, value]) => `--${name}=${value}`)],
    options: options.filter(([name, value]) => !OF_CLUSTER.includes(name) && !['kubelet-extra-args', 'use-max-pods', 'max-pods', 'dns-cluster-ip'].includes(name)
      && !(name === 'local-disks' && value === 'raid0')),
    commands: lines.filter(line => !NO_COMMAND.test(line) && !ASSIGNMENT.test(line) && !(BOOTSTRAP.test(line) && isCall(line))),
  };
}

/** The flags among words, each with its value: `--a=b`, `--a b` and, of a switch, `--a`. */
export function flagsIn(all: readonly string[]): Array<[name: string, value: string]> {
  return all.flatMap((word, index): Array<[string, string]> => {
    const [, name, value] = /^--?([\w-]+)(?:=([^]*))?$/.exec(word) ?? [];
    if (name === undefined) {
      return [];
    }
    const next = all[index + 1];
    return [[name, value ?? (next === undefined || /^--?[A-Za-z]/.test(next) ? 'true' : next)]];
  });
}

/** Words as a shell parts them; variables stay as they are. */
export function words(text: string): string[] {
  return [...text.matchAll(/(?:[^\s"']+|"(?:\\.|[^"\\])*"|'[^']*')+/g)].map(([word]) => word
    .replace(/"((?:\\.|[^"\\])*)"|'([^']*)'/g, (_, double: string | undefined, single: string | undefined) => double?.replace(/\\(["\\$`])/g, '$1') ?? single ?? ''));
}

/** A mention, as of `sed`, is none. */
function isCall(line: string): boolean {
  return /^(?:(?:sudo|exec|bash|sh)\s+)?(?:\S*\/)?bootstrap\.sh\b/.test(line);
}

function argumentsOf(line: string, variables: ReadonlyMap<string, string>) {
  const all = words(line).map(word => substituted(word, variables));
  const end = all.findIndex(word => ['&&', '||', '|', ';', '>', '>>', '2>&1'].includes(word));
  return { options: optionsIn(end < 0 ? all : all.slice(0, end)) };
}

/** Each option of the bootstrap script takes the next word, whatever that begins with. */
function optionsIn(all: readonly string[]): Array<readonly [name: string, value: string]> {
  const options: Array<readonly [string, string]> = [];
  for (let index = 0; index < all.length; index++) {
    const [, name] = /^--([\w-]+)$/.exec(all[index]) ?? [];
    if (name !== undefined) {
      options.push([name, all[++index] ?? '']);
    }
  }
  return options;
}

/** Variables with a value that the script itself says. */
function assignmentsIn(lines: readonly string[]): Map<string, string> {
  const variables = new Map<string, string>();
  for (const [, name, value] of lines.flatMap(line => [ASSIGNMENT.exec(line) ?? []])) {
    if (name !== undefined) {
      const [word = ''] = words(value);
      variables.set(name, word.includes('$') ? substituted(word, variables) : word);
    }
  }
  return variables;
}

function substituted(word: string, variables: ReadonlyMap<string, string>): string {
  return word.replace(/\$(?:\{(\w+)\}|(\w+))/g, (all, braced: string | undefined, plain: string | undefined) => {
    const value = variables.get(braced ?? plain!);
    return value === undefined || value.includes('$') ? all : value;
  });
}
