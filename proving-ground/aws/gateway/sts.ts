import { Account } from './account';
import { Answer, failure, json, xml } from './answers';
import { Call } from './call';
import { Credentials, Principal, SessionCredentials } from './credentials';
import { Claims, InvalidIdentityToken, WebIdentity } from './web-identity';
import { escapeXml } from './xml';
import { Authorizer } from '../iam/authorizer';
import { trustsService, trustsWebIdentity } from '../iam/trust';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** The Security Token Service: the emulators give credentials to whoever asks, AWS to whom the role trusts. */
export class SecurityTokenService {
  constructor(
    private readonly accountId: string,
    private readonly account: Account,
    private readonly credentials: Credentials,
    private readonly webIdentity: WebIdentity,
    private readonly authorizer: Authorizer,
  ) {}

  public async answer(call: Call, principal: Principal | undefined): Promise<Answer> {
    switch (call.action) {
      case 'GetCallerIdentity': return this.callerIdentity(call, principal!);
      case 'AssumeRole': return this.assumeRole(call, principal!);
      case 'AssumeRoleWithWebIdentity': return this.assumeRoleWithWebIdentity(call);
      default: return failure(call, 400, 'InvalidAction', `Could not find operation ${call.action} for version 2011-06-15`);
    }
  }

  /** What Lambda and EC2 do for the role of a function or an instance. */
  public async sessionForService(roleArn: string, sessionName: string, service: string): Promise<SessionCredentials> {
    return this.credentials.issue(await this.roleForService(roleArn, service), sessionName, 6 * 3600);
  }

  /** Who a service is that calls others in the name of a role, as Step Functions does. */
  public async principalForService(roleArn: string, sessionName: string, service: string): Promise<Principal> {
    return this.credentials.sessionPrincipal(await this.roleForService(roleArn, service), sessionName);
  }

  private async roleForService(roleArn: string, service: string): Promise<string> {
    const role = await this.account.role(nameOf(roleArn));
    if (!role) {
      throw new Error(`there is no role ${roleArn}`);
    }
    if (!trustsService(role.trust, service)) {
      throw new Error(`the role ${roleArn} cannot be assumed by ${service}`);
    }
    return role.arn;
  }

  private callerIdentity(call: Call, principal: Principal): Answer {
    const signed = call.query.get('X-Amz-Date');
    if (signed) {
      const at = signed.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
      if (Date.now() > new Date(at).getTime() + Math.max(Number(call.query.get('X-Amz-Expires')), 60) * 1000 + 15 * 60_000) {
        return failure(call, 403, 'ExpiredToken', 'The security token included in the request is expired');
      }
    }
    const result = { UserId: principal.userId, Account: this.accountId, Arn: principal.arn };
    return respond(call, 'GetCallerIdentity', result);
  }

  private async assumeRole(call: Call, principal: Principal): Promise<Answer> {
    const arn = String(call.parameters.RoleArn);
    const role = await this.account.role(nameOf(arn));
    const allowed = role?.arn === arn && await this.authorizer.mayAssume(principal, role);
    if (!role || !allowed) {
      return failure(call, 403, 'AccessDenied', `User: ${principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`);
    }
    return this.session(call, 'AssumeRole', role.arn, role.maxSessionSeconds);
  }

  private async assumeRoleWithWebIdentity(call: Call): Promise<Answer> {
    let claims: Claims;
    try {
      claims = this.webIdentity.verify(String(call.parameters.WebIdentityToken), new Date());
    } catch (error) {
      if (error instanceof InvalidIdentityToken) {
        return failure(call, 400, error.code, error.message);
      }
      throw error;
    }
    const issuer = claims.iss.replace(/^https:\/\//, '');
    const providerArn = `arn:aws:iam::${this.accountId}:oidc-provider/${issuer}`;
    const provider = await this.account.oidcProvider(providerArn);
    if (!provider) {
      return failure(call, 400, 'InvalidIdentityToken', `No OpenIDConnect provider found in your account for ${claims.iss}`);
    }
    const audience = claims.aud.find(a => provider.audiences.includes(a));
    if (!audience) {
      return failure(call, 400, 'InvalidIdentityToken', 'Incorrect token audience');
    }
    const role = await this.account.role(nameOf(String(call.parameters.RoleArn)));
    if (!role || role.arn !== call.parameters.RoleArn
      || !trustsWebIdentity(role.trust, providerArn, { [`${issuer}:aud`]: audience, [`${issuer}:sub`]: claims.sub })) {
      return failure(call, 403, 'AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity');
    }
    return this.session(call, 'AssumeRoleWithWebIdentity', role.arn, role.maxSessionSeconds, {
      SubjectFromWebIdentityToken: claims.sub, Audience: audience, Provider: providerArn,
    });
  }

  private session(call: Call, action: string, roleArn: string, maximum: number, more: Record<string, string> = {}): Answer {
    const name = String(call.parameters.RoleSessionName);
    const seconds = Number(call.parameters.DurationSeconds ?? 3600);
    if (seconds > maximum) {
      return failure(call, 400, 'ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
    }
    const credentials = this.credentials.issue(roleArn, name, seconds);
    return respond(call, action, {
      ...more,
      AssumedRoleUser: { Arn: `arn:aws:sts::${this.accountId}:assumed-role/${nameOf(roleArn)}/${name}`, AssumedRoleId: `AROA:${name}` },
      Credentials: {
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretAccessKey,
        SessionToken: credentials.sessionToken,
        Expiration: credentials.expiration.toISOString().replace(/\.\d+Z$/, 'Z'),
      },
    });
  }
}

type Fields = { readonly [name: string]: string | Fields };

function respond(call: Call, action: string, result: Fields): Answer {
  const metadata = { RequestId: '00000000-0000-0000-0000-000000000000' };
  if (call.headers.accept?.includes('application/json')) {
    return json(200, { [`${action}Response`]: { [`${action}Result`]: result, ResponseMetadata: metadata } });
  }
  return xml(200, `<${action}Response xmlns="${NAMESPACE}">${elements({ [`${action}Result`]: result, ResponseMetadata: metadata })}</${action}Response>`);
}

function elements(fields: Fields): string {
  return Object.entries(fields)
    .map(([name, value]) => `<${name}>${typeof value === 'string' ? escapeXml(value) : elements(value)}</${name}>`)
    .join('');
}

/** The name of a role; the path is no part of it. */
export function nameOf(roleArn: string): string {
  return roleArn.split('/').pop()!;
}
