import { Output } from './terminal';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MILLISECONDS = 80;
const ERASE = '\r\u001b[2K';

/** Says on a terminal what is being read; elsewhere it says nothing, because nobody waits there. */
export class Spinner {
  private text = '';
  private frame = 0;
  private timer?: NodeJS.Timeout;

  public constructor(private readonly output: Output) {}

  public says(text: string): void {
    this.text = text;
    if (this.output.isTTY && !this.timer) {
      this.timer = setInterval(() => this.draw(), FRAME_MILLISECONDS);
      // Who waits for nothing but the next frame has ended.
      this.timer.unref();
    }
    this.draw();
  }

  public ends(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    if (this.output.isTTY) {
      this.output.write(ERASE);
    }
  }

  private draw(): void {
    if (this.output.isTTY) {
      this.frame = (this.frame + 1) % FRAMES.length;
      this.output.write(`${ERASE}${FRAMES[this.frame]} ${this.text.slice(0, (this.output.columns ?? 80) - 3)}`);
    }
  }
}
