/** What is wrong, what causes it, and the whole of what is said. */
export type Nonsense = [nonsense: string, given: () => unknown, complaint: string];

/** Something that is refused where TypeScript would not let it be written. */
export const untyped = (value: unknown): any => value;

/** The one test of all tables: the error is ours, readable, and says exactly this. */
export function refuses(cases: readonly Nonsense[]): void {
  test.each(cases)('%s is refused', (_, given, complaint) => {
    const error = errorOf(given);
    expect(error.message).toBe(complaint);
    expect(error.constructor.name).toBe('Error');
    // Names of the API and values may begin with a capital, sentences do not.
    expect(error.message).toMatch(/^([a-z`"]|(KarpenterRelease|Provisioner|AWSNodeTemplate|NodePool|EC2NodeClass|AL2023)\b)/);
    expect(error.message).not.toMatch(/\.$/);
  });
}

/** A check that refuses everything fails here. */
export function takes(neighbours: Readonly<Record<string, () => unknown>>): void {
  test.each(Object.entries(neighbours))('%s is taken', (_, given) => {
    expect(given).not.toThrow();
  });
}

function errorOf(given: () => unknown): Error {
  try {
    given();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was refused');
}
