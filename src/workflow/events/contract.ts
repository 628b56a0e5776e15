import { MigrationEventDetail, MigrationEventType } from './migration-event';

/** The `source` of all events; the function may send no others. */
export const EVENT_SOURCE = 'cdk-karpenter-migration';

export interface MigrationEvent {
  readonly type: MigrationEventType;
  readonly detail: MigrationEventDetail;
}

/** An event that EventBridge did not take, and why. */
export interface Unsent { readonly event: MigrationEvent; readonly why: string }

export interface EventsPort {
  /** Sends events in their order, at most ten; gives those that were not taken. */
  send(events: readonly MigrationEvent[]): Promise<readonly Unsent[]>;
}
