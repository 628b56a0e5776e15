import type { CallRecord } from '../aws/recorder';

/** What roles called at AWS. */
export interface CallReport {
  readonly byAction: Readonly<Record<string, number>>;
  /** Calls that were refused, with their answers: `eks:UpdateNodegroupConfig 400`. */
  readonly refused: Readonly<Record<string, number>>;
  readonly total: number;
}

/** The calls of the roles that match, from then to then. */
export function callReport(calls: readonly CallRecord[], role: RegExp, from: number, until: number): CallReport {
  const own = calls.filter(({ principal, time }) => role.test(principal) && Date.parse(time) >= from && Date.parse(time) <= until);
  return {
    byAction: counted(own.map(({ service, action }) => `${service}:${action}`)),
    refused: counted(own.filter(({ status }) => status >= 400).map(({ service, action, status }) => `${service}:${action} ${status}`)),
    total: own.length,
  };
}

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of [...names].sort()) {
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
