/** What happens when, second by second. */
export class Timeline {
  private readonly events = new Map<number, (() => void)[]>();

  public constructor(public now: number) {}

  public in(seconds: number, event: () => void): void {
    const at = this.now + seconds * 1000;
    this.events.set(at, [...this.events.get(at) ?? [], event]);
  }

  /** A second passes. */
  public second(): void {
    this.now += 1000;
    const due = this.events.get(this.now) ?? [];
    this.events.delete(this.now);
    due.forEach(event => event());
  }
}
