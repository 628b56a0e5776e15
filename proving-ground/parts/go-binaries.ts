import * as fs from 'fs';
import * as path from 'path';
import { run } from './command';
import { Workshop } from './workshop';

/** A program built from a published Go module, pinned by the go.mod and go.sum beside it. */
export interface GoProgram {
  readonly name: string;
  readonly packagePath: string;
  /** Older modules don't compile with the newest Go; the go command fetches the one they need. */
  readonly toolchain: string;
  readonly ldflags: string;
  /** See `Part`. */
  readonly seconds: number;
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
  name: 'control-plane', packagePath: '.', toolchain: 'go1.22.12', ldflags: `-s -w ${KUBERNETES_VERSION_FLAGS}`, seconds: 480,
};
export const KWOK: GoProgram = {
  name: 'kwok', packagePath: 'sigs.k8s.io/kwok/cmd/kwok', toolchain: 'auto', ldflags: '-s -w', seconds: 220,
};
export const REGISTRY: GoProgram = {
  name: 'registry', packagePath: 'github.com/google/go-containerregistry/cmd/registry', toolchain: 'auto', ldflags: '-s -w', seconds: 40,
};
export const AUTHENTICATOR: GoProgram = {
  name: 'aws-iam-authenticator',
  packagePath: 'sigs.k8s.io/aws-iam-authenticator/cmd/aws-iam-authenticator',
  toolchain: 'auto',
  ldflags: '-s -w',
  seconds: 180,
};

/** The linker strips what debuggers read (-s -w); not to make it in the first place saves a tenth of the compilation. */
const WITHOUT_DEBUGGING = ['-gcflags=all=-dwarf=false'];

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

/** Downloads the modules that the program is made of, which are fewer than go.mod names, and the toolchain. */
export async function downloadModules(program: GoProgram): Promise<void> {
  await run('go', ['list', '-deps', program.packagePath], { cwd: moduleFolder(program), env: goEnvironment(program.toolchain) });
}

/** Gives the path of the executable. */
export async function goBinary(program: GoProgram, workshop: Workshop): Promise<string> {
  const folder = await workshop.folder({
    name: program.name,
    inputs: moduleInputs(program),
    seconds: program.seconds,
    compiles: true,
    download: () => downloadModules(program),
    build: target => run('go', [
      'build', '-o', path.join(target, program.name), '-ldflags', program.ldflags, ...WITHOUT_DEBUGGING, program.packagePath,
    ], { cwd: moduleFolder(program), env: goEnvironment(program.toolchain) }),
  });
  return path.join(folder, program.name);
}
