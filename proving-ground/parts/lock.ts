import { spawn } from 'child_process';

/**
 * Does something while no other process does the same.
 *
 * The kernel lets go of the lock when whoever holds it dies, so none is ever left behind.
 */
export async function exclusively<T>(file: string, action: () => Promise<T>): Promise<T> {
  // It holds the lock until its standard input ends, with our process at the latest.
  const holder = spawn('flock', [file, 'sh', '-c', 'echo locked; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once('data', () => resolve());
    holder.once('error', reject);
    holder.once('exit', code => reject(new Error(`flock ${file} ended with ${code}`)));
  });
  try {
    return await action();
  } finally {
    holder.stdin.end();
  }
}
