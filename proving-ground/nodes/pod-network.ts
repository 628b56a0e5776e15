import * as fs from 'fs';
import * as path from 'path';
import { SECRETS_PATH } from './service-account-token';
import { HOST_ADDRESS } from '../cluster/network';
import { sleep } from '../cluster/processes';
import { run } from '../parts/command';

/** A part of the VPC that no subnet uses. */
const POD_PREFIX = '10.0.240';
const INTERFACE = 'eth0';

/** Gives each pod an address that was not used before in this run, and each start of its program an interface. */
export class PodAddresses {
  private lastAddress = 1;
  private lastInterface = 0;

  public nextAddress(): string {
    this.lastAddress += 1;
    if (this.lastAddress > 254) {
      throw new Error(`more than 253 real pods in one run: ${POD_PREFIX}.0/24 is used up`);
    }
    return `${POD_PREFIX}.${this.lastAddress}`;
  }

  /** The kernel removes the interface of a program that ended some time after its end. */
  public nextInterface(): string {
    this.lastInterface += 1;
    return `pod${this.lastInterface}`;
  }
}

/**
 * A command that runs in network and mount namespaces of its own and waits there for a line on its standard input.
 *
 * By then `connectPod` has put one end of a veth pair into it, which the command configures before it becomes the program.
 * @param secrets the folder that the program sees at SECRETS_PATH
 */
export function inPod(address: string, secrets: string, program: readonly string[]): { command: string; args: string[] } {
  const script = [
    'read -r _',
    'ip link set lo up',
    `ip address add ${address}/32 dev ${INTERFACE}`,
    `ip link set ${INTERFACE} up`,
    `ip route add ${HOST_ADDRESS}/32 dev ${INTERFACE}`,
    `ip route add default via ${HOST_ADDRESS}`,
    // Nobody needs to have made the mount point on this machine.
    `mount -t tmpfs tmpfs ${path.dirname(SECRETS_PATH)}`,
    `mkdir ${SECRETS_PATH}`,
    `mount --bind "$0" ${SECRETS_PATH}`,
    'exec "$@"',
  ].join(' && ');
  return { command: 'unshare', args: ['--net', '--mount', 'sh', '-c', script, secrets, ...program] };
}

/** Connects the network namespace of a process with this one. The pair is gone when the process is. */
export async function connectPod(pid: number, address: string, hostInterface: string): Promise<void> {
  const own = fs.readlinkSync('/proc/self/ns/net');
  while (fs.readlinkSync(`/proc/${pid}/ns/net`) === own) {
    await sleep(10);
  }
  await run('ip', ['link', 'add', hostInterface, 'type', 'veth', 'peer', 'name', INTERFACE, 'netns', String(pid)]);
  await run('ip', ['link', 'set', hostInterface, 'up']);
  await run('ip', ['route', 'replace', `${address}/32`, 'dev', hostInterface, 'src', HOST_ADDRESS]);
}
