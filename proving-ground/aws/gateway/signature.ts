import { IncomingHttpHeaders } from 'http';

/** What a SigV4 signature says about its call; the signature itself is not checked, the key and its token are. */
export interface Signature {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
  readonly token?: string;
}

/** Reads the signature from the header, or from the query of a presigned URL. */
export function readSignature(headers: IncomingHttpHeaders, query: URLSearchParams): Signature | undefined {
  const inHeader = /Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1];
  const credential = inHeader ?? query.get('X-Amz-Credential');
  const [accessKeyId, , region, service] = credential?.split('/') ?? [];
  if (!service) {
    return undefined;
  }
  const token = inHeader ? headers['x-amz-security-token'] : query.get('X-Amz-Security-Token');
  return { accessKeyId, region, service, token: (token as string | null | undefined) || undefined };
}
