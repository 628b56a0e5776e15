import assert from 'assert/strict';
import { test } from 'node:test';
import { table, withChapter } from './document';

const ORDER = ['## One', '## Two', '## Three'];
const DOCUMENT = '# Results\n\n## One\n\nfirst\n\n### Part\n\nmore\n\n## Three\n\nthird\n';

void test('a chapter comes new in its place', () => {
  assert.equal(withChapter(DOCUMENT, '## Two\n\nsecond\n', ORDER), '# Results\n\n## One\n\nfirst\n\n### Part\n\nmore\n\n## Two\n\nsecond\n\n## Three\n\nthird\n');
  assert.equal(withChapter('', '## Two\n\nsecond', ORDER), '# Results\n\n## Two\n\nsecond\n');
});

void test('a chapter replaces itself with all its parts, and no other', () => {
  assert.equal(withChapter(DOCUMENT, '## One\n\nnew\n', ORDER), '# Results\n\n## One\n\nnew\n\n## Three\n\nthird\n');
});

void test('what is written twice is the same', () => {
  const once = withChapter(DOCUMENT, '## Two\n\nsecond', ORDER);
  assert.equal(withChapter(once, '## Two\n\nsecond', ORDER), once);
});

void test('a chapter that somebody else wrote stays, after the others', () => {
  assert.equal(withChapter('# Results\n\n## By hand\n\nx\n', '## Two\n\nsecond', ORDER), '# Results\n\n## Two\n\nsecond\n\n## By hand\n\nx\n');
});

void test('a table has a line for each row', () => {
  assert.equal(table(['', 's'], [['a', 1], ['b', '2']]), '|  | s |\n| --- | --- |\n| a | 1 |\n| b | 2 |');
});
