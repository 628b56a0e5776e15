/** Just enough XML for the answers of AWS' query protocols: elements and text. */
export type XmlNode = string | { readonly [name: string]: XmlNode | readonly XmlNode[] };

const TOKEN = /<\?[^>]*\?>|<!--[\s\S]*?-->|<(\/?)([\w:.-]+)[^>]*?(\/?)>|([^<]+)/g;

/** Children of the root element; repeated elements become lists. */
export function parseXml(text: string): XmlNode {
  interface Frame { name: string; children: Record<string, any>; text: string }
  const stack: Frame[] = [{ name: '', children: {}, text: '' }];
  for (const [, closing, name, empty, characters] of text.matchAll(TOKEN)) {
    const top = stack[stack.length - 1];
    if (characters !== undefined) {
      top.text += characters;
    } else if (name && !closing && !empty) {
      stack.push({ name, children: {}, text: '' });
    } else if (name) {
      const frame = empty ? { name, children: {}, text: '' } : stack.pop()!;
      const value = Object.keys(frame.children).length ? frame.children : unescapeXml(frame.text);
      const parent = stack[stack.length - 1].children;
      parent[frame.name] = frame.name in parent ? [parent[frame.name], value].flat() : value;
    }
  }
  return Object.values(stack[0].children)[0] ?? '';
}

/** A list element (`member`, `item`) as an array, whatever its length. */
export function members(node: XmlNode | readonly XmlNode[] | undefined): any[] {
  if (node === undefined || typeof node === 'string') {
    return [];
  }
  const inner = (node as any).member ?? (node as any).item ?? [];
  return Array.isArray(inner) ? inner : [inner];
}

export function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, c => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' }[c]!));
}

function unescapeXml(text: string): string {
  return text.trim().replace(/&(lt|gt|quot|apos|amp|#\d+|#x[\da-f]+);/gi, (_, e: string) => {
    const named: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: '\'', amp: '&' };
    return named[e] ?? String.fromCodePoint(e[1].toLowerCase() === 'x' ? parseInt(e.slice(2), 16) : Number(e.slice(1)));
  });
}
