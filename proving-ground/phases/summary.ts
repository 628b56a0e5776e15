import { GUIDE_STEPS, GuideStep, inMinutes, Shows, WorldReport } from './report';
import { Calls, CallsByRole, mergedCalls } from '../observe/calls';

/** How a world ended. */
export interface Ending {
  readonly world: string;
  readonly folder: string;
  /** Undefined if it did not come far enough to write one. */
  readonly report?: WorldReport;
  /** Why it did not come to its end by itself. */
  readonly crashed?: string;
}

/** What a run of one or more worlds saw, as in the report.json of the run. */
export interface Summary {
  readonly about: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly passed: number;
  /** Failed checks, and worlds that did not come to their end. */
  readonly failed: number;
  readonly worlds: readonly Ending[];
  readonly calls: CallsByRole;
}

export function summaryOf(about: Readonly<Record<string, string>>, seconds: number, worlds: readonly Ending[]): Summary {
  const reports = worlds.flatMap(({ report }) => report ?? []);
  return {
    about,
    seconds,
    passed: reports.reduce((sum, { passed }) => sum + passed, 0),
    failed: reports.reduce((sum, { failed }) => sum + failed, 0) + worlds.filter(({ crashed }) => crashed !== undefined).length,
    worlds,
    calls: mergedCalls(reports.flatMap(({ calls }) => calls ?? [])),
  };
}

/** How a world ended, in a line. */
export function inALine({ report, crashed, folder }: Ending): string {
  const counts = report ? `${report.passed} passed, ${report.failed} failed, ${inMinutes(report.seconds)}` : 'no report';
  return crashed === undefined ? counts : `${counts}; CRASHED: ${crashed}; its logs are in ${folder}`;
}

/** The guide's steps, with whether each was seen to work and seen to be undone. */
export function guideTable({ worlds }: Summary): string {
  const checks = worlds.flatMap(({ report }) => report?.checks ?? []);
  const cell = (step: GuideStep, shows: Shows): string => {
    const results = checks.filter(check => check.step === step && check.shows === shows);
    const failed = results.filter(({ outcome }) => outcome !== 'passed').length;
    return results.length === 0 ? '-' : failed > 0 ? `NO (${failed} of ${results.length})` : `yes (${results.length})`;
  };
  return table([['guide step', 'seen', 'undone', 'survives'], ...GUIDE_STEPS.map(step => [step, cell(step, 'seen'), cell(step, 'undone'), cell(step, 'survives')])]);
}

const CALLERS = 8;
const ACTIONS = 3;
const LONGEST_ACTION = 40;

/** Who called most, and what. */
export function callTable({ calls }: Summary): string {
  const rows = (title: string, callers: Readonly<Record<string, Calls>>) => [
    [title, 'calls', 'most often'],
    ...Object.entries(callers).slice(0, CALLERS).map(([caller, { total, byAction }]) => [
      caller, String(total), Object.entries(byAction).slice(0, ACTIONS).map(([action, count]) => `${action.slice(0, LONGEST_ACTION)} ${count}`).join(', '),
    ]),
  ];
  return [table(rows('role at AWS', calls.aws)), table(rows('user of Kubernetes', calls.kubernetes))].join('\n\n');
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map(row => row[column].length)));
  return rows.map(row => row.map((text, column) => text.padEnd(widths[column])).join('  ').trimEnd()).join('\n');
}
