import { planApply, planRemove, FoundNamespace, Inhabitant } from '../../../src/karpenter/namespace/plan';
import { OWNER_ANNOTATION } from '../../../src/kubernetes/object-reference';
const OWNER = 'stack/Namespace';

function found(owner?: string, terminating = false): FoundNamespace {
  return { annotations: owner ? { [OWNER_ANNOTATION]: owner } : {}, terminating, version: '1' };
}

function inhabitant(kind: string, name: string, more: Partial<Inhabitant> = {}): Inhabitant {
  return { kind, name, labels: {}, annotations: {}, ...more };
}

const OF_RELEASE: Inhabitant[] = [
  inhabitant('Deployment', 'karpenter', { annotations: { 'meta.helm.sh/release-name': 'karpenter' } }),
  inhabitant('Secret', 'karpenter-cert', { annotations: { 'meta.helm.sh/release-name': 'karpenter' } }),
  inhabitant('Secret', 'sh.helm.release.v1.karpenter.v1', { type: 'helm.sh/release.v1', labels: { owner: 'helm', name: 'karpenter' } }),
];
const OF_KUBERNETES: Inhabitant[] = [
  inhabitant('ConfigMap', 'kube-root-ca.crt'),
  inhabitant('ServiceAccount', 'default'),
  inhabitant('Secret', 'default-token-x2x', {
    type: 'kubernetes.io/service-account-token',
    annotations: { 'kubernetes.io/service-account.name': 'default' },
  }),
];

test.each([
  ['is not there', undefined, 'create'],
  ['somebody else made', found(), 'none'],
  ['is ours already', found(OWNER), 'none'],
  ['an abandoned stack of ours left', found('old stack/Namespace'), 'take over'],
  ['is being deleted', found(OWNER, true), 'wait'],
  ['somebody else is deleting', found(undefined, true), 'wait'],
] as const)('a namespace that %s', (_name, namespace, step) => {
  expect(planApply(namespace, OWNER)).toBe(step);
});

test.each([
  ['is gone', undefined, [], { kind: 'none' }],
  ['is ours and empty', found(OWNER), [], { kind: 'discard' }],
  ['is ours with what comes with it', found(OWNER), OF_KUBERNETES, { kind: 'discard' }],
  ['is ours with remains of the release', found(OWNER), [...OF_RELEASE, ...OF_KUBERNETES], { kind: 'discard' }],
  ['is being deleted', found(OWNER, true), [], { kind: 'wait' }],
  ['somebody else made', found(), [], { kind: 'keep', because: 'it was there before' }],
  ['somebody else made and is deleting', found(undefined, true), [], { kind: 'keep', because: 'it was there before' }],
  ['another stack took over', found('new stack/Namespace'), [], { kind: 'keep', because: 'another stack has taken it over' }],
])('removal of a namespace that %s', (_name, namespace, inhabitants, step) => {
  expect(planRemove(namespace, inhabitants, 'karpenter', OWNER)).toEqual(step);
});

test.each([
  inhabitant('Deployment', 'other'),
  inhabitant('Deployment', 'other', { annotations: { 'meta.helm.sh/release-name': 'karpenter-2' } }),
  inhabitant('Pod', 'debug'),
  inhabitant('Service', 'other'),
  inhabitant('PersistentVolumeClaim', 'data'),
  inhabitant('ServiceAccount', 'builder'),
  inhabitant('ConfigMap', 'settings'),
  inhabitant('Secret', 'password', { type: 'Opaque' }),
  inhabitant('Secret', 'sh.helm.release.v1.other.v1', { type: 'helm.sh/release.v1', labels: { owner: 'helm', name: 'other' } }),
  inhabitant('Secret', 'token', { type: 'kubernetes.io/service-account-token', annotations: { 'kubernetes.io/service-account.name': 'builder' } }),
])('a namespace with the $kind "$name" stays', (foreign) => {
  expect(planRemove(found(OWNER), [...OF_RELEASE, foreign], 'karpenter', OWNER))
    .toEqual({ kind: 'keep', because: `it contains ${foreign.kind} ${foreign.name}` });
});
