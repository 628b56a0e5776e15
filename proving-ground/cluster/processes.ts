import { ChildProcess, spawn } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';

export interface ProcessOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /**
   * Gives the process a standard input that the caller writes to.
   * @default false
   */
  readonly stdin?: boolean;
}

const GRACE_MILLISECONDS = 10_000;
const LAST_GRACE_MILLISECONDS = 1000;

/** A child process with a log file, in a process group of its own. */
export class ManagedProcess {
  public readonly exited: Promise<void>;
  private stopping = false;

  constructor(
    public readonly name: string,
    public readonly logFile: string,
    public readonly child: ChildProcess,
    onUnexpectedExit: (process: ManagedProcess) => void,
  ) {
    this.exited = new Promise(resolve => {
      const ended = () => {
        resolve();
        if (!this.stopping) {
          onUnexpectedExit(this);
        }
      };
      child.once('exit', ended);
      child.once('error', error => {
        fs.appendFileSync(logFile, `${error.message}\n`);
        ended();
      });
    });
  }

  public get running(): boolean {
    return this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  public get exitDescription(): string {
    return this.child.signalCode ?? `exit code ${this.child.exitCode}`;
  }

  public logTail(lines = 15): string {
    return fs.readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  }

  /** Asks the process group to end, and ends it when the grace is over. */
  public async stop(graceMilliseconds = GRACE_MILLISECONDS): Promise<void> {
    this.stopping = true;
    if (this.running) {
      this.signal('SIGTERM');
      const timer = setTimeout(() => this.signal('SIGKILL'), graceMilliseconds);
      await this.exited;
      clearTimeout(timer);
    }
  }

  /** Ends it at once, as a machine that is switched off does. */
  public async kill(): Promise<void> {
    this.stopping = true;
    if (this.running) {
      this.signal('SIGKILL');
      await this.exited;
    }
  }

  private signal(signal: NodeJS.Signals) {
    try {
      process.kill(-this.child.pid!, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
        throw error;
      }
    }
  }
}

/** Starts processes under names that tell them apart in the logs. */
export interface ProcessStarter {
  /** Starts a process that has to live until it is stopped. */
  start(name: string, command: string, args: readonly string[], options?: ProcessOptions): ManagedProcess;
  /** Starts a process whose end its owner deals with. */
  startFallible(name: string, command: string, args: readonly string[], options?: ProcessOptions): ManagedProcess;
}

/** Starts processes and knows all of them, so that none outlives the run. */
export class Processes implements ProcessStarter {
  private readonly started: ManagedProcess[] = [];

  /**
   * @param logFolder one file per process
   * @param onFailure is told when a process ends that nobody stopped
   */
  constructor(private readonly logFolder: string, private readonly onFailure: (error: Error) => void) {
    fs.mkdirSync(logFolder, { recursive: true });
  }

  public start(name: string, command: string, args: readonly string[], options: ProcessOptions = {}): ManagedProcess {
    return this.spawn(name, command, args, options, ended => {
      this.onFailure(new Error(`${name} ended (${ended.exitDescription}); the end of ${ended.logFile}:\n${ended.logTail()}`));
    });
  }

  public startFallible(name: string, command: string, args: readonly string[], options: ProcessOptions = {}): ManagedProcess {
    return this.spawn(name, command, args, options, () => undefined);
  }

  /** The same for what belongs to somebody, whose name comes first. */
  public of(owner: string): ProcessStarter {
    return {
      start: (name, ...rest) => this.start(`${owner}-${name}`, ...rest),
      startFallible: (name, ...rest) => this.startFallible(`${owner}-${name}`, ...rest),
    };
  }

  /** Stops everything, the last started first. Nobody is left to serve, so the grace is short. */
  public async stopAll(): Promise<void> {
    for (const managed of [...this.started].reverse()) {
      await managed.stop(LAST_GRACE_MILLISECONDS);
    }
  }

  private spawn(
    name: string, command: string, args: readonly string[], options: ProcessOptions, onExit: (process: ManagedProcess) => void,
  ): ManagedProcess {
    const logFile = path.join(this.logFolder, `${name}.log`);
    const log = fs.openSync(logFile, 'a');
    const child = spawn(command, args, {
      cwd: options.cwd, env: options.env ?? baseEnvironment(), detached: true, stdio: [options.stdin ? 'pipe' : 'ignore', log, log],
    });
    fs.closeSync(log);
    const managed = new ManagedProcess(name, logFile, child, onExit);
    this.started.push(managed);
    return managed;
  }
}

/** What a program needs of the surroundings, without the credentials and settings that a developer's shell may hold. */
export function baseEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LANG: 'C.UTF-8', HOME: process.env.HOME };
}

export const sleep = (milliseconds: number): Promise<void> => new Promise(resolve => setTimeout(resolve, milliseconds));

/** Waits until a process answers; says what it logged if it ends or takes too long. */
export async function ready(managed: ManagedProcess, answers: () => Promise<boolean>, seconds = 60): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!await answers().catch(() => false)) {
    if (!managed.running) {
      throw new Error(`${managed.name} ended (${managed.exitDescription}) before it was ready; the end of ${managed.logFile}:\n${managed.logTail()}`);
    }
    if (Date.now() > deadline) {
      throw new Error(`${managed.name} is not ready after ${seconds} s; the end of ${managed.logFile}:\n${managed.logTail()}`);
    }
    await sleep(200);
  }
}
