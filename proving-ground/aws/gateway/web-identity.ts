import { createPublicKey, KeyObject, verify } from 'crypto';

/** Claims of a verified token of a service account. */
export interface Claims { readonly iss: string; readonly sub: string; readonly aud: readonly string[]; readonly exp: number }

/** Who issues tokens, and what verifies them: what an identity provider publishes. */
export interface Issuer { readonly oidcIssuer: string; readonly serviceAccountPublicKeyPem: string }

/** Verifies JSON web tokens as STS does, each with the key of its issuer, and says in its words what is wrong. */
export class WebIdentity {
  private readonly keys: ReadonlyMap<string, KeyObject>;

  constructor(issuers: readonly Issuer[]) {
    this.keys = new Map(issuers.map(({ oidcIssuer, serviceAccountPublicKeyPem }) => [oidcIssuer, createPublicKey(serviceAccountPublicKeyPem)]));
  }

  public verify(token: string, now: Date): Claims {
    const [header, payload, signature] = token.split('.');
    const { alg } = decode(header);
    const claims = decode(payload);
    const key = this.keys.get(claims.iss);
    if (!key) {
      throw new InvalidIdentityToken(`No OpenIDConnect provider found in your account for ${claims.iss}`);
    }
    const bytes = Buffer.from(signature ?? '', 'base64url');
    if (alg !== 'RS256' || !verify('RSA-SHA256', Buffer.from(`${header}.${payload}`), key, bytes)) {
      throw new InvalidIdentityToken('Couldn\'t retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements');
    }
    if (!(claims.exp > now.getTime() / 1000)) {
      throw new InvalidIdentityToken('Token expired: current date/time must be before the expiration date/time', 'ExpiredTokenException');
    }
    return { iss: claims.iss, sub: claims.sub, aud: [claims.aud].flat(), exp: claims.exp };
  }
}

export class InvalidIdentityToken extends Error {
  constructor(message: string, public readonly code = 'InvalidIdentityToken') {
    super(message);
  }
}

function decode(segment: string | undefined): any {
  try {
    return JSON.parse(Buffer.from(segment ?? '', 'base64url').toString('utf8'));
  } catch {
    throw new InvalidIdentityToken('The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)');
  }
}
