/** Karpenter and Kubernetes take 63 characters; some are left for a number. */
const LONGEST = 58;

/** A name for what serves some node groups: what their names begin with in common, else the first; valid for both generations, and not taken yet. */
export function nameFor(nodegroups: readonly string[], taken: ReadonlySet<string>): string {
  const sorted = [...nodegroups].sort();
  const words = sorted.map(name => name.split(/[-_.]/));
  const shared = words[0].findIndex((word, index) => words.some(other => other[index] !== word));
  const common = shared > 0 ? words[0].slice(0, shared).join('-') : sorted[0];
  const name = valid(common);
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!taken.has(candidate)) {
      return candidate;
    }
  }
}

/** A DNS label that begins with a letter. */
function valid(text: string): string {
  const label = text.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+/, '');
  return (/^[a-z]/.test(label) ? label : `pool-${label}`).slice(0, LONGEST).replace(/-+$/, '');
}
