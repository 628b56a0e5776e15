import { Spinner } from '../../../src/cli/terminal/spinner';
import { bar, linesOn, paintFor, seen, wrapped } from '../../../src/cli/terminal/terminal';

const output = (isTTY: boolean, columns?: number) => {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string) => written.push(text) };
};

test.each([
  ['a terminal', true, {}, true],
  ['a file', false, {}, false],
  ['a terminal of somebody who wants none', true, { NO_COLOR: '1' }, false],
  ['a terminal with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
  ['a dumb terminal', true, { TERM: 'dumb' }, false],
])('%s has colours: %s', (_name, isTTY, environment, coloured) => {
  expect(paintFor(output(isTTY), environment)('red', 'x')).toBe(coloured ? '\u001b[31mx\u001b[39m' : 'x');
});

test('lines are broken between words, by what is seen of them, and the next ones are indented', () => {
  expect(wrapped('one two three four', 9, '  ')).toBe('one two\n  three\n  four');
  expect(wrapped('\u001b[31mone\u001b[39m two', 7)).toBe('\u001b[31mone\u001b[39m two');
  expect(wrapped('averylongwordthatfitsnowhere', 5)).toBe('averylongwordthatfitsnowhere');
  expect(seen('\u001b[1mab\u001b[22m')).toBe(2);
});

test('a terminal breaks what is longer than it is wide', () => {
  expect(linesOn('abc\nabcdefgh\n\n', 4)).toBe(4);
  expect(linesOn('\u001b[1mabcd\u001b[22m\n', 4)).toBe(1);
});

test.each([[0, 4, '░░░░'], [1, 4, '█░░░'], [4, 4, '████'], [9, 4, '████'], [0, 0, '████']])('%d of %d are %s', (done, all, drawn) => {
  expect(bar(done, all, 4)).toBe(drawn);
});

describe('a spinner', () => {
  beforeEach(() => { jest.useFakeTimers(); });
  afterEach(() => { jest.useRealTimers(); });

  test('says on a terminal what is being read, turns meanwhile, and leaves nothing behind', () => {
    const terminal = output(true, 20);
    const spinner = new Spinner(terminal);
    spinner.says('reading nodes and pods of the cluster');
    const before = terminal.written.length;
    jest.advanceTimersByTime(500);
    expect(terminal.written.length).toBeGreaterThan(before + 3);
    expect(terminal.written.every(text => seen(text.replace('\r\u001b[2K', '')) <= 20)).toBe(true);
    spinner.ends();
    expect(terminal.written.at(-1)).toBe('\r\u001b[2K');
    const after = terminal.written.length;
    jest.advanceTimersByTime(500);
    expect(terminal.written).toHaveLength(after);
  });

  test('says nothing where nobody looks', () => {
    const file = output(false);
    const spinner = new Spinner(file);
    spinner.says('reading nodes');
    jest.advanceTimersByTime(500);
    spinner.ends();
    expect(file.written).toEqual([]);
  });
});
