/** Annotations of a pod with which a phase decides how its container behaves. */
export const READY_AFTER_ANNOTATION = 'proving-ground/ready-after';
export const STOPS_AFTER_ANNOTATION = 'proving-ground/stops-after';
/** The pod is done so long after it became Ready. */
export const COMPLETES_AFTER_ANNOTATION = 'proving-ground/completes-after';
/** A label with any value: the pod starts only when its volumes are attached to its node, which is when it gets the annotation. */
export const WAITS_FOR_VOLUMES_LABEL = 'proving-ground/waits-for-volumes';
export const VOLUMES_ATTACHED_ANNOTATION = 'proving-ground/volumes-attached';
/** Any value: the pod runs and never becomes Ready. */
export const NEVER_READY_ANNOTATION = 'proving-ground/never-ready';

/** Any value, of a node: its kubelet says that it is not Ready until the annotation is gone. */
export const NOT_READY_ANNOTATION = 'proving-ground/not-ready';

/** The pods that run for real, by the pod runtime. */
export const REAL_POD_LABEL = { key: 'app.kubernetes.io/name', value: 'karpenter' };

const NOT_REAL = { key: `.metadata.labels["${REAL_POD_LABEL.key}"]`, operator: 'NotIn', values: [REAL_POD_LABEL.value] };
const NOT_DELETED = { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' };

const NOT_DONE = { key: '.status.phase', operator: 'NotIn', values: ['Succeeded', 'Failed'] };
const annotated = (annotation: string, operator: 'Exists' | 'DoesNotExist') => ({ key: `.metadata.annotations["${annotation}"]`, operator });
const WAITS_FOR_NO_VOLUME = { key: `.metadata.labels["${WAITS_FOR_VOLUMES_LABEL}"]`, operator: 'DoesNotExist' };

/** A random time between two, or exactly what the pod's annotation says. */
function between(durationMilliseconds: number, jitterDurationMilliseconds: number, annotation: string) {
  const from = { expressionFrom: `.metadata.annotations["${annotation}"]` };
  return { durationMilliseconds, durationFrom: from, jitterDurationMilliseconds, jitterDurationFrom: from };
}

/** A kubelet needs some seconds from registration to readiness, in which nothing may be scheduled. */
const NODE_READY = {
  durationMilliseconds: 2000,
  jitterDurationMilliseconds: 5000,
};

const CONDITION = `
  message: {{ .message | Quote }}
  reason: {{ .reason | Quote }}
  status: {{ .status | Quote }}
`;
/** The kubelet is there, and what runs containers is not. */
const BROKEN_CONDITION = `
{{ if eq .type "Ready" }}
  message: container runtime is down
  reason: KubeletNotReady
  status: "False"
{{ else }}${CONDITION}{{ end }}
`;

const nodeStatus = (condition: string) => `
{{ $now := Now }}
conditions:
{{ range NodeConditions }}
- lastHeartbeatTime: {{ $now | Quote }}
  lastTransitionTime: {{ $now | Quote }}
  type: {{ .type | Quote }}
${condition}
{{ end }}
phase: Running
`;

const READY = '.status.conditions.[] | select( .type == "Ready" ) | .status';

const podStatus = (isReady: boolean) => `
{{ $now := Now }}
{{ $started := or .status.startTime $now }}
conditions:
- lastTransitionTime: {{ $started | Quote }}
  status: "True"
  type: Initialized
- lastTransitionTime: {{ $now | Quote }}
  status: "${isReady ? 'True' : 'False'}"
  type: Ready
- lastTransitionTime: {{ $now | Quote }}
  status: "${isReady ? 'True' : 'False'}"
  type: ContainersReady
containerStatuses:
{{ range .spec.containers }}
- image: {{ .image | Quote }}
  name: {{ .name | Quote }}
  ready: ${isReady}
  started: true
  restartCount: 0
  state:
    running:
      startedAt: {{ $started | Quote }}
{{ end }}
hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
podIP: {{ PodIPWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) | Quote }}
phase: Running
startTime: {{ $started | Quote }}
`;

const POD_DONE = `
{{ $now := Now }}
{{ $started := or .status.startTime $now }}
conditions:
- lastTransitionTime: {{ $now | Quote }}
  status: "False"
  reason: PodCompleted
  type: Ready
- lastTransitionTime: {{ $now | Quote }}
  status: "False"
  reason: PodCompleted
  type: ContainersReady
containerStatuses:
{{ range .spec.containers }}
- image: {{ .image | Quote }}
  name: {{ .name | Quote }}
  ready: false
  started: false
  restartCount: 0
  state:
    terminated:
      exitCode: 0
      reason: Completed
      startedAt: {{ $started | Quote }}
      finishedAt: {{ $now | Quote }}
{{ end }}
phase: Succeeded
`;

function stage(name: string, kind: 'Node' | 'Pod', matchExpressions: object[], delay: object, next: object) {
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: { resourceRef: { apiGroup: 'v1', kind }, selector: { matchExpressions }, delay, next },
  };
}

/** How nodes and pods live here: slower than kwok's own defaults, under which a disruption is over before anybody sees it. */
export const STAGES = stages({ durationMilliseconds: 20_000, jitterDurationMilliseconds: 25_000 });

/** With heartbeats as a kubelet has them: every five minutes, because its lease says in between that it is there. */
export const STAGES_OF_KUBELETS = stages({ durationMilliseconds: 300_000, jitterDurationMilliseconds: 330_000 });

function stages(heartbeat: object) {
  return [
    stage('node-ready', 'Node', [
      NOT_DELETED,
      annotated(NOT_READY_ANNOTATION, 'DoesNotExist'),
      { key: READY, operator: 'NotIn', values: ['True'] },
    ], NODE_READY, { statusTemplate: nodeStatus(CONDITION) }),
    stage('node-heartbeat', 'Node', [
      annotated(NOT_READY_ANNOTATION, 'DoesNotExist'),
      { key: READY, operator: 'In', values: ['True'] },
    ], heartbeat, { statusTemplate: nodeStatus(CONDITION) }),
    stage('node-breaks', 'Node', [
      annotated(NOT_READY_ANNOTATION, 'Exists'),
      { key: READY, operator: 'In', values: ['True'] },
    ], { durationMilliseconds: 0, jitterDurationMilliseconds: 500 }, { statusTemplate: nodeStatus(BROKEN_CONDITION) }),
    // Takes the place of the heartbeat that kwok has planned before.
    stage('node-broken', 'Node', [
      annotated(NOT_READY_ANNOTATION, 'Exists'),
      { key: READY, operator: 'NotIn', values: ['True'] },
    ], { durationMilliseconds: 3600_000, jitterDurationMilliseconds: 3600_000 }, { statusTemplate: nodeStatus(BROKEN_CONDITION) }),

    ...[
      { name: 'pod-start', when: WAITS_FOR_NO_VOLUME },
      { name: 'pod-start-with-volumes', when: annotated(VOLUMES_ATTACHED_ANNOTATION, 'Exists') },
    ].map(({ name, when }) => stage(name, 'Pod', [NOT_REAL, NOT_DELETED, when, { key: '.status.podIP', operator: 'DoesNotExist' }],
      { durationMilliseconds: 500, jitterDurationMilliseconds: 1500 },
      { statusTemplate: podStatus(false) })),
    stage('pod-ready', 'Pod', [
      NOT_REAL, NOT_DELETED, NOT_DONE,
      { key: '.status.podIP', operator: 'Exists' },
      { key: READY, operator: 'NotIn', values: ['True'] },
      annotated(NEVER_READY_ANNOTATION, 'DoesNotExist'),
    ], between(1000, 3000, READY_AFTER_ANNOTATION),
    { statusTemplate: podStatus(true) }),
    stage('pod-done', 'Pod', [
      NOT_REAL, NOT_DELETED, NOT_DONE,
      annotated(COMPLETES_AFTER_ANNOTATION, 'Exists'),
      { key: READY, operator: 'In', values: ['True'] },
    ], between(1000, 1000, COMPLETES_AFTER_ANNOTATION),
    { statusTemplate: POD_DONE }),
    stage('pod-stop', 'Pod', [
      NOT_REAL,
      { key: '.metadata.deletionTimestamp', operator: 'Exists' },
      // kwok sees its own deletion as a change before it sees the pod gone, and would soon delete the next pod of that name.
      { key: '.metadata.deletionGracePeriodSeconds == 0', operator: 'NotIn', values: ['true'] },
    ],
    between(500, 2000, STOPS_AFTER_ANNOTATION),
    { finalizers: { empty: true }, delete: true }),
  ];
}
