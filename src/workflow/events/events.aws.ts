import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { EVENT_SOURCE, EventsPort, MigrationEvent, Unsent } from './contract';
import { CLIENT_OPTIONS } from '../../custom-resources/client-options';

/** The default event bus of the account and region. */
export class DefaultEventBus implements EventsPort {
  private readonly client = new EventBridgeClient(CLIENT_OPTIONS);

  public async send(events: readonly MigrationEvent[]): Promise<readonly Unsent[]> {
    const { Entries = [] } = await this.client.send(new PutEventsCommand({
      Entries: events.map(({ type, detail }) => ({
        Source: EVENT_SOURCE, DetailType: type, Detail: JSON.stringify(detail), Resources: [detail.execution],
      })),
    }));
    // The answer has an entry for each event, in the same order.
    return Entries.flatMap(({ ErrorCode, ErrorMessage }, index) => ErrorCode === undefined ? [] : [{ event: events[index], why: `${ErrorCode}: ${ErrorMessage}` }]);
  }
}
