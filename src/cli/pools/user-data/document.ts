import { UserData } from '../contract';

/** One part of user data, by what reads it. */
export interface Part {
  readonly kind: 'shell' | 'nodeadm' | 'bottlerocket' | 'powershell' | 'cloud-config' | 'unknown';
  readonly text: string;
}

/** The content types that cloud-init and nodeadm know. */
const TYPES: Readonly<Record<string, Part['kind']>> = {
  'text/x-shellscript': 'shell', 'application/node.eks.aws': 'nodeadm', 'text/cloud-config': 'cloud-config',
};

const NODEADM = /^\s*apiVersion:\s*["']?node\.eks\.aws\//m;
const TOML = /^\s*(\[{1,2}\s*settings\b|settings\.[\w."-]+\s*=)/m;

/** The parts of user data; a document that is no MIME multipart is one part. */
export function partsOf(userData: UserData | undefined): Part[] {
  if (userData === undefined || 'gzip' in userData || userData.text.trim() === '') {
    return [];
  }
  const text = userData.text.replace(/\r\n/g, '\n');
  const { headers, body } = splitHeaders(text);
  return headers['content-type'] === undefined ? [part(text)] : partsOfMime(headers, body);
}

/** Parts as one document again, in the form that Karpenter merges its own part into. */
export function joined(parts: readonly Part[]): string {
  if (parts.every(({ kind }) => kind === 'bottlerocket')) {
    return parts.map(({ text }) => text).join('\n');
  }
  const types = Object.entries(TYPES);
  return [
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="//"',
    ...parts.flatMap(({ kind, text }) => ['', '--//', `Content-Type: ${types.find(([, one]) => one === kind)![0]}`, '', text.trimEnd()]),
    '',
    '--//--',
    '',
  ].join('\n');
}

function partsOfMime(headers: Readonly<Record<string, string>>, body: string): Part[] {
  const type = headers['content-type'];
  const boundary = /boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/i.exec(type);
  if (!boundary) {
    return [part(decoded(headers, body), type)];
  }
  const delimiter = `--${boundary[1] ?? boundary[2]}`;
  const parts: string[][] = [];
  for (const line of body.split('\n')) {
    if (line.trimEnd() === `${delimiter}--`) {
      break;
    }
    if (line.trimEnd() === delimiter) {
      parts.push([]);
    } else {
      parts[parts.length - 1]?.push(line);
    }
  }
  return parts.flatMap((lines) => {
    const inner = splitHeaders(lines.join('\n').replace(/^\n+/, ''));
    return /^multipart\//i.test(inner.headers['content-type'] ?? '')
      ? partsOfMime(inner.headers, inner.body)
      : inner.body.trim() === '' ? [] : [part(decoded(inner.headers, inner.body), inner.headers['content-type'])];
  });
}

function decoded(headers: Readonly<Record<string, string>>, body: string): string {
  return /base64/i.test(headers['content-transfer-encoding'] ?? '') ? Buffer.from(body, 'base64').toString('utf8') : body;
}

/** Headers by their name in lower case; none where the text does not begin with any. */
function splitHeaders(text: string): { readonly headers: Record<string, string>; readonly body: string } {
  const end = text.indexOf('\n\n');
  const unfolded = text.slice(0, end < 0 ? text.length : end).replace(/\n[ \t]+/g, ' ').split('\n').filter(line => line.trim() !== '');
  const pairs = unfolded.map(line => /^([A-Za-z][\w-]*):\s*(.*)$/.exec(line));
  const isHead = pairs.length > 0 && pairs.every(pair => pair !== null && /^(mime-|content-|x-|subject$|from$|to$)/i.test(pair[1]));
  return isHead
    ? { headers: Object.fromEntries(pairs.map(pair => [pair![1].toLowerCase(), pair![2]])), body: end < 0 ? '' : text.slice(end + 2) }
    : { headers: {}, body: text };
}

/** What a part is follows from its text where the type leaves it open. */
function part(text: string, type?: string): Part {
  return { kind: TYPES[type?.split(';')[0].trim().toLowerCase() ?? ''] ?? kindOf(text), text };
}

function kindOf(text: string): Part['kind'] {
  const start = text.trimStart();
  if (start.startsWith('#!')) {
    return 'shell';
  }
  if (start.startsWith('#cloud-config')) {
    return 'cloud-config';
  }
  if (/^<(powershell|script)>/i.test(start)) {
    return 'powershell';
  }
  return NODEADM.test(text) ? 'nodeadm' : TOML.test(text) ? 'bottlerocket' : 'unknown';
}
