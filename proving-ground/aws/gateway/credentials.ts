import { randomBytes } from 'crypto';

/** Who makes a call. */
export interface Principal {
  readonly kind: 'administrator' | 'role';
  readonly arn: string;
  readonly userId: string;
  /** The role behind a session. */
  readonly roleArn?: string;
}

export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

interface Session { readonly principal: Principal; readonly token?: string; readonly expiration?: Date }

export type Lookup = Principal | 'unknown key' | 'wrong token' | 'expired';

/** The access keys of the account: the administrator's, and those that STS handed out. */
export class Credentials {
  private readonly sessions = new Map<string, Session>();

  constructor(private readonly account: string, administratorKey: string) {
    this.sessions.set(administratorKey, {
      principal: { kind: 'administrator', arn: `arn:aws:iam::${account}:user/administrator`, userId: 'AIDAADMINISTRATOR' },
    });
  }

  /** Credentials for a session of a role. */
  public issue(roleArn: string, sessionName: string, seconds: number): SessionCredentials {
    const credentials: SessionCredentials = {
      accessKeyId: `ASIA${randomBytes(10).toString('hex').toUpperCase().slice(0, 16)}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(60).toString('base64'),
      expiration: new Date(Date.now() + seconds * 1000),
    };
    this.sessions.set(credentials.accessKeyId, {
      principal: this.sessionPrincipal(roleArn, sessionName),
      token: credentials.sessionToken,
      expiration: credentials.expiration,
    });
    return credentials;
  }

  /** Who a session of a role is. */
  public sessionPrincipal(roleArn: string, sessionName: string): Principal {
    const roleName = roleArn.split('/').pop()!;
    return {
      kind: 'role',
      // STS leaves the path of the role out.
      arn: `arn:aws:sts::${this.account}:assumed-role/${roleName}/${sessionName}`,
      userId: `AROA${Buffer.from(roleName).toString('hex').toUpperCase().slice(0, 16).padEnd(16, '0')}:${sessionName}`,
      roleArn,
    };
  }

  public find(accessKeyId: string, token: string | undefined): Lookup {
    const session = this.sessions.get(accessKeyId);
    if (!session) {
      return 'unknown key';
    }
    if (session.token !== undefined && session.token !== token) {
      return 'wrong token';
    }
    return session.expiration && session.expiration < new Date() ? 'expired' : session.principal;
  }
}
