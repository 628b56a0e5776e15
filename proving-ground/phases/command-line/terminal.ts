import { execFile, execFileSync } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';
import { promisify } from 'util';
import { environmentOf, COMMAND } from './command';
import { sleep } from '../../cluster/processes';
import { screenSvg } from '../../observe/screen';
import { World } from '../world';

const run = promisify(execFile);
const SIZE = { columns: 118, rows: 17 } as const;
const SESSION = 'watch';

/** Whether there is a terminal to watch in; the proving ground does without. */
export function hasTerminal(): boolean {
  try {
    execFileSync('tmux', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A command in a real terminal, whose screen can be looked at. */
export class Terminal {
  private readonly socket: string;

  public constructor(private readonly runDir: string) {
    this.socket = path.join(runDir, 'tmux');
  }

  public async start(world: World, args: readonly string[], credentials: Readonly<Record<string, string>>): Promise<void> {
    const environment = { ...environmentOf(world, this.runDir, credentials), TERM: 'xterm-256color' };
    const variables = Object.entries(environment).flatMap(([name, value]) => value === undefined ? [] : ['-e', `${name}=${value}`]);
    // The sleep keeps the last screen of the command. What tmux offers for that scrolls it up by a line.
    const kept = ['sh', '-c', '"$@"; exec sleep 86400', 'sh', ...COMMAND, ...args];
    await this.tmux('new-session', '-d', '-s', SESSION, '-x', String(SIZE.columns), '-y', String(SIZE.rows), ...variables, ...kept);
  }

  /** With its escape sequences. */
  public async screen(): Promise<string> {
    return (await this.tmux('capture-pane', '-e', '-p', '-t', SESSION)).stdout;
  }

  /** Waits until the screen shows something. */
  public async until(shows: RegExp, seconds: number): Promise<string> {
    for (const end = Date.now() + seconds * 1000; ;) {
      const screen = await this.screen();
      // eslint-disable-next-line no-control-regex -- colours stand between words
      if (shows.test(screen.replace(/\u001b\[[\d;]*m/g, ''))) {
        return screen;
      }
      if (Date.now() > end) {
        throw new Error(`the terminal does not show ${shows} within ${seconds} s, but:\n${screen}`);
      }
      await sleep(500);
    }
  }

  public draw(screen: string, file: string, title: string): void {
    fs.writeFileSync(path.join(this.runDir, file), screenSvg(screen, title, SIZE.columns));
  }

  public async stop(): Promise<void> {
    await this.tmux('kill-server').catch(() => undefined);
  }

  private tmux(...args: readonly string[]): Promise<{ stdout: string }> {
    return run('tmux', ['-S', this.socket, ...args], { encoding: 'utf8' });
  }
}
