import type { CallRecord } from '../../proving-ground/aws';

/** Whose a call of AWS is: of whoever deploys, of what was deployed, or of nobody who is measured. */
export type Caller =
  /** The CDK CLI, with the roles of its bootstrap stack. */
  | 'CDK CLI'
  /** Functions and state machines of the stack, and its kubectl. */
  | 'functions'
  | 'CloudFormation'
  /** The AWS CLI in somebody's shell. */
  | 'AWS CLI'
  /** Karpenter itself, nodes, whoever checks tokens, and what the proving ground asks for its own ends. */
  | 'others';

/** Roles by the names that the bootstrap stack, the migration's stack, the guide and the customer give them; the first that fits counts. */
const ROLES: readonly (readonly [RegExp, Caller])[] = [
  [/^cdk-[a-z0-9]+-cfn-exec-role-/, 'CloudFormation'],
  [/^cdk-[a-z0-9]+-/, 'CDK CLI'],
  [/^Karpenter(-Migration)?(Controller|Node)Role/, 'others'],
  [/^Karpenter-/, 'functions'],
];
/** Programs of the administrator, by what they call themselves. */
const AGENTS: readonly (readonly [RegExp, Caller])[] = [[/^aws-cli\//, 'AWS CLI'], [/\baws-cdk\b/, 'CDK CLI']];

export function callerOf({ principal, agent = '' }: Pick<CallRecord, 'principal' | 'agent'>): Caller {
  const role = /:assumed-role\/([^/]+)/.exec(principal)?.[1];
  const [table, name] = role === undefined ? [AGENTS, principal.endsWith(':user/administrator') ? agent : ''] : [ROLES, role];
  return table.find(([pattern]) => pattern.test(name))?.[1] ?? 'others';
}

export type CallCounts = Readonly<Partial<Record<Caller, number>>>;

/** How many calls each made from then to then, without the others. */
export function callsOf(calls: readonly CallRecord[], from: number, until: number): CallCounts {
  const counts: Partial<Record<Caller, number>> = {};
  for (const call of calls) {
    const at = Date.parse(call.time);
    const caller = callerOf(call);
    if (at >= from && at <= until && caller !== 'others') {
      counts[caller] = (counts[caller] ?? 0) + 1;
    }
  }
  return counts;
}
