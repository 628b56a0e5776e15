import { readFileSync } from 'fs';
import { join } from 'path';
import { commandFor, COMMANDS } from '../../../src/cli/status/commands';
import { ClaimedRun, StatusPorts } from '../../../src/cli/status/ports';
import { ago, printStatus, statusLine } from '../../../src/cli/status/print';
import { consoleOf, statusOf } from '../../../src/cli/status/status';
import { reportStatus } from '../../../src/cli/status/watch';
import { plain } from '../../../src/cli/terminal/terminal';
import { NodeView } from '../../../src/kubernetes/views';
import { MigrationStage } from '../../../src/words/migration-stage';
import { PauseReason } from '../../../src/workflow/pause-reason';
import { DRAIN_RECORD, SIZES_RECORD, TARGET_RECORD } from '../../../src/workflow/records';
import { RunReport } from '../../../src/workflow/run-record';
import { NodegroupState } from '../../../src/workflow/scale-down/port';
import { node } from '../../workflow/draining/views';

const EXECUTION = 'arn:aws:states:eu-central-1:123456789012:execution:Workflow:one';
const NOW = Date.parse('2026-01-01T12:00:00Z');
const WORKING: RunReport = { generation: 3, execution: EXECUTION, outcome: 'working', says: 'Drain node groups: evicts' };
const PAUSED: RunReport = {
  ...WORKING, outcome: 'paused', says: 'Drain node groups: pod a/b may not be evicted', by: PauseReason.DISRUPTION_BUDGET, pausedSince: '2026-01-01T11:30:00Z',
};

const claim = (report?: RunReport, more: Partial<ClaimedRun['run']> = {}, abandoned = false): ClaimedRun =>
  ({ run: { owner: 'Karpenter/Migration', generation: 3, stage: MigrationStage.SCALE_DOWN, report, ...more }, abandoned });

const group = (recorded: number, kept: number, desired: number): NodegroupState => ({
  name: 'apps',
  arn: 'arn',
  status: 'ACTIVE',
  issues: [],
  sizes: { min: 1, max: 9, desired },
  tags: { [SIZES_RECORD]: `1/9/${recorded}`, [TARGET_RECORD]: `${kept}/${kept}` },
  group: { name: 'asg', sizes: { min: 1, max: 9, desired }, suspended: [], instances: [] },
});

const facts = (about: ClaimedRun | undefined, nodegroups?: NodegroupState[], nodes?: NodeView[]) =>
  statusOf({ cluster: 'prod', region: 'eu-central-1', claim: about, nodegroups, nodes });

test.each([
  ['nobody', undefined, { state: 'none' }],
  ['an abandoned migration', claim(WORKING, {}, true), { state: 'abandoned', owner: 'Karpenter/Migration' }],
  ['one that was never steered', claim(undefined, { stage: undefined }), { state: 'installed' }],
  ['a run that has not said anything', claim(undefined), { state: 'beginning', stage: 'SCALE_DOWN' }],
  ['a run that follows another', claim({ ...WORKING, generation: 2 }), { state: 'beginning' }],
  ['a run at work', claim(WORKING), { state: 'working', says: WORKING.says, execution: { arn: EXECUTION } }],
  ['a run that is paused', claim(PAUSED), { state: 'paused', pause: { by: 'DisruptionBudget', since: PAUSED.pausedSince } }],
  ['a run that stopped', claim({ ...PAUSED, outcome: 'stopped' }), { state: 'stopped', pause: { by: 'DisruptionBudget' } }],
  ['a run that is done', claim({ ...WORKING, outcome: 'arrived' }), { state: 'arrived' }],
])('the cluster of %s', (_name, about, expected) => {
  expect(facts(about)).toMatchObject(expected);
});

test('nodes are counted from the sizes that were found to those that stay', () => {
  const nodes = [node('a', { annotations: { [DRAIN_RECORD]: '{}' } }), node('b'), node('c', { labels: { 'karpenter.sh/nodepool': 'default' } })];
  expect(facts(claim(WORKING), [group(9, 1, 5)], nodes).nodes).toEqual({ all: 8, done: 4, draining: ['a'], karpenter: 1 });
  expect(facts(claim(WORKING), [group(9, 1, 1)], []).nodes).toMatchObject({ all: 8, done: 8 });
  // The owner has made it bigger meanwhile.
  expect(facts(claim(WORKING), [group(9, 1, 12)], []).nodes).toMatchObject({ all: 8, done: 0 });
});

test('pods are those of the whole run, as its record counts them', () => {
  expect(facts(claim({ ...WORKING, podsEvicted: 12, evictionsRefused: 3 })).pods).toEqual({ moved: 12, refused: 3 });
  expect(facts(claim({ ...WORKING, podsEvicted: 12 })).pods).toEqual({ moved: 12, refused: 0 });
  expect(facts(claim(WORKING)).pods).toBeUndefined();
  expect(printStatus(facts(claim({ ...WORKING, podsEvicted: 1, evictionsRefused: 2 })), plain, 100, NOW)).toContain('1 pod moved, 2 evictions refused');
});

test('who may not read nodes learns what the claim tells', () => {
  expect(facts(claim(WORKING), undefined, []).nodes).toBeUndefined();
  expect(facts(claim(WORKING), [], undefined)).toMatchObject({ state: 'working' });
});

test('a pause names its article, its command and how long it lasts', () => {
  const text = printStatus(facts(claim(PAUSED)), plain, 200, NOW);
  expect(text).toContain('prod in eu-central-1: Karpenter/Migration is paused on the way to SCALE_DOWN');
  expect(text).toContain('DisruptionBudget, for 30 min: https://github.com/');
  expect(text).toContain('runbook.md#disruptionbudget');
  expect(text).toContain(`$ ${COMMANDS[PauseReason.DISRUPTION_BUDGET]}`);
});

test('each command stands in the article of its reason, and each link leads to one', () => {
  const runbook = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'runbook.md'), 'utf8');
  const articles = new Map(runbook.split(/^#{2,3} /m).map(text => [text.split('\n')[0], text]));
  const missing = Object.entries(COMMANDS).filter(([by, command]) => !articles.get(by)?.includes(command));
  expect(missing).toEqual([]);
  expect(Object.values(PauseReason).filter(by => !articles.has(by))).toEqual([]);
});

test('a command has the names that the run says', () => {
  expect(commandFor(PauseReason.POD_NOT_ENDING, 'Drain node groups: pod shop/web-1 on ip-10-0-1-2.ec2.internal should have ended', 'prod'))
    .toMatch(/^kubectl -n shop get pod web-1 -o json/);
  expect(commandFor(PauseReason.VOLUME_ATTACHED, 'pod shop/db-0 on node-a', 'prod')).toBe('kubectl get volumeattachments | grep node-a');
  expect(commandFor(PauseReason.NODEGROUP_BUSY, 'apps is UPDATING', 'prod')).toBe('aws eks list-updates --name prod --nodegroup-name NAME');
  expect(commandFor(PauseReason.DISRUPTION_LIMIT, 'nobody', 'prod')).toBe('kubectl -n NAMESPACE get pods -o wide');
  expect(commandFor(PauseReason.PREFLIGHT, 'pod a/b', 'prod')).toBeUndefined();
});

test.each([[5_000, '5 s'], [65_000, '1 min'], [2 * 3_600_000 + 60_000, '2 h 1 min'], [-1, '0 s']])('%d ms are %s', (milliseconds, says) => {
  expect(ago(milliseconds)).toBe(says);
});

test.each([
  ['arn:aws-cn:states:cn-north-1:1:execution:a:b', 'cn-north-1', 'https://console.amazonaws.cn/states/'],
  ['arn:aws-us-gov:states:us-gov-west-1:1:execution:a:b', 'us-gov-west-1', 'https://console.amazonaws-us-gov.com/states/'],
  [EXECUTION, 'eu-central-1', 'https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1#/v2/executions/details/'],
])('the console of %s', (execution, region, begins) => {
  expect(consoleOf(execution, region).startsWith(begins)).toBe(true);
});

describe('watching', () => {
  interface Watched { readonly code: number; readonly text: string; readonly looks: number }

  async function watch(
    reports: ReadonlyArray<ClaimedRun | Error | undefined>, options: { json?: boolean; watch?: boolean; timeoutSeconds?: number } = {}, isTTY = false,
  ): Promise<Watched> {
    let now = NOW;
    let looks = 0;
    const written: string[] = [];
    const ports: StatusPorts = {
      cluster: 'prod',
      region: 'eu-central-1',
      run: async () => {
        const next = reports[Math.min(looks, reports.length - 1)];
        looks += 1;
        if (next instanceof Error) {
          throw next;
        }
        return next;
      },
      nodegroups: async () => [group(9, 1, 5)],
      nodes: async () => [],
    };
    const code = await reportStatus({ json: false, watch: true, ...options }, ports, {
      out: { isTTY, columns: 120, write: (text: string) => written.push(text) },
      environment: {},
      now: () => now,
      sleep: async milliseconds => { now += milliseconds; },
    });
    return { code, text: written.join(''), looks };
  }

  test.each([
    ['reached', claim({ ...WORKING, outcome: 'arrived' as const }), 0],
    ['stopped', claim({ ...PAUSED, outcome: 'stopped' as const }), 1],
    ['on its way', claim(WORKING), 2],
    ['paused', claim(PAUSED), 2],
    ['none', undefined, 2],
  ])('once, a run that is %s', async (_name, about, code) => {
    expect(await watch([about], { watch: false })).toMatchObject({ code, looks: 1 });
  });

  test('goes on until the stage is reached, and prints a line for each change', async () => {
    const { code, text, looks } = await watch([claim(WORKING), claim(WORKING), claim(PAUSED), claim(WORKING), claim({ ...WORKING, outcome: 'arrived' })]);
    expect({ code, looks }).toEqual({ code: 0, looks: 5 });
    expect(text.trimEnd().split('\n').map(line => line.split(' ')[1])).toEqual(['working', 'paused', 'working', 'arrived']);
    expect(text.split('\n')[0]).toMatch(/^2026-01-01T12:00:00.000Z working · 4 of 8 nodes · /);
  });

  test('gives up at the timeout, with the code of a run that is on its way', async () => {
    expect(await watch([claim(PAUSED)], { timeoutSeconds: 60 })).toMatchObject({ code: 2, looks: 21 });
  });

  test('a look that comes to nothing is repeated, and many in a row end it', async () => {
    const lost = Object.assign(new Error('socket hang up'), { name: 'FetchError' });
    expect(await watch([claim(WORKING), lost, lost, claim({ ...WORKING, outcome: 'arrived' })])).toMatchObject({ code: 0 });
    await expect(watch([lost])).rejects.toThrow('the status of prod cannot be read: FetchError: socket hang up');
  });

  test('on a terminal the same lines are drawn again', async () => {
    const { text } = await watch([claim(WORKING), claim({ ...WORKING, outcome: 'arrived' })], {}, true);
    // Four lines, of which the link takes two at this width.
    expect(text).toContain('\u001b[5A\u001b[J');
  });

  test('for programs each change is a document of one line', async () => {
    const { text } = await watch([claim(WORKING), claim(WORKING), claim({ ...WORKING, outcome: 'arrived' })], { json: true });
    expect(text.trimEnd().split('\n').map(line => JSON.parse(line).state)).toEqual(['working', 'arrived']);
  });

  test('a line says all that changes', () => {
    expect(statusLine(facts(claim(PAUSED), [group(9, 1, 5)], []))).toBe(
      'paused · 4 of 8 nodes · DisruptionBudget since 2026-01-01T11:30:00Z · Drain node groups: pod a/b may not be evicted');
  });
});
