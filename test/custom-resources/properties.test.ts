import { flag, integer, oneOf, optionalText, optionalTexts, text, texts } from '../../src/custom-resources/properties';

test('scalars come back as what they were before CloudFormation made them strings', () => {
  const raw = { Text: 'a', List: ['a', 'b'], True: 'true', False: 'false', Real: true, Number: '42', Zero: 0 };
  expect(text(raw, 'Text')).toBe('a');
  expect(texts(raw, 'List')).toEqual(['a', 'b']);
  expect([flag(raw, 'True'), flag(raw, 'False'), flag(raw, 'Real')]).toEqual([true, false, true]);
  expect([integer(raw, 'Number'), integer(raw, 'Zero')]).toEqual([42, 0]);
  expect(oneOf(raw, 'Text', ['a', 'b'])).toBe('a');
});

test('an optional property may be left out, and CloudFormation sends an empty string for one that is empty', () => {
  expect([optionalText({}, 'P'), optionalText({ P: '' }, 'P'), optionalText({ P: 'x' }, 'P')]).toEqual([undefined, undefined, 'x']);
  expect([optionalTexts({}, 'P'), optionalTexts({ P: ['x'] }, 'P'), optionalTexts({ P: [] }, 'P')]).toEqual([undefined, ['x'], []]);
});

const REFUSED: [string, () => unknown, string][] = [
  ['a missing text', () => text({}, 'P'), 'property P must be a non-empty string, got undefined'],
  ['an empty text', () => text({ P: '' }, 'P'), 'property P must be a non-empty string, got ""'],
  ['a list for a text', () => text({ P: ['a'] }, 'P'), 'property P must be a non-empty string, got ["a"]'],
  ['an optional text that is none', () => optionalText({ P: 5 }, 'P'), 'property P must be a non-empty string, got 5'],
  ['a text for a list', () => texts({ P: 'a' }, 'P'), 'property P must be a list of non-empty strings, got "a"'],
  ['a list with an empty string', () => texts({ P: ['a', ''] }, 'P'), 'property P must be a list of non-empty strings, got ["a",""]'],
  ['an optional list that is none', () => optionalTexts({ P: 'a' }, 'P'), 'property P must be a list of non-empty strings, got "a"'],
  ['another word for a flag', () => flag({ P: 'yes' }, 'P'), 'property P must be true or false, got "yes"'],
  ['a missing flag', () => flag({}, 'P'), 'property P must be true or false, got undefined'],
  ['a fraction', () => integer({ P: '1.5' }, 'P'), 'property P must be a whole number, got "1.5"'],
  ['an empty number', () => integer({ P: '' }, 'P'), 'property P must be a whole number, got ""'],
  ['blanks for a number', () => integer({ P: ' ' }, 'P'), 'property P must be a whole number, got " "'],
  ['an empty list for a number', () => integer({ P: [] }, 'P'), 'property P must be a whole number, got []'],
  ['null for a number', () => integer({ P: null }, 'P'), 'property P must be a whole number, got null'],
  ['a missing number', () => integer({}, 'P'), 'property P must be a whole number, got undefined'],
  ['a word that is not allowed', () => oneOf({ P: 'c' }, 'P', ['a', 'b']), 'property P must be one of a, b, got "c"'],
];

test.each(REFUSED)('%s is refused, with the property\'s name and what came', (_, read, message) => {
  expect(read).toThrow(new Error(message));
});
