/** Joins as many items as fit into the given bytes and says how many are left out. */
export function shortList(items: readonly string[], maximumBytes: number): string {
  const whole = items.join(', ');
  if (Buffer.byteLength(whole) <= maximumBytes) {
    return whole;
  }
  const end = (left: number) => `… and ${left} more, see the log`;
  let kept = '';
  for (const [index, item] of items.entries()) {
    const next = `${kept}${item}, `;
    if (Buffer.byteLength(next + end(items.length - index - 1)) > maximumBytes) {
      return kept + end(items.length - index);
    }
    kept = next;
  }
  return kept;
}

/** At most three names; the rest as a number. */
export function some(names: readonly string[]): string {
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}

export function count(many: number, thing: string): string {
  return `${many} ${thing}${many === 1 ? '' : 's'}`;
}
