import { Duration, TimeZone } from 'aws-cdk-lib';
import { Weekday } from '../../words/weekday';
import { WindowConfiguration } from '../contract';

/** A time, once a day or on some days of the week, in which nodes may be drained. All of it must be known at synthesis. */
export interface MaintenanceWindow {
  /**
   * The days on which it begins; a window may go on past midnight.
   *
   * @default - every day
   */
  readonly days?: Weekday[];

  /**
   * When it begins, as `HH:MM` by a clock of 24 hours, such as `22:00`.
   *
   * Where clocks are put forward, a time that they skip counts as long after the hour as if they did not: 02:30 is 03:30 in that night. Where they are put
   * back, a time that comes twice counts the first time.
   */
  readonly start: string;

  /**
   * How long it takes, in whole minutes, from 15 minutes to 24 hours. It is time that passes: where clocks are put forward or back in the meantime, the
   * window ends an hour later or earlier by the clock.
   */
  readonly duration: Duration;

  /**
   * The time zone of `days` and `start`.
   *
   * @default TimeZone.ETC_UTC
   */
  readonly timeZone?: TimeZone;
}

/** A window in the words of the functions. */
export function windowOf({ days = Object.values(Weekday), start, duration, timeZone = TimeZone.ETC_UTC }: MaintenanceWindow): WindowConfiguration {
  return { Days: days, Start: start, Minutes: duration.toMinutes(), TimeZone: timeZone.timezoneName };
}
