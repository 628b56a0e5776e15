import * as fs from 'fs';
import { createInterface } from 'readline';

/** Requests to the API server. */
export interface Requests {
  /** Of objects, watches among them. */
  readonly objects: number;
  /** Of what the API server serves and how, which clients ask before they ask for objects. */
  readonly discovery: number;
}

/** Counts the requests of a user from then to then; whoever watches is written down twice and counts once. */
export function requestsOf(lines: readonly string[], user: string, from: number, until: number): Requests {
  const seen = new Set<string>();
  const counts = { objects: 0, discovery: 0 };
  for (const line of lines) {
    const event = JSON.parse(line);
    const at = Date.parse(event.requestReceivedTimestamp);
    if (event.user.username === user && at >= from && at <= until && !seen.has(event.auditID)) {
      seen.add(event.auditID);
      counts[event.objectRef ? 'objects' : 'discovery'] += 1;
    }
  }
  return counts;
}

/** The lines of an audit log about a user. */
export async function linesAbout(auditLog: string, user: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: fs.createReadStream(auditLog) })) {
    if (line.includes(`"username":"${user}"`) && line.endsWith('}')) {
      lines.push(line);
    }
  }
  return lines;
}
