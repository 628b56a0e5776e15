import assert from 'assert/strict';
import { test } from 'node:test';
import { bars, stepArea, ticks } from './drawing';
import { Moments } from './moments';
import { picture, PictureData } from './picture';

const moment = (at: number, pending = 0) => ({ at, pending, onNodegroups: 10 - pending, onKarpenter: 0, nodegroupNodes: 3, karpenterNodes: 1 });
const data: PictureData = {
  title: 'pods & nodes',
  from: 0,
  until: 600_000,
  moments: [moment(0), moment(300_000), moment(600_000)],
  marks: [{ at: 60_000, label: 'CUT_OVER' }],
  granted: [120_000],
  refused: [130_000],
};

void test('a picture has its title, its marks and its legend, and nothing that XML would misread', () => {
  const svg = picture(data);
  for (const part of ['pods &amp; nodes', 'CUT_OVER', 'pending', 'minutes']) {
    assert.ok(svg.includes(part), part);
  }
  assert.ok(!/NaN|undefined|Infinity/.test(svg));
});

void test('a picture of nothing is still one', () => {
  assert.ok(!/NaN|undefined|Infinity/.test(picture({ ...data, until: 0, moments: [], marks: [], granted: [], refused: [] })));
});

void test('a short peak of pending pods is not hidden by what came a moment later', () => {
  const peak = [moment(0), moment(300_000, 5), moment(300_010), moment(600_000)];
  assert.notEqual(pendingArea(peak), pendingArea([moment(0), moment(300_010), moment(600_000)]));
});

void test('an area keeps its height until the next point', () => {
  assert.equal(stepArea([{ x: 0, low: 10, high: 5 }, { x: 4, low: 9, high: 2 }]), 'M0,10H0V5H4V2V9H4V10H0Z');
});

void test('ticks are round and reach over the largest value', () => {
  assert.deepEqual(ticks(72, 5), [0, 20, 40, 60, 80]);
  assert.deepEqual(ticks(3, 5), [0, 1, 2, 3]);
});

void test('bars of one pixel are one', () => {
  assert.equal(bars([1.1, 1.2, 5], 0, 9, 'red').match(/M/g)!.length, 2);
});

void test('of an interval the last moment counts, and a span begins with what held before', () => {
  const moments = new Moments(500);
  [0, 600, 700, 2000].forEach((at, i) => moments.add(moment(at, i)));
  assert.deepEqual(moments.between(1000, 3000).map(({ at, pending }) => [at, pending]), [[1000, 2], [2000, 3], [3000, 3]]);
});

function pendingArea(moments: PictureData['moments']): string {
  return /<path fill="#e2725b" d="([^"]*)"/.exec(picture({ ...data, moments }))![1];
}
