import assert from 'assert/strict';
import * as fs from 'fs';
import { test } from 'node:test';
import * as os from 'os';
import * as path from 'path';
import { Ending } from './phases/summary';
import { SideBySide } from './side-by-side';

/** Runs worlds that are shell scripts: the name of theirs is $0, their folder $1. */
async function play(script: string, names: Parameters<SideBySide['run']>[0]): Promise<{ endings: Ending[]; lines: string[] }> {
  const lines: string[] = [];
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'worlds-'));
  return { endings: await new SideBySide(['sh', '-c', script], folder, line => lines.push(line)).run(names), lines };
}

const report = (finished: boolean, failed: number) =>
  `echo '{"finished":${finished},"passed":3,"failed":${failed},"seconds":1,"checks":[],"phases":[]}' > $1/report.json`;

void test('worlds that come to their end have a report, and each line names its world', async () => {
  const { endings, lines } = await play(`${report(true, 0)}; echo "hello from $0"`, ['migration', 'sabotage']);
  assert.deepEqual(endings.map(({ world, crashed, report: its }) => [world, crashed, its?.passed]), [['migration', undefined, 3], ['sabotage', undefined, 3]]);
  assert.ok(lines.includes('migration  hello from migration') && lines.includes('sabotage   hello from sabotage'), lines.join('\n'));
});

void test('a world whose checks failed did come to its end', async () => {
  const { endings: [one] } = await play(`${report(true, 2)}; exit 1`, ['migration']);
  assert.equal(one.crashed, undefined);
});

void test('a world that ends early, without a report or with another code has crashed, and the others go on', async () => {
  const { endings } = await play(
    `case $0 in migration) ${report(false, 0)}; exit 1;; sabotage) exit 3;; installation) ${report(true, 0)}; exit 137;; *) ${report(true, 0)};; esac`,
    ['migration', 'sabotage', 'installation', 'abandoned']);
  assert.match(endings[0].crashed!, /did not come to its end \(exit code 1\)/);
  assert.match(endings[1].crashed!, /wrote no report \(exit code 3\)/);
  assert.match(endings[2].crashed!, /did not come to its end/);
  assert.equal(endings[3].crashed, undefined);
});
