/** Seconds between tries of a run that is blocked: soon at first, so that a short obstacle costs little, then ever more rarely. */
const INTERVALS = [10, 20, 40, 60, 120, 300];

/** The wait before the next try. */
export function pauseSeconds(pausedForSeconds: number): number {
  // The intervals before add up to about twice the last of them, so the time that has passed tells how many there were.
  const tried = INTERVALS.findIndex(interval => pausedForSeconds < 2 * interval);
  return tried < 0 ? INTERVALS[INTERVALS.length - 1] : INTERVALS[tried];
}
