import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { NEVER_ACCEPTED } from '../src/preflight/verdict';
import { ARTICLES, articleUrl, RUNBOOK } from '../src/words/runbook';
import { MigrationEventType } from '../src/workflow/events/migration-event';
import { METRICS } from '../src/workflow/metrics';
import { PauseReason } from '../src/workflow/pause-reason';
import * as records from '../src/workflow/records';

const ROOT = join(__dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const runbook = read('docs/runbook.md');

/** Lines in fences are commands, and a comment there is no heading. */
const prose = (text: string) => text.replace(/^```[^]*?^```/gm, '');

const headings = (text: string, level = '#{1,6}') => [...prose(text).matchAll(new RegExp(`^${level} (.+)$`, 'gm'))].map(match => match[1]);

/** The articles below a chapter, by their headings. */
const articles = (chapter: string) => headings(runbook.split(/^(?=## )/m).find(part => part.startsWith(`## ${chapter}\n`)) ?? '', '###');

/** As GitHub makes anchors of headings. */
const anchor = (heading: string) => heading.toLowerCase().replace(/[^\p{Letter}\p{Number} _-]/gu, '').replace(/ /g, '-');

const links = (text: string) => [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(match => match[1]).filter(target => !/^https?:/.test(target));

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .flatMap(entry => entry.isDirectory() ? sources(join(folder, entry.name)) : [join(folder, entry.name)]);
}

test('every reason to pause has an article, and every article of the chapter has a reason', () => {
  expect(articles('Pauses').sort()).toEqual(Object.values(PauseReason).sort());
});

test('every alarm has an article, every article of the chapter has an alarm, and what else is led to is there', () => {
  const { position, ...alarms } = ARTICLES;
  expect(articles('Alarms').sort()).toEqual(Object.values<string>(alarms).sort());
  expect(headings(runbook)).toContain(position);
});

test('alarms, events and the dashboard lead to this runbook, by the anchors that its headings have', () => {
  const { repository } = JSON.parse(read('package.json'));
  expect(RUNBOOK).toBe(`${repository.url.replace(/\.git$/, '')}/blob/main/docs/runbook.md`);
  const known = headings(runbook);
  expect(known.map(articleUrl)).toEqual(known.map(heading => `${RUNBOOK}#${anchor(heading)}`));
  const led = sources('src').flatMap(path => [...read(path).matchAll(/articleUrl\('([^']+)'\)/g)].map(([, heading]) => heading));
  expect(led.length).toBeGreaterThan(2);
  expect(led.filter(heading => !known.includes(heading))).toEqual([]);
});

test('the runbook names every metric, and docs/events.md every event with all that is in it', () => {
  expect(Object.keys(METRICS).filter(name => !runbook.includes(`| \`${name}\` |`))).toEqual([]);
  const told = read('docs/events.md');
  const fields = [...read('src/workflow/events/migration-event.ts').matchAll(/readonly (\w+)\??:/g)].map(([, name]) => name);
  expect(fields).toContain('podsEvicted');
  expect([...Object.values(MigrationEventType), ...fields].filter(name => !told.includes(`| \`${name}\` |`))).toEqual([]);
});

test('the runbook and the properties say which findings nobody can accept', () => {
  const [article] = runbook.split(/^(?=### )/m).filter(part => part.startsWith('### Preflight findings\n'));
  const said = [article, ...['src/karpenter-migration-props.ts', 'src/preflight/preflight.ts'].map(read)];
  expect(said.filter(text => !text.includes(NEVER_ACCEPTED.map(check => `\`${check}\``).join(' and ')))).toEqual([]);
});

test('every error of ours that has a name has an article', () => {
  // What the command line says, it says to whoever has just typed it.
  const named = sources('src').filter(path => !path.startsWith(join('src', 'cli'))).flatMap(path => [...read(path).matchAll(/class (\w+) extends Error\b/g)].map(match => match[1]));
  expect(named).not.toEqual([]);
  expect(articles('Errors')).toEqual(expect.arrayContaining(named));
});

/** A list only names some of them again. */
const names = Object.entries<unknown>(records).filter((entry): entry is [string, string] => typeof entry[1] === 'string');

test.each(names)('the record %s is explained', (_, name) => {
  expect(runbook).toContain(`\`${name}\``);
});

test('no record is explained that there is none of', () => {
  const known = sources('src').map(read).join('\n');
  const told = [...new Set([...runbook.matchAll(/cdk-karpenter-migration\/([a-z]+(?:-[a-z]+)*)/g)].map(match => match[1]))];
  expect(told.filter(name => !known.includes(`cdk-karpenter-migration/${name}`) && !known.includes(`\${PREFIX}/${name}`))).toEqual([]);
});

test.each(['README.md', 'CONTRIBUTING.md', 'docs/runbook.md', 'docs/events.md', 'docs/decisions.md'])('the links of %s into these documents lead somewhere', (document) => {
  const broken = links(read(document)).filter((target) => {
    const [path, fragment] = target.split('#');
    const linked = path ? join(document, '..', path) : document;
    return fragment !== undefined && linked.endsWith('.md') && !headings(read(linked)).map(anchor).includes(fragment);
  });
  expect(broken).toEqual([]);
});

test('the reasons to pause that the README names lead to all of their articles', () => {
  const linked = links(read('README.md')).map(target => target.split('#')).filter(([path]) => path === 'docs/runbook.md').map(([, fragment]) => fragment);
  expect(linked).toEqual(expect.arrayContaining(Object.values(PauseReason).map(anchor)));
});
