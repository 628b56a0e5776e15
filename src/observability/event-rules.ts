import * as events from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { EVENT_SOURCE } from '../workflow/events/contract';
import { MigrationEventType } from '../workflow/events/migration-event';

/** Which events of a migration go where. */
export interface MigrationEventOptions extends events.OnEventOptions {
  /**
   * The transitions to hear of, at least one.
   *
   * @default - all of them
   */
  readonly types?: MigrationEventType[];
}

/** A rule for the events of one migration; a pattern of the user's own narrows it. */
export function eventRule(scope: Construct, clusterName: string, id: string, { types, target, ...options }: MigrationEventOptions): events.Rule {
  const rule = new events.Rule(options.crossStackScope ?? scope, id, options);
  rule.addEventPattern({ source: [EVENT_SOURCE], detailType: types, detail: { clusterName: [clusterName] } });
  rule.addTarget(target);
  return rule;
}
