/** One line of the API server's audit log, as far as checks need it. */
export interface AuditEvent {
  readonly at: number;
  readonly user: string;
  readonly agent: string;
  readonly verb: string;
  /** For example `pods` or `pods/eviction`. */
  readonly resource: string;
  readonly namespace?: string;
  /** Undefined for collections. */
  readonly name?: string;
  /** Undefined while a watch lasts. */
  readonly status?: number;
}

export interface Eviction {
  readonly at: number;
  readonly user: string;
  readonly pod: string;
  readonly status: number;
}

export interface AuditReport {
  /** Answered 201. */
  readonly granted: readonly Eviction[];
  /** Answered 429: a PodDisruptionBudget does not allow it now. */
  readonly refused: readonly Eviction[];
  /** Answered 404 or 409: the pod went by itself, or another one has its name. */
  readonly gone: readonly Eviction[];
  /** Any other answer. */
  readonly failed: readonly Eviction[];
  /** Pods that the user deleted without asking a budget. */
  readonly deletedPods: readonly AuditEvent[];
  /** How often the user called what: `list pods`. */
  readonly calls: Readonly<Record<string, number>>;
  readonly totalCalls: number;
}

/** Undefined for what is about no resource. */
export function auditEvent(line: string): AuditEvent | undefined {
  const event = JSON.parse(line);
  const of = event.objectRef;
  return of && {
    at: Date.parse(event.requestReceivedTimestamp),
    // Whom the API server did not let in has none.
    user: event.user.username ?? 'nobody',
    agent: event.userAgent ?? '',
    verb: event.verb,
    resource: of.subresource ? `${of.resource}/${of.subresource}` : of.resource,
    namespace: of.namespace,
    name: of.name,
    status: event.responseStatus?.code,
  };
}

/** What one user did; the pods that it may delete are named. */
export function auditReport(events: readonly AuditEvent[], user: string, mayDelete: readonly string[]): AuditReport {
  const own = events.filter(event => event.user === user);
  const evictions = own.filter(event => event.resource === 'pods/eviction' && event.verb === 'create' && event.status !== undefined)
    .map(({ at, namespace, name, status }) => ({ at, user, pod: `${namespace}/${name}`, status: status! }));
  const calls: Record<string, number> = {};
  for (const { verb, resource } of own) {
    calls[`${verb} ${resource}`] = (calls[`${verb} ${resource}`] ?? 0) + 1;
  }
  return {
    granted: evictions.filter(({ status }) => status === 201),
    refused: evictions.filter(({ status }) => status === 429),
    gone: evictions.filter(({ status }) => [404, 409].includes(status)),
    failed: evictions.filter(({ status }) => ![201, 429, 404, 409].includes(status)),
    deletedPods: own.filter(({ verb, resource, name, status }) =>
      ['delete', 'deletecollection'].includes(verb) && resource === 'pods' && !mayDelete.includes(name ?? '') && (status ?? 200) < 300),
    calls: Object.fromEntries(Object.entries(calls).sort(([, a], [, b]) => b - a)),
    totalCalls: own.length,
  };
}
