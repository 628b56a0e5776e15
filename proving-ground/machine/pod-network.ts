import * as fs from 'fs';
import { HOST_ADDRESS } from './network';
import { sleep } from './processes';
import { run } from '../build/command';

/** A part of the VPC that no subnet uses. */
const POD_PREFIX = '10.0.240';
const INTERFACE = 'eth0';

/** Gives each pod an address that was not used before in this run. */
export class PodAddresses {
  private last = 1;

  public next(): { readonly address: string; readonly hostInterface: string } {
    this.last += 1;
    if (this.last > 254) {
      throw new Error(`more than 253 real pods in one run: ${POD_PREFIX}.0/24 is used up`);
    }
    return { address: `${POD_PREFIX}.${this.last}`, hostInterface: `pod${this.last}` };
  }
}

/**
 * A command that runs in a network namespace of its own and waits there for a line on its standard input.
 *
 * By then `connectPod` has put one end of a veth pair into it, which the command configures before it becomes the program.
 */
export function inPodNetwork(address: string, program: readonly string[]): { command: string; args: string[] } {
  const script = [
    'read -r _',
    'ip link set lo up',
    `ip address add ${address}/32 dev ${INTERFACE}`,
    `ip link set ${INTERFACE} up`,
    `ip route add ${HOST_ADDRESS}/32 dev ${INTERFACE}`,
    `ip route add default via ${HOST_ADDRESS}`,
    'exec "$@"',
  ].join(' && ');
  return { command: 'unshare', args: ['--net', 'sh', '-c', script, 'pod', ...program] };
}

/** Connects the network namespace of a process with this one. The pair is gone when the process is. */
export async function connectPod(pid: number, address: string, hostInterface: string): Promise<void> {
  const own = fs.readlinkSync('/proc/self/ns/net');
  while (fs.readlinkSync(`/proc/${pid}/ns/net`) === own) {
    await sleep(10);
  }
  await run('ip', ['link', 'add', hostInterface, 'type', 'veth', 'peer', 'name', INTERFACE, 'netns', String(pid)]);
  await run('ip', ['link', 'set', hostInterface, 'up']);
  await run('ip', ['route', 'add', `${address}/32`, 'dev', hostInterface, 'src', HOST_ADDRESS]);
}
