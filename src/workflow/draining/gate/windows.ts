import { Weekday } from '../../../words/weekday';
import { WindowConfiguration } from '../../contract';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** In the order of JavaScript. */
const WEEKDAYS = [Weekday.SUNDAY, Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY, Weekday.SATURDAY];

/** When the next window opens, in milliseconds since 1970; undefined while one is open, and where there are none. */
export function opening(windows: readonly WindowConfiguration[], now: number): number | undefined {
  const all = windows.flatMap(window => startsOf(window, now).map(start => ({ start, end: start + window.Minutes * MINUTE })));
  return all.length === 0 || all.some(({ start, end }) => start <= now && now < end)
    ? undefined
    : Math.min(...all.filter(({ start }) => start > now).map(({ start }) => start));
}

/** The starts of a window around a time: a window takes a day at most, and comes again in a week at the latest. */
function startsOf({ Days, Start, TimeZone }: WindowConfiguration, now: number): number[] {
  const wall = new WallClock(TimeZone);
  const today = Math.floor(wall.at(now) / DAY) * DAY;
  const [hours, minutes] = Start.split(':').map(Number);
  return [...Array(11).keys()].map(day => today + (day - 2) * DAY)
    .filter(date => Days.includes(WEEKDAYS[new Date(date).getUTCDay()]))
    .map(date => wall.timeOf(date + (hours * 60 + minutes) * MINUTE));
}

/** The clock on a wall in a time zone, whose times are told as if it were in UTC. */
class WallClock {
  private readonly format: Intl.DateTimeFormat;

  public constructor(timeZone: string) {
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    });
  }

  /** What it shows at a time. */
  public at(time: number): number {
    const parts = Object.fromEntries(this.format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
  }

  /**
   * When it shows a time. What it shows twice counts the first time, and what it skips counts as long after the hour as if nothing were skipped: 02:30 is
   * 03:30 then.
   */
  public timeOf(shown: number): number {
    const before = shown - this.offset(shown - DAY);
    const after = shown - this.offset(shown + DAY);
    return this.at(before) !== shown && this.at(after) === shown ? after : before;
  }

  private offset(time: number): number {
    return this.at(time) - Math.floor(time / 1000) * 1000;
  }
}
