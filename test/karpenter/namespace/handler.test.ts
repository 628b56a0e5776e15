import { ResourceRequest } from '../../../src/custom-resources/lifecycle';
import { NamespaceProperties } from '../../../src/karpenter/namespace/contract';
import { namespaceHandler } from '../../../src/karpenter/namespace/handler';
import { FoundNamespace, Inhabitant, NamespacePort } from '../../../src/karpenter/namespace/plan';
import { OWNER_ANNOTATION } from '../../../src/kubernetes/object-reference';

/** One namespace, which takes one more call to go. */
class FakeNamespaces implements NamespacePort {
  public found: FoundNamespace | undefined;
  public inside: Inhabitant[] = [];
  public calls: string[] = [];

  public async read(): Promise<FoundNamespace | undefined> {
    const found = this.found;
    if (found?.terminating) {
      this.found = undefined;
    }
    return found;
  }

  public async inhabitants(): Promise<Inhabitant[]> {
    return this.inside;
  }

  public async create(name: string, annotations: Record<string, string>): Promise<boolean> {
    this.calls.push(`create ${name}`);
    if (this.found) {
      return false;
    }
    this.found = { annotations, terminating: false, version: '1' };
    return true;
  }

  public async annotate(name: string, annotations: Record<string, string>, version: string): Promise<boolean> {
    this.calls.push(`annotate ${name}`);
    if (this.found?.version !== version) {
      return false;
    }
    this.found = { ...this.found, annotations };
    return true;
  }

  public async discard(name: string, version: string): Promise<boolean> {
    this.calls.push(`discard ${name}`);
    if (this.found?.version !== version) {
      return false;
    }
    this.found = { ...this.found, terminating: true };
    return true;
  }
}

function scene() {
  const namespaces = new FakeNamespaces();
  const handler = namespaceHandler(async () => namespaces);
  const properties = handler.parse({ ClusterName: 'prod', KubectlRoleArn: 'arn', Namespace: 'karpenter', Release: 'karpenter' });
  const request: ResourceRequest<NamespaceProperties> = {
    type: 'Create', properties, physicalId: 'id', stackId: 'stack', logicalId: 'Namespace', requestId: 'r', elapsed: 0,
  };
  return { namespaces, handler, request };
}

test('creation makes the namespace once, deletion takes it away and waits until it is gone', async () => {
  const { namespaces, handler, request } = scene();

  expect(await handler.apply(request)).toEqual({ done: true });
  expect(await handler.apply(request)).toEqual({ done: true });
  expect(await handler.remove(request)).toEqual({ done: false, waitingFor: expect.stringContaining('has to become empty') });
  expect(await handler.remove(request)).toEqual({ done: false, waitingFor: expect.stringContaining('has to become empty') });
  expect(await handler.remove(request)).toEqual({ done: true });
  expect(await handler.remove(request)).toEqual({ done: true });
  expect(namespaces.calls).toEqual(['create karpenter', 'discard karpenter']);
});

test('a namespace of others is neither changed nor deleted', async () => {
  jest.spyOn(console, 'log').mockImplementation();
  const { namespaces, handler, request } = scene();
  namespaces.found = { annotations: { theirs: 'x' }, terminating: false, version: '7' };

  expect(await handler.apply(request)).toEqual({ done: true });
  expect(await handler.apply({ ...request, type: 'Update', oldProperties: request.properties })).toEqual({ done: true });
  expect(await handler.remove(request)).toEqual({ done: true });
  expect(namespaces.calls).toEqual([]);
});

test('a namespace that an abandoned stack left is taken over, with its other annotations', async () => {
  const { namespaces, handler, request } = scene();
  namespaces.found = { annotations: { [OWNER_ANNOTATION]: 'old', theirs: 'x' }, terminating: false, version: '7' };

  expect(await handler.apply(request)).toEqual({ done: true });
  expect(namespaces.found.annotations).toEqual({ [OWNER_ANNOTATION]: 'stack/Namespace', theirs: 'x' });
});

test('a namespace that is going away is waited for, and then made anew', async () => {
  const { namespaces, handler, request } = scene();
  namespaces.found = { annotations: {}, terminating: true, version: '7' };

  expect(await handler.apply(request)).toEqual({ done: false, waitingFor: 'the namespace "karpenter" is being deleted' });
  expect(await handler.apply(request)).toEqual({ done: true });
});

test('somebody who is quicker is no error', async () => {
  const { namespaces, handler, request } = scene();
  namespaces.read = async () => {
    namespaces.read = FakeNamespaces.prototype.read;
    namespaces.found = { annotations: {}, terminating: false, version: '2' };
    return undefined;
  };

  expect(await handler.apply(request)).toEqual({ done: false, waitingFor: expect.stringContaining('changed by somebody else') });
  expect(await handler.apply(request)).toEqual({ done: true });
  expect(namespaces.found!.annotations).toEqual({});
});

test('a namespace with things of others stays, and the log says because of what', async () => {
  const { namespaces, handler, request } = scene();
  const log = jest.spyOn(console, 'log').mockImplementation();
  await handler.apply(request);
  namespaces.inside = [{ kind: 'Service', name: 'theirs', labels: {}, annotations: {} }];

  expect(await handler.remove(request)).toEqual({ done: true });
  expect(namespaces.found).toBeDefined();
  expect(log).toHaveBeenCalledWith(expect.stringContaining('it contains Service theirs'));
});

test('other errors come through', async () => {
  const { namespaces, handler, request } = scene();
  namespaces.read = async () => {
    throw new Error('forbidden');
  };

  await expect(handler.apply(request)).rejects.toThrow('forbidden');
  await expect(handler.remove(request)).rejects.toThrow('forbidden');
});

test('the physical id follows the cluster and the name', () => {
  const { handler, request } = scene();

  expect(handler.identify(request.properties)).toBe('prod/namespace/karpenter');
});
