import { EventsPort, MigrationEvent, Unsent } from './contract';

/** Sends events. Whoever only listens must not be able to stop a run: what was not sent is in the log, with the whole event, and is not sent again. */
export async function tell(port: EventsPort, events: readonly MigrationEvent[]): Promise<void> {
  if (events.length === 0) {
    return;
  }
  for (const { event, why } of await attempt(port, events)) {
    console.error(JSON.stringify({ level: 'error', message: `the event ${event.type} was not sent, and the run goes on: ${why}`, event }));
  }
}

async function attempt(port: EventsPort, events: readonly MigrationEvent[]): Promise<readonly Unsent[]> {
  try {
    return await port.send(events);
  } catch (error) {
    const { name, message } = error as Error;
    return events.map(event => ({ event, why: `${name}: ${message}` }));
  }
}
