import { ChildProcess, spawn } from 'child_process';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
}

const running = new Set<ChildProcess>();
// After a failure nobody waits for what runs beside it.
process.on('exit', () => running.forEach(child => child.kill()));

/** Runs a command to its end and gives its standard output; a failure carries what the command said. */
export async function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: options.env ?? process.env, stdio: ['pipe', 'pipe', 'pipe'] });
    running.add(child);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data: Buffer) => { stdout += data; });
    child.stderr.on('data', (data: Buffer) => { stderr += data; });
    child.once('error', reject);
    child.once('close', code => {
      running.delete(child);
      return code === 0
        ? resolve(stdout)
        : reject(new Error(`${command} ${args.join(' ')} ended with ${code}: ${(stderr || stdout).trim().slice(-2000)}`));
    });
    // A command that ends before it has read its input is judged by its exit code alone.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}
