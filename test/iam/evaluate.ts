import { runSimulation, runUnsafeSimulation, Simulation } from '@cloud-copilot/iam-simulate';

/** A call as IAM sees it: one action on one resource, with what the request says. */
export interface Call {
  readonly action: string;
  readonly resource: string;
  readonly context?: Record<string, string | string[]>;
}

/** Whether an identity policy allows a call; refuses calls that IAM would never see like that. */
export async function isAllowed(document: any, call: Call): Promise<boolean> {
  const simulation: Simulation = {
    request: {
      principal: 'arn:aws:iam::111111111111:role/controller',
      action: call.action,
      resource: { resource: call.resource, accountId: '111111111111' },
      contextVariables: call.context ?? {},
    },
    identityPolicies: [{ name: 'policy', policy: document }],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  };
  // The validation of requests does not know that the parameters of AWS itself belong to no account, and that zones can be shifted for clusters.
  if (/^arn:[a-z-]+:ssm:[a-z0-9-]+::/.test(call.resource) || call.action.startsWith('arc-zonal-shift:')) {
    return runUnsafeSimulation(simulation, {}) === 'Allowed';
  }
  const result = await runSimulation(simulation, {});
  if (result.resultType === 'error') {
    throw new Error(`${call.action} cannot be evaluated: ${JSON.stringify(result.errors)}`);
  }
  const ignored = result.resultType === 'single' ? result.result.ignoredContextKeys ?? [] : [];
  if (ignored.length > 0) {
    throw new Error(`${call.action} on ${call.resource} has no context ${ignored.join(', ')}`);
  }
  return result.overallResult === 'Allowed';
}
