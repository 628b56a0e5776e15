import { BUDGET_BYTES, sentBytes } from '../custom-resources/lifecycle';
import { PreflightCheck } from '../words/preflight-check';
import { shortList } from '../words/short-list';

/** One broken assumption. */
export interface Finding {
  readonly check: PreflightCheck;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly remedy: string;
}

/** The findings after the risks that the user took. */
export interface Verdict {
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly accepted: readonly Finding[];
}

/** What nobody can take the risk of, not even a removal: it would leave nodes that no Karpenter answers for. */
export const NEVER_ACCEPTED: readonly PreflightCheck[] = [PreflightCheck.KARPENTER_GENERATION, PreflightCheck.FIRST_STAGE];

/**
 * Whoever accepts one of these installs over what is there: what a deployment then finds under its own names was not made by it, and its
 * rollback must leave it alone.
 */
export const TAKING_OVER: readonly PreflightCheck[] = [
  PreflightCheck.ABANDONED_MIGRATION, PreflightCheck.OTHER_KARPENTER, PreflightCheck.OTHER_CRDS, PreflightCheck.OTHER_OBJECTS,
];

/** An accepted finding no longer stops anything, but stays visible. */
export function judge(found: readonly Finding[], acceptedRisks: readonly PreflightCheck[]): Verdict {
  const accepted = found.filter(({ check }) => acceptedRisks.includes(check) && !NEVER_ACCEPTED.includes(check));
  const rest = found.filter(finding => !accepted.includes(finding));
  return {
    errors: rest.filter(finding => finding.severity === 'error'),
    warnings: rest.filter(finding => finding.severity === 'warning'),
    accepted,
  };
}

/**
 * One line per finding, with its remedy; all names come first. Findings that a response has no room for are counted: the log has them, and
 * another deployment shows them once the first ones are corrected.
 */
export function report(errors: readonly Finding[]): string {
  const names = [...new Set(errors.map(finding => finding.check))].join(', ');
  const acceptable = errors.some(({ check }) => !NEVER_ACCEPTED.includes(check)) ? ', or name what you accept in `acceptedRisks`' : '';
  const head = `nothing was changed: ${names} ${errors.length === 1 ? 'does' : 'do'} not hold; correct what follows${acceptable}`;
  const lines = errors.map((finding, index) => `${index + 1}. ${finding.check}: ${finding.message}; ${finding.remedy}`);
  let said = head;
  for (const [index, line] of lines.entries()) {
    const left = lines.length - index - 1;
    if (sentBytes(`${said}\n${line}${left > 0 ? `\n${further(left)}` : ''}`) > BUDGET_BYTES) {
      return index === 0 ? `${said}\n${line}` : `${said}\n${further(left + 1)}`;
    }
    said = `${said}\n${line}`;
  }
  return said;
}

function further(count: number): string {
  return `… and ${count} more ${count === 1 ? 'finding' : 'findings'}, with ${count === 1 ? 'its remedy' : 'their remedies'} in the log of the function`;
}

/** A message names at most this much; the log has all. */
export const NAMED_BYTES = 300;

export const error = (check: PreflightCheck, message: string, remedy: string): Finding => ({ check, severity: 'error', message, remedy });

export const warning = (check: PreflightCheck, message: string, remedy: string): Finding => ({ check, severity: 'warning', message, remedy });

export const named = (items: readonly string[]): string => shortList(items, NAMED_BYTES);
