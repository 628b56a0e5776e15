import * as fs from 'fs';
import { auditReport, AuditReport } from './audit-events';
import { AuditLog } from './audit-log';
import { CallsByRole, callsByRole } from './calls';
import { DisruptionReport } from './disruption';
import { DisruptionWatch } from './disruption-watch';
import { Mark, picture } from './picture';
import type { CallRecord } from '../aws/recorder';
import { ADMINISTRATOR } from '../cluster/audit';
import { Kube } from '../cluster/kube';

/** Made and deleted by the migration itself, to prove that Karpenter can launch. */
const CANARY = 'cdk-karpenter-migration-canary';

export interface ObserversOptions {
  readonly kube: Kube;
  readonly auditLog: string;
  /** The label by which a node is Karpenter's. */
  readonly ownerLabel: string;
  /** The gateway's record of calls, which grows. */
  readonly calls: readonly CallRecord[];
}

/** What was seen in a span of time. */
export interface Observation {
  readonly disruption: DisruptionReport;
  /** Of the identity with which our functions come, and the kubectl of the CDK. */
  readonly audit: AuditReport;
  /** Calls of the API server for each node of a node group that went; undefined if none did. */
  readonly callsPerNode?: number;
}

/** Sees what the product does from where it cannot reach: watches, the audit log and the gateway's record. */
export class Observers {
  private readonly watch: DisruptionWatch;
  private readonly auditLog: AuditLog;
  private readonly marks: Mark[] = [];
  private readonly started = Date.now();

  constructor(private readonly options: ObserversOptions) {
    this.watch = new DisruptionWatch(options.kube, options.ownerLabel);
    this.auditLog = new AuditLog(options.auditLog);
  }

  /** Notes that something begins, for the picture; gives the time, for reports from then on. */
  public mark(label: string): number {
    const at = Date.now();
    this.marks.push({ at, label });
    return at;
  }

  public observe(from = this.started, until = Date.now()): Observation {
    const disruption = this.watch.report(from, until);
    const audit = auditReport(this.auditLog.between(from, until), ADMINISTRATOR, [CANARY]);
    const drained = disruption.nodesGone.filter(node => node.home === 'nodegroup').length;
    return { disruption, audit, callsPerNode: drained > 0 ? Math.round(audit.totalCalls / drained) : undefined };
  }

  /** Who called what so far. */
  public calls(): CallsByRole {
    return callsByRole(this.options.calls, this.auditLog.between(0, Date.now()));
  }

  /** Draws where pods were. */
  public draw(file: string, title: string, from = this.started, until = Date.now()): void {
    const { disruption, audit } = this.observe(from, until);
    fs.writeFileSync(file, picture({
      title,
      from,
      until,
      moments: disruption.moments,
      marks: this.marks.filter(({ at }) => at >= from && at <= until),
      granted: audit.granted.map(({ at }) => at),
      refused: audit.refused.map(({ at }) => at),
    }));
  }

  public async stop(): Promise<void> {
    await this.watch.stop();
  }
}
