import { parseCommand, UsageError } from '../../src/cli/arguments';
import { run, Surroundings } from '../../src/cli/run';

const never = () => Promise.reject(new Error('nothing may be asked'));

function surroundings(): Surroundings & { readonly written: string[]; readonly complained: string[] } {
  const [written, complained]: [string[], string[]] = [[], []];
  return {
    written,
    complained,
    out: { write: (text: string) => written.push(text) },
    err: { write: (text: string) => complained.push(text) },
    environment: {},
    version: '1.2.3',
    openPlan: never,
    openStatus: never,
    now: () => 0,
    sleep: never,
  };
}

const NONSENSE: ReadonlyArray<readonly [line: string, says: RegExp]> = [
  ['plna', /there is no command "plna", there are plan and status/],
  ['--cluster prod', /there is no command "--cluster"/],
  ['plan', /plan needs the name of the cluster: add --cluster NAME/],
  ['status', /status needs the name of the cluster/],
  ['plan prod', /takes options only, got "prod": the name of the cluster goes behind --cluster/],
  ['plan --cluster', /option "--cluster" of plan needs a value behind it/],
  ['plan --cluster --json', /option "--cluster" of plan needs a value behind it/],
  ['plan --cluster=', /--cluster must be the name of an EKS cluster.*got ""/],
  ['plan --cluster arn:aws:eks:eu-central-1:123456789012:cluster/prod', /--cluster must be the name of an EKS cluster/],
  ['plan --cluster a --cluster b', /--cluster is given twice: keep one of them/],
  ['plan -c a --cluster b', /--cluster is given twice/],
  ['plan --cluster prod --region mars', /--region must be the code of a region, such as eu-central-1, got "mars"/],
  ['plan --cluster prod --region eu-central-1a', /--region must be the code of a region/],
  ['plan --cluster prod --profile=', /--profile must not be empty/],
  ['plan --cluster prod --kubeconfig=', /--kubeconfig must not be empty/],
  ['plan --cluster prod --release v2', /--release must be v0 or v1, got "v2"/],
  ['plan --cluster prod --language go', /--language must be typescript or python, got "go"/],
  ['plan --cluster prod --json=yes', /option "--json" of plan takes no value/],
  ['plan --cluster prod --apply', /plan has no option "--apply", it has --cluster, --region/],
  ['plan --cluster prod -w', /plan has no option "-w"/],
  ['status --cluster prod --timeout 2h', /--timeout is how long to watch, and nobody watches: add -w/],
  ['status --cluster prod -w --timeout 2', /--timeout must be a number with s, m, h or d behind it, such as 90m or 2h, got "2"/],
  ['status --cluster prod -w --timeout 0h', /--timeout must be a number/],
  ['status --cluster prod -w --timeout -5m', /option "--timeout" of status needs a value/],
  ['status --cluster prod --rights', /status has no option "--rights"/],
];

test.each(NONSENSE)('%j is one readable line, and nobody is asked', async (line, says) => {
  const all = surroundings();
  expect(await run(line.split(' '), all)).toBe(64);
  expect(all.written).toEqual([]);
  expect(all.complained).toHaveLength(1);
  expect(all.complained[0]).toMatch(says);
  expect(all.complained[0].trimEnd()).not.toContain('\n');
});

test('there are twenty of them and more', () => {
  expect(NONSENSE.length).toBeGreaterThanOrEqual(20);
});

test('a command line is what it says', () => {
  expect(parseCommand(['plan', '-c', 'prod', '-r', 'eu-central-1', '--language', 'python', '--json'])).toEqual({
    name: 'plan', cluster: 'prod', region: 'eu-central-1', profile: undefined, kubeconfig: undefined, json: true, language: 'python', release: undefined, rights: false,
  });
  expect(parseCommand(['status', '--cluster', 'prod', '-w', '--timeout', '90m', '--profile', 'ops', '--kubeconfig', '/k'])).toEqual({
    name: 'status', cluster: 'prod', region: undefined, profile: 'ops', kubeconfig: '/k', json: false, watch: true, timeoutSeconds: 5400,
  });
  expect(() => parseCommand(['plan'])).toThrow(UsageError);
});

test.each([[[], 'plan --cluster NAME'], [['help', 'status'], '--timeout TIME'], [['plan', '--help'], '--language NAME'], [['--version'], '1.2.3']])('%j says it', async (argv, says) => {
  const all = surroundings();
  expect(await run(argv, all)).toBe(0);
  expect(all.written.join('')).toContain(says);
});

test('rights need no cluster, and nobody is asked for them', async () => {
  const all = surroundings();
  expect(await run(['plan', '--rights'], all)).toBe(0);
  expect(all.written.join('')).toContain('eks:DescribeCluster');
});

test('a fault of the tool is one line, and says where with DEBUG', async () => {
  const all = surroundings();
  expect(await run(['plan', '--cluster', 'prod'], all)).toBe(70);
  expect(all.complained.join('')).toBe('error: Error: nothing may be asked (this is a fault of the tool: set DEBUG=1 for its place)\n');
  const debugging = { ...surroundings(), environment: { DEBUG: '1' } };
  await run(['plan', '--cluster', 'prod'], debugging);
  expect(debugging.complained.join('')).toContain('at ');
});
