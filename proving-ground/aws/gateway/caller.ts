import * as fs from 'fs';
import type { Socket } from 'net';
import { Call } from './call';

/** When a process ends in the middle of a call: before anything has come of it, or when all is done and only the answer is missing. */
export type Moment = 'before' | 'after';

/** A process that ended in the middle of a call. */
export interface Death {
  readonly at: number;
  readonly call: Call;
  readonly moment: Moment;
  /** Whose process it was, as IAM knows it. */
  readonly principal: string;
}

/** Ends processes in the middle of their calls until it is stopped. */
export interface Killing {
  /** So far; the processes have ended. */
  readonly deaths: readonly Death[];
  stop(): void;
}

const INODE = 9;

/** Ends the process at the other end of a connection on this machine, as Lambda ends a function: without a word. */
export function killCaller(socket: Socket): void {
  const callers = processesOf(connectionOf(socket));
  if (callers.length === 0 || callers.includes(process.pid)) {
    throw new Error(`the caller at port ${socket.remotePort} is ${callers.length === 0 ? 'no process of this machine' : 'this process itself'}`);
  }
  callers.forEach(pid => process.kill(pid, 'SIGKILL'));
}

/** The caller's end of the connection, as processes hold it. */
function connectionOf({ remotePort, localPort }: Socket): string {
  const hex = (port: number | undefined) => (port ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const rows = fs.readFileSync('/proc/net/tcp', 'utf8').split('\n').map(line => line.trim().split(/\s+/));
  const row = rows.find(([, local, remote]) => local?.endsWith(`:${hex(remotePort)}`) && remote?.endsWith(`:${hex(localPort)}`));
  if (!row) {
    throw new Error(`nobody on this machine calls from port ${remotePort}`);
  }
  return `socket:[${row[INODE]}]`;
}

function processesOf(connection: string): number[] {
  return fs.readdirSync('/proc').filter(name => /^\d+$/.test(name) && opens(name, connection)).map(Number);
}

function opens(pid: string, connection: string): boolean {
  try {
    return fs.readdirSync(`/proc/${pid}/fd`).some(fd => fs.readlinkSync(`/proc/${pid}/fd/${fd}`) === connection);
  } catch (error) {
    // A process, or what it had open, is gone by now.
    if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) {
      return false;
    }
    throw error;
  }
}
