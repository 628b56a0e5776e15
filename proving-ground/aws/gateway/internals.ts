import { IncomingHttpHeaders } from 'http';
import { Account } from './account';
import { Answer, json } from './answers';
import { SecurityTokenService } from './sts';

/** What the emulators ask each other through the gateway; nobody else knows the secret. */
export class Internals {
  constructor(private readonly secret: string, private readonly sts: SecurityTokenService, private readonly account: Account) {}

  public async answer(url: URL, headers: IncomingHttpHeaders, body: Buffer): Promise<Answer> {
    if (headers['x-gateway-secret'] !== this.secret) {
      return json(403, { message: 'not for you' });
    }
    switch (url.pathname) {
      case '/_gateway/function-session': return this.functionSession(JSON.parse(body.toString('utf8')));
      case '/_gateway/instance-profile':
        return json(200, { exists: await this.account.roleOfProfile(url.searchParams.get('name')!) !== undefined });
      case '/_gateway/node-instance-profile': return this.nodeInstanceProfile(JSON.parse(body.toString('utf8')));
      default: return json(404, { message: `nothing at ${url.pathname}` });
    }
  }

  private async nodeInstanceProfile({ name, roleArn }: { name: string; roleArn: string }): Promise<Answer> {
    await this.account.createInstanceProfile(name, roleArn.split('/').pop()!);
    return json(200, {});
  }

  private async functionSession(request: { roleArn: string; functionName: string }): Promise<Answer> {
    try {
      return json(200, await this.sts.sessionForService(request.roleArn, request.functionName, 'lambda.amazonaws.com'));
    } catch (error) {
      return json(400, { message: (error as Error).message });
    }
  }
}
