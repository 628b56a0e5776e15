import { IncomingHttpHeaders } from 'http';
import { Signature } from './signature';

/** One AWS call as the gateway understands it. */
export interface Call {
  readonly service: string;
  /** Undefined where the protocol does not name it and no table of ours knows the path. */
  readonly action?: string;
  /** Parameters of the query and JSON protocols and of known REST paths, nested, lists as arrays. */
  readonly parameters: Readonly<Record<string, any>>;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly signature?: Signature;
}

/** Actions of the REST services that our roles call: method, path, action, and names for the captured segments. */
const REST_ACTIONS: Record<string, readonly (readonly [string, RegExp, string, readonly string[]])[]> = {
  eks: [
    ['GET', /^\/clusters$/, 'ListClusters', []],
    ['POST', /^\/clusters$/, 'CreateCluster', []],
    ['GET', /^\/clusters\/([^/]+)$/, 'DescribeCluster', ['name']],
    ['DELETE', /^\/clusters\/([^/]+)$/, 'DeleteCluster', ['name']],
    ['GET', /^\/clusters\/([^/]+)\/node-groups$/, 'ListNodegroups', ['name']],
    ['POST', /^\/clusters\/([^/]+)\/node-groups$/, 'CreateNodegroup', ['name']],
    ['GET', /^\/clusters\/([^/]+)\/node-groups\/([^/]+)$/, 'DescribeNodegroup', ['name', 'nodegroupName']],
    ['POST', /^\/clusters\/([^/]+)\/node-groups\/([^/]+)\/update-config$/, 'UpdateNodegroupConfig', ['name', 'nodegroupName']],
    ['GET', /^\/clusters\/([^/]+)\/updates$/, 'ListUpdates', ['name']],
    ['GET', /^\/clusters\/([^/]+)\/updates\/([^/]+)$/, 'DescribeUpdate', ['name', 'updateId']],
    ['GET', /^\/clusters\/([^/]+)\/addons$/, 'ListAddons', ['name']],
    ['POST', /^\/clusters\/([^/]+)\/addons$/, 'CreateAddon', ['name']],
    ['GET', /^\/clusters\/([^/]+)\/addons\/([^/]+)$/, 'DescribeAddon', ['name', 'addonName']],
    ['DELETE', /^\/clusters\/([^/]+)\/addons\/([^/]+)$/, 'DeleteAddon', ['name', 'addonName']],
    ['POST', /^\/clusters\/([^/]+)\/addons\/([^/]+)\/update$/, 'UpdateAddon', ['name', 'addonName']],
    ['GET', /^\/addons\/configuration-schemas$/, 'DescribeAddonConfiguration', []],
    ['POST', /^\/clusters\/([^/]+)\/update-config$/, 'UpdateClusterConfig', ['name']],
    ['GET', /^\/clusters\/([^/]+)\/access-entries$/, 'ListAccessEntries', ['name']],
    ['POST', /^\/clusters\/([^/]+)\/access-entries$/, 'CreateAccessEntry', ['name']],
    ['GET', /^\/clusters\/([^/]+)\/access-entries\/(.+)\/access-policies$/, 'ListAssociatedAccessPolicies', ['name', 'principalArn']],
    ['GET', /^\/clusters\/([^/]+)\/access-entries\/(.+)$/, 'DescribeAccessEntry', ['name', 'principalArn']],
    ['POST', /^\/clusters\/([^/]+)\/access-entries\/(.+)$/, 'UpdateAccessEntry', ['name', 'principalArn']],
    ['DELETE', /^\/clusters\/([^/]+)\/access-entries\/(.+)$/, 'DeleteAccessEntry', ['name', 'principalArn']],
    ['POST', /^\/tags\/(.+)$/, 'TagResource', ['resourceArn']],
    ['DELETE', /^\/tags\/(.+)$/, 'UntagResource', ['resourceArn']],
    ['GET', /^\/tags\/(.+)$/, 'ListTagsForResource', ['resourceArn']],
  ],
  lambda: [
    ['POST', /^\/2015-03-31\/functions\/([^/]+)\/invocations$/, 'Invoke', ['FunctionName']],
    ['GET', /^\/2015-03-31\/functions\/([^/]+)$/, 'GetFunction', ['FunctionName']],
    ['GET', /^\/2015-03-31\/functions\/([^/]+)\/configuration$/, 'GetFunctionConfiguration', ['FunctionName']],
  ],
  s3: [
    ['GET', /^\/([^/]+)\/(.+)$/, 'GetObject', ['Bucket', 'Key']],
    ['HEAD', /^\/([^/]+)\/(.+)$/, 'HeadObject', ['Bucket', 'Key']],
    ['PUT', /^\/([^/]+)\/(.+)$/, 'PutObject', ['Bucket', 'Key']],
    ['GET', /^\/([^/]+)\/?$/, 'ListObjectsV2', ['Bucket']],
  ],
};

export function describeCall(
  service: string, method: string, url: URL, headers: IncomingHttpHeaders, body: Buffer, signature: Signature | undefined,
): Call {
  const path = bucketOf(headers.host) + decodeURIComponent(url.pathname);
  const call = { service, method, path, query: url.searchParams, headers, body, signature };
  const target = headers['x-amz-target'];
  if (target) {
    return { ...call, action: String(target).split('.').pop(), parameters: parseJson(body) };
  }
  const form = queryForm(url, headers, body);
  if (form) {
    return { ...call, action: form.get('Action') ?? undefined, parameters: nest(form) };
  }
  for (const [verb, pattern, action, names] of REST_ACTIONS[service] ?? []) {
    const match = verb === method && pattern.exec(path);
    if (match) {
      const captured = Object.fromEntries(names.map((name, i) => [name, match[i + 1]]));
      const fields = service === 's3' || service === 'lambda' ? {} : parseJson(body);
      return { ...call, action, parameters: { ...fields, ...captured } };
    }
  }
  return { ...call, parameters: {} };
}

/** A bucket named by the host instead of the path. */
function bucketOf(host: string | undefined): string {
  const bucket = /^(.+)\.s3[.-][^:]*amazonaws\.com(:\d+)?$/.exec(host ?? '')?.[1];
  return bucket ? `/${bucket}` : '';
}

function queryForm(url: URL, headers: IncomingHttpHeaders, body: Buffer): URLSearchParams | undefined {
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    return new URLSearchParams(body.toString('utf8'));
  }
  return url.searchParams.has('Action') ? url.searchParams : undefined;
}

/** `Filter.1.Name=x` and `Tags.member.1.Key=y` as objects and arrays. */
export function nest(form: URLSearchParams): Record<string, any> {
  const root: Record<string, any> = {};
  for (const [name, value] of form) {
    const segments = name.split('.').filter(s => s !== 'member');
    let node = root;
    segments.forEach((segment, i) => {
      node[segment] ??= i === segments.length - 1 ? value : {};
      node = node[segment];
    });
  }
  return arrays(root);
}

function arrays(node: any): any {
  if (typeof node !== 'object') {
    return node;
  }
  const keys = Object.keys(node);
  const list = keys.length > 0 && keys.every(k => /^\d+$/.test(k));
  return list
    ? keys.sort((a, b) => Number(a) - Number(b)).map(k => arrays(node[k]))
    : Object.fromEntries(keys.map(k => [k, arrays(node[k])]));
}

function parseJson(body: Buffer): Record<string, any> {
  try {
    return body.length ? JSON.parse(body.toString('utf8')) : {};
  } catch {
    // A body that is no JSON is the emulator's to refuse.
    return {};
  }
}
