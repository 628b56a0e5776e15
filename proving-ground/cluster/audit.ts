/** The name under which the cluster knows the role of kubectl, with which our functions come too. */
export const ADMINISTRATOR = 'kubernetes-admin';

/**
 * What the API server writes down: every write with who made it, its answer and what webhooks did to it, evictions among them; and
 * all that our identity asks, reads as well.
 *
 * Heartbeats and status would be most of the lines and prove nothing.
 */
export const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'Metadata', users: [ADMINISTRATOR] },
    { level: 'None', resources: [{ group: 'coordination.k8s.io', resources: ['leases'] }, { group: '', resources: ['events'] }] },
    { level: 'None', resources: [{ group: 'events.k8s.io' }] },
    { level: 'None', resources: [{ group: '', resources: ['nodes/status', 'pods/status', 'pods/binding'] }] },
    { level: 'None', resources: [{ group: '', resources: ['serviceaccounts/token'] }] },
    { level: 'Metadata', verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'] },
    { level: 'None' },
  ],
};
