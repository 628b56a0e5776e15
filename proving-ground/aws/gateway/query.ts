import { XmlNode, parseXml } from './xml';

const VERSIONS = { iam: '2010-05-08', ec2: '2016-11-15', autoscaling: '2011-01-01', cloudformation: '2010-05-15' };
export type QueryService = keyof typeof VERSIONS;

/** Headers that say which service is meant and whose key it is; signatures are not checked here. */
export function signedAs(accessKeyId: string, region: string, service: string): Record<string, string> {
  return { authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0` };
}

export class QueryError extends Error {
  constructor(public readonly status: number, public readonly code: string, message: string) {
    super(message);
  }
}

/** One call of a service that speaks JSON; the target is its action with the name of its API before it. */
export async function queryJson(url: string, headers: Record<string, string>, target: string, body: object): Promise<any> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new QueryError(response.status, /"__type": ?"(?:[^"]*#)?([^"]+)/.exec(text)?.[1] ?? String(response.status),
      `${target} failed with ${response.status}: ${text.slice(0, 300)}`);
  }
  return text === '' ? {} : JSON.parse(text);
}

/** One call of a service that speaks AWS' query protocol; answers with the children of the response element. */
export async function query(
  url: string, service: QueryService, headers: Record<string, string>, parameters: Readonly<Record<string, string>>,
): Promise<XmlNode> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...parameters, Version: VERSIONS[service] }),
  });
  const text = await response.text();
  if (!response.ok) {
    const code = /<Code>([^<]+)/.exec(text)?.[1] ?? String(response.status);
    throw new QueryError(response.status, code, `${service} ${parameters.Action} failed with ${response.status}: ${text.slice(0, 300)}`);
  }
  return parseXml(text);
}
