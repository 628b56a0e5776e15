import assert from 'assert/strict';
import { test } from 'node:test';
import { deploymentChapter } from './deployment-chapter';

void test('a chapter has a row for each step, with who called how often', () => {
  const chapter = deploymentChapter({
    byCdk: [{ name: 'INSTALL', seconds: 49.66, aws: { 'CDK CLI': 96, 'functions': 143 }, kubernetes: { objects: 150, discovery: 26 } }],
    byHand: [{ name: 'INSTALL', seconds: 27.91, aws: { 'AWS CLI': 23 }, kubernetes: { objects: 40, discovery: 75 } }],
  }, 'Today.');
  assert.match(chapter, /^## Deployment\n\nBy `npm run bench -- --deployment`\. Today\. /);
  for (const row of ['| INSTALL | 49.7 s | 27.9 s |', '| INSTALL | 96 | 143 | 239 | 23 |', '| INSTALL | 150 + 26 | 40 + 75 |']) {
    assert.ok(chapter.includes(row), row);
  }
});
