import { Token } from 'aws-cdk-lib';

/** The names of a migration's objects of one kind. Two objects of one name would be one object that two resources change. */
export class ObjectNames {
  private readonly taken: string[] = [];

  /** @param kind with its article, for the error */
  public constructor(private readonly kind: string) {}

  /** The names so far, in the order in which they came. */
  public get all(): readonly string[] {
    return this.taken;
  }

  /**
   * Adds a name; two tokens may turn out to be the same one.
   *
   * @throws when it is taken
   */
  public take(name: string): void {
    if (!Token.isUnresolved(name) && this.taken.includes(name)) {
      throw new Error(`the migration has ${this.kind} "${name}" already: set \`name\` to one that is not among ${this.taken.join(', ')}`);
    }
    this.taken.push(name);
  }
}
