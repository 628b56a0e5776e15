import { EvaluationResult, runSimulation, runUnsafeSimulation, Simulation } from '@cloud-copilot/iam-simulate';
import { Account, Role } from '../gateway/account';
import { Call } from '../gateway/call';
import { Principal } from '../gateway/credentials';
import { Decision } from '../recorder';
import { Need } from './need';
import { needsOf } from './needs';

const ADMINISTRATOR_POLICY = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
/** Long enough to spare the emulator, short enough that a changed policy counts at once, as a test of policies wants. */
const CACHE_MILLISECONDS = 2000;

/**
 * What the catalogue of resource types does not foresee: a parameter that belongs to no account, and a cluster to be made, which policies name
 * all the same, as the CDK's do.
 */
const NOT_IN_CATALOGUE = /^(ssm:\w+ arn:aws:ssm:[^:]*::parameter\/|eks:CreateCluster arn:)/;

interface NamedPolicy { readonly name: string; readonly policy: any }

/** Evaluates calls of roles against their policies, as IAM does for same-account identities. */
export class Authorizer {
  private readonly cache = new Map<string, { at: number; policies: Promise<NamedPolicy[]> }>();

  constructor(private readonly accountId: string, private readonly region: string, private readonly account: Account) {}

  /** What a call needs and gets; empty for administrators. */
  public async decide(call: Call, principal: Principal | undefined): Promise<Decision[]> {
    if (principal?.kind !== 'role') {
      return [];
    }
    const needs = await needsOf(call, { accountId: this.accountId, region: this.region, account: this.account });
    if (!needs) {
      return [{ action: `${call.service}:${call.action ?? `${call.method} ${call.path}`}`, resource: '*', context: {}, decision: 'unmapped' }];
    }
    const policies = await this.policiesOf(principal.roleArn!);
    return Promise.all(needs.map(need => this.evaluate(principal, policies, need)));
  }

  /** What one permission comes to, for a call that does not come through the gateway. */
  public async decideOne(principal: Principal, need: Need): Promise<Decision> {
    return this.evaluate(principal, await this.policiesOf(principal.roleArn!), need);
  }

  /** Whether a role's trust policy, together with the caller's own policies, lets the caller assume it. */
  public async mayAssume(principal: Principal, role: Role): Promise<boolean> {
    const policies = principal.kind === 'administrator' ? [{ name: 'administrator', policy: ADMINISTRATOR_POLICY }] : await this.policiesOf(principal.roleArn!);
    const decision = await this.evaluate(principal, policies, { action: 'sts:AssumeRole', resource: role.arn, context: {} }, role.trust);
    return decision.decision === 'allowed';
  }

  private async evaluate(principal: Principal, identityPolicies: NamedPolicy[], need: Need, resourcePolicy?: any): Promise<Decision> {
    const context = { 'aws:RequestedRegion': this.region, ...need.context };
    const simulation: Simulation = {
      request: {
        action: need.action,
        principal: principal.arn,
        resource: { resource: need.resource, accountId: this.accountId },
        contextVariables: context,
      },
      identityPolicies,
      resourcePolicy,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    };
    return { action: need.action, resource: need.resource, context, decision: await simulate(simulation) === 'Allowed' ? 'allowed' : 'denied' };
  }

  private policiesOf(roleArn: string): Promise<NamedPolicy[]> {
    const cached = this.cache.get(roleArn);
    if (cached && Date.now() - cached.at < CACHE_MILLISECONDS) {
      return cached.policies;
    }
    const policies = this.account.rolePolicies(roleArn.split('/').pop()!);
    this.cache.set(roleArn, { at: Date.now(), policies });
    return policies;
  }
}

async function simulate(simulation: Simulation): Promise<EvaluationResult> {
  if (NOT_IN_CATALOGUE.test(`${simulation.request.action} ${simulation.request.resource.resource}`)) {
    return runUnsafeSimulation(simulation, {});
  }
  const outcome = await runSimulation(simulation, {});
  if (outcome.resultType === 'error') {
    throw new Error(`cannot evaluate ${simulation.request.action} on ${simulation.request.resource.resource}: ${JSON.stringify(outcome.errors)}`);
  }
  return outcome.overallResult;
}
