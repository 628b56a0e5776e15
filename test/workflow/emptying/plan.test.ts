import { FleetNode, FleetObjects } from '../../../src/karpenter/api/fleet';
import { V0_API } from '../../../src/karpenter/v0/api';
import { NodeRequirements } from '../../../src/kubernetes/pod-needs';
import { chooseBatch, endOf, membersOf, nameOf, overdue, rescueOf, staying, unregistered } from '../../../src/workflow/emptying/plan';
import { PauseReason } from '../../../src/workflow/pause-reason';
import { claim, MINUTE, node, pod, START } from '../removal/fakes';

const fleetNode = (name: string, more: Partial<FleetNode> = {}): FleetNode => ({ name, uid: `uid-${name}`, pool: 'default', ...more });
const objects = (more: Partial<FleetObjects>): FleetObjects => ({ pools: [], claims: [], nodes: [], ...more });

describe('what belongs together', () => {
  test.each([
    ['by the name of the node', { nodeName: 'n' }],
    ['by the instance', { instanceId: 'i-n' }],
  ])('%s', (_name, more) => {
    const [member, ...others] = membersOf(objects({ claims: [claim('m', more)], nodes: [fleetNode('n')] }), [node('n')]);
    expect(member).toMatchObject({ claim: { name: 'm' }, node: { name: 'n' }, view: { name: 'n' } });
    expect(others).toEqual([]);
  });

  test('Machines and nodes without each other stand alone', () => {
    const members = membersOf(objects({ claims: [claim('m', { nodeName: 'other' })], nodes: [fleetNode('n')] }), [node('n', { instanceId: undefined })]);
    expect(members.map(member => nameOf(member, V0_API))).toEqual(['node/n', 'machine/m']);
  });

  test('a node that came, or went, between two reads is looked at next time', () => {
    expect(staying(membersOf(objects({ nodes: [fleetNode('n')] }), []))).toEqual([]);
    expect(membersOf(objects({}), [node('n')])).toEqual([]);
  });
});

test.each([
  ['one that was launched', {}, 'remove'],
  ['one that is being launched', { launched: false, created: START - MINUTE }, 'launching'],
  ['one that cannot be launched', { launched: false, created: START - 3 * MINUTE }, 'remove'],
  ['one that goes already', { leaving: START }, 'none'],
])('a Machine without a node: %s', (_name, more, expected) => {
  const { remove, launching } = unregistered([{ claim: claim('m', more) }], START);
  expect([remove.length, launching.length]).toEqual([expected === 'remove' ? 1 : 0, expected === 'launching' ? 1 : 0]);
});

test('what is deleted is overdue after ten minutes, by the earlier of Machine and node', () => {
  const member = (claimLeaving?: number, nodeLeaving?: number) => ({ claim: claim('m', { leaving: claimLeaving }), node: fleetNode('n', { leaving: nodeLeaving }) });
  const now = START + 11 * MINUTE;
  expect(overdue([member(START, now)], now)).toHaveLength(1);
  expect(overdue([member(undefined, START)], now)).toHaveLength(1);
  expect(overdue([member(now, now)], now)).toEqual([]);
  expect(overdue([member()], now)).toEqual([]);
});

test('a node ends with its Machine, one without by itself', () => {
  const members = [
    { claim: claim('m'), node: fleetNode('a'), view: node('a') },
    { node: fleetNode('b'), view: node('b') },
    { node: fleetNode('c'), view: node('c') },
  ];
  expect(endOf(members, [node('a'), node('b')])).toEqual([{ kind: 'claim', name: 'm', uid: 'uid-m' }, { kind: 'node', name: 'b', uid: 'uid-b' }]);
});

const expression = (key: string, operator: string) => ({ matchExpressions: [{ key, operator }] });

describe('pods that only nodes of karpenter can take', () => {
  test.each<[string, NodeRequirements | undefined, boolean]>([
    ['no requirement', undefined, false],
    ['a label of node groups too', { selector: { 'topology.kubernetes.io/zone': 'a' }, terms: [] }, false],
    ['a selector of karpenter\'s', { selector: { 'karpenter.sh/provisioner-name': 'default' }, terms: [] }, true],
    ['a selector of its provider\'s', { selector: { 'karpenter.k8s.aws/instance-family': 'm5' }, terms: [] }, true],
    ['a term of karpenter\'s', { selector: {}, terms: [expression('karpenter.sh/capacity-type', 'In')] }, true],
    ['one of two terms', { selector: {}, terms: [expression('karpenter.sh/capacity-type', 'In'), expression('zone', 'In')] }, false],
    ['the absence of a label', { selector: {}, terms: [expression('karpenter.sh/provisioner-name', 'DoesNotExist')] }, false],
    ['anything but a value', { selector: {}, terms: [expression('karpenter.sh/capacity-type', 'NotIn')] }, false],
    ['a label that looks alike', { selector: { 'mykarpenter.sh/x': '' }, terms: [] }, false],
  ])('%s', (_name, requires, bound) => {
    const batch = chooseBatch([node('a')], [pod('p', 'a', { requires })], 1, false);
    expect(batch.nodes.length).toBe(bound ? 0 : 1);
    expect(batch.obstacles.map(({ by }) => by)).toEqual(bound ? [PauseReason.NOWHERE_TO_GO] : []);
  });

  test('hold up nobody else, and force gives them no place', () => {
    const bound = pod('p', 'a', { requires: { selector: { 'karpenter.sh/capacity-type': 'spot' }, terms: [] } });
    expect(chooseBatch([node('a'), node('b')], [bound, pod('q', 'b')], 2, false).nodes.map(({ name }) => name)).toEqual(['b']);
    expect(chooseBatch([node('a'), node('b')], [bound, pod('q', 'b')], 2, true).nodes.map(({ name }) => name)).toEqual(['b']);
  });
});

test('the rescue has a command for everything that is left', () => {
  expect(rescueOf([{ claim: claim('m', { nodeName: 'n', instanceId: 'i-1' }), node: fleetNode('n') }, { node: fleetNode('o'), view: node('o') }], V0_API)).toBe(
    'aws ec2 terminate-instances --instance-ids i-1 i-o ; kubectl patch node n o --type merge -p \'{"metadata":{"finalizers":null}}\''
    + ' ; kubectl patch machine m --type merge -p \'{"metadata":{"finalizers":null}}\'',
  );
  expect(rescueOf([{ claim: claim('m') }], V0_API)).toBe('kubectl patch machine m --type merge -p \'{"metadata":{"finalizers":null}}\'');
});
