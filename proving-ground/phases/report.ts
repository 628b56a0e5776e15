import * as fs from 'fs';
import * as path from 'path';
import type { CallsByRole } from '../observe/calls';

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

interface PhaseResult { readonly title: string; readonly usualSeconds: number; readonly seconds: number }

/** What one world saw, as in its report.json. */
export interface WorldReport {
  readonly world: string;
  /** False until the world came to its end by itself. */
  readonly finished: boolean;
  readonly seconds: number;
  readonly passed: number;
  readonly failed: number;
  readonly phases: readonly PhaseResult[];
  readonly checks: readonly CheckResult[];
  /** Undefined where there is none, as before the world is complete. */
  readonly calls?: CallsByRole;
}

/** A check that failed, after which the next phases make no sense. */
export class PhaseFailed extends Error {}

export interface ReportOptions {
  readonly world: string;
  readonly runDir: string;
  readonly phases: number;
  readonly headline: (line: string) => void;
  readonly detail: (line: string) => void;
}

/** Collects what a world sees, tells the reader how far it is, and writes its report.json. */
export class Report {
  public readonly results: CheckResult[] = [];
  private readonly phases: PhaseResult[] = [];
  private readonly started = Date.now();

  constructor(private readonly options: ReportOptions) {}

  /** Runs a phase, with its number and how long it usually takes; throws when one of its checks failed. */
  public async phase<T>(title: string, usualSeconds: number, body: () => Promise<T>): Promise<T> {
    const started = Date.now();
    const checksBefore = this.results.length;
    this.options.headline(`[${this.phases.length + 1}/${this.options.phases}] ${title}, usually ${usualSeconds} s`);
    try {
      return await body();
    } finally {
      const seconds = secondsSince(started);
      this.phases.push({ title, usualSeconds, seconds });
      this.options.detail(`      ${seconds} s, ${inMinutes(secondsSince(this.started))} in all`);
      this.write(false);
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

  /** A report that nobody sees, for checks that are meant to fail. */
  public aside(): Report {
    return new Report({ ...this.options, headline: () => undefined, detail: () => undefined });
  }

  public notReached(check: Check): void {
    this.record({ ...check, outcome: 'not reached', detail: '', seconds: 0 });
  }

  public get passed(): number { return this.results.filter(r => r.outcome === 'passed').length; }
  public get failed(): number { return this.results.filter(r => r.outcome === 'failed').length; }

  public write(finished: boolean, calls?: CallsByRole): void {
    const report: WorldReport = {
      world: this.options.world,
      finished,
      seconds: secondsSince(this.started),
      passed: this.passed,
      failed: this.failed,
      phases: this.phases,
      checks: this.results,
      calls,
    };
    fs.writeFileSync(path.join(this.options.runDir, 'report.json'), JSON.stringify(report, undefined, 2));
  }

  private record(result: CheckResult): void {
    this.results.push(result);
    const mark = { 'passed': 'ok  ', 'failed': 'FAIL', 'not reached': '  - ' }[result.outcome];
    const line = `      ${mark} ${result.name}${result.detail ? `: ${shortened(result.detail)}` : ''}`;
    (result.outcome === 'failed' ? this.options.headline : this.options.detail)(line);
  }
}

export function inMinutes(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

function secondsSince(start: number): number {
  return Math.round((Date.now() - start) / 1000);
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 300 ? `${line.slice(0, 300)}… (report.json has all of it)` : line;
}
