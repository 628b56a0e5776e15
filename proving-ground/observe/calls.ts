import type { AuditEvent } from './audit-events';
import type { CallRecord } from '../aws/recorder';

/** How often somebody called what. */
export interface Calls {
  readonly total: number;
  /** Most often first. */
  readonly byAction: Readonly<Record<string, number>>;
  /** Calls that were refused, with their answers: `eks:UpdateNodegroupConfig 400`. */
  readonly refused: Readonly<Record<string, number>>;
}

/** The calls of AWS by role, and of Kubernetes by user; who called most comes first. */
export interface CallsByRole {
  readonly aws: Readonly<Record<string, Calls>>;
  /** Of others than our own identity only what changes something. */
  readonly kubernetes: Readonly<Record<string, Calls>>;
}

interface OneCall { readonly who: string; readonly action: string; readonly status?: number }

export function callsByRole(aws: readonly CallRecord[], kubernetes: readonly AuditEvent[]): CallsByRole {
  return {
    aws: counted(aws.map(({ principal, service, action, status }) => ({ who: roleName(principal), action: `${service}:${action}`, status }))),
    kubernetes: counted(kubernetes.map(({ user, verb, resource, status }) => ({ who: userName(user), action: `${verb} ${resource}`, status }))),
  };
}

export function mergedCalls(all: readonly CallsByRole[]): CallsByRole {
  return { aws: merged(all.map(calls => calls.aws)), kubernetes: merged(all.map(calls => calls.kubernetes)) };
}

function counted(calls: readonly OneCall[]): Record<string, Calls> {
  const callers = [...new Set(calls.map(({ who }) => who))];
  return inOrder(Object.fromEntries(callers.map((caller): [string, Calls] => {
    const own = calls.filter(({ who }) => who === caller);
    const refused = own.filter(({ status = 200 }) => status >= 400);
    return [caller, {
      total: own.length,
      byAction: sums(own.map(({ action }) => [action, 1])),
      refused: sums(refused.map(({ action, status }) => [`${action} ${status}`, 1])),
    }];
  })));
}

function merged(all: readonly Readonly<Record<string, Calls>>[]): Record<string, Calls> {
  const callers = [...new Set(all.flatMap(calls => Object.keys(calls)))];
  return inOrder(Object.fromEntries(callers.map((caller): [string, Calls] => {
    const own = all.flatMap(calls => calls[caller] ?? []);
    return [caller, {
      total: own.reduce((sum, { total }) => sum + total, 0),
      byAction: sums(own.flatMap(({ byAction }) => Object.entries(byAction))),
      refused: sums(own.flatMap(({ refused }) => Object.entries(refused))),
    }];
  })));
}

function inOrder(calls: Record<string, Calls>): Record<string, Calls> {
  return Object.fromEntries(Object.entries(calls).sort(([, a], [, b]) => b.total - a.total));
}

function sums(counts: readonly (readonly [string, number])[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const [name, count] of counts) {
    all[name] = (all[name] ?? 0) + count;
  }
  return Object.fromEntries(Object.entries(all).sort(([a, n], [b, m]) => m - n || a.localeCompare(b)));
}

/** The role of a session without what CloudFormation added to its name, which is another one in each world. */
function roleName(principal: string): string {
  const role = /:assumed-role\/([^/]+)/.exec(principal)?.[1];
  return role?.replace(/-?[0-9A-F]{13}$/, '') ?? principal.split(/[:/]/).pop()!;
}

/** All nodes are one user. */
function userName(user: string): string {
  return user.replace(/^(system:node):.*/, '$1');
}
