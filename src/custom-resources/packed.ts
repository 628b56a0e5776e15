import { gunzipSync, gzipSync } from 'zlib';

/** Lambda hands on 6 MB of an answer. Lists of nodes and pods repeat themselves: packed they have a twelfth of their size. */
const PLAIN_BYTES = 256 * 1024;

interface Packed { readonly Packed: string }

/** An answer as it travels between functions. */
export function packed(answer: unknown): unknown {
  const text = JSON.stringify(answer) ?? '';
  return text.length <= PLAIN_BYTES ? answer : { Packed: gzipSync(text).toString('base64') } satisfies Packed;
}

export function unpacked(answer: unknown): unknown {
  return isPacked(answer) ? JSON.parse(gunzipSync(Buffer.from(answer.Packed, 'base64')).toString('utf8')) : answer;
}

function isPacked(answer: unknown): answer is Packed {
  return typeof (answer as Partial<Packed> | null)?.Packed === 'string';
}
