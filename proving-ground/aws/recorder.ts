import * as fs from 'fs';
import * as path from 'path';

/** One permission that a call needs, and what the policies say. */
export interface Decision {
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string | string[]>>;
  /** `unmapped`: no table of ours says what this call needs, so a role may not make it. */
  readonly decision: 'allowed' | 'denied' | 'unmapped';
}

/** One call of the AWS API, as written to calls.jsonl. */
export interface CallRecord {
  readonly time: string;
  readonly principal: string;
  /** The program that made it, as it calls itself; undefined for what services do inside. */
  readonly agent?: string;
  readonly service: string;
  readonly action: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Empty for administrators, who are not evaluated. */
  readonly decisions: readonly Decision[];
  /** Whether the decisions were enforced, or only recorded. */
  readonly enforced: boolean;
  readonly status: number;
  /** Bytes of the answer to CloudFormation, for responses of custom resources. */
  readonly responseBytes?: number;
}

/** Keeps what happened, in memory and on disk. */
export class Recorder {
  public readonly calls: CallRecord[] = [];
  private readonly stream: fs.WriteStream;

  constructor(runDir: string) {
    this.stream = fs.createWriteStream(path.join(runDir, 'calls.jsonl'), { flags: 'a' });
  }

  public add(call: CallRecord): void {
    this.calls.push(call);
    this.stream.write(JSON.stringify(call) + '\n');
  }

  public async close(): Promise<void> {
    await new Promise<void>(resolve => this.stream.end(resolve));
  }
}
