import assert from 'assert/strict';
import { test } from 'node:test';
import { screenSvg } from './screen';

void test('a screen has each run of characters at its column, in its colour', () => {
  const svg = screenSvg('\u001b[1mprod\u001b[0m is \u001b[32m██░\u001b[39m 2 of 3\nsecond <line>\n\n', 'status', 40);
  const pattern = /<text x="([\d.]+)" y="[\d.]+" textLength="[\d.]+" fill="(#\w+)"( font-weight="700")?[^>]*>([^<]*)</g;
  const texts = [...svg.matchAll(pattern)].map(([, x, fill, bold, text]) => [x, fill, bold !== undefined, text]);
  assert.deepEqual(texts, [
    ['18.0', '#d7dae0', true, 'prod'], ['51.6', '#d7dae0', false, ' is '], ['85.2', '#98c379', false, '██░'], ['110.4', '#d7dae0', false, ' 2 of 3'],
    ['18.0', '#d7dae0', false, 'second &lt;line&gt;'],
  ]);
});

void test('lines behind the last one that says something are no part of the picture', () => {
  const height = (svg: string) => Number(/height="(\d+)"/.exec(svg)![1]);
  assert.equal(height(screenSvg('a\n\n\n', '', 10)), height(screenSvg('a', '', 10)));
  assert.ok(height(screenSvg('a\nb', '', 10)) > height(screenSvg('a', '', 10)));
});
