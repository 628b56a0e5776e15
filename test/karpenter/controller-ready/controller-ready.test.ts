import { isComplete, ResourceRequest } from '../../../src/custom-resources/lifecycle';
import { FleetObjects } from '../../../src/karpenter/api/fleet';
import { WebhookProbe, CONTROLLER_READY_TYPE, ControllerReadyProperties } from '../../../src/karpenter/controller-ready/contract';
import { controllerReadyHandler } from '../../../src/karpenter/controller-ready/handler';
import { missingFromRollout, missingFromWebhooks, ControllerPort, DeploymentState, PodState, Verdict } from '../../../src/karpenter/controller-ready/plan';

const READY: DeploymentState = {
  name: 'karpenter', generation: 2, observedGeneration: 2, wanted: 2, existing: 2, updated: 2, available: 2,
};
const REFUSED: Verdict = {
  accepted: false,
  message: 'admission webhook "validation.webhook.karpenter.sh" denied the request: validation failed: expected exactly one',
};

test('all replicas of the newest template are ready', () => {
  expect(missingFromRollout([READY], [])).toBeUndefined();
});

test.each([
  ['one of two available, with which Helm is content', { available: 1 }],
  ['not yet seen by the controller manager', { observedGeneration: 1 }],
  ['an old replica left', { existing: 3 }],
  ['a replica of the old template', { updated: 1 }],
])('not ready: %s', (_name, state) => {
  expect(missingFromRollout([{ ...READY, ...state }], [])).toMatch(/replicas of karpenter are available/);
});

test('no Deployment is not ready', () => {
  expect(missingFromRollout([], [])).toBe('there is no Deployment of the release');
});

test('what is missing names the pods and their reasons', () => {
  const pods: PodState[] = [
    { name: 'a', ready: true, containers: [] },
    { name: 'b', ready: false, unscheduled: 'Unschedulable: 0/3 nodes are available', containers: [] },
    { name: 'c', ready: false, containers: ['controller is in CrashLoopBackOff', 'controller ended with 1 (Error)'] },
    { name: 'd', ready: false, containers: [] },
  ];

  expect(missingFromRollout([{ ...READY, available: 1 }], pods)).toBe('1 of 2 replicas of karpenter are available, 2 updated, 2 exist; ' +
    'pod b: Unschedulable: 0/3 nodes are available; pod c: controller is in CrashLoopBackOff, controller ended with 1 (Error); pod d: not ready yet');
});

test.each<[string, Verdict, Verdict, RegExp | undefined]>([
  ['answer', { accepted: true }, REFUSED, undefined],
  ['cannot be reached', { accepted: false, message: 'failed calling webhook "defaulting.webhook.karpenter.k8s.aws": connection refused' }, REFUSED,
    /do not let a correct object in: failed calling webhook/],
  ['are not asked', { accepted: true }, { accepted: true }, /are not asked yet/],
  ['fail where another webhook refuses', { accepted: true }, { accepted: false, message: 'admission webhook "policy.example.com" denied the request: no' },
    /do not answer: admission webhook "policy/],
  ['cannot be reached for the second object', { accepted: true }, { accepted: false, message: 'failed calling webhook "validation.webhook.karpenter.sh": EOF' },
    /do not answer: failed calling/],
])('webhooks that %s', (_name, good, bad, missing) => {
  const answer = missingFromWebhooks(good, bad);

  expect(answer === undefined ? undefined : missing?.test(answer)).toBe(missing && true);
});

const PROBE: WebhookProbe = { group: 'g', version: 'v', plural: 'p', accepted: { good: true }, refused: { good: false } };

class FakeController implements ControllerPort {
  public objects: FleetObjects = { pools: [], claims: [], nodes: [] };
  public state: DeploymentState[] = [READY];
  public webhooksWork = true;
  public checks = 0;

  public async deployments(): Promise<DeploymentState[]> {
    return this.state;
  }

  public async pods(): Promise<PodState[]> {
    return [{ name: 'b', ready: false, unscheduled: 'Unschedulable: 0/3 nodes are available', containers: [] }];
  }

  public async fleet(): Promise<FleetObjects> {
    return this.objects;
  }

  public async check(_probe: WebhookProbe, manifest: WebhookProbe['accepted']): Promise<Verdict> {
    this.checks++;
    return this.webhooksWork && !manifest.good ? REFUSED : { accepted: true };
  }
}

function scene() {
  const controller = new FakeController();
  const handler = controllerReadyHandler(async () => controller);
  const raw = {
    ClusterName: 'prod', KubectlRoleArn: 'arn', Namespace: 'karpenter', Release: 'karpenter', Probe: JSON.stringify(PROBE), Chart: '{}',
  };
  const request: ResourceRequest<ControllerReadyProperties> = {
    type: 'Create', properties: handler.parse(raw), physicalId: 'id', stackId: 's', logicalId: 'l', requestId: 'r', elapsed: 0,
  };
  return { controller, handler, request, raw };
}

test('creation and update wait for replicas, then for webhooks', async () => {
  const { controller, handler, request } = scene();
  controller.state = [{ ...READY, available: 0 }];
  controller.webhooksWork = false;

  expect(await handler.apply(request)).toEqual({ done: false, waitingFor: expect.stringContaining('0 of 2 replicas') });
  expect(controller.checks).toBe(0);
  controller.state = [READY];
  expect(await handler.apply(request)).toEqual({ done: false, waitingFor: expect.stringContaining('the webhooks are not asked yet') });
  controller.webhooksWork = true;
  expect(await handler.apply({ ...request, type: 'Update', oldProperties: request.properties })).toEqual({ done: true });
});

test('without webhooks it waits for replicas only', async () => {
  const { controller, handler, request, raw } = scene();
  const { Probe: _, ...bare } = raw;
  const probeless = { ...request, properties: handler.parse(bare) };
  controller.webhooksWork = false;
  controller.state = [{ ...READY, available: 0 }];

  expect(await handler.apply(probeless)).toEqual({ done: false, waitingFor: expect.stringContaining('0 of 2 replicas') });
  controller.state = [READY];
  expect(await handler.apply(probeless)).toEqual({ done: true });
  expect(controller.checks).toBe(0);
});

test('it gives up after ten minutes with the reason of the pods', async () => {
  const { controller, handler, raw } = scene();
  controller.state = [{ ...READY, available: 1 }];
  const event = {
    RequestType: 'Create',
    ResourceType: CONTROLLER_READY_TYPE,
    ResourceProperties: raw,
    LogicalResourceId: 'l',
    StackId: 's',
    RequestId: 'r',
    StartedAt: '2026-01-01T12:00:00Z',
  } as const;
  const handlers = { [CONTROLLER_READY_TYPE]: handler };

  expect(await isComplete(handlers, event, new Date('2026-01-01T12:09:59Z'))).toEqual({ IsComplete: false });
  await expect(isComplete(handlers, event, new Date('2026-01-01T12:10:01Z'))).rejects.toThrow(
    /gave up after 10 minutes: .*pod b: Unschedulable: 0\/3 nodes are available/,
  );
});

test('deletion does nothing, twice', async () => {
  const { handler, request } = scene();

  expect(await handler.remove(request)).toEqual({ done: true });
  expect(await handler.remove(request)).toEqual({ done: true });
});

describe('with an API, as in a migration, deletion', () => {
  const pool = (name: string, leaving?: number) => ({ name, uid: name, version: '1', limits: null, annotations: {}, leaving });
  const claim = (name: string, owner: string) => ({ name, uid: name, pool: owner, created: 0, launched: true });
  const migrating = () => {
    const { controller, handler, raw, request } = scene();
    const properties = handler.parse({ ...raw, Api: 'karpenter.sh/v1alpha5' });
    return { controller, remove: () => handler.remove({ ...request, type: 'Delete', properties }) };
  };

  test('waits for the Machines and nodes of Provisioners that a rollback has deleted, which only this controller can end', async () => {
    const { controller, remove } = migrating();
    controller.objects = { pools: [], claims: [claim('default-a', 'default')], nodes: [{ name: 'n', uid: 'n', pool: 'default' }] };
    expect(await remove()).toEqual({ done: false, waitingFor: expect.stringContaining('still ends machine/default-a, node/n of Provisioners that are gone') });
    controller.objects = { pools: [pool('default', 1)], claims: [claim('default-a', 'default')], nodes: [] };
    expect(await remove()).toEqual({ done: false, waitingFor: expect.stringContaining('machine/default-a') });
    controller.objects = { pools: [], claims: [], nodes: [] };
    expect(await remove()).toEqual({ done: true });
    expect(await remove()).toEqual({ done: true });
  });

  test('has nothing to do with those of a Provisioner that stays', async () => {
    const { controller, remove } = migrating();
    controller.objects = { pools: [pool('theirs')], claims: [claim('theirs-a', 'theirs')], nodes: [{ name: 'n', uid: 'n', pool: 'theirs' }] };
    expect(await remove()).toEqual({ done: true });
  });

  test('has longer patience than a creation, because evictions wait for budgets', () => {
    expect(scene().handler.removalPatienceMinutes).toBe(50);
  });
});

test('other errors come through', async () => {
  const { controller, handler, request } = scene();
  controller.deployments = async () => {
    throw new Error('forbidden');
  };

  await expect(handler.apply(request)).rejects.toThrow('forbidden');
});
