import * as os from 'os';

/** What compiling and linking a large program takes. */
const MEMORY_OF_A_COMPILATION = 4e9;

/** Lends the machine's cores to what compiles, the longest first. */
export class Cores {
  private readonly waiting: { readonly seconds: number; readonly start: () => void }[] = [];

  constructor(private free = Math.max(1, Math.min(os.availableParallelism(), Math.floor(os.totalmem() / MEMORY_OF_A_COMPILATION)))) {}

  public async use<T>(seconds: number, action: () => Promise<T>): Promise<T> {
    if (this.free > 0) {
      this.free--;
    } else {
      await new Promise<void>(start => this.waiting.push({ seconds, start }));
    }
    try {
      return await action();
    } finally {
      const [next] = this.waiting.sort((a, b) => b.seconds - a.seconds).splice(0, 1);
      next ? next.start() : this.free++;
    }
  }
}
