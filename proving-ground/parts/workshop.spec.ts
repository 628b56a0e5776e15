import assert from 'assert/strict';
import * as fs from 'fs';
import { afterEach, beforeEach, test } from 'node:test';
import * as os from 'os';
import * as path from 'path';
import { setTimeout as sleep } from 'timers/promises';
import { cacheRoot, Part } from './cache';
import { run } from './command';
import { Cores } from './cores';
import { Workshop } from './workshop';

let lines: string[];
let builds: string[];

beforeEach(() => {
  process.env.CDK_KARPENTER_MIGRATION_CACHE = fs.mkdtempSync(path.join(os.tmpdir(), 'parts-'));
  lines = [];
  builds = [];
});

afterEach(() => {
  fs.rmSync(process.env.CDK_KARPENTER_MIGRATION_CACHE!, { recursive: true });
  delete process.env.CDK_KARPENTER_MIGRATION_CACHE;
});

void test('a part is built once, and again when an input changes', async () => {
  const first = await workshop().folder(part('one'));
  assert.equal(await workshop().folder(part('one')), first);
  assert.deepEqual(builds, ['one']);
  assert.equal(fs.readFileSync(path.join(first, 'made'), 'utf8'), 'one');
  assert.notEqual(await workshop().folder(part('one', { inputs: ['changed'] })), first);
  assert.deepEqual(builds, ['one', 'one']);
});

void test('whoever wants a part that is being built waits for it', async () => {
  const slow = part('one', { build: async folder => make('one', folder, 300) });
  const folders = await Promise.all([workshop(), workshop(), workshop()].map(each => each.folder(slow)));
  assert.equal(new Set(folders).size, 1);
  assert.deepEqual(builds, ['one']);
});

void test('a part whose builder died is built anew', async () => {
  const dying = `
    const { Workshop } = require(${JSON.stringify(path.join(__dirname, 'workshop.ts'))});
    void new Workshop(console.log).folder({ name: 'one', inputs: [], seconds: 1, build: async folder => {
      fs.writeFileSync(folder + '/half', '');
      process.kill(process.pid, 'SIGKILL');
    } });`;
  await assert.rejects(run(process.execPath, ['--import', 'tsx', '--input-type=commonjs', '-e', dying]));
  const [half] = fs.readdirSync(cacheRoot()).filter(entry => entry.endsWith('.tmp'));
  assert.deepEqual(fs.readdirSync(path.join(cacheRoot(), half)), ['half']);
  const folder = await workshop().folder(part('one'));
  assert.deepEqual(fs.readdirSync(folder).sort(), ['.complete', 'made']);
});

void test('what failed leaves nothing that could be taken for a part', async () => {
  await assert.rejects(workshop().folder(part('one', { build: async () => { throw new Error('no such module'); } })), /no such module/);
  await workshop().folder(part('one'));
  assert.deepEqual(builds, ['one']);
});

void test('downloads go on while cores are taken, and the longest compilation is next', async () => {
  const cores = new Cores(1);
  const shop = new Workshop(line => lines.push(line), cores);
  let giveBack = () => {};
  const taken = cores.use(1, () => new Promise<void>(resolve => { giveBack = resolve; }));
  const all = Promise.all([['short', 10], ['long', 300]].map(([name, seconds]) => shop.folder(part(name as string, {
    seconds: seconds as number, compiles: true, download: async () => lines.push(`downloaded ${name}`),
  }))));
  const waiting = 'building parts: 0 of 2 done, short waiting for a core, long waiting for a core';
  while (shop.howItStands() !== waiting) {
    await sleep(10);
  }
  assert.deepEqual(lines.slice(1), ['downloaded short', 'downloaded long']);
  assert.deepEqual(builds, []);
  giveBack();
  await Promise.all([taken, all]);
  assert.deepEqual(builds, ['long', 'short']);
  assert.equal(shop.howItStands(), 'building parts: 2 of 2 done');
});

function workshop(): Workshop {
  return new Workshop(line => lines.push(line), new Cores(2));
}

function part(name: string, differences: Partial<Part> = {}): Part {
  return { name, inputs: [], seconds: 1, build: folder => make(name, folder), ...differences };
}

async function make(name: string, folder: string, milliseconds = 0): Promise<void> {
  builds.push(name);
  await sleep(milliseconds);
  fs.writeFileSync(path.join(folder, 'made'), name);
}
