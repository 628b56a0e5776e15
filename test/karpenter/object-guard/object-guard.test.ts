import { Template } from 'aws-cdk-lib/assertions';
import { isComplete, ResourceRequest } from '../../../src/custom-resources/lifecycle';
import { OBJECT_GUARD_TYPE, ObjectGuardProperties } from '../../../src/karpenter/object-guard/contract';
import { objectGuardHandler } from '../../../src/karpenter/object-guard/handler';
import { ObjectGuard } from '../../../src/karpenter/object-guard/object-guard';
import { LeftObject, ObjectsPort } from '../../../src/karpenter/object-guard/plan';
import { V1_API } from '../../../src/karpenter/v1/api';
import { importCluster, testStack } from '../../karpenter-migration/stack';
import { Asked, bundled, FakeApiServer } from '../../kubernetes/fake-api-server';

const bundle = bundled('karpenter/object-guard/objects.kubernetes');
const { nodeClass } = V1_API.kinds;
const RAW = {
  ClusterName: 'prod',
  KubectlRoleArn: 'arn',
  Group: nodeClass.group,
  Version: nodeClass.version,
  Plural: nodeClass.plural,
  Singular: nodeClass.singular,
  Word: 'EC2NodeClass',
  Name: 'default',
};

class FakeObjects implements ObjectsPort {
  public asked = 0;
  public constructor(public left: LeftObject | undefined) {}

  public async find(): Promise<LeftObject | undefined> {
    this.asked += 1;
    return this.left;
  }
}

function scene(left?: LeftObject) {
  const objects = new FakeObjects(left);
  const handler = objectGuardHandler(async () => objects);
  const request: ResourceRequest<ObjectGuardProperties> = {
    type: 'Delete', properties: handler.parse(RAW), physicalId: 'id', stackId: 's', logicalId: 'l', requestId: 'r', elapsed: 0,
  };
  return { objects, handler, request };
}

test('a creation has nothing to guard and asks nobody', async () => {
  const { objects, handler, request } = scene({ leaving: true, says: [] });
  expect(await handler.apply({ ...request, type: 'Create' })).toEqual({ done: true });
  expect(objects.asked).toBe(0);
});

test('an object that is gone lets its controller go, however often it is asked', async () => {
  const { handler, request } = scene();
  expect([await handler.remove(request), await handler.remove(request)]).toEqual([{ done: true }, { done: true }]);
});

test('an object that a finalizer keeps is waited for, with its own words and the way out', async () => {
  const { objects, handler, request } = scene({ leaving: true, says: ['Ready: InstanceProfileReady=False'] });
  expect(await handler.remove(request)).toEqual({
    done: false,
    waitingFor: expect.stringMatching(/^Karpenter has not let the EC2NodeClass "default" go \(Ready: InstanceProfileReady=False\): .* kubectl patch ec2nodeclass default --type merge -p /),
  });
  objects.left = undefined;
  expect(await handler.remove(request)).toEqual({ done: true });
});

test('it gives up with its reason, so that the controller stays', async () => {
  const { handler } = scene({ leaving: true, says: [] });
  const event = {
    RequestType: 'Delete' as const,
    ResourceType: OBJECT_GUARD_TYPE,
    ResourceProperties: RAW,
    LogicalResourceId: 'l',
    StackId: 's',
    RequestId: 'r',
    PhysicalResourceId: 'id',
    StartedAt: '2026-11-01T10:00:00Z',
  };
  await expect(isComplete({ [OBJECT_GUARD_TYPE]: handler }, event, new Date('2026-11-01T10:51:00Z'))).rejects.toThrow(/^gave up after 50 minutes: Karpenter has not let/);
});

test('an object that was reported as deleted and was not is an error', async () => {
  const { handler, request } = scene({ leaving: false, says: [] });
  await expect(handler.remove(request)).rejects.toThrow('the EC2NodeClass "default" could not be deleted, the log of CDK\'s kubectl provider says why; run kubectl delete ec2nodeclass default, then go on');
});

test('its identity is the object and nothing else', () => {
  const { handler, request } = scene();
  expect(handler.identify(request.properties)).toBe('prod/object-guard/ec2nodeclasses.karpenter.k8s.aws/default');
});

test('it is a resource of the Kubernetes function', () => {
  const stack = testStack();
  new ObjectGuard(stack, 'Guard', { cluster: importCluster(stack), kind: nodeClass, word: V1_API.words.nodeClass, name: 'default' });
  Template.fromStack(stack).hasResourceProperties(OBJECT_GUARD_TYPE, {
    Group: 'karpenter.k8s.aws', Version: 'v1', Plural: 'ec2nodeclasses', Singular: 'ec2nodeclass', Word: 'EC2NodeClass', Name: 'default',
  });
});

describe('through the Kubernetes API', () => {
  const PATH = '/apis/karpenter.k8s.aws/v1/ec2nodeclasses/default';

  class FakeApi extends FakeApiServer {
    public objects: Record<string, object> = {};

    protected respond({ pathname }: Asked): [number, object] {
      return this.objects[pathname] ? [200, this.objects[pathname]] : [404, { message: 'not found' }];
    }
  }

  test.each<[string, object | undefined, LeftObject | undefined]>([
    ['none', undefined, undefined],
    ['one that stays', { metadata: {} }, { leaving: false, says: [] }],
    ['one that goes', {
      metadata: { deletionTimestamp: '2026-11-01T10:00:00Z' },
      status: { conditions: [{ type: 'SubnetsReady', status: 'True' }, { type: 'Ready', status: 'False', message: 'not yet' }, { type: 'Other', status: 'False' }] },
    }, { leaving: true, says: ['Ready: not yet', 'Other'] }],
  ])('%s is told', async (_name, object, told) => {
    const api = new FakeApi();
    api.objects = object ? { [PATH]: object } : {};
    const adapter = new bundle.KubernetesGuardedObjects(await api.start(bundle));
    try {
      expect(await adapter.find(nodeClass, 'default')).toEqual(told);
    } finally {
      await api.stop();
    }
  });
});
