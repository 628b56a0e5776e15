import { isKept } from '../../src/kubernetes/kept-pods';

const KEY = 'example.com/stay';
const NOW = Date.parse('2026-11-01T12:00:00Z');
const pod = (value?: string, startTime?: string) => ({
  metadata: { annotations: value === undefined ? undefined : { [KEY]: value } }, status: { startTime },
});
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();

test.each([
  ['true', true], ['True', false], ['1h', false], ['', false], [undefined, false],
])('where only a value counts, %p keeps a pod: %s', (value, kept) => {
  expect(isKept(pod(value, ago(1)), { key: KEY, value: 'true' }, NOW)).toBe(kept);
});

test.each<[string, number | undefined, boolean]>([
  ['true', 10_000, true],
  ['1h', 59, true],
  ['1h', 60, false],
  ['1h30m', 89, true],
  ['1h30m', 90, false],
  ['1.5h', 89, true],
  ['90s', 1, true],
  ['90s', 2, false],
  ['+5m', 4, true],
  ['1500000us', 0, true],
  // Nobody knows yet how long it has run.
  ['1m', undefined, true],
  ['0s', 0, false],
  ['-1h', 0, false],
  ['1d', 0, false],
  ['1h and more', 0, false],
  ['60', 0, false],
  ['false', 0, false],
])('where durations count, %p keeps a pod that has run for %p minutes: %s', (value, minutes, kept) => {
  expect(isKept(pod(value, minutes === undefined ? undefined : ago(minutes)), { key: KEY, value: 'true', orDuration: true }, NOW)).toBe(kept);
});

test('a pod without annotations is kept by nothing', () => {
  expect(isKept({}, { key: KEY, value: 'true', orDuration: true }, NOW)).toBe(false);
});
