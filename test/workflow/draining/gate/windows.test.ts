import fc from 'fast-check';
import { Weekday } from '../../../../src/words/weekday';
import { WindowConfiguration } from '../../../../src/workflow/contract';
import { opening } from '../../../../src/workflow/draining/gate/windows';

const EVERY_DAY = Object.values(Weekday);
const { FRIDAY, MONDAY, SATURDAY, SUNDAY, WEDNESDAY } = Weekday;

const daily = (start: string, hours: number, TimeZone = 'UTC', Days: readonly Weekday[] = EVERY_DAY): WindowConfiguration =>
  ({ Days, Start: start, Minutes: hours * 60, TimeZone });

/** `open`, or when the next window opens. */
function at(now: string, ...windows: readonly WindowConfiguration[]): string {
  const opens = opening(windows, Date.parse(now));
  return opens === undefined ? 'open' : new Date(opens).toISOString().replace(':00.000Z', 'Z');
}

const NIGHT = daily('22:00', 6);
const BERLIN = 'Europe/Berlin';
/** The clocks of Berlin are put forward on 2026-03-29 at 01:00Z, and back on 2026-10-25 at 01:00Z. */
const BERLIN_NIGHT = daily('22:00', 6, BERLIN);
const SKIPPED = daily('02:30', 1, BERLIN);
const FRIDAYS = daily('20:00', 24, 'UTC', [FRIDAY]);

const TIMES: ReadonlyArray<readonly [title: string, now: string, answer: string, ...windows: WindowConfiguration[]]> = [
  ['no window is always open', '2026-11-27T12:00:00Z', 'open'],
  ['a minute before it begins', '2026-11-27T21:59:00Z', '2026-11-27T22:00Z', NIGHT],
  ['when it begins', '2026-11-27T22:00:00Z', 'open', NIGHT],
  ['past midnight', '2026-11-28T03:59:59.999Z', 'open', NIGHT],
  ['when it ends', '2026-11-28T04:00:00Z', '2026-11-28T22:00Z', NIGHT],
  ['on a day of the window', '2026-11-27T20:00:00Z', 'open', FRIDAYS],
  ['on the day after, as long as it takes', '2026-11-28T19:59:00Z', 'open', FRIDAYS],
  ['a week before it comes again', '2026-11-28T20:00:00Z', '2026-12-04T20:00Z', FRIDAYS],
  ['on its last day, after the end', '2026-11-27T19:59:00Z', '2026-11-27T20:00Z', FRIDAYS],
  ['for 24 hours every day', '2026-11-27T13:37:00Z', 'open', daily('05:00', 24)],
  ['the first of several', '2026-11-27T12:00:00Z', '2026-11-27T13:00Z', NIGHT, daily('13:00', 1), daily('10:00', 1)],
  ['the last of several', '2026-11-27T22:30:00Z', 'open', daily('13:00', 1), NIGHT],
  ['weekends and Wednesdays', '2026-11-23T12:00:00Z', '2026-11-25T02:00Z', daily('02:00', 4, 'UTC', [SATURDAY, SUNDAY]), daily('02:00', 1, 'UTC', [WEDNESDAY])],
  // Days are those of the time zone.
  ['a Monday of Auckland, which is a Sunday in UTC', '2026-11-29T12:30:00Z', 'open', daily('01:00', 2, 'Pacific/Auckland', [MONDAY])],
  ['a Sunday of Los Angeles, which is a Monday in UTC', '2026-11-30T07:30:00Z', 'open', daily('23:00', 1, 'America/Los_Angeles', [SUNDAY])],
  ['a zone of three quarters of an hour', '2026-11-27T20:14:00Z', '2026-11-27T20:15Z', daily('02:00', 1, 'Asia/Kathmandu')],
  // Winter and summer in Berlin.
  ['before it in winter', '2026-01-10T20:59:00Z', '2026-01-10T21:00Z', BERLIN_NIGHT],
  ['before it in summer', '2026-07-10T19:59:00Z', '2026-07-10T20:00Z', BERLIN_NIGHT],
  ['on the evening before clocks are put forward', '2026-03-28T20:59:00Z', '2026-03-28T21:00Z', BERLIN_NIGHT],
  ['six hours pass in the night when clocks are put forward', '2026-03-29T02:59:00Z', 'open', BERLIN_NIGHT],
  ['and no more', '2026-03-29T03:00:00Z', '2026-03-29T20:00Z', BERLIN_NIGHT],
  ['six hours pass in the night when clocks are put back', '2026-10-25T01:59:00Z', 'open', BERLIN_NIGHT],
  ['and not an hour more', '2026-10-25T02:00:00Z', '2026-10-25T21:00Z', BERLIN_NIGHT],
  // 02:30 is no time of that night.
  ['before the hour that is skipped', '2026-03-29T00:59:00Z', '2026-03-29T01:30Z', SKIPPED],
  ['in the place of the hour that is skipped', '2026-03-29T01:30:00Z', 'open', SKIPPED],
  ['a day after', '2026-03-29T02:30:00Z', '2026-03-30T00:30Z', SKIPPED],
  // 02:30 comes at 00:30Z and at 01:30Z.
  ['the first time of an hour that comes twice', '2026-10-25T00:30:00Z', 'open', SKIPPED],
  ['the second time of an hour that comes twice', '2026-10-25T01:30:00Z', '2026-10-26T01:30Z', SKIPPED],
];

test.each(TIMES.map(([title, now, answer, ...windows]) => ({ title, now, answer, windows })))('$title', ({ now, answer, windows }) => {
  expect(at(now, ...windows)).toBe(answer);
});

test('whatever the windows and the time, the next one is at most a week and a day away, and is open when it opens', () => {
  const window = fc.record({
    Days: fc.subarray(EVERY_DAY, { minLength: 1 }),
    Start: fc.tuple(fc.nat(23), fc.nat(59)).map(parts => parts.map(part => String(part).padStart(2, '0')).join(':')),
    Minutes: fc.integer({ min: 15, max: 24 * 60 }),
    TimeZone: fc.constantFrom('UTC', BERLIN, 'America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca', 'Pacific/Auckland'),
  });
  const time = fc.integer({ min: Date.parse('2024-01-01T00:00:00Z'), max: Date.parse('2030-01-01T00:00:00Z') });
  fc.assert(fc.property(fc.array(window, { minLength: 1, maxLength: 3 }), time, (windows, now) => {
    const opens = opening(windows, now);
    if (opens !== undefined) {
      expect(opens).toBeGreaterThan(now);
      expect(opens - now).toBeLessThanOrEqual(8 * 24 * 3_600_000);
      expect(opening(windows, opens)).toBeUndefined();
      expect(opening(windows, opens - 1)).toBe(opens);
    }
  }));
});
