import * as fs from 'fs';
import { AuditEvent, auditEvent } from './audit-events';

const CHUNK = 1024 * 1024;

/** Reads the audit log as it grows, each line once. */
export class AuditLog {
  private readonly events: AuditEvent[] = [];
  private position = 0;
  private pending: Buffer = Buffer.alloc(0);

  constructor(private readonly file: string) {}

  /** All events from then to then, by when their requests came. */
  public between(from: number, until: number): AuditEvent[] {
    this.readOn();
    return this.events.filter(({ at }) => at >= from && at <= until);
  }

  private readOn() {
    const file = fs.openSync(this.file, 'r');
    try {
      const chunk = Buffer.alloc(CHUNK);
      for (let read = fs.readSync(file, chunk, 0, CHUNK, this.position); read > 0; read = fs.readSync(file, chunk, 0, CHUNK, this.position)) {
        this.position += read;
        this.take(Buffer.concat([this.pending, chunk.subarray(0, read)]));
      }
    } finally {
      fs.closeSync(file);
    }
  }

  /** The last line may be half written. */
  private take(buffer: Buffer) {
    const end = buffer.lastIndexOf('\n') + 1;
    this.pending = buffer.subarray(end);
    const lines = buffer.subarray(0, end).toString('utf8').split('\n').filter(line => line !== '');
    this.events.push(...lines.flatMap(line => auditEvent(line) ?? []));
  }
}
