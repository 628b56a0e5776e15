import * as fs from 'fs';
import * as path from 'path';
import { cached } from './cache';
import { run } from './command';
import { Log } from './log';

/** A program built from a published Go module, pinned by the go.mod and go.sum beside it. */
export interface GoProgram {
  readonly name: string;
  readonly packagePath: string;
  /** Older modules don't compile with the newest Go; the go command fetches the one they need. */
  readonly toolchain: string;
  readonly ldflags: string;
  readonly minutes: number;
}

export const KUBERNETES_VERSION = 'v1.30.14';
const [MAJOR, MINOR] = KUBERNETES_VERSION.slice(1).split('.');

/** Helm refuses a server whose version it cannot parse, and a version is only there if the linker puts it there. */
const KUBERNETES_VERSION_FLAGS = [
  `-X k8s.io/component-base/version.gitVersion=${KUBERNETES_VERSION}`,
  `-X k8s.io/component-base/version.gitMajor=${MAJOR}`,
  `-X k8s.io/component-base/version.gitMinor=${MINOR}`,
  `-X k8s.io/client-go/pkg/version.gitVersion=${KUBERNETES_VERSION}`,
].join(' ');

export const CONTROL_PLANE: GoProgram = {
  name: 'control-plane', packagePath: '.', toolchain: 'go1.22.12', ldflags: `-s -w ${KUBERNETES_VERSION_FLAGS}`, minutes: 10,
};
export const KARPENTER: GoProgram = {
  name: 'karpenter', packagePath: 'github.com/aws/karpenter/cmd/controller', toolchain: 'go1.22.12', ldflags: '-s -w', minutes: 4,
};
export const KWOK: GoProgram = {
  name: 'kwok', packagePath: 'sigs.k8s.io/kwok/cmd/kwok', toolchain: 'auto', ldflags: '-s -w', minutes: 4,
};
export const REGISTRY: GoProgram = {
  name: 'registry', packagePath: 'github.com/google/go-containerregistry/cmd/registry', toolchain: 'auto', ldflags: '-s -w', minutes: 1,
};
export const AUTHENTICATOR: GoProgram = {
  name: 'aws-iam-authenticator',
  packagePath: 'sigs.k8s.io/aws-iam-authenticator/cmd/aws-iam-authenticator',
  toolchain: 'auto',
  ldflags: '-s -w',
  minutes: 3,
};

const MODULES = path.join(__dirname, '..', 'go');

/** Environment of every go command: what go.mod and go.sum say and nothing else. */
export function goEnvironment(toolchain: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    GOTOOLCHAIN: toolchain,
    GOFLAGS: '-mod=readonly -buildvcs=false',
    // The committed go.sum is the check; the public checksum database is not reachable everywhere.
    GONOSUMDB: '*',
    CGO_ENABLED: '0',
  };
}

export function moduleFolder(program: GoProgram): string {
  return path.join(MODULES, program.name);
}

/** Everything that decides what a program becomes. */
export function moduleInputs(program: GoProgram): (string | Buffer)[] {
  const folder = moduleFolder(program);
  return [
    JSON.stringify([program.packagePath, program.toolchain, program.ldflags]),
    ...fs.readdirSync(folder).sort().map(file => fs.readFileSync(path.join(folder, file))),
  ];
}

/** Gives the path of the executable. */
export async function goBinary(program: GoProgram, log: Log): Promise<string> {
  const folder = await cached({
    name: program.name,
    inputs: moduleInputs(program),
    minutes: program.minutes,
    build: async target => {
      await run('go', ['build', '-o', path.join(target, program.name), '-ldflags', program.ldflags, program.packagePath], {
        cwd: moduleFolder(program), env: goEnvironment(program.toolchain),
      });
    },
  }, log);
  return path.join(folder, program.name);
}
