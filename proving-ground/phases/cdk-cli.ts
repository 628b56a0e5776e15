import { spawn } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';

const REPOSITORY = path.resolve(__dirname, '../..');

export interface CdkRun { readonly code: number; readonly output: string; readonly seconds: number }

export interface SynthesizedTemplate { readonly Resources: Readonly<Record<string, { readonly Type: string }>> }

/** The real CDK CLI, as a user runs it, against the local AWS. */
export class CdkCli {
  private runs = 0;

  constructor(private readonly options: {
    readonly runDir: string;
    readonly env: Readonly<Record<string, string>>;
    readonly account: string;
    readonly region: string;
    readonly context: Readonly<Record<string, string>>;
  }) {}

  public bootstrap(): Promise<CdkRun> {
    return this.run(['bootstrap', `aws://${this.options.account}/${this.options.region}`], 'examples/install.ts', {});
  }

  public deploy(app: string, context: Readonly<Record<string, string>> = {}, stack = 'Karpenter'): Promise<CdkRun> {
    const outputs = path.join(this.options.runDir, 'outputs.json');
    return this.run(['deploy', stack, '--require-approval', 'never', '--progress', 'events', '--outputs-file', outputs], app, context);
  }

  /** The template of the stack. */
  public async synth(app: string, context: Readonly<Record<string, string>> = {}): Promise<SynthesizedTemplate> {
    const { code, output } = await this.run(['synth', 'Karpenter', '--quiet'], app, context);
    if (code !== 0) {
      throw new Error(`cdk synth ended with ${code}: ${output.slice(-1500)}`);
    }
    return JSON.parse(fs.readFileSync(path.join(this.options.runDir, 'cdk.out', 'Karpenter.template.json'), 'utf8'));
  }

  public destroy(app: string, context: Readonly<Record<string, string>> = {}): Promise<CdkRun> {
    return this.run(['destroy', 'Karpenter', '--force'], app, context);
  }

  /** The outputs of the stack after the last deployment. */
  public outputs(): Readonly<Record<string, string>> {
    return JSON.parse(fs.readFileSync(path.join(this.options.runDir, 'outputs.json'), 'utf8')).Karpenter ?? {};
  }

  private async run(args: readonly string[], app: string, context: Readonly<Record<string, string>>): Promise<CdkRun> {
    const started = Date.now();
    const log = path.join(this.options.runDir, `cdk-${String(++this.runs).padStart(2, '0')}-${args[0]}.log`);
    const all = { ...this.options.context, ...context };
    const child = spawn(process.execPath, [
      path.join(REPOSITORY, 'node_modules/aws-cdk/bin/cdk'), ...args, '--ci', '--no-color', '--no-notices',
      // The functions were bundled before the run.
      '--build', '',
      '--app', `${process.execPath} --import tsx ${app}`,
      '--output', path.join(this.options.runDir, 'cdk.out'),
      ...Object.entries(all).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    ], {
      cwd: REPOSITORY,
      env: {
        PATH: process.env.PATH,
        HOME: this.options.runDir,
        TSX_TSCONFIG_PATH: path.join(REPOSITORY, 'tsconfig.dev.json'),
        CDK_DISABLE_CLI_TELEMETRY: 'true',
        // What aws-cdk-lib itself has to say about templates takes most of a synthesis, and is no evidence.
        CDK_VALIDATION: 'false',
        JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1',
        JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '1',
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        ...this.options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const file = fs.createWriteStream(log);
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        file.write(chunk);
      });
    }
    const code = await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', status => resolve(status ?? 1));
    });
    file.end();
    return { code, output: Buffer.concat(chunks).toString('utf8'), seconds: Math.round((Date.now() - started) / 1000) };
  }
}
