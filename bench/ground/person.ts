import { spawn } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';
import { karpenterOf } from '../../proving-ground/parts/parts';
import { RunContext } from '../../proving-ground/phases/run-context';
import { CLUSTER_NAME, World } from '../../proving-ground/phases/world';

const SCRIPTS = path.join(__dirname, 'guide');

/** Somebody with a shell, `aws`, `kubectl` and `helm`, who types without taking time. */
export class Person {
  /** With a kubeconfig as `aws eks update-kubeconfig` writes it. */
  public static async atWork(context: RunContext, world: World): Promise<Person> {
    const person = new Person(context, world);
    fs.mkdirSync(person.folder);
    await person.run('connect.sh');
    return person;
  }

  /** Where the files of the scripts go. */
  private readonly folder: string;

  private constructor(private readonly context: RunContext, private readonly world: World) {
    this.folder = path.join(context.runDir, 'by-hand');
  }

  /** Runs a script to its end; fails if one of its commands does. */
  public async run(script: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
    const { parts } = this.context;
    const { tools } = karpenterOf(parts, this.world.karpenter.generation);
    const log = path.join(this.context.runDir, `${path.basename(script, '.sh')}.log`);
    const output = fs.openSync(log, 'a');
    const child = spawn('bash', ['-euo', 'pipefail', path.join(SCRIPTS, script)], {
      cwd: this.folder,
      env: {
        ...this.world.aws.env,
        PATH: [path.dirname(tools.kubectl), path.dirname(tools.helm), parts.python, '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
        AWS_PAGER: '',
        CLUSTER_NAME,
        KUBECTL_ROLE_ARN: this.world.handMade!.kubectlRoleArn,
        ...env,
      },
      stdio: ['ignore', output, output],
    });
    fs.closeSync(output);
    const code = await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', status => resolve(status ?? 1));
    });
    if (code !== 0) {
      throw new Error(`${script} ended with ${code}; the end of ${log}:\n${fs.readFileSync(log, 'utf8').trimEnd().split('\n').slice(-15).join('\n')}`);
    }
  }
}
