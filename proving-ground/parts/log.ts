/** Takes one line of progress. */
export type Log = (line: string) => void;

const SECONDS_BETWEEN_LINES = 20;

/** Says every now and then how something stands that takes long, until it is over. */
export async function tellingHowItStands<T>(log: Log, howItStands: () => string, work: Promise<T>): Promise<T> {
  const timer = setInterval(() => log(howItStands()), SECONDS_BETWEEN_LINES * 1000);
  return work.finally(() => clearInterval(timer));
}

/** How long something has taken, and how long it usually does. */
export function soFar(startedAt: number, usualSeconds: number): string {
  return `for ${secondsSince(startedAt)} s of about ${usualSeconds} s`;
}

export function secondsSince(startedAt: number): number {
  return Math.round((Date.now() - startedAt) / 1000);
}
