import { isComplete } from '../../../src/custom-resources/lifecycle';
import { OBJECT_READY_TYPE } from '../../../src/karpenter/object-ready/contract';
import { objectReadyHandler } from '../../../src/karpenter/object-ready/handler';
import { Condition, missingFromObject, ObjectState } from '../../../src/karpenter/object-ready/plan';
import { Asked, bundled, FakeApiServer } from '../../kubernetes/fake-api-server';

const OBJECT = { word: 'EC2NodeClass', name: 'default', kind: { group: 'karpenter.k8s.aws', version: 'v1', plural: 'ec2nodeclasses' } };
const REMEMBERED = { reasons: ['CreateFleetAuthCheckFailed'], minutes: 30 };
const condition = (type: string, status: string, more: Partial<Condition> = {}): Condition => ({ type, status, reason: type, message: '', observedGeneration: 2, ...more });
const state = (...conditions: Condition[]): ObjectState => ({ generation: 2, conditions });

test.each<[string, ObjectState | undefined, string | undefined]>([
  ['that is ready', state(condition('SubnetsReady', 'True'), condition('Ready', 'True')), undefined],
  ['whose conditions say nothing of a generation', state({ type: 'Ready', status: 'True' }), undefined],
  ['that is not there', undefined, 'there is no EC2NodeClass "default"'],
  ['at which Karpenter has not looked', state(), 'EC2NodeClass "default" is not Ready: Karpenter has not looked at it yet'],
  ['that was ready before it changed', state(condition('Ready', 'True', { observedGeneration: 1 })), 'EC2NodeClass "default" is not Ready: Karpenter has not looked at it yet'],
  [
    'without subnets',
    state(
      condition('SubnetsReady', 'False', { reason: 'SubnetsNotFound', message: 'SubnetSelector did not match any Subnets' }),
      condition('AMIsReady', 'True'),
      condition('Ready', 'False', { reason: 'UnhealthyDependents', message: 'SubnetsReady=False' }),
    ),
    'EC2NodeClass "default" is not Ready: SubnetsReady is False (SubnetsNotFound): SubnetSelector did not match any Subnets',
  ],
  [
    'that lacks rights and is not judged wholly',
    state(
      condition('ValidationSucceeded', 'False', { reason: 'CreateFleetAuthCheckFailed', message: 'Controller isn\'t authorized to call ec2:CreateFleet' }),
      condition('InstanceProfileReady', 'Unknown', { reason: 'AwaitingReconciliation', message: 'object is awaiting reconciliation' }),
      condition('Ready', 'False'),
    ),
    'EC2NodeClass "default" is not Ready: ValidationSucceeded is False (CreateFleetAuthCheckFailed): Controller isn\'t authorized to call ec2:CreateFleet; '
    + 'InstanceProfileReady is Unknown (AwaitingReconciliation): object is awaiting reconciliation',
  ],
  ['of which only the sum is told', state(condition('Ready', 'False', { message: 'no' })), 'EC2NodeClass "default" is not Ready: Ready is False: no'],
])('a node class %s', (_, found, expected) => {
  expect(missingFromObject(found, OBJECT)).toEqual(expected && { says: expected });
});

test('an answer that Karpenter repeats for a while is waited for longer, and it is said how to get another one', () => {
  const denied = state(condition('ValidationSucceeded', 'False', { reason: 'CreateFleetAuthCheckFailed', message: 'no' }), condition('Ready', 'False'));
  expect(missingFromObject(denied, { ...OBJECT, remembered: REMEMBERED })).toEqual({
    says: 'EC2NodeClass "default" is not Ready: ValidationSucceeded is False (CreateFleetAuthCheckFailed): no. Karpenter repeats that answer for 30 minutes without '
      + 'asking again: once the controller may do it, let it ask at once (kubectl annotate ec2nodeclasses.karpenter.k8s.aws default '
      + 'cdk-karpenter-migration/asked="$(date)" --overwrite)',
    patienceMinutes: 40,
  });
  const other = state(condition('SubnetsReady', 'False', { reason: 'SubnetsNotFound' }));
  expect(missingFromObject(other, { ...OBJECT, remembered: REMEMBERED })).not.toHaveProperty('patienceMinutes');
});

const RAW = {
  ClusterName: 'prod',
  KubectlRoleArn: 'role',
  Group: 'karpenter.k8s.aws',
  Version: 'v1',
  Plural: 'ec2nodeclasses',
  Word: 'EC2NodeClass',
  Name: 'default',
  Wait: 'true',
  Manifest: '{}',
};

function scene(found: ObjectState | undefined, raw: Record<string, unknown> = RAW) {
  const asked: unknown[] = [];
  const handler = objectReadyHandler(async (...connection) => {
    asked.push(connection);
    return {
      state: async (...of) => {
        asked.push(of);
        return found;
      },
    };
  });
  const event = (RequestType: 'Create' | 'Update' | 'Delete', minutes: number) => isComplete({ [OBJECT_READY_TYPE]: handler }, {
    RequestType,
    ResourceType: OBJECT_READY_TYPE,
    ResourceProperties: raw,
    PhysicalResourceId: 'id',
    LogicalResourceId: 'l',
    StackId: 's',
    RequestId: 'r',
    StartedAt: '2026-01-01T00:00:00Z',
  }, new Date(Date.UTC(2026, 0, 1, 0, minutes)));
  return { handler, event, asked };
}

test('the deployment waits until the object is ready', async () => {
  const { event, asked } = scene(state(condition('Ready', 'True')));
  expect(await event('Create', 0)).toMatchObject({ IsComplete: true });
  expect(asked).toEqual([['prod', 'role'], [{ group: 'karpenter.k8s.aws', version: 'v1', plural: 'ec2nodeclasses' }, 'default']]);
});

test('it gives up after ten minutes with the condition that does not hold', async () => {
  const { event } = scene(state(condition('SecurityGroupsReady', 'False', { reason: 'SecurityGroupsNotFound', message: 'none' })));
  expect(await event('Update', 9)).toMatchObject({ IsComplete: false });
  await expect(event('Update', 11)).rejects
    .toThrow('gave up after 10 minutes: EC2NodeClass "default" is not Ready: SecurityGroupsReady is False (SecurityGroupsNotFound): none');
});

test('a refusal that Karpenter remembers outlives ten minutes, until it has asked again', async () => {
  const raw = { ...RAW, RememberedReasons: REMEMBERED.reasons, RememberedMinutes: '30' };
  const { event } = scene(state(condition('ValidationSucceeded', 'False', { reason: 'CreateFleetAuthCheckFailed', message: 'no' })), raw);
  expect(await event('Create', 39)).toMatchObject({ IsComplete: false });
  await expect(event('Create', 41)).rejects.toThrow(/^gave up after 40 minutes: EC2NodeClass "default" is not Ready: .*let it ask at once/);
});

test('on the way to a removal nothing is waited for, nor in a deletion', async () => {
  const { event, asked } = scene(undefined, { ...RAW, Wait: 'false' });
  expect(await event('Update', 0)).toMatchObject({ IsComplete: true });
  expect(await event('Delete', 0)).toMatchObject({ IsComplete: true });
  expect(asked).toEqual([]);
});

test('two objects are two resources, and one is the same however it changes', () => {
  const { handler } = scene(undefined);
  const id = (changes: object) => handler.identify(handler.parse({ ...RAW, ...changes }));
  expect(id({})).toBe('prod/object-ready/ec2nodeclasses.karpenter.k8s.aws/default');
  expect(id({ Manifest: '{"spec":{}}', Wait: 'false' })).toBe(id({}));
  expect(id({ Name: 'gpu' })).not.toBe(id({}));
});

class FakeApi extends FakeApiServer {
  private readonly answers: Record<string, object> = {
    default: { metadata: { generation: 3 }, status: { conditions: [{ type: 'Ready', status: 'True' }] } },
    new: { metadata: {} },
  };

  protected respond({ pathname }: Asked): [number, object] {
    const [, name] = /^\/apis\/karpenter\.k8s\.aws\/v1\/ec2nodeclasses\/(.*)$/.exec(pathname)!;
    return this.answers[name] ? [200, this.answers[name]] : [404, { message: `${name} not found` }];
  }
}

test('the API tells generation and conditions, and of an object that is not there nothing', async () => {
  const bundle = bundled('karpenter/object-ready/objects.kubernetes');
  const api = new FakeApi();
  try {
    const objects = new bundle.KubernetesObjects(await api.start(bundle));
    const kind = { group: 'karpenter.k8s.aws', version: 'v1', plural: 'ec2nodeclasses' };
    expect(await objects.state(kind, 'default')).toEqual({ generation: 3, conditions: [{ type: 'Ready', status: 'True' }] });
    expect(await objects.state(kind, 'new')).toEqual({ generation: 0, conditions: [] });
    expect(await objects.state(kind, 'gone')).toBeUndefined();
  } finally {
    await api.stop();
  }
});
