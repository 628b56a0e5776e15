import * as fs from 'fs';
import * as path from 'path';

/** The chapters of the guide that the table lists, in its order. */
export const GUIDE_STEPS = [
  'Assumptions',
  'Create IAM roles',
  'Add tags to subnets and security groups',
  'Update aws-auth ConfigMap',
  'Deploy Karpenter',
  'Set node affinity',
  'Create default provisioner',
  'Set nodeAffinity for critical workloads',
  'Remove CAS',
  'Scale node groups down',
  'Verify Karpenter',
] as const;
export type GuideStep = typeof GUIDE_STEPS[number];

/** Whether a check shows that a step works, that it is taken back, or neither. */
export type Shows = 'seen' | 'undone' | 'survives';
export type Outcome = 'passed' | 'failed' | 'not reached';

export interface Check {
  readonly step: GuideStep;
  readonly shows: Shows;
  /** A sentence about behaviour. */
  readonly name: string;
}

export interface CheckResult extends Check {
  readonly outcome: Outcome;
  /** What was seen, or why it failed. */
  readonly detail: string;
  readonly seconds: number;
}

interface PhaseResult { readonly title: string; readonly expectedSeconds: number; readonly seconds: number }

/** A check that failed, after which the next phases make no sense. */
export class PhaseFailed extends Error {}

/** Collects what was seen, tells the reader how far the run is, and writes report.json. */
export class Report {
  public readonly results: CheckResult[] = [];
  private readonly phases: PhaseResult[] = [];
  private readonly started = Date.now();

  constructor(private readonly runDir: string, private readonly totalPhases: number, private readonly about: Record<string, string>) {}

  /** Runs a phase with its number, expected and elapsed time; throws when one of its checks failed. */
  public async phase<T>(title: string, expectedSeconds: number, body: () => Promise<T>): Promise<T> {
    const started = Date.now();
    const checksBefore = this.results.length;
    this.print(`[${this.phases.length + 1}/${this.totalPhases}] ${title} (about ${expectedSeconds} s)`);
    try {
      return await body();
    } finally {
      const seconds = secondsSince(started);
      this.phases.push({ title, expectedSeconds, seconds });
      this.print(`      ${seconds} s, ${secondsSince(this.started)} s in all`);
      this.write();
      const failed = this.results.slice(checksBefore).filter(r => r.outcome === 'failed');
      if (failed.length > 0) {
        // eslint-disable-next-line no-unsafe-finally
        throw new PhaseFailed(`${failed.length} checks failed in "${title}"`);
      }
    }
  }

  /** Runs a check; what it returns is the evidence, what it throws is the failure. */
  public async check(check: Check, body: () => Promise<string>): Promise<boolean> {
    const started = Date.now();
    try {
      this.record({ ...check, outcome: 'passed', detail: await body(), seconds: secondsSince(started) });
      return true;
    } catch (error) {
      this.record({ ...check, outcome: 'failed', detail: (error as Error).message, seconds: secondsSince(started) });
      return false;
    }
  }

  /** A report that nobody sees, for a run that is meant to fail. */
  public aside(): Report {
    return new SilentReport(this.runDir, 0, this.about);
  }

  public notReached(check: Check): void {
    this.record({ ...check, outcome: 'not reached', detail: '', seconds: 0 });
  }

  public get passed(): number { return this.results.filter(r => r.outcome === 'passed').length; }
  public get failed(): number { return this.results.filter(r => r.outcome === 'failed').length; }

  /** The guide's steps, with whether each was seen to work and seen to be undone. */
  public table(): string {
    const cell = (step: GuideStep, shows: Shows): string => {
      const results = this.results.filter(r => r.step === step && r.shows === shows);
      const failed = results.filter(r => r.outcome !== 'passed').length;
      return results.length === 0 ? '-' : failed > 0 ? `NO (${failed} of ${results.length})` : `yes (${results.length})`;
    };
    const rows = [['guide step', 'seen', 'undone'], ...GUIDE_STEPS.map(step => [step, cell(step, 'seen'), cell(step, 'undone')])];
    const widths = [0, 1, 2].map(column => Math.max(...rows.map(row => row[column].length)));
    return rows.map(row => row.map((text, column) => text.padEnd(widths[column])).join('  ').trimEnd()).join('\n');
  }

  public write(extra: Record<string, unknown> = {}): void {
    fs.writeFileSync(path.join(this.runDir, 'report.json'), JSON.stringify({
      about: this.about,
      seconds: secondsSince(this.started),
      passed: this.passed,
      failed: this.failed,
      phases: this.phases,
      checks: this.results,
      ...extra,
    }, undefined, 2));
  }

  private record(result: CheckResult): void {
    this.results.push(result);
    const mark = { 'passed': 'ok  ', 'failed': 'FAIL', 'not reached': '  - ' }[result.outcome];
    this.print(`      ${mark} ${result.name}${result.detail ? `: ${shortened(result.detail)}` : ''}`);
  }

  protected print(line: string): void {
    console.log(line);
  }
}

class SilentReport extends Report {
  protected print(): void {
    // What fails here is the subject of a check of the real report.
  }
}

function secondsSince(start: number): number {
  return Math.round((Date.now() - start) / 1000);
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 300 ? `${line.slice(0, 300)}… (report.json has all of it)` : line;
}
