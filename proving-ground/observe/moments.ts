/** How many pods were where at a time. */
export interface Moment {
  readonly at: number;
  /** Of node groups. */
  readonly onNodegroups: number;
  readonly onKarpenter: number;
  /** Scheduled nowhere. */
  readonly pending: number;
  readonly nodegroupNodes: number;
  readonly karpenterNodes: number;
}

/** A series of moments, at most one for each interval: the last of it. */
export class Moments {
  private readonly series: Moment[] = [];

  constructor(private readonly intervalMilliseconds = 500) {}

  public add(moment: Moment): void {
    const last = this.series.at(-1);
    if (last && Math.floor(last.at / this.intervalMilliseconds) === Math.floor(moment.at / this.intervalMilliseconds)) {
      this.series.pop();
    }
    this.series.push(moment);
  }

  /** From then to then, with what held when it began. */
  public between(from: number, until: number): Moment[] {
    const before = this.series.filter(moment => moment.at <= from).at(-1);
    const within = this.series.filter(moment => moment.at > from && moment.at <= until);
    const last = within.at(-1) ?? before;
    return [...(before ? [{ ...before, at: from }] : []), ...within, ...(last ? [{ ...last, at: until }] : [])];
  }
}
