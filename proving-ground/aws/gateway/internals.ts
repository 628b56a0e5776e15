import { IncomingHttpHeaders } from 'http';
import { Account } from './account';
import { Answer, json } from './answers';
import { Principal } from './credentials';
import { SecurityTokenService } from './sts';
import { Authorizer } from '../iam/authorizer';
import { Recorder } from '../recorder';

/** A call that a service makes by itself in the name of a role, past the gateway. */
interface ServiceCall {
  readonly service: string;
  readonly roleArn: string;
  readonly sessionName: string;
  readonly action: string;
  readonly resource: string;
}

export interface InternalsParts {
  readonly secret: string;
  readonly sts: SecurityTokenService;
  readonly account: Account;
  readonly authorizer: Authorizer;
  readonly recorder: Recorder;
  readonly enforce: boolean;
}

/** What the emulators ask each other through the gateway; nobody else knows the secret. */
export class Internals {
  constructor(private readonly parts: InternalsParts) {}

  public async answer(url: URL, headers: IncomingHttpHeaders, body: Buffer): Promise<Answer> {
    if (headers['x-gateway-secret'] !== this.parts.secret) {
      return json(403, { message: 'not for you' });
    }
    switch (url.pathname) {
      case '/_gateway/function-session': return this.functionSession(JSON.parse(body.toString('utf8')));
      case '/_gateway/instance-profile':
        return json(200, { arn: (await this.parts.account.instanceProfile(url.searchParams.get('name')!))?.arn ?? null });
      case '/_gateway/role': return json(200, { exists: await this.parts.account.role(url.searchParams.get('name')!) !== undefined });
      case '/_gateway/node-instance-profile': return this.nodeInstanceProfile(JSON.parse(body.toString('utf8')));
      case '/_gateway/service-call': return this.serviceCall(JSON.parse(body.toString('utf8')));
      default: return json(404, { message: `nothing at ${url.pathname}` });
    }
  }

  private async nodeInstanceProfile({ name, roleArn }: { name: string; roleArn: string }): Promise<Answer> {
    await this.parts.account.createInstanceProfile(name, roleArn.split('/').pop()!);
    return json(200, {});
  }

  private async functionSession(request: { roleArn: string; functionName: string }): Promise<Answer> {
    try {
      return json(200, await this.parts.sts.sessionForService(request.roleArn, request.functionName, 'lambda.amazonaws.com'));
    } catch (error) {
      return json(400, { message: (error as Error).message });
    }
  }

  /** Whether a service may make a call; recorded like every other. */
  private async serviceCall({ service, roleArn, sessionName, action, resource }: ServiceCall): Promise<Answer> {
    let principal: Principal;
    try {
      principal = await this.parts.sts.principalForService(roleArn, sessionName, service);
    } catch (error) {
      return json(200, { allowed: false, message: (error as Error).message });
    }
    const decision = await this.parts.authorizer.decideOne(principal, { action, resource, context: {} });
    const allowed = decision.decision === 'allowed' || !this.parts.enforce;
    const [called, name] = action.split(':');
    this.parts.recorder.add({
      time: new Date().toISOString(),
      principal: principal.arn,
      service: called,
      action: name === 'InvokeFunction' ? 'Invoke' : name,
      parameters: { resource, by: service },
      decisions: [decision],
      enforced: this.parts.enforce,
      status: allowed ? 200 : 403,
    });
    return json(200, { allowed, message: `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource}` });
  }
}
